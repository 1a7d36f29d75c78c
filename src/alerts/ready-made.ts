/**
 * Rules that come ready-made and off: for every KPI with a target, and for what every team wants to know. They are not kept
 * until somebody switches one on.
 */

import { KPIS } from "../catalogue/kpis.ts";
import type { Kpi } from "../catalogue/types.ts";
import type { Control } from "../control/control.ts";
import { knownKpi } from "../report/custom-kpis.ts";
import { targetOf } from "../report/kpis.ts";
import { addsUp } from "../report/watching/kinds.ts";
import { type Rule, rulesSchema } from "./rule.ts";

const PREFIX = "ready";

/** True for the id of a ready-made rule, kept or not. */
export function isReadyMade(rule_id: string): boolean {
  return rule_id.startsWith(`${PREFIX}:`);
}

/** Those of these locations, and with `whole` those of the appliance; kept ones are among them as they come. */
export function readyMade(control: Control, location_ids: readonly string[], whole: boolean): readonly Rule[] {
  return [...location_ids.flatMap((location_id) => ofLocation(control, location_id)), ...(whole ? OF_ALL : [])];
}

/** The one of this id; null when nothing is called that. */
export function readyMadeRule(control: Control, rule_id: string): Rule | null {
  const [prefix, , ...place] = rule_id.split(":");
  if (prefix !== PREFIX) return null;
  const location_id = place.join(":");
  if (location_id === "") return OF_ALL.find((rule) => rule.rule_id === rule_id) ?? null;
  if (!control.location(location_id)) return null;
  return ofLocation(control, location_id).find((rule) => rule.rule_id === rule_id) ?? null;
}

function ofLocation(control: Control, location_id: string): readonly Rule[] {
  const own = control.targets().filter((target) => target.location_id === location_id);
  const kpis = new Map<string, Kpi>(KPIS.filter(({ target }) => target !== undefined).map((kpi) => [kpi.key, kpi]));
  for (const { kpi: key } of own) {
    const kpi = knownKpi(control, { location_id, locations: [location_id] }, key);
    if (kpi) kpis.set(key, kpi);
  }
  const targets = [...kpis.values()].flatMap((kpi) => targetRule(control, kpi, location_id) ?? []);
  return [
    ...targets,
    made("bot_silent", location_id, {
      kind: "bot_silent",
      name: "A bot is silent beyond its schedule",
      severity: "critical",
      for: "5m",
      notes: "See whether the bot and what it depends on still run.",
    }),
    made("stall", location_id, {
      kind: "stall",
      name: "A conversation stalled",
      group: { by: ["location", "kind"], wait: "30s" },
      notes: "Somebody should take over.",
    }),
  ];
}

/** What adds up is held against its target for the month; rates and times as they are. */
function targetRule(control: Control, kpi: Kpi, location_id: string): Rule | null {
  const target = targetOf(control, kpi, [location_id]);
  if (!target) return null;
  const rises = target.target.met === "gte";
  if (addsUp(kpi)) {
    return made(`target_${kpi.key}`, location_id, {
      kind: "forecast_misses_target",
      name: `${kpi.label} will miss its target`,
      kpi: kpi.key,
      margin: 0.05,
    });
  }
  return made(`target_${kpi.key}`, location_id, {
    kind: "threshold",
    name: `${kpi.label} is ${rises ? "below" : "above"} its target`,
    kpi: kpi.key,
    window: kpi.group === "leads" ? "7d" : "24h",
    direction: rises ? "below" : "above",
    value: "target",
    for: "30m",
  });
}

const OF_ALL: readonly Rule[] = [
  made("system_health", "", {
    kind: "system_health",
    name: "A part of the appliance is in trouble",
    severity: "critical",
    for: "2m",
  }),
  made("delivery_failed", "", { kind: "delivery_failed", name: "Alerts do not reach a channel" }),
];

function made(name: string, location_id: string, given: Record<string, unknown>): Rule {
  const rule = rulesSchema.parse({ ...given, location_id: location_id === "" ? null : location_id, enabled: false });
  return { ...rule, rule_id: `${PREFIX}:${name}:${location_id}` };
}
