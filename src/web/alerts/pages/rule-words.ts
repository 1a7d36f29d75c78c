/** What a rule watches for, in a sentence. */
import { exactText, nameOf } from "../../../../views/format.ts";
import type { Rule } from "../../../alerts/rule.ts";
import { durationText, lengthOf, windowText } from "../../../alerts/windows.ts";
import type { Unit } from "../../../catalogue/types.ts";

/** `unit` and `currency`: of the rule's KPI. */
export function ruleWords(rule: Rule, kpi: { label: string; unit: Unit } | null, currency: string): string {
  const held = lengthOf(rule.for) > 0 ? `, held for ${durationText(rule.for)}` : "";
  const bot = "bot_id" in rule && rule.bot_id !== null ? ` of ${nameOf(rule.bot_id)}` : "";
  const each = "by" in rule && rule.by !== null ? ", each bot for itself" : "";
  const label = `${kpi?.label ?? ("kpi" in rule ? rule.kpi : "")}${bot}`;
  return `${sentence(rule, label, kpi?.unit ?? "count", currency)}${each}${held}.`;
}

function sentence(rule: Rule, label: string, unit: Unit, currency: string): string {
  const amount = (value: number | "target"): string =>
    value === "target" ? "its target" : exactText(unit === "money" ? value.toFixed(2) : value, unit, currency);
  switch (rule.kind) {
    case "threshold": {
      const over = rule.resolve === null ? "" : `, over beyond ${amount(rule.resolve)}`;
      return `${label} ${rule.direction} ${amount(rule.value)} ${windowText(rule.window)}${over}`;
    }
    case "change": {
      const way = { above: "grew", below: "fell", either: "moved" }[rule.direction];
      return `${label} ${way} by ${exactText(rule.value, "percent")} or more ${windowText(rule.window)}`;
    }
    case "anomaly":
      return `${label} unlike all it did before by the ${rule.grain}, ${rule.min_severity} or worse`;
    case "forecast_misses_target": {
      const margin = rule.margin > 0 ? ` by more than ${exactText(rule.margin, "percent")}` : "";
      return `${label} of the month is forecast to miss ${amount(rule.value)}${margin}`;
    }
    case "no_data":
      return `No ${rule.types.length === 0 ? "event" : rule.types.join(" or ")} for ${durationText(rule.window)}`;
    case "bot_silent":
      return `${rule.bot_id === null ? "A bot" : nameOf(rule.bot_id)} is silent beyond its own schedule`;
    case "stall":
      return `${rule.count === 1 ? "A stall" : `${rule.count} stalls`}${rule.bot_id === null ? "" : ` of ${nameOf(rule.bot_id)}`} ${windowText(rule.window)}`;
    case "system_health":
      return `${rule.checks.length === 0 ? "Any part of the appliance" : rule.checks.join(" or ")} is ${rule.at_least}${rule.at_least === "degraded" ? " or worse" : ""}`;
    case "delivery_failed":
      return "A delivery was given up";
  }
}
