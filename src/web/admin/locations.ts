/** Locations: the tenants, and their end. */
import { z } from "zod";
import { formatInstant } from "../../catalogue/time.ts";
import type { Caller, Location } from "../../control/types.ts";
import { requireAdminOf, seesRow } from "../access.ts";
import { audited } from "../audit.ts";
import { fieldProblem } from "../bi/input.ts";
import { Problem } from "../errors.ts";
import { pageOf, pageQuery, pageSchema } from "../paging.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import type { Given } from "../sign-in.ts";

const fields = {
  name: z.string().trim().min(1).max(120).optional(),
  timezone: z.string().max(64).optional().describe("IANA."),
  currency: z.string().max(8).optional().describe("ISO 4217."),
};
export const newLocationSchema = z.strictObject({ location_id: z.string().min(1).max(64), ...fields });
export const locationChangeSchema = z.strictObject(fields);

const locationSchema = z.strictObject({
  location_id: z.string(),
  name: z.string(),
  timezone: z.string(),
  currency: z.string(),
  demo: z.boolean(),
  created_at: z.string(),
});
const LOCATION_ID = { location_id: "The location." };

/** `/api/admin/locations`. */
export function locationRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/admin/locations",
      access: "admin",
      tag: "Admin",
      summary: "Locations, by name.",
      query: pageQuery,
      answers: { 200: { description: "The locations.", schema: pageSchema({ locations: z.array(locationSchema) }) } },
      handle: ({ caller, query }) => {
        const { rows, next_cursor } = pageOf(locationsSeenBy(parts, caller), ({ location_id }) => location_id, query);
        return { locations: rows.map(locationJson), next_cursor };
      },
    }),

    route({
      method: "POST",
      path: "/api/admin/locations",
      access: "admin",
      tag: "Admin",
      summary: "Makes a location. Locations are also made by their first event.",
      body: newLocationSchema,
      example: {
        body: { location_id: "luna_salon", name: "Luna Salon", timezone: "America/New_York", currency: "USD" },
      },
      answers: { 201: { description: "The location.", schema: locationSchema } },
      handle: ({ request, server, body }) =>
        Response.json(locationJson(addLocation(parts, { request, server }, body)), { status: 201 }),
    }),

    route({
      method: "PATCH",
      path: "/api/admin/locations/:location_id",
      access: "admin",
      tag: "Admin",
      summary: "Changes a location's name, time zone or currency.",
      params: LOCATION_ID,
      body: locationChangeSchema,
      answers: { 200: { description: "The location.", schema: locationSchema } },
      handle: ({ request, server, params, body }) =>
        locationJson(changeLocation(parts, { request, server }, params.location_id, body)),
    }),

    route({
      method: "DELETE",
      path: "/api/admin/locations/:location_id",
      access: "admin",
      tag: "Admin",
      summary: "Removes a location with its events, figures, keys, rules and targets, for good.",
      description:
        "Only for those who administer all locations. `confirm` repeats the location's id: there is no way back.",
      params: LOCATION_ID,
      query: z.strictObject({ confirm: z.string().min(1).max(64).describe("The location's id once more.") }),
      answers: { 204: { description: "Removed." } },
      handle: async ({ request, server, params, query }) => {
        await removeLocation(parts, { request, server }, params.location_id, query.confirm);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

export function locationsSeenBy({ control }: Parts, caller: Caller): readonly Location[] {
  return control.locations().filter(seesRow(caller));
}

/** Throws Problem 403 or 409, ControlError("location_invalid"). */
export function addLocation(parts: Parts, given: Given, asked: z.infer<typeof newLocationSchema>): Location {
  const { location_id, ...rest } = asked;
  requireAdminOf(parts, given.request, location_id);
  if (parts.control.location(location_id)) {
    const detail = "There is a location with this id already.";
    const errors = [{ field: "location_id", code: "location_taken", detail }];
    throw new Problem({ status: 409, title: "Location exists", detail, errors });
  }
  const location = parts.control.ensureLocation(location_id, present(rest));
  audited(parts, given, "location_added", { object: location_id, location_id });
  return location;
}

/** Throws Problem 403 or 404, ControlError("location_invalid"). */
export function changeLocation(
  parts: Parts,
  given: Given,
  location_id: string,
  asked: z.infer<typeof locationChangeSchema>,
): Location {
  requireAdminOf(parts, given.request, location_id);
  const change = present(asked);
  const location = parts.control.setLocation(location_id, change);
  if (!location) throw missing();
  audited(parts, given, "location_changed", {
    object: location_id,
    location_id,
    details: { fields: Object.keys(change).join(",") },
  });
  return location;
}

/** Throws Problem 403, 404, or 422 when `confirm` is not the location's id. */
export async function removeLocation(parts: Parts, given: Given, location_id: string, confirm: string): Promise<void> {
  requireAdminOf(parts, given.request, null);
  if (!parts.control.location(location_id)) throw missing();
  if (confirm !== location_id)
    throw fieldProblem("confirm", "Repeat the location's id: there is no way back.", "not_confirmed");
  // Before: of a removal that a crash cuts short, the log says who began it.
  audited(parts, given, "location_removed", { object: location_id });
  await parts.ingest.removeLocation(location_id);
}

function missing(): Problem {
  return new Problem({ status: 404, title: "Not found", detail: "There is no such location." });
}

function locationJson(location: Location): z.infer<typeof locationSchema> {
  return { ...location, created_at: formatInstant(location.created_at) };
}

/** Without the fields that were left out, which are not the same as fields set to nothing. */
function present({ name, timezone, currency }: z.infer<typeof locationChangeSchema>) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(currency === undefined ? {} : { currency }),
  };
}
