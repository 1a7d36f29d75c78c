/** Rules as forms hold them: from a rule to what stands in the fields, and back to what the schema of rules reads. */

import { RULE_FORMS } from "../../../../views/alerts/rule-fields.ts";
import type { RuleTyped } from "../../../../views/alerts/rule-form.ts";
import type { Errors } from "../../../../views/parts/settings.ts";
import { RULE_KINDS, type RuleBody, type RuleKind, rulesSchema } from "../../../alerts/rule.ts";
import type { Filter } from "../../../catalogue/types.ts";
import { commonBody } from "../../bi/input.ts";

/** Percent in the form, a share in the rule. */
const PERCENT: Readonly<Record<string, readonly string[]>> = {
  change: ["value", "resolve"],
  forecast_misses_target: ["margin"],
};
const NUMBERS: readonly string[] = ["value", "resolve", "at_least", "margin", "count"];
const LINES: readonly string[] = ["types", "checks"];
const ALL_DAYS = ["1", "2", "3", "4", "5", "6", "7"];

/** What stands where there is no better word. */
const FAULTS: Errors = {
  name: "Give it a name, so that people know it again.",
  location_id: "Choose a location of the list.",
  kpi: "Choose a KPI of the list.",
  value: "Write a number.",
  resolve: "Write a number, or leave it empty.",
  at_least: "Write a number from 0 on.",
  margin: "Write a percentage from 0 to 90.",
  count: "Write a whole number from 1 on.",
  notes: "Write at most 2,000 characters.",
  types: "Write names of event types, one a line.",
  checks: "Write names of checks, one a line.",
  filters: "Write field:op:value, one a line; the field must exist.",
  quiet_from: "Write local times such as 22:00 in both fields.",
  window: "Write a duration such as 15m, 24h or 7d; of values also today or month.",
  for: "Write a duration up to 7d, such as 10m, or 0s.",
  every: "Write whole minutes up to 1d, such as 5m, or leave it empty.",
  repeat_every: "Write a duration from 5m to 30d, such as 1h, or leave it empty.",
  group_wait: "Use a duration from 1s to 1h, such as 30s.",
};

export function isRuleKind(kind: string | null | undefined): kind is RuleKind {
  return RULE_KINDS.some((known) => known === kind);
}

/** The fields of a form that was sent. */
export function typedIn(form: URLSearchParams): RuleTyped {
  const names = [...new Set(form.keys())].filter((name) => name !== "csrf");
  return Object.fromEntries(
    names.map((name) => [name, form.getAll(name).map((text) => text.replaceAll("\r\n", "\n"))]),
  );
}

/** What a new rule of the kind begins with: what its schema says where something is left out. */
export function freshTyped(kind: RuleKind, location_id: string | null): RuleTyped {
  const label = RULE_FORMS.find((form) => form.kind === kind)?.says ?? "";
  const given = { kind, name: label, location_id, kpi: "revenue", direction: "below", value: 0.3 };
  const known = rulesSchema.safeParse(
    Object.fromEntries(Object.entries(given).filter(([name]) => shapeOf(kind).includes(name))),
  );
  if (!known.success) return {};
  const typed = { ...typedOf(known.data), name: [""] };
  return kind === "threshold" ? { ...typed, value: [""], against: ["value"] } : typed;
}

export function typedOf(rule: RuleBody): RuleTyped {
  const { kind, quiet, group, channels, enabled } = rule;
  const plain = Object.entries(rule).flatMap(([name, value]): [string, readonly string[]][] => {
    if (["quiet", "group", "channels", "filters", "enabled"].includes(name)) return [];
    if (value === null || value === undefined) return [[name, [""]]];
    if (name === "value" && value === "target") return [["value", [""]]];
    if (Array.isArray(value)) return [[name, [value.join("\n")]]];
    if (typeof value === "number" && isPercent(kind, name))
      return [[name, [String(Number((value * 100).toPrecision(12)))]]];
    return [[name, [String(value)]]];
  });
  return {
    ...Object.fromEntries(plain),
    ...("value" in rule ? { against: [rule.value === "target" ? "target" : "value"] } : {}),
    ...("by" in rule ? { by: rule.by === null ? [] : ["on"] } : {}),
    ...("filters" in rule ? { filters: [rule.filters.map(filterLine).join("\n")] } : {}),
    enabled: [String(enabled)],
    channels,
    group_wait: [group?.wait ?? ""],
    quiet_from: [quiet?.from ?? ""],
    quiet_to: [quiet?.to ?? ""],
    quiet_days: quiet ? quiet.days.map(String) : ALL_DAYS,
  };
}

