/** API keys: the page and the JSON beside it. A key is shown once, in the answer that made it. */
import { Elysia } from "elysia";
import { z } from "zod";
import type { Html } from "../../views/html.ts";
import { type KeyRow, type KeysProps, keysPage } from "../../views/keys.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { ApiKey, Caller } from "../control/types.ts";
import { requireCaller, requireUser, seesLocation } from "./access.ts";
import { requireAdminOf } from "./admin.ts";
import { Problem } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { formOf, htmlResponse, jsonOf } from "./request.ts";

const scope = z.enum(["ingest", "read", "export", "admin"]);
const newKeySchema = z.strictObject({
  name: z.string().trim().min(1).max(80),
  scopes: z.array(scope).min(1).max(4),
  location_id: z.string().min(1).max(64).nullable().default(null),
});

/** `/settings/keys` and `/api/admin/keys`. */
export function keyRoutes(parts: Parts) {
  const { control } = parts;
  return new Elysia({ name: "keys" })
    .get("/settings/keys", ({ request }) => {
      requireCaller(parts, request, "admin");
      return htmlResponse(pageOf(parts, request));
    })
    .post("/settings/keys", async ({ request }) => {
      requireCaller(parts, request, "admin");
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
      requireAdminOf(parts, request, read.data.location_id);
      const { key } = control.addKey(read.data);
      return htmlResponse(pageOf(parts, request, { made: { name: read.data.name, key } }), 201);
    })
    .post("/settings/keys/:key_id/revocation", ({ request, params }) => {
      revoke(parts, request, params.key_id);
      return new Response(null, { status: 303, headers: { location: "/settings/keys" } });
    })
    .get("/api/admin/keys", ({ request }) => {
      const caller = requireCaller(parts, request, "admin");
      return { keys: keysSeenBy(parts, caller).map(keyJson) };
    })
    .post("/api/admin/keys", async ({ request }) => {
      requireCaller(parts, request, "admin");
      const given = await jsonOf(request, newKeySchema);
      requireAdminOf(parts, request, given.location_id);
      const { key, record } = control.addKey(given);
      return Response.json({ key, ...keyJson(record) }, { status: 201 });
    })
    .delete("/api/admin/keys/:key_id", ({ request, params }) => {
      revoke(parts, request, params.key_id);
      return new Response(null, { status: 204 });
    });
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
  const { user, csrf } = requireUser(parts, request);
  const caller = requireCaller(parts, request, "admin");
  const locations = parts.control.locations().filter(({ location_id }) => seesLocation(caller, location_id));
  const nameOf = new Map(locations.map(({ location_id, name }) => [location_id, name]));
  return keysPage({
    user: { ...user, csrf },
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
  return control
    .keys()
    .filter(({ location_id }) =>
      location_id === null ? caller.locations === null : seesLocation(caller, location_id),
    );
}

function revoke(parts: Parts, request: Request, key_id: string): void {
  const caller = requireCaller(parts, request, "admin");
  const key = keysSeenBy(parts, caller).find((known) => known.key_id === key_id);
  if (!key) throw new Problem({ status: 404, title: "Not found", detail: "There is no such key." });
  parts.control.removeKey(key_id);
}

function keyJson(key: ApiKey) {
  const { created_at, last_used_at } = key;
  return {
    ...key,
    created_at: formatInstant(created_at),
    last_used_at: last_used_at === null ? null : formatInstant(last_used_at),
  };
}
