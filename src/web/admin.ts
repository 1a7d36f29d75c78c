/** What owners and admins configure, as JSON: locations, commission rules, targets. */
import { Elysia } from "elysia";
import { z } from "zod";
import { kpiOf } from "../catalogue/kpis.ts";
import { formatInstant, parseInstant } from "../catalogue/time.ts";
import type { Caller, Location } from "../control/types.ts";
import { requireCaller, seesLocation } from "./access.ts";
import { Problem } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { jsonOf } from "./request.ts";

const locationId = z.string().min(1).max(64);
const name = z.string().trim().min(1).max(120);
const decimal = z
  .union([z.string().regex(/^-?\d{1,14}(\.\d{1,6})?$/, "must be a decimal"), z.number()])
  .transform(String);

const newLocationSchema = z.strictObject({
  location_id: locationId,
  name: name.optional(),
  timezone: z.string().optional(),
  currency: z.string().optional(),
});
const locationChangeSchema = newLocationSchema.omit({ location_id: true });
const ruleSchema = z.strictObject({
  location_id: locationId.nullable().default(null),
  bot_id: z.string().min(1).max(128).nullable().default(null),
  rate: decimal,
  valid_from: z.string().transform((text, context) => {
    const instant = parseInstant(text);
    if (instant !== null) return instant;
    context.addIssue({ code: "custom", message: "must be an RFC 3339 instant" });
    return z.NEVER;
  }),
});
const targetSchema = z.strictObject({
  kpi: z.string().refine((key) => kpiOf(key) !== null, "must be a KPI's key"),
  location_id: locationId,
  value: decimal,
});

/** `/api/admin/{locations,commission-rules,targets}`. */
export function adminRoutes(parts: Parts) {
  const { control } = parts;
  return new Elysia({ name: "admin" })
    .get("/api/admin/locations", ({ request }) => {
      const caller = requireCaller(parts, request, "admin");
      return { locations: control.locations().filter(visible(caller)).map(locationJson) };
    })
    .post("/api/admin/locations", async ({ request }) => {
      const { location_id, ...given } = await jsonOf(request, newLocationSchema);
      requireAdminOf(parts, request, location_id);
      if (control.location(location_id)) {
        throw new Problem({
          status: 409,
          title: "Location exists",
          detail: "There is a location with this id already.",
        });
      }
      return Response.json(locationJson(control.ensureLocation(location_id, present(given))), { status: 201 });
    })
    .patch("/api/admin/locations/:location_id", async ({ request, params }) => {
      requireAdminOf(parts, request, params.location_id);
      const change = await jsonOf(request, locationChangeSchema);
      const location = control.setLocation(params.location_id, present(change));
      if (!location) throw new Problem({ status: 404, title: "Not found", detail: "There is no such location." });
      return locationJson(location);
    })
    .get("/api/admin/commission-rules", ({ request }) => {
      const caller = requireCaller(parts, request, "admin");
      const rules = control.commissionRules().filter((rule) => rule.location_id === null || visible(caller)(rule));
      return {
        default_rate: "0.06",
        commission_rules: rules.map((rule) => ({ ...rule, valid_from: formatInstant(rule.valid_from) })),
      };
    })
    .post("/api/admin/commission-rules", async ({ request }) => {
      requireCaller(parts, request, "admin");
      const rule = await jsonOf(request, ruleSchema);
      requireAdminOf(parts, request, rule.location_id);
      control.addCommissionRule(rule);
      return Response.json({ ...rule, valid_from: formatInstant(rule.valid_from) }, { status: 201 });
    })
    .get("/api/admin/targets", ({ request }) => {
      const caller = requireCaller(parts, request, "admin");
      return { targets: control.targets().filter(visible(caller)) };
    })
    .post("/api/admin/targets", async ({ request }) => {
      requireCaller(parts, request, "admin");
      const target = await jsonOf(request, targetSchema);
      requireAdminOf(parts, request, target.location_id);
      control.setTarget(target);
      return Response.json(target, { status: 201 });
    });
}

/** The caller, who may administer this location (null: all of them); throws Problem 401 or 403. */
export function requireAdminOf(parts: Parts, request: Request, location_id: string | null): Caller {
  const caller = requireCaller(parts, request, "admin");
  const allowed = location_id === null ? caller.locations === null : seesLocation(caller, location_id);
  if (allowed) return caller;
  throw new Problem({ status: 403, title: "Not allowed", detail: "You may administer your own locations only." });
}

function visible(caller: Caller): (row: { location_id: string | null }) => boolean {
  return ({ location_id }) => (location_id === null ? caller.locations === null : seesLocation(caller, location_id));
}

function locationJson(location: Location) {
  return { ...location, created_at: formatInstant(location.created_at) };
}

/** Without the fields that were left out, which are not the same as fields set to nothing. */
function present(given: { name?: string | undefined; timezone?: string | undefined; currency?: string | undefined }) {
  const { name, timezone, currency } = given;
  return {
    ...(name === undefined ? {} : { name }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(currency === undefined ? {} : { currency }),
  };
}