/**
 * The rule that was typed, or what is wrong with it by field. `before`: the rule that is changed, for what a form does
 * not show.
 */
export function readTyped(
  kind: RuleKind,
  typed: RuleTyped,
  before: RuleBody | null,
): { rule: RuleBody; errors: null } | { rule: null; errors: Errors } {
  const text = (name: string): string => (typed[name]?.[0] ?? "").trim();
  const errors: Record<string, string> = {};
  const fields = shapeOf(kind).filter((name) => name !== "kind");
  const given: Record<string, unknown> = { kind };
  for (const name of fields) {
    const value = valueIn(kind, name, typed, text);
    if (value !== undefined) given[name] = value;
  }
  if (fields.includes("filters")) {
    const filters = filtersIn(text("filters"), before);
    if (filters) given.filters = filters;
    else errors.filters = FAULTS.filters ?? "";
  }
  if (text("quiet_from") !== "" || text("quiet_to") !== "") {
    const days = (typed.quiet_days ?? []).map(Number);
    given.quiet = { from: text("quiet_from"), to: text("quiet_to"), days, timezone: before?.quiet?.timezone ?? null };
  }
  const wait = text("group_wait");
  if (wait !== "") given.group = { wait, ...(before?.group ? { by: before.group.by } : {}) };
  const read = rulesSchema.safeParse(given);
  if (read.success && Object.keys(errors).length === 0) return { rule: read.data, errors: null };
  for (const { path, message } of read.error?.issues ?? []) {
    const field = fieldOf(path.map(String).join("."));
    errors[field] ??= FAULTS[field] ?? message;
  }
  return { rule: null, errors };
}

/** A fault's path as the form calls its field: "quiet.from" is "quiet_from", "filters.0.field" is "filters". */
export function fieldOf(path: string): string {
  const [first = "form", second] = path.split(".");
  if (first === "quiet") return second === "days" ? "quiet_days" : "quiet_from";
  if (first === "group") return "group_wait";
  return first;
}

function valueIn(kind: RuleKind, name: string, typed: RuleTyped, text: (name: string) => string): unknown {
  const value = text(name);
  switch (name) {
    case "location_id":
    case "bot_id":
    case "repeat_every":
      return value === "" ? null : value;
    case "every":
      return value === "" ? undefined : value;
    case "enabled":
      return value !== "false";
    case "by":
      return value === "" ? null : "bot_id";
    case "channels":
      return typed.channels ?? [];
    case "filters":
    case "quiet":
    case "group":
      return undefined;
    case "period":
      return "month";
    default:
      break;
  }
  if (name === "value" && text("against") === "target") return "target";
  if (LINES.includes(name)) return linesOf(value);
  if (!NUMBERS.includes(name) || (kind === "system_health" && name === "at_least")) return value;
  if (value === "") return name === "resolve" ? null : name === "value" || name === "count" ? "" : 0;
  const number = Number(value.replace(",", "."));
  if (!Number.isFinite(number)) return value;
  return isPercent(kind, name) ? Number((number / 100).toPrecision(12)) : number;
}

function isPercent(kind: string, name: string): boolean {
  return PERCENT[kind]?.includes(name) === true;
}

function shapeOf(kind: RuleKind): readonly string[] {
  return Object.keys(rulesSchema.options.find(({ shape }) => shape.kind.value === kind)?.shape ?? {});
}

function linesOf(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** What stood there is kept as it was while nobody changes it: a line cannot say every filter. */
function filtersIn(text: string, before: RuleBody | null): readonly Filter[] | null {
  const known = before && "filters" in before ? before.filters : [];
  if (linesOf(known.map(filterLine).join("\n")).join("\n") === linesOf(text).join("\n")) return known;
  const read = commonBody.shape.filters.safeParse(linesOf(text));
  return read.success ? read.data : null;
}

function filterLine({ field, op, value }: Filter): string {
  if (op === "exists") return value === false ? `${field}:exists:false` : `${field}:exists`;
  return `${field}:${op}:${Array.isArray(value) ? value.join(",") : String(value)}`;
}
