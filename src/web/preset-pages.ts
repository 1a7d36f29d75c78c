/** `/presets`: the page that sees to presets, and what its forms and the menu of pages do. */

import type { Errors } from "../../views/parts/settings.ts";
import { presetsPage } from "../../views/presets.ts";
import type { Caller } from "../control/types.ts";
import { fieldProblem } from "./bi/input.ts";
import { locationNames } from "./figures/location-names.ts";
import { leftOutWords, wordsOf } from "./figures/query-words.ts";
import type { Parts } from "./parts.ts";
import { beginWith } from "./preset-routes.ts";
import {
  addPreset,
  type Changing,
  changePreset,
  heldQuery,
  mayChange,
  ownerOf,
  presetSeenBy,
  presetsSeenBy,
  removePreset,
  withHeld,
} from "./presets.ts";
import { formOf, htmlResponse, localPath, seeOther, textField } from "./request.ts";
import { type Route, route } from "./route.ts";
import { doneText, faultsOf } from "./settings/form.ts";
import { shellUser } from "./shell-user.ts";

const NAME_CHARS_MAX = 80;

export function presetPages(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/presets",
      access: "person",
      tag: "Page",
      summary: "Presets: named filters.",
      query: "own",
      answers: { 200: { description: "The page." } },
      handle: ({ request, caller }) => {
        const search = new URL(request.url).searchParams;
        return htmlResponse(pageOf(parts, request, caller, search, {}));
      },
    }),

    route({
      method: "POST",
      path: "/presets",
      access: "person",
      tag: "Page",
      summary: "Keeps, changes or removes a preset.",
      body: "own",
      answers: { 303: { description: "Done." } },
      handle: async ({ request, server, caller }) => {
        const form = await formOf(request);
        let done = "";
        const faults = await faultsOf(() => {
          done = perform(parts, { request, server, caller }, form);
        });
        if (faults) return htmlResponse(pageOf(parts, request, caller, form, faults), 422);
        const at = pathOf(form);
        const { text } = heldQuery(parts, caller, form.get("query") ?? "");
        if (done === "forgotten") return seeOther(at);
        if (done === "added") return seeOther(at + text);
        return seeOther(`/presets?${new URLSearchParams({ at, query: text, done })}`);
      },
    }),
  ];
}

/** Does what the form says; what was done. Throws Problem 403, 404, 409 or 422. */
function perform(parts: Parts, by: Changing, form: URLSearchParams): string {
  const { caller } = by;
  const what = form.get("do");
  if (what === "forget") {
    parts.control.keepLastQuery(caller.id, "");
    return "forgotten";
  }
  const query = (form.get("query") ?? "").replace(/^\?/, "");
  if (what === "add") {
    const made = addPreset(parts, by, { name: nameOf(form), query, shared: form.has("shared") });
    if (form.has("default")) parts.control.setDefaultPreset(ownerOf(caller), made.preset_id);
    return "added";
  }
  const { preset_id } = presetSeenBy(parts, caller, textField(form, "preset_id"));
  if (what === "begin" || what === "end") beginWith(parts, caller, preset_id, what === "begin");
  else if (what === "remove") removePreset(parts, by, preset_id);
  else if (what === "rename") changePreset(parts, by, preset_id, { name: nameOf(form) });
  else if (what === "replace") changePreset(parts, by, preset_id, { query });
  else if (what === "share" || what === "unshare") changePreset(parts, by, preset_id, { shared: what === "share" });
  else throw fieldProblem("form", "There is nothing like that to do.");
  return what === "remove" ? "removed" : "saved";
}

function nameOf(form: URLSearchParams): string {
  const name = textField(form, "name");
  if (name === "" || name.length > NAME_CHARS_MAX) throw fieldProblem("name", "Write a name, 80 characters at most.");
  return name;
}

function pageOf(parts: Parts, request: Request, caller: Caller, given: URLSearchParams, errors: Errors) {
  const at = pathOf(given);
  const force = heldQuery(parts, caller, given.get("query") ?? "");
  const begins = parts.control.defaultPreset(ownerOf(caller));
  const nameAt = locationNames(parts, caller);
  return presetsPage({
    user: shellUser(parts, request),
    at,
    query: force.text,
    in_force: wordsOf(force.text, nameAt),
    shares: caller.scopes.includes("export"),
    errors,
    done: doneText(request),
    rows: presetsSeenBy(parts, caller).map((preset) => {
      const held = heldQuery(parts, caller, preset.query);
      return {
        preset_id: preset.preset_id,
        name: preset.name,
        says: wordsOf(held.text, nameAt),
        left_out: leftOutWords(held.left_out),
        href: withHeld(held, at, {}),
        by: preset.owner === ownerOf(caller) ? null : preset.owner_name,
        shared: preset.shared,
        begins: preset.preset_id === begins,
        changeable: mayChange(caller, preset),
      };
    }),
  });
}

/** The page that they came from; the overview when it is none. */
function pathOf(given: URLSearchParams): string {
  return localPath(given.get("at")).split("?", 1)[0] ?? "/";
}
