/** Making, changing and removing rules: who may, what must fit together, and the note of it in the audit log. */
import { z } from "zod";
import { readRule } from "../../alerts/knowledge.ts";
import { isReadyMade, readyMadeRule } from "../../alerts/ready-made.ts";
import { contradictionOf, RULE_FIELDS, type Rule, type RuleBody, rulesSchema } from "../../alerts/rule.ts";
import type { Filter } from "../../catalogue/types.ts";
import type { AlertRuleRow } from "../../control/alerts.ts";
import type { Caller } from "../../control/types.ts";
import { knownKpi } from "../../report/custom-kpis.ts";
import { addsUp, isSeries } from "../../report/watching/kinds.ts";
import { QuestionFault } from "../../store/query/fault.ts";
import { checkFields } from "../../store/query/scope.ts";
import { requireAdminOf, seesRow } from "../access.ts";
import { audited } from "../audit.ts";
import { fieldProblem } from "../bi/input.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";

/** Evaluated each minute they cost below a tenth of a core. */
const RULES_MAX = 20_000;

/** Some fields of a rule; what they may be depends on its kind. */
export const changeSchema = z.strictObject(
  Object.fromEntries(RULE_FIELDS.map((name) => [name, z.unknown().optional()] as const)),
);

export interface Changing {
  request: Request;
  server: Bun.Server<unknown> | null;
  caller: Caller;
}

export interface KnownRule {
  rule: Rule;
  /** Null: ready-made, and not kept yet. */
  row: AlertRuleRow | null;
}

/** The rules that the caller may see, kept ones first. */
export function rulesSeenBy({ control }: Parts, caller: Caller, ready: readonly Rule[]): readonly KnownRule[] {
  const kept = control
    .alertRules()
    .filter(seesRow(caller))
    .flatMap((row): KnownRule[] => {
      const rule = readRule(row);
      return rule ? [{ rule, row }] : [];
    });
  const ids = new Set(kept.map(({ rule }) => rule.rule_id));
  return [...kept, ...ready.filter(({ rule_id }) => !ids.has(rule_id)).map((rule): KnownRule => ({ rule, row: null }))];
}

/** Throws Problem 404 for one that is not there or not theirs. */
export function ruleSeenBy({ control }: Parts, caller: Caller, rule_id: string): KnownRule {
  const row = control.alertRules().find((one) => one.rule_id === rule_id) ?? null;
  const rule = row ? readRule(row) : readyMadeRule(control, rule_id);
  if (rule && seesRow(caller)(rule)) return { rule, row };
  throw new Problem({ status: 404, title: "Not found", detail: "There is no such rule." });
}

/** Throws Problem 403, 404, 409 or 422. */
export function addRule(parts: Parts, by: Changing, body: RuleBody): KnownRule {
  checkRule(parts, by, body);
  if (parts.control.alertRules().length >= RULES_MAX)
    throw new Problem({ status: 409, title: "Too many", detail: `At most ${RULES_MAX} rules can be kept.` });
  return keep(parts, by, { ...body, rule_id: Bun.randomUUIDv7() }, null, "alert_rule_added");
}

/** Throws Problem 403, 404 or 422. */
export function changeRule(parts: Parts, by: Changing, rule_id: string, change: Record<string, unknown>): KnownRule {
  const { rule, row } = ruleSeenBy(parts, by.caller, rule_id);
  requireAdminOf(parts, by.request, rule.location_id);
  if (change.kind !== undefined && change.kind !== rule.kind)
    throw fieldProblem("kind", "The kind of a rule cannot be changed: make another one.");
  const { rule_id: _, ...before } = rule;
  // A ZodError becomes Problem 422 with the paths of what is wrong.
  const body = rulesSchema.parse({ ...before, ...change });
  // A rule can be switched off whatever has become of its KPI and its channels.
  const stops = change.enabled === false && Object.keys(change).length === 1;
  if (!stops) checkRule(parts, by, body);
  const known = keep(parts, by, { ...body, rule_id }, row, "alert_rule_changed");
  const other =
    body.location_id !== rule.location_id || ("bot_id" in body && "bot_id" in rule && body.bot_id !== rule.bot_id);
  const split = "by" in body && "by" in rule && body.by !== rule.by;
  if (!body.enabled && rule.enabled) parts.alerts.ruleChanged(rule_id, "The rule was switched off.");
  else if (other || split) parts.alerts.ruleChanged(rule_id, "The rule is about something else now.");
  return known;
}

