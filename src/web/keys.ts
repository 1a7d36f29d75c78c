/** API keys: the page and the JSON beside it. A key is shown once, in the answer that made it. */
import { z } from "zod";
import type { Html } from "../../views/html.ts";
import { type KeyRow, type KeysProps, keysPage } from "../../views/keys.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { ApiKey, Caller } from "../control/types.ts";
import { requireAdminOf, requireCaller, seesLocation, seesRow } from "./access.ts";
import { audited } from "./audit.ts";
import { Problem } from "./errors.ts";
import { pageOf as pageOfRows, pageQuery, pageSchema } from "./paging.ts";
import type { Parts } from "./parts.ts";
import { formOf, htmlResponse, seeOther } from "./request.ts";
import { type Route, route } from "./route.ts";
import { shellUser } from "./shell-user.ts";
import type { Given } from "./sign-in.ts";

const scope = z.enum(["ingest", "read", "export", "admin"]);
const keyName = z.string().trim().min(1).max(80);
const newKeySchema = z.strictObject({
  name: keyName,
  scopes: z.array(scope).min(1).max(4),
  location_id: z.string().min(1).max(64).nullable().default(null),
});

const keyShape = {
  key_id: z.string(),
  name: z.string(),
  prefix: z.string().describe("The key's first characters."),
  scopes: z.array(scope),
  location_id: z.string().nullable().describe("null: any location."),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
};
const keySchema = z.strictObject(keyShape);

