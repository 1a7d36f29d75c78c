/** Defining KPIs: what a definition may be, who may make it for whom, and the note of it in the audit log. */
import { z } from "zod";
import { FORMULA_CHARS_MAX, faultText, parseFormula } from "../catalogue/formula.ts";
import { kpiOf } from "../catalogue/kpis.ts";
import type { Caller, CustomKpi } from "../control/types.ts";
import { locationsOf, seesLocation } from "./access.ts";
import { audited } from "./audit.ts";
import { fieldProblem } from "./bi/input.ts";
import { unitShape } from "./bi/shapes.ts";
import { Problem } from "./errors.ts";
import type { Parts } from "./parts.ts";

/** In force at once, of one location and of all together: as many may be in one answer beside the built-in ones. */
const CUSTOM_KPIS_MAX = 50;
/** Answers have columns of these names, and the check of a formula its address. */
const TAKEN: ReadonlySet<string> = new Set(["t", "currency", "check"]);

const keySchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, "Use lower-case letters, digits and _, such as revenue_per_call.")
  .refine((key) => kpiOf(key) === null, "A built-in KPI has this key.")
  .refine((key) => !TAKEN.has(key), "This key is taken.");

/** What a change may be; a new KPI has a key beside it. */
export const changeSchema = z.strictObject({
  location_id: z.string().min(1).max(64).nullable().default(null),
  label: z.string().trim().min(1, "Write a label.").max(80),
  unit: unitShape.default("count"),
  better: z.enum(["up", "down"]).nullable().default(null),
  description: z.string().trim().max(500).default(""),
  // The parser knows the limit of its length, and says where it is passed.
  formula: z.string().max(FORMULA_CHARS_MAX * 2),
});
export const newKpiSchema = changeSchema.extend({ key: keySchema });

/** Who changes a KPI, and by which request. */
export interface Changing {
  request: Request;
  server: Bun.Server<unknown> | null;
  caller: Caller;
}

/** Throws Problem 403, 404, 409 or 422. */
export function addKpi(
  parts: Parts,
  by: Changing,
  { key, location_id, ...definition }: z.output<typeof newKpiSchema>,
): CustomKpi {
  requireScope(parts, by.caller, location_id);
  checkFormula(definition.formula);
  const there = parts.control.customKpis().filter((kpi) => kpi.location_id === location_id);
  if (there.length >= CUSTOM_KPIS_MAX)
    throw new Problem({ status: 409, title: "Too many", detail: `At most ${CUSTOM_KPIS_MAX} can be defined here.` });
  const made = parts.control.putCustomKpi({ key, location_id, definition, changed_by: by.caller.name }, "new");
  if (!made) throw new Problem({ status: 409, title: "KPI exists", detail: "There is a KPI with this key already." });
  note(parts, by, "kpi_added", made);
  return made;
}

/** Throws Problem 403, 404 or 422. */
export function changeKpi(
  parts: Parts,
  by: Changing,
  { key, location_id, ...definition }: z.output<typeof changeSchema> & { key: string },
): CustomKpi {
  requireScope(parts, by.caller, location_id);
  checkFormula(definition.formula);
  const made = parts.control.putCustomKpi({ key, location_id, definition, changed_by: by.caller.name }, "there");
  if (!made) throw noSuchKpi();
  note(parts, by, "kpi_changed", made);
  return made;
}

/** Throws Problem 403 or 404. */
export function removeKpi(parts: Parts, by: Changing, key: string, location_id: string | null): void {
  requireScope(parts, by.caller, location_id);
  const made = parts.control.putCustomKpi({ key, location_id, definition: null, changed_by: by.caller.name }, "there");
  if (!made) throw noSuchKpi();
  note(parts, by, "kpi_removed", made);
}

/** The definitions in force that the caller sees: all of them, or those that count for one location. Throws Problem 403. */
export function visibleKpis(parts: Parts, caller: Caller, location_id?: string): readonly CustomKpi[] {
  const seen = parts.control
    .customKpis()
    .filter((kpi) => kpi.location_id === null || seesLocation(caller, kpi.location_id));
  if (location_id === undefined) return seen;
  locationsOf(caller, location_id);
  const own = seen.filter((kpi) => kpi.location_id === location_id);
  return [...own, ...seen.filter((kpi) => kpi.location_id === null && !own.some(({ key }) => key === kpi.key))];
}

/** Throws Problem 422 with the place of the fault. */
export function checkFormula(formula: string): void {
  const parsed = parseFormula(formula);
  if (!parsed.ok) throw fieldProblem("formula", faultText(parsed.fault), "formula_invalid", parsed.fault.position);
}

export function noSuchKpi(): Problem {
  return new Problem({ status: 404, title: "Not found", detail: "There is no such KPI that the team defined here." });
}

/** For all locations speaks only who sees all of them. */
function requireScope(parts: Parts, caller: Caller, location_id: string | null): void {
  const allowed = location_id === null ? caller.locations === null : seesLocation(caller, location_id);
  if (!allowed)
    throw new Problem({ status: 403, title: "Not allowed", detail: "You may define KPIs of your own locations only." });
  if (location_id !== null && !parts.control.location(location_id))
    throw new Problem({ status: 404, title: "Not found", detail: "There is no such location." });
}

function note(parts: Parts, by: Changing, action: string, { key, location_id, version }: CustomKpi): void {
  audited(parts, by, action, { object: key, location_id, details: { version } });
}
