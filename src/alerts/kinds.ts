/**
 * The kinds of rules that look at values of the store: what each wants to know at an instant, and what it makes of it.
 * To add one, add an entry. Live and in a backtest the same entry is asked.
 */
import type { Range } from "../catalogue/period.ts";
import type { Filter, Kpi } from "../catalogue/types.ts";
import { judgeBound, judgeChange, judgeCount, judgeNone } from "./judge.ts";
import { emptyValue, type Values, type Wanted } from "./readings.ts";
import { filtersOf, type RuleBody } from "./rule.ts";
import type { Observation } from "./state.ts";
import type { Windows } from "./windows.ts";

/** A location as rules need it. */
export interface Place {
  location_id: string;
  timezone: string;
  currency: string;
}

export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** What was seen of one series. */
export interface Seen {
  observation: Observation;
  /** The numbers that texts are made of. */
  facts: Facts;
}

/** By bot; "" for a series of all bots together. */
export type SeenByBot = ReadonlyMap<string, Seen>;

export interface Knowledge {
  windows: Windows;
  /** The KPI of this key as the location knows it; null when there is none (any more). */
  kpiOf(location_id: string, key: string): Kpi | null;
  /** The target in force; null without one. */
  targetOf(location_id: string, kpi: Kpi): number | null;
}

type OfKind<Kind extends RuleBody["kind"]> = Extract<RuleBody, { kind: Kind }>;
export type ValueRule = OfKind<"threshold" | "change" | "no_data" | "stall">;

/** Null: not of this file. */
export function valueRule(rule: RuleBody): ValueRule | null {
  switch (rule.kind) {
    case "threshold":
    case "change":
    case "no_data":
    case "stall":
      return rule;
    default:
      return null;
  }
}

/** Counts that have no entry in the catalogue: they are about events, not about the business. */
const EVENTS: Kpi = countKpi("events_matching", "Events", "count()");
const STALLS: Kpi = countKpi(
  "stalls",
  "Stalls",
  'count(type = "jorge_qualification_progress" and data.stall_detected = true or type = "conversation_event" and data.event = "stalled")',
);

/** What is to be read for the rule at `t`; a text says why it cannot be asked at all. */
export function wantedOf(rule: ValueRule, place: Place, t: number, known: Knowledge): readonly Wanted[] | string {
  const kpi = kpiOf(rule, place, known);
  if (kpi === null) return "The KPI of this rule is not defined here any more.";
  if (rule.kind === "threshold" && rule.value === "target" && known.targetOf(place.location_id, kpi) === null)
    return "There is no target for the KPI of this rule.";
  const at = known.windows.at(rule.window, place.timezone, t);
  const current = wanted(rule, place, kpi, at, rule.window);
  if (rule.kind !== "change") return [current];
  const before = known.windows.before(rule.window, place.timezone, t);
  return [current, wanted(rule, place, kpi, before, `before ${rule.window}`)];
}

/**
 * What the values that were wanted say, each series for itself. `values` in the order of `wantedOf`; `also`: bots that were
 * seen before, of which nothing came now.
 */
export function seenOf(
  rule: ValueRule,
  place: Place,
  values: readonly Values[],
  also: readonly string[],
  known: Knowledge,
): SeenByBot {
  const [current = new Map(), previous = new Map()] = values;
  const bots = new Set([...also, ...current.keys(), ...previous.keys()]);
  const kpi = kpiOf(rule, place, known);
  const none = kpi && emptyValue(kpi);
  const of = (given: Values, bot: string): number | null => (given.has(bot) ? (given.get(bot) ?? null) : none);
  return new Map([...bots].map((bot) => [bot, seen(rule, place, kpi, known, of(current, bot), of(previous, bot))]));
}

function seen(
  rule: ValueRule,
  place: Place,
  kpi: Kpi | null,
  known: Knowledge,
  value: number | null,
  previous: number | null,
): Seen {
  switch (rule.kind) {
    case "threshold": {
      const bound = rule.value === "target" ? kpi && known.targetOf(place.location_id, kpi) : rule.value;
      if (bound === null) return { observation: { kind: "no_data" }, facts: {} };
      const { direction, resolve } = rule;
      const facts = { kpi: rule.kpi, value, threshold: bound, direction, window: rule.window };
      return { observation: judgeBound(value, { direction, bound, resolve }), facts };
    }
    case "change": {
      const observation = judgeChange(value, previous, rule);
      const change = observation.kind === "value" ? observation.value : null;
      return { observation, facts: { kpi: rule.kpi, value, previous, change, window: rule.window } };
    }
    case "no_data":
      return { observation: judgeNone(value), facts: { events: value, window: rule.window } };
    case "stall":
      return {
        observation: judgeCount(value, rule.count),
        facts: { stalls: value, threshold: rule.count, window: rule.window },
      };
  }
}

function wanted(
  rule: ValueRule,
  { location_id, currency, timezone }: Place,
  kpi: Kpi,
  range: Range,
  window: string,
): Wanted {
  const each = "by" in rule && rule.by === "bot_id";
  const bot = each ? "each" : rule.bot_id === null ? null : { id: rule.bot_id };
  const filters: readonly Filter[] = filtersOf(rule);
  return { kpi, location_id, currency, range, window, timezone, filters, bot };
}

function kpiOf(rule: ValueRule, { location_id }: Place, known: Knowledge): Kpi | null {
  if (rule.kind === "no_data") return EVENTS;
  return rule.kind === "stall" ? STALLS : known.kpiOf(location_id, rule.kpi);
}

function countKpi(key: string, label: string, formula: string): Kpi {
  return { key, label, unit: "count", better: null, description: "", formula, dimensions: [], group: "custom" };
}
