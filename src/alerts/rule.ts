/**
 * What a rule is: one schema for the API, the database and the engine. A kind of rule is an entry of `rulesSchema`.
 * It must never hold what was computed from it.
 */
import { z } from "zod";
import { isField } from "../catalogue/fields.ts";
import { isTimezone } from "../catalogue/period.ts";
import type { ComparisonOp, Filter } from "../catalogue/types.ts";
import type { Timing } from "./state.ts";
import { DAY, durationOf, HOUR, isCalendar, lengthOf, MINUTE } from "./windows.ts";

const FILTERS_MAX = 20;
const VALUES_MAX = 100;
const CHANNELS_MAX = 20;
const OPS = ["eq", "ne", "in", "gt", "gte", "lt", "lte", "contains", "exists"] as const satisfies ComparisonOp[];
/** A rollup's row spans a quarter of an hour; shorter windows read events, which stays cheap only for so many minutes. */
const WINDOW_MIN = MINUTE;
const WINDOW_MAX = 92 * DAY;

function duration(least: number, most: number, says: string) {
  return z
    .string()
    .max(8)
    .refine((text) => {
      const length = durationOf(text);
      return length !== null && length >= least && length <= most;
    }, says);
}

function minutes(least: number, most: number, says: string) {
  return duration(least, most, says).refine((text) => lengthOf(text) % MINUTE === 0, "Use whole minutes.");
}

const WINDOW_SAYS = "Use a duration from 1m to 92d, such as 15m, 24h or 7d, or today, or month.";
const window = z
  .union([z.enum(["today", "month"]), minutes(WINDOW_MIN, WINDOW_MAX, WINDOW_SAYS)], { error: WINDOW_SAYS })
  .describe("What a value is counted over: a duration that ends now, today, or this month.");

const every = minutes(MINUTE, DAY, "Use a duration from 1m to 1d.")
  .optional()
  .describe("How often it is evaluated; by the length of the window when left out.");

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Use a local time, such as 22:00.");

const quiet = z
  .strictObject({
    days: z
      .array(z.int().min(1).max(7))
      .min(1)
      .max(7)
      .default([1, 2, 3, 4, 5, 6, 7])
      .describe("1 is Monday, 7 is Sunday: the days on which it begins."),
    from: clock,
    to: clock.describe("Not included; at or before `from` it is on the next day."),
    timezone: z
      .string()
      .max(64)
      .refine(isTimezone, "Use a name of the IANA database, such as Europe/Berlin.")
      .nullable()
      .default(null)
      .describe("null: the location's."),
  })
  .describe("When it is not delivered. It is evaluated all the same, and what still fires afterwards is told then.");

const group = z.strictObject({
  by: z
    .array(z.enum(["location", "kind"]))
    .max(2)
    .default(["location"]),
  wait: duration(1_000_000, HOUR, "Use a duration from 1s to 1h.").default("30s"),
});

const scalar = z.union([z.string().max(256), z.number(), z.boolean()]);
const filter = z
  .strictObject({
    field: z.string().min(1).max(256).refine(isField, "There is no such field."),
    op: z.enum(OPS),
    value: z.union([scalar, z.array(scalar).min(1).max(VALUES_MAX)]).default(true),
  })
  .refine(({ op, value }) => Array.isArray(value) === (op === "in"), {
    path: ["value"],
    message: "Only in takes a list, and it takes nothing else.",
  })
  .refine(({ op, value }) => op !== "exists" || typeof value === "boolean", {
    path: ["value"],
    message: "exists takes true or false.",
  });

const severity = z.enum(["info", "warning", "critical"]).default("warning");
const level = z.enum(["medium", "high", "critical"]);

const FOR_SAYS = "Use a duration up to 7d, or 0s.";

