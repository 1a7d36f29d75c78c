/** What rules need to know beside events: locations, KPIs, targets, and the rules themselves as they are in force. */

import type { AlertRuleRow } from "../control/alerts.ts";
import type { Control } from "../control/control.ts";
import { knownKpi } from "../report/custom-kpis.ts";
import { targetOf } from "../report/kpis.ts";
import type { Knowledge, Place } from "./kinds.ts";
import { OF_THE_APPLIANCE, type Rule, type RuleBody, rulesSchema } from "./rule.ts";
import { createWindows } from "./windows.ts";

export function knowledgeOf(control: Control): Knowledge {
  return {
    windows: createWindows(),
    kpiOf: (location_id, key) => knownKpi(control, { location_id, locations: [location_id] }, key),
    targetOf: (location_id, kpi) => targetOf(control, kpi, [location_id])?.target.value ?? null,
  };
}

/** The locations that the rule is about, each for itself; none for rules about the appliance. */
export function placesOf(control: Control, rule: RuleBody): readonly Place[] {
  if (OF_THE_APPLIANCE.has(rule.kind)) return [];
  const all = rule.location_id === null ? control.locations() : [control.location(rule.location_id)];
  return all.filter((location) => location !== null);
}

/** A rule from its row; null for one that this version does not understand. */
export function readRule({ rule_id, rule }: Pick<AlertRuleRow, "rule_id" | "rule">): Rule | null {
  const parsed = rulesSchema.safeParse(JSON.parse(rule));
  return parsed.success ? { ...parsed.data, rule_id } : null;
}

/** The rules as they are kept; each is parsed when its text has changed. */
export function createRuleBook(control: Pick<Control, "alertRules">): () => readonly Rule[] {
  let rows: readonly AlertRuleRow[] | null = null;
  let parsed = new Map<string, { text: string; rule: Rule | null }>();
  let rules: readonly Rule[] = [];
  return () => {
    const now = control.alertRules();
    if (now === rows) return rules;
    rows = now;
    parsed = new Map(
      now.map((row) => {
        const before = parsed.get(row.rule_id);
        return [row.rule_id, before?.text === row.rule ? before : { text: row.rule, rule: readRule(row) }];
      }),
    );
    rules = [...parsed.values()].flatMap(({ rule }) => rule ?? []);
    return rules;
  };
}
