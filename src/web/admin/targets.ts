/** Targets: what a location wants its KPIs to be. */
import { z } from "zod";
import type { Caller, TargetRow } from "../../control/types.ts";
import { knownKpi } from "../../report/custom-kpis.ts";
import { requireAdminOf, seesRow } from "../access.ts";
import { audited } from "../audit.ts";
import { fieldProblem } from "../bi/input.ts";
import { Problem } from "../errors.ts";
import { pageOf, pageQuery, pageSchema } from "../paging.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import type { Given } from "../sign-in.ts";

const value = z
  .union([z.string().regex(/^-?\d{1,14}(\.\d{1,6})?$/, "Use a decimal, such as 1000 or 0.04."), plainNumber()])
  .transform(String)
  .describe("In the KPI's unit; ratios and percents are 0..1.");

export const targetSchema = z.strictObject({
  kpi: z.string().min(1).max(64).describe("The KPI's key."),
  location_id: z.string().min(1).max(64),
  value,
});

const targetAnswer = z.strictObject({ kpi: z.string(), location_id: z.string(), value: z.string() });
const PLACE = { location_id: "The location.", kpi: "The KPI's key." };

/** `/api/admin/targets`. */
export function targetRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/admin/targets",
      access: "admin",
      tag: "Admin",
      summary: "Targets, by KPI and location.",
      query: pageQuery,
      answers: { 200: { description: "The targets.", schema: pageSchema({ targets: z.array(targetAnswer) }) } },
      handle: ({ caller, query }) => {
        const { rows, next_cursor } = pageOf(targetsSeenBy(parts, caller), placeOf, query);
        return { targets: rows, next_cursor };
      },
    }),

    route({
      method: "POST",
      path: "/api/admin/targets",
      access: "admin",
      tag: "Admin",
      summary: "Sets a target; one of the same KPI and location is replaced.",
      body: targetSchema,
      example: { body: { kpi: "revenue", location_id: "jorge_main", value: "250000" } },
      answers: { 201: { description: "The target.", schema: targetAnswer } },
      handle: ({ request, server, body }) =>
        Response.json(setTarget(parts, { request, server }, body), { status: 201 }),
    }),

    route({
      method: "PATCH",
      path: "/api/admin/targets/:location_id/:kpi",
      access: "admin",
      tag: "Admin",
      summary: "Changes a target.",
      params: PLACE,
      body: z.strictObject({ value }),
      answers: { 200: { description: "The target.", schema: targetAnswer } },
      handle: ({ request, server, params, body }) => {
        targetOf(parts, { request, server }, params);
        return setTarget(parts, { request, server }, { ...params, ...body });
      },
    }),

    route({
      method: "DELETE",
      path: "/api/admin/targets/:location_id/:kpi",
      access: "admin",
      tag: "Admin",
      summary: "Removes a target; the catalogue's own holds again, where there is one.",
      params: PLACE,
      answers: { 204: { description: "Removed." } },
      handle: ({ request, server, params }) => {
        removeTarget(parts, { request, server }, params);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

export function targetsSeenBy({ control }: Parts, caller: Caller): readonly TargetRow[] {
  return control.targets().filter(seesRow(caller));
}

/** Throws Problem 403, or 422 for a KPI that this location does not have. */
export function setTarget(parts: Parts, given: Given, { kpi, location_id, value: wanted }: TargetRow): TargetRow {
  requireAdminOf(parts, given.request, location_id);
  if (knownKpi(parts.control, { location_id, locations: null }, kpi) === null)
    throw fieldProblem("kpi", "There is no such KPI.", "kpi_unknown");
  parts.control.setTarget({ kpi, location_id, value: wanted });
  audited(parts, given, "target_set", { object: kpi, location_id, details: { value: wanted } });
  return { kpi, location_id, value: wanted };
}

/** Throws Problem 403 or 404. */
export function removeTarget(parts: Parts, given: Given, place: { kpi: string; location_id: string }): void {
  const { kpi, location_id } = targetOf(parts, given, place);
  parts.control.removeTarget(kpi, location_id);
  audited(parts, given, "target_removed", { object: kpi, location_id });
}

function targetOf(parts: Parts, { request }: Given, place: { kpi: string; location_id: string }): TargetRow {
  requireAdminOf(parts, request, place.location_id);
  const target = parts.control
    .targets()
    .find(({ kpi, location_id }) => kpi === place.kpi && location_id === place.location_id);
  if (target) return target;
  throw new Problem({ status: 404, title: "Not found", detail: "There is no such target." });
}

function placeOf({ kpi, location_id }: TargetRow): string {
  return `${kpi} ${location_id}`;
}

/** As text a number must be a plain decimal: 1e21 and 1e-7 are not. */
function plainNumber() {
  return z
    .number()
    .min(-1e14)
    .max(1e14)
    .refine((given) => /^-?\d{1,15}(\.\d{1,6})?$/.test(String(given)), "Use at most 6 decimal places.");
}