const common = {
  name: z.string().trim().min(1, "Give it a name.").max(120),
  location_id: z
    .string()
    .min(1)
    .max(64)
    .nullable()
    .default(null)
    .describe("null: every location, each for itself; for those who see all of them."),
  enabled: z.boolean().default(true),
  severity,
  every,
  for: z
    .union([z.literal("0s"), duration(1_000_000, 7 * DAY, FOR_SAYS)], { error: FOR_SAYS })
    .default("0s")
    .describe("How long the condition must hold before it fires; pending until then."),
  repeat_every: duration(5 * MINUTE, 30 * DAY, "Use a duration from 5m to 30d.")
    .nullable()
    .default(null)
    .describe("null: told once."),
  no_data: z
    .enum(["keep", "ok", "firing", "no_data"])
    .default("keep")
    .describe("When there is no value: stay as it was, be well, fire, or say so."),
  group: group
    .nullable()
    .default(null)
    .describe("Alerts of the same channels that come within `wait` make one notice."),
  quiet: quiet.nullable().default(null),
  channels: z
    .array(z.string().min(1).max(64))
    .max(CHANNELS_MAX)
    .default([])
    .describe("Where it is delivered; none: the page alone."),
  notes: z.string().max(2_000).default("").describe("What to do when it fires."),
} as const;

const filters = z.array(filter).max(FILTERS_MAX).default([]);
const bot = {
  bot_id: z.string().min(1).max(128).nullable().default(null).describe("One bot; null: all of them."),
  filters,
} as const;
const split = {
  by: z.enum(["bot_id"]).nullable().default(null).describe("bot_id: each bot for itself."),
} as const;
const kpi = z.string().min(1).max(64).describe("A KPI's key, of the catalogue or the team's own.");

const threshold = z.strictObject({
  kind: z.literal("threshold"),
  ...common,
  ...bot,
  ...split,
  kpi,
  window: window.default("1h"),
  direction: z.enum(["above", "below"]),
  value: z
    .union([z.number(), z.literal("target")], { error: "Use a number in the KPI's unit, or target." })
    .describe("In the KPI's unit, ratios and percents are 0..1; `target`: the target in force."),
  resolve: z
    .number()
    .nullable()
    .default(null)
    .describe("Over only beyond this value; null: as soon as it no longer holds."),
});

const change = z.strictObject({
  kind: z.literal("change"),
  ...common,
  ...bot,
  ...split,
  kpi,
  window: window.default("24h"),
  direction: z.enum(["above", "below", "either"]).default("either").describe("Grew, fell, or either."),
  value: z.number().min(0.001).max(1_000).describe("By at least this share of the period before: 0.3 is 30%."),
  resolve: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe("Over only within this share; null: as soon as it no longer holds."),
  at_least: z.number().min(0).default(0).describe("Says nothing while both values are below this."),
});

const anomaly = z.strictObject({
  kind: z.literal("anomaly"),
  ...common,
  ...bot,
  kpi,
  grain: z.enum(["hour", "day"]).default("hour"),
  direction: z.enum(["above", "below", "either"]).default("either"),
  min_severity: level.default("medium"),
});

const misses = z.strictObject({
  kind: z.literal("forecast_misses_target"),
  ...common,
  ...bot,
  kpi: kpi.describe("A KPI that adds up: a count or a sum."),
  period: z.literal("month").default("month"),
  value: z
    .union([z.number(), z.literal("target")], { error: "Use a number in the KPI's unit, or target." })
    .default("target")
    .describe("For the whole period; `target`: the target in force."),
  margin: z.number().min(0).max(0.9).default(0).describe("Says nothing while it misses by less than this share."),
});

const no_data = z.strictObject({
  kind: z.literal("no_data"),
  ...common,
  ...bot,
  types: z.array(z.string().min(1).max(64)).max(50).default([]).describe("Event types; none: any."),
  window: minutes(MINUTE, 31 * DAY, "Use a duration from 1m to 31d.")
    .default("1h")
    .describe("No such event for so long."),
});

const bot_silent = z.strictObject({
  kind: z.literal("bot_silent"),
  ...common,
  bot_id: z.string().min(1).max(128).nullable().default(null).describe("One bot; null: each of them for itself."),
});

const stall = z.strictObject({
  kind: z.literal("stall"),
  ...common,
  ...bot,
  ...split,
  window: minutes(MINUTE, 31 * DAY, "Use a duration from 1m to 31d.").default("15m"),
  count: z.int().min(1).max(1_000_000).default(1),
});

