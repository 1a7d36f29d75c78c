/**
 * The kinds of rules that look at a history: read once over a stretch of time, then told for any instant of it. Live, the
 * stretch is the instant.
 * It must never let what came later into what is told of an instant.
 */
import { bucketsOf, type Range } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Filter, Kpi } from "../catalogue/types.ts";
import type { ReportParts } from "../report/common.ts";
import { forecastOf, HISTORY_US, LEVEL } from "../report/forecast.ts";
import { sinceFirst } from "../report/history.ts";
import { recordsOf } from "../report/read-answer.ts";
import { addsUp } from "../report/watching/kinds.ts";
import { bucketsOver, judgedSeries } from "../report/watching.ts";
import { botsHeard, heardBy } from "./heard.ts";
import type { Knowledge, Place, Seen, SeenByBot } from "./kinds.ts";
import type { RuleBody } from "./rule.ts";
import { silenceOf } from "./silence.ts";
import { DAY, HOUR, MINUTE } from "./windows.ts";

type OfKind<Kind extends RuleBody["kind"]> = Extract<RuleBody, { kind: Kind }>;
export type TimelineRule = OfKind<"anomaly" | "forecast_misses_target" | "bot_silent">;

export interface Timeline {
  at(t: number): SeenByBot;
}

/** Null: not of this file. */
export function timelineRule(rule: RuleBody): TimelineRule | null {
  switch (rule.kind) {
    case "anomaly":
    case "forecast_misses_target":
    case "bot_silent":
      return rule;
    default:
      return null;
  }
}

/** What is seen at each instant of [from, to]; rejects for what cannot be asked. */
export function timelineOf(
  rule: TimelineRule,
  place: Place,
  range: Range,
  parts: ReportParts,
  known: Knowledge,
  signal?: AbortSignal,
): Promise<Timeline> {
  switch (rule.kind) {
    case "anomaly":
      return anomalies(rule, place, range, parts, known, signal);
    case "forecast_misses_target":
      return outlook(rule, place, range, parts, known, signal);
    case "bot_silent":
      return silences(rule, place, range, parts, signal);
  }
}

/**
 * While this stays the same, so does what is seen at an instant, as long as no event comes: the bucket that ended last, or
 * the day that is running. Null: it changes with every instant.
 */
export function standsFor(rule: TimelineRule, { timezone }: Place, t: number): number | null {
  if (rule.kind === "bot_silent") return null;
  const grain = rule.kind === "anomaly" ? rule.grain : "day";
  return bucketsOf(grain, timezone, t, t + 1)[0]?.start ?? t;
}

const NO_DATA: Seen = { observation: { kind: "no_data" }, facts: {} };
const LEVELS = ["medium", "high", "critical"] as const;

/** The bucket that ended last, as everything else judges it. */
async function anomalies(
  rule: OfKind<"anomaly">,
  place: Place,
  { from, to }: Range,
  parts: ReportParts,
  known: Knowledge,
  signal?: AbortSignal,
): Promise<Timeline> {
  const { grain, bot_id, filters, direction, min_severity } = rule;
  const kpi = kpiOf(rule, place, known);
  const { location_id, timezone, currency } = place;
  const longest = grain === "hour" ? 2 * HOUR : 2 * DAY;
  const asked = { kpi, location_id, bot_id, filters, grain, from: from - longest, to, ...(signal ? { signal } : {}) };
  const found = await judgedSeries(parts, asked);
  const series = found.find((one) => one.currency === null || one.currency === currency) ?? found[0];
  const judged = new Map(series?.judged.map((one) => [one.bucket.end, one]));
  const bot = bot_id ?? "";
  const ends = bucketsOver(grain, timezone, from - longest, to).map(({ end }) => end);
  return {
    at(t) {
      const one = judged.get(ends.findLast((end) => end <= t) ?? 0);
      if (!one) return new Map([[bot, NO_DATA]]);
      const { bucket, judgement } = one;
      const { value, expected, lower, upper, score, anomaly, severity, side } = judgement;
      const severe = severity !== null && LEVELS.indexOf(severity) >= LEVELS.indexOf(min_severity);
      const breach = anomaly && severe && (direction === "either" || side === direction);
      const bucketAt = formatInstant(bucket.start);
      const facts = { kpi: rule.kpi, value, expected, lower, upper, score, judged: severity, t: bucketAt, grain };
      return new Map([[bot, { observation: { kind: "value", value, breach, clear: !breach }, facts }]]);
    },
  };
}

const HISTORY_DAYS = Math.round(HISTORY_US / DAY);
/** A month may begin so long before its end. */
const MONTH_MOST = 33 * DAY;

