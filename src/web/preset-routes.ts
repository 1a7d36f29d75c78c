/** `/api/presets`: named filters. */
import { z } from "zod";
import { formatInstant } from "../catalogue/time.ts";
import type { Preset } from "../control/presets.ts";
import type { Caller } from "../control/types.ts";
import { instantShape } from "./bi/shapes.ts";
import type { Parts } from "./parts.ts";
import {
  addPreset,
  changePreset,
  heldQuery,
  LEFT_OUT,
  mayChange,
  ownerOf,
  presetSeenBy,
  presetsSeenBy,
  removePreset,
} from "./presets.ts";
import { type Route, route } from "./route.ts";

const QUERY_CHARS_MAX = 8_192;

const name = z.string().trim().min(1, "Write a name.").max(80);
const query = z
  .string()
  .max(QUERY_CHARS_MAX)
  .describe(
    "Parameters that all pages share, as in an address: timeframe, from, to, timezone, location_id, compare, filter.",
  );
const presetShape = z.strictObject({
  preset_id: z.string(),
  name: z.string(),
  query: z.string().describe("What of it holds for you, in one order."),
  left_out: z
    .array(z.enum(LEFT_OUT))
    .describe("What of it does not: locations that you may not see, fields that are gone."),
  shared: z.boolean().describe("Seen by everyone who may see its locations."),
  owner: z.string().describe("The name of who made it."),
  changeable: z.boolean().describe("You may change and remove it."),
  default: z.boolean().describe("You begin with it after signing in."),
  created_at: instantShape,
  changed_at: instantShape,
});

const newPreset = z.strictObject({
  name,
  query: query.default(""),
  shared: z.boolean().default(false),
  default: z.boolean().default(false),
});
const changeOfPreset = z
  .strictObject({ name, query, shared: z.boolean(), default: z.boolean() })
  .partial()
  .refine((change) => Object.keys(change).length > 0, "Name what to change.");

export function presetRoutes(parts: Parts): readonly Route[] {
  const json = (caller: Caller, preset: Preset) => presetJson(parts, caller, preset);
  return [
    route({
      method: "GET",
      path: "/api/presets",
      access: "read",
      tag: "BI",
      summary: "Named filters: your own, and those that others share.",
      answers: { 200: { description: "By name.", schema: z.strictObject({ presets: z.array(presetShape) }) } },
      handle: ({ caller }) => ({ presets: presetsSeenBy(parts, caller).map((preset) => json(caller, preset)) }),
    }),

    route({
      method: "POST",
      path: "/api/presets",
      access: "read",
      tag: "BI",
      summary: "Keeps filters under a name. Sharing needs the scope export.",
      body: newPreset,
      example: { body: { name: "Last week, hot", query: "timeframe=7d&filter=temperature:eq:hot" } },
      answers: { 201: { description: "It is kept.", schema: presetShape } },
      handle: ({ request, server, caller, body: { default: begins, ...given } }) => {
        const made = addPreset(parts, { request, server, caller }, given);
        if (begins) parts.control.setDefaultPreset(ownerOf(caller), made.preset_id);
        return Response.json(json(caller, made), { status: 201 });
      },
    }),

    route({
      method: "PATCH",
      path: "/api/presets/:preset_id",
      access: "read",
      tag: "BI",
      summary: "Renames, replaces or shares a preset, or makes it the one that you begin with.",
      params: { preset_id: "The preset." },
      body: changeOfPreset,
      example: { body: { name: "Last week" } },
      answers: { 200: { description: "The preset.", schema: presetShape } },
      handle: ({ request, server, caller, params: { preset_id }, body: { default: begins, ...change } }) => {
        const known = presetSeenBy(parts, caller, preset_id);
        const { name, query, shared } = change;
        const given = {
          ...(name === undefined ? {} : { name }),
          ...(query === undefined ? {} : { query }),
          ...(shared === undefined ? {} : { shared }),
        };
        const changes = Object.keys(given).length > 0;
        const made = changes ? changePreset(parts, { request, server, caller }, preset_id, given) : known;
        if (begins !== undefined) beginWith(parts, caller, preset_id, begins);
        return json(caller, made);
      },
    }),

    route({
      method: "DELETE",
      path: "/api/presets/:preset_id",
      access: "read",
      tag: "BI",
      summary: "Removes a preset.",
      params: { preset_id: "The preset." },
      answers: { 204: { description: "It is gone." } },
      handle: ({ request, server, caller, params: { preset_id } }) => {
        removePreset(parts, { request, server, caller }, preset_id);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

/** Makes it the one that the caller begins with, or no longer. */
export function beginWith({ control }: Parts, caller: Caller, preset_id: string, begins: boolean): void {
  const owner = ownerOf(caller);
  if (begins) control.setDefaultPreset(owner, preset_id);
  else if (control.defaultPreset(owner) === preset_id) control.setDefaultPreset(owner, null);
}

function presetJson(parts: Parts, caller: Caller, preset: Preset) {
  const { preset_id, name, shared, owner_name, created_at, changed_at } = preset;
  const { text, left_out } = heldQuery(parts, caller, preset.query);
  return {
    preset_id,
    name,
    query: text.slice(1),
    left_out: [...left_out],
    shared,
    owner: owner_name,
    changeable: mayChange(caller, preset),
    default: parts.control.defaultPreset(ownerOf(caller)) === preset_id,
    created_at: formatInstant(created_at),
    changed_at: formatInstant(changed_at),
  };
}