const system_health = z.strictObject({
  kind: z.literal("system_health"),
  ...common,
  checks: z.array(z.string().min(1).max(32)).max(20).default([]).describe("Names of /health's checks; none: any."),
  at_least: z.enum(["degraded", "critical"]).default("degraded"),
});

const delivery_failed = z
  .strictObject({ kind: z.literal("delivery_failed"), ...common })
  .describe("A failed delivery is on the page in any case; this also delivers it to channels of its own.");

export const rulesSchema = z.discriminatedUnion("kind", [
  threshold,
  change,
  anomaly,
  misses,
  no_data,
  bot_silent,
  stall,
  system_health,
  delivery_failed,
]);

/** As it is written and kept. */
export type RuleBody = z.output<typeof rulesSchema>;
export type RuleKind = RuleBody["kind"];

/** A rule as it is kept. */
export type Rule = RuleBody & { rule_id: string };

export const RULE_KINDS: readonly RuleKind[] = rulesSchema.options.map(({ shape }) => shape.kind.value);
/** About the appliance: they have no location. */
export const OF_THE_APPLIANCE: ReadonlySet<RuleKind> = new Set(["system_health", "delivery_failed"]);

/** Names of the fields of every kind together. */
export const RULE_FIELDS: readonly string[] = [
  ...new Set(rulesSchema.options.flatMap(({ shape }) => Object.keys(shape))),
];

const CADENCES: readonly { up_to: number; every: number }[] = [
  { up_to: HOUR, every: MINUTE },
  { up_to: 6 * HOUR, every: 5 * MINUTE },
  { up_to: DAY, every: 15 * MINUTE },
];

/** How often the rule is evaluated; microseconds. A long window moves little in a minute. */
export function everyOf(rule: RuleBody): number {
  if (rule.every !== undefined) return lengthOf(rule.every);
  if (rule.kind === "anomaly" || rule.kind === "forecast_misses_target") return 15 * MINUTE;
  // No bot is silent beyond its schedule within half an hour.
  if (rule.kind === "bot_silent") return 5 * MINUTE;
  if (!("window" in rule)) return MINUTE;
  const length = isCalendar(rule.window) ? DAY : lengthOf(rule.window);
  return CADENCES.find(({ up_to }) => length <= up_to)?.every ?? HOUR;
}

export function timingOf(rule: RuleBody, timezone: string): Timing {
  return {
    hold: lengthOf(rule.for),
    repeat_every: rule.repeat_every === null ? null : lengthOf(rule.repeat_every),
    no_data: rule.no_data,
    quiet: rule.quiet,
    timezone,
    worse: "direction" in rule && rule.direction === "below" ? "below" : "above",
  };
}

/** The filters of a rule, with its event types. */
export function filtersOf(rule: RuleBody): readonly Filter[] {
  const own = "filters" in rule ? rule.filters : [];
  return rule.kind === "no_data" && rule.types.length > 0
    ? [...own, { field: "type", op: "in", value: rule.types }]
    : own;
}

/** Problems that no field has alone: path and what is wrong. */
export function contradictionOf(rule: RuleBody): { field: string; detail: string } | null {
  if (OF_THE_APPLIANCE.has(rule.kind) && rule.location_id !== null)
    return { field: "location_id", detail: "This is about the whole appliance: leave the location out." };
  if ("by" in rule && rule.by !== null && rule.bot_id !== null)
    return { field: "by", detail: "One bot cannot be split by bot: leave out bot_id or by." };
  if (rule.kind === "threshold" && rule.resolve !== null) {
    if (rule.value === "target") return { field: "resolve", detail: "A target moves: leave resolve out beside it." };
    const within = rule.direction === "above" ? rule.resolve <= rule.value : rule.resolve >= rule.value;
    if (!within) return { field: "resolve", detail: "It must lie on the other side of value: there it is over." };
  }
  if (rule.kind === "change" && rule.resolve !== null && rule.resolve > rule.value)
    return { field: "resolve", detail: "It must be at most value: within it, it is over." };
  if (rule.every !== undefined && rule.kind === "no_data" && lengthOf(rule.every) > lengthOf(rule.window))
    return { field: "every", detail: "Evaluate it at least once in the window." };
  return null;
}