/** A ready-made one goes back to how it came. Throws Problem 403 or 404. */
export function removeRule(parts: Parts, by: Changing, rule_id: string): void {
  const { rule, row } = ruleSeenBy(parts, by.caller, rule_id);
  requireAdminOf(parts, by.request, rule.location_id);
  if (row === null)
    throw new Problem({
      status: 404,
      title: "Not found",
      detail: "This ready-made rule is off: there is nothing to remove.",
    });
  parts.alerts.ruleChanged(rule_id, "The rule was removed.");
  parts.control.removeAlertRule(rule_id);
  note(parts, by, "alert_rule_removed", rule);
}

/** Throws Problem 403 for a location that is not theirs, 404 for one that is not there, 422 for what does not fit together. */
export function checkRule(parts: Parts, by: Changing, body: RuleBody, scope: "admin" | "read" = "admin"): void {
  const { control } = parts;
  const { location_id } = body;
  if (scope === "admin") requireAdminOf(parts, by.request, location_id);
  else if (!seesRow(by.caller)(body))
    throw new Problem({ status: 403, title: "Not allowed", detail: "You may not see this location." });
  if (location_id !== null && !control.location(location_id))
    throw new Problem({ status: 404, title: "Not found", detail: "There is no such location." });
  if ("kpi" in body) checkKpi(parts, body);
  if ("filters" in body) checkFilters(body.filters);
  for (const [index, channel_id] of body.channels.entries()) {
    const channel = control.notificationChannel(channel_id);
    if (!channel || !seesRow(by.caller)(channel))
      throw fieldProblem(`channels.${index}`, "There is no such channel.", "channel_unknown");
    // With a rule of every location, a channel is sent what is about its own.
    if (channel.location_id !== null && location_id !== null && channel.location_id !== location_id)
      throw fieldProblem(`channels.${index}`, "This channel is for another location.", "channel_location");
  }
  const contradiction = contradictionOf(body);
  if (contradiction) throw fieldProblem(contradiction.field, contradiction.detail, "contradiction");
}

function checkKpi({ control }: Parts, body: Extract<RuleBody, { kpi: string }>): void {
  const { location_id, kpi: key } = body;
  const kpi = knownKpi(control, { location_id, locations: location_id === null ? null : [location_id] }, key);
  if (!kpi) throw fieldProblem("kpi", "There is no such KPI.", "kpi_unknown");
  if (body.kind === "forecast_misses_target" && !addsUp(kpi))
    throw fieldProblem("kpi", "Only a KPI that adds up, a count or a sum, can be forecast for a month.", "kpi_unfit");
  if (body.kind === "anomaly" && !isSeries(kpi))
    throw fieldProblem("kpi", "This KPI tells nothing of a single hour or day.", "kpi_unfit");
}

function checkFilters(filters: readonly Filter[]): void {
  const none = { kpis: [], by: [], grain: null, from: 0, to: 0, timezone: "UTC", locations: null, rules: [] };
  try {
    checkFields({ ...none, filters });
  } catch (error) {
    if (error instanceof QuestionFault) throw fieldProblem(error.field, error.detail, error.code);
    throw error;
  }
}

function keep(parts: Parts, by: Changing, rule: Rule, before: AlertRuleRow | null, action: string): KnownRule {
  const { rule_id, ...body } = rule;
  const at = parts.now();
  const row: AlertRuleRow = {
    rule_id,
    location_id: rule.location_id,
    rule: JSON.stringify(body),
    created_by: before?.created_by ?? by.caller.name,
    created_at: before?.created_at ?? at,
    changed_by: by.caller.name,
    changed_at: at,
  };
  parts.control.putAlertRule(row);
  note(parts, by, before === null && isReadyMade(rule_id) ? "alert_rule_added" : action, rule);
  return { rule, row };
}

function note(parts: Parts, by: Changing, action: string, { rule_id, location_id, kind, enabled, name }: Rule): void {
  audited(parts, by, action, { object: rule_id, location_id, details: { kind, name, enabled } });
}
