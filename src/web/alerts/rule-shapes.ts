/** Rules as the API answers them. */
import { z } from "zod";
import type { SeriesNow } from "../../alerts/alerts.ts";
import { isReadyMade } from "../../alerts/ready-made.ts";
import { everyOf, type Rule, rulesSchema } from "../../alerts/rule.ts";
import { MINUTE } from "../../alerts/windows.ts";
import { MASK, maskedText, tellsPersonal } from "../../catalogue/personal.ts";
import { formatInstant } from "../../catalogue/time.ts";
import type { AlertRuleRow } from "../../control/alerts.ts";
import type { Caller } from "../../control/types.ts";
import { seesPersonal } from "../access.ts";
import { instantShape } from "../bi/shapes.ts";

const count = z.int().min(0);
const about = {
  rule_id: z.string(),
  ready_made: z.boolean().describe("It came with the appliance."),
  created_by: z.string().nullable(),
  created_at: instantShape.nullable(),
  changed_by: z.string().nullable(),
  changed_at: instantShape.nullable(),
  states: z
    .strictObject({ ok: count, pending: count, firing: count, no_data: count, error: count })
    .describe("Its series by state."),
} as const;

/** Of any kind, with what is known about it. */
export const ruleShape = z.union(rulesSchema.options.map((option) => z.strictObject({ ...option.shape, ...about })));

export const seriesShape = z.strictObject({
  location_id: z.string().nullable(),
  part: z.string().nullable().describe("A bot, or a check of the health."),
  state: z.enum(["ok", "pending", "firing", "no_data", "error"]),
  since: instantShape,
  value: z.number().nullable(),
  peak: z.number().nullable().describe("The worst since it fired."),
  alert_id: z.string().nullable(),
  told: z.enum(["ok", "firing", "no_data", "error"]).describe("What was told last."),
  muted_since: instantShape.nullable().describe("Since when something is kept back."),
});

/** `row` null: it is not kept yet. */
export function ruleJson(caller: Caller, rule: Rule, row: AlertRuleRow | null, series: readonly SeriesNow[]) {
  const states = { ok: 0, pending: 0, firing: 0, no_data: 0, error: 0 };
  for (const { state } of series) states[state.state]++;
  return {
    ...maskedRule(caller, rule),
    every: rule.every ?? `${everyOf(rule) / MINUTE}m`,
    ready_made: isReadyMade(rule.rule_id),
    created_by: row?.created_by ?? null,
    created_at: row && formatInstant(row.created_at),
    changed_by: row?.changed_by ?? null,
    changed_at: row && formatInstant(row.changed_at),
    states,
  };
}

export function seriesJson(caller: Caller, { location_id, part, alert_id, state }: SeriesNow) {
  const shown = seesPersonal(caller) ? part : maskedText(part);
  return {
    location_id,
    part: part === "" ? null : shown,
    state: state.state,
    since: formatInstant(state.since),
    value: state.value,
    peak: state.peak,
    alert_id,
    told: state.told,
    muted_since: state.muted_since === null ? null : formatInstant(state.muted_since),
  };
}

/** What somebody is looked for by is not for everyone. */
export function maskedRule(caller: Caller, rule: Rule): Rule {
  if (seesPersonal(caller) || !("filters" in rule)) return rule;
  const filters = rule.filters.map((filter) => {
    if (tellsPersonal(filter)) return { ...filter, op: "eq" as const, value: MASK };
    const { value } = filter;
    return { ...filter, value: Array.isArray(value) ? value.map(maskedScalar) : maskedScalar(value) };
  });
  return { ...rule, filters };
}

function maskedScalar<Value>(value: Value): Value | string {
  return typeof value === "string" ? maskedText(value) : value;
}