/** `/settings/keys` and `/api/admin/keys`. */
export function keyRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/settings/keys",
      access: "admin",
      tag: "Page",
      summary: "API keys.",
      answers: { 200: { description: "The page." } },
      handle: ({ request }) => {
        return htmlResponse(pageOf(parts, request));
      },
    }),

    route({
      method: "POST",
      path: "/settings/keys",
      access: "admin",
      tag: "Page",
      summary: "Makes an API key.",
      body: "own",
      answers: { 201: { description: "The page, with the key." } },
      handle: async ({ request, server }) => {
        const form = await formOf(request);
        const typed = {
          name: form.get("name") ?? "",
          scopes: form.getAll("scopes"),
          location_id: form.get("location_id") || null,
        };
        const read = newKeySchema.safeParse(typed);
        if (!read.success) {
          const wrong = read.error.issues.map(({ path }) => String(path[0]));
          const errors = Object.fromEntries(wrong.map((field) => [field, FAULTS[field] ?? "Wrong."]));
          return htmlResponse(pageOf(parts, request, { typed, errors }), 422);
        }
        const { key } = addKey(parts, { request, server }, read.data);
        return htmlResponse(pageOf(parts, request, { made: { name: read.data.name, key } }), 201);
      },
    }),

    route({
      method: "POST",
      path: "/settings/keys/:key_id/revocation",
      access: "admin",
      tag: "Page",
      summary: "Revokes an API key.",
      params: { key_id: "The key." },
      body: "own",
      answers: { 303: { description: "Revoked." } },
      handle: ({ request, server, params }) => {
        revoke(parts, { request, server }, params.key_id);
        return seeOther("/settings/keys");
      },
    }),

    route({
      method: "GET",
      path: "/api/admin/keys",
      access: "admin",
      tag: "Admin",
      summary: "API keys, without their secrets.",
      query: pageQuery,
      answers: { 200: { description: "The keys.", schema: pageSchema({ keys: z.array(keySchema) }) } },
      handle: ({ caller, query }) => {
        const { rows, next_cursor } = pageOfRows(keysSeenBy(parts, caller), ({ key_id }) => key_id, query);
        return { keys: rows.map(keyJson), next_cursor };
      },
    }),

    route({
      method: "POST",
      path: "/api/admin/keys",
      access: "admin",
      tag: "Admin",
      summary: "Makes an API key; the answer alone shows it.",
      body: newKeySchema,
      example: { body: { name: "lead-bot", scopes: ["ingest"], location_id: "jorge_main" } },
      answers: {
        201: {
          description: "The key, shown this once.",
          schema: z.strictObject({ key: z.string().describe("bw_…"), ...keyShape }),
        },
      },
      handle: ({ request, server, body }) => {
        const { key, record } = addKey(parts, { request, server }, body);
        return Response.json({ key, ...keyJson(record) }, { status: 201 });
      },
    }),

    route({
      method: "PATCH",
      path: "/api/admin/keys/:key_id",
      access: "admin",
      tag: "Admin",
      summary: "Renames an API key. What it may do never changes: make another one.",
      params: { key_id: "The key." },
      body: z.strictObject({ name: keyName }),
      answers: { 200: { description: "The key.", schema: keySchema } },
      handle: ({ request, server, caller, params, body }) => {
        const { key_id, location_id } = keySeenBy(parts, caller, params.key_id);
        const renamed = parts.control.renameKey(key_id, body.name);
        if (!renamed) throw missing();
        audited(parts, { request, server }, "key_renamed", { object: key_id, location_id });
        return keyJson(renamed);
      },
    }),

    route({
      method: "DELETE",
      path: "/api/admin/keys/:key_id",
      access: "admin",
      tag: "Admin",
      summary: "Revokes an API key.",
      params: { key_id: "The key." },
      answers: { 204: { description: "Revoked." } },
      handle: ({ request, server, params }) => {
        revoke(parts, { request, server }, params.key_id);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

const FAULTS: Readonly<Record<string, string>> = {
  name: "Write a name, so that you know it again.",
  scopes: "Choose at least one.",
  location_id: "Choose a location of the list.",
};

/** The page, with what a form sent back or the key it made. */
function pageOf(
  parts: Parts,
  request: Request,
  shown: Partial<Pick<KeysProps, "typed" | "errors" | "made">> = {},
): Html {
  const caller = requireCaller(parts, request, "admin");
  const locations = parts.control.locations().filter(({ location_id }) => seesLocation(caller, location_id));
  const nameOf = new Map(locations.map(({ location_id, name }) => [location_id, name]));
  return keysPage({
    user: shellUser(parts, request),
    keys: keysSeenBy(parts, caller).map((key) => keyRow(key, nameOf)),
    locations,
    any_location: caller.locations === null,
    typed: { name: "", scopes: ["ingest"], location_id: null },
    errors: {},
    made: null,
    ...shown,
  });
}

function keyRow(key: ApiKey, nameOf: ReadonlyMap<string, string>): KeyRow {
  const { key_id, name, prefix, scopes, location_id, created_at, last_used_at } = key;
  return {
    key_id,
    name,
    prefix,
    scopes,
    location: location_id === null ? "Any" : (nameOf.get(location_id) ?? location_id),
    created: minuteOf(created_at),
    last_used: last_used_at === null ? "Never" : minuteOf(last_used_at),
  };
}

function minuteOf(instant: number): string {
  return `${formatInstant(instant).slice(0, 16).replace("T", " ")} UTC`;
}

function keysSeenBy({ control }: Parts, caller: Caller): readonly ApiKey[] {
  return control.keys().filter(seesRow(caller));
}

function keySeenBy(parts: Parts, caller: Caller, key_id: string): ApiKey {
  const key = keysSeenBy(parts, caller).find((known) => known.key_id === key_id);
  if (key) return key;
  throw missing();
}

function missing(): Problem {
  return new Problem({ status: 404, title: "Not found", detail: "There is no such key." });
}

function addKey(parts: Parts, given: Given, asked: z.infer<typeof newKeySchema>) {
  requireAdminOf(parts, given.request, asked.location_id);
  const made = parts.control.addKey(asked);
  const { key_id, name, scopes, location_id } = made.record;
  audited(parts, given, "key_added", { object: key_id, location_id, details: { name, scopes: scopes.join(",") } });
  return made;
}

function revoke(parts: Parts, given: Given, key_id: string): void {
  const caller = requireCaller(parts, given.request, "admin");
  const { name, location_id } = keySeenBy(parts, caller, key_id);
  audited(parts, given, "key_removed", { object: key_id, location_id, details: { name } });
  parts.control.removeKey(key_id);
}

function keyJson(key: ApiKey): z.infer<typeof keySchema> {
  const { created_at, last_used_at } = key;
  return {
    ...key,
    scopes: [...key.scopes],
    created_at: formatInstant(created_at),
    last_used_at: last_used_at === null ? null : formatInstant(last_used_at),
  };
}