/** What the month will come to, as the pages forecast it: its complete days, and the forecast of those that are left. */
async function outlook(
  rule: OfKind<"forecast_misses_target">,
  place: Place,
  { from, to }: Range,
  { store, control }: ReportParts,
  known: Knowledge,
  signal?: AbortSignal,
): Promise<Timeline> {
  const kpi = kpiOf(rule, place, known);
  if (!addsUp(kpi)) throw new Error("Only a KPI that adds up, a count or a sum, can be forecast for a month.");
  const { location_id, timezone, currency } = place;
  const days = bucketsOf("day", timezone, from - HISTORY_US - MONTH_MOST, Math.max(to, from + 1));
  const first = days[0]?.start ?? from;
  const own: readonly Filter[] = rule.bot_id === null ? [] : [{ field: "bot_id", op: "eq", value: rule.bot_id }];
  const answer = await store.ask({
    kpis: [kpi],
    by: [],
    grain: "day",
    from: first,
    to: days.at(-1)?.end ?? to,
    timezone,
    locations: [location_id],
    filters: [...own, ...rule.filters],
    rules: control.commissionRules(),
    now: Math.max(to, from),
    ...(signal ? { signal } : {}),
  });
  const records = recordsOf(answer);
  const shown = records.some((row) => row.currency === currency) ? currency : (records[0]?.currency ?? null);
  const values = new Map(
    records
      .filter((row) => row.currency === null || row.currency === shown)
      .map(({ cells }) => [String(cells.t), Number(cells[kpi.key] ?? 0)]),
  );
  const events = new Map<number, string>();
  const noted = { locations: [location_id], kind: "holiday", from: first, to: to + MONTH_MOST } as const;
  for (const note of control.annotations(noted))
    for (const { start } of bucketsOf("day", timezone, note.from, note.to)) events.set(start, note.text);
  const rises = kpi.better !== "down";
  const bound = rule.value === "target" ? known.targetOf(location_id, kpi) : rule.value;
  const made = new Map<number, Seen>();
  return {
    at(t) {
      const today = days.findLast(({ start }) => start <= t)?.start ?? t;
      const before = made.get(today);
      if (before) return new Map([[rule.bot_id ?? "", before]]);
      const complete = days.filter(({ end }) => end <= today);
      const [month] = bucketsOf("month", timezone, today, today + 1);
      const past = complete.slice(-HISTORY_DAYS);
      const history = sinceFirst(past.map(({ start }) => values.get(formatInstant(start)) ?? 0));
      const done = complete
        .filter(({ start }) => start >= (month?.start ?? today))
        .reduce((sum, { start }) => sum + (values.get(formatInstant(start)) ?? 0), 0);
      const ahead = month ? bucketsOf("day", timezone, today, month.end) : [];
      const known = [...past.slice(past.length - history.length), ...ahead].map(
        ({ start }) => events.get(start) ?? null,
      );
      const labels = known.some((label) => label !== null) ? known : null;
      const seen = missed(rule, { history, done, left: ahead.length, labels, bound, rises });
      made.set(today, seen);
      return new Map([[rule.bot_id ?? "", seen]]);
    },
  };
}

function missed(
  rule: OfKind<"forecast_misses_target">,
  given: {
    history: readonly number[];
    done: number;
    left: number;
    labels: readonly (string | null)[] | null;
    bound: number | null;
    rises: boolean;
  },
): Seen {
  const { history, done, left, labels, bound, rises } = given;
  const ahead = left === 0 ? null : forecastOf(history, left, labels);
  if (bound === null || (left > 0 && ahead === null)) return NO_DATA;
  const value = tidy(done + (ahead?.total ?? 0));
  const breach = rises ? value < bound * (1 - rule.margin) : value > bound * (1 + rule.margin);
  const interval = ahead?.total_intervals?.find(({ level }) => level === LEVEL);
  const range = interval ? { lower: tidy(done + interval.lower), upper: tidy(done + interval.upper) } : {};
  const facts = { kpi: rule.kpi, value, threshold: bound, so_far: tidy(done), days_left: left, ...range };
  return { observation: { kind: "value", value, breach, clear: !breach }, facts };
}

/** Each bot for itself, or the one. */
async function silences(
  rule: OfKind<"bot_silent">,
  { location_id, timezone }: Place,
  range: Range,
  { store }: ReportParts,
  signal?: AbortSignal,
): Promise<Timeline> {
  const heard = await botsHeard(store, location_id, range, signal);
  const bots = [...heard].filter(([bot_id]) => rule.bot_id === null || bot_id === rule.bot_id);
  return {
    at(t) {
      const seen = new Map<string, Seen>();
      for (const [bot_id, times] of bots) {
        const known = heardBy(times, t);
        const silence = known && silenceOf(known, timezone, t);
        if (!known || !silence) continue;
        const value = Math.round(silence.silent / MINUTE);
        const facts = {
          bot_id,
          silent_minutes: value,
          usual_gap_minutes: silence.usual_gap === null ? null : Math.round(silence.usual_gap / MINUTE),
          last_event_at: formatInstant(known.last),
          likely: silence.likely,
        };
        const { beyond } = silence;
        seen.set(bot_id, { observation: { kind: "value", value, breach: beyond, clear: !beyond }, facts });
      }
      return seen;
    },
  };
}

function kpiOf(rule: { kpi: string }, { location_id }: Place, known: Knowledge): Kpi {
  const kpi = known.kpiOf(location_id, rule.kpi);
  if (kpi) return kpi;
  throw new Error("The KPI of this rule is not defined here any more.");
}

function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
