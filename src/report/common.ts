/** What every report has in common: the timeframe, its zone, whose events, and how fresh they are. */
import { customTimeframe, type Range, type Timeframe, timeframeOf, widened } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Filter, TimeframeName } from "../catalogue/types.ts";
import type { Control } from "../control/control.ts";
import type { Question, Store } from "../store/store.ts";
import type { KeptJudgements } from "./watching.ts";

export interface ReportParts {
  store: Store;
  control: Control;
  /** What is watched already need not be judged once more. */
  watch?: KeptJudgements;
}

/** What was asked for, as every page and route of the API asks it. */
export interface Asked {
  /** A name, or a range by its ends. */
  timeframe: TimeframeName | Range;
  /** IANA; null: the location's, else the one that all locations share, else UTC. */
  timezone: string | null;
  /** The one location that was named; null: all of `locations`. */
  location_id: string | null;
  /** Those the caller may see; null: every one. */
  locations: readonly string[] | null;
  filters: readonly Filter[];
  /** True when whoever asks may see what is personal; left out: they may not, and it is masked. */
  personal?: boolean;
  /** Microseconds. */
  now: number;
  signal?: AbortSignal;
}

/** The asked, resolved: what a question needs beside its KPIs. */
export interface Framed {
  frame: Timeframe;
  timezone: string;
  scope: Pick<Question, "from" | "to" | "timezone" | "locations" | "filters" | "rules" | "now" | "signal">;
}

/** As of when an answer is complete. */
export interface Freshness {
  as_of: string;
  lag_ms: number;
}

const DAY = 86_400_000_000;

/** Resolves names to times; `all` looks up the first and the last event. */
export async function framed({ store, control }: ReportParts, asked: Asked): Promise<Framed> {
  const locations = asked.location_id === null ? asked.locations : [asked.location_id];
  const timezone = asked.timezone ?? timezoneOf(control, locations);
  const frame = await timeframe(store, asked, locations);
  const range = frame.name === "all" ? widened(frame) : frame;
  return {
    frame,
    timezone,
    scope: {
      from: range.from,
      to: range.to,
      timezone,
      locations,
      filters: asked.filters,
      rules: control.commissionRules(),
      now: asked.now,
      ...(asked.signal ? { signal: asked.signal } : {}),
    },
  };
}

/** Everything accepted before `as_of` is in the answer. */
export function freshnessOf(oldest_pending: number | null, now: number): Freshness {
  const as_of = Math.min(oldest_pending ?? now, now);
  return { as_of: formatInstant(as_of), lag_ms: Math.round((now - as_of) / 1_000) };
}

/** The currency that money is in when no event says otherwise: the location's, else the one all share, else USD. */
export function currencyOf(control: Control, locations: readonly string[] | null): string {
  return shared(control, locations, "currency") ?? "USD";
}

/** The zone that the locations share, else UTC. */
export function timezoneOf(control: Control, locations: readonly string[] | null): string {
  return shared(control, locations, "timezone") ?? "UTC";
}

function shared(control: Control, locations: readonly string[] | null, field: "timezone" | "currency"): string | null {
  const seen = control.locations().filter(({ location_id }) => locations === null || locations.includes(location_id));
  const values = new Set(seen.map((location) => location[field]));
  const [only] = values;
  return values.size === 1 && only !== undefined ? only : null;
}

async function timeframe(store: Store, asked: Asked, locations: readonly string[] | null): Promise<Timeframe> {
  if (typeof asked.timeframe !== "string") return customTimeframe(asked.timeframe);
  const extent = asked.timeframe === "all" ? await extentOf(store, locations, asked.signal) : null;
  return timeframeOf(asked.timeframe, asked.now, extent);
}

/** First and last event; the days come from a rollup, so that only two days of events are read. */
async function extentOf(
  store: Store,
  locations: readonly string[] | null,
  signal?: AbortSignal,
): Promise<{ first: number; last: number } | null> {
  const where = locations === null ? "true" : "list_contains($1, location_id)";
  const params = locations === null ? [] : [locations];
  const [days] = await store.rows<{ first: number | null; last: number | null }>(
    `SELECT min(bucket) AS first, max(bucket) AS last FROM rollup_day WHERE ${where}`,
    params,
    signal,
  );
  if (!days || days.first === null || days.last === null) return null;
  const within = (day: number): string => `time >= make_timestamp(${day}) AND time < make_timestamp(${day + DAY})`;
  const [times] = await store.rows<{ first: number | null; last: number | null }>(
    `SELECT (SELECT min(time) FROM events WHERE ${within(days.first)} AND ${where}) AS first, ` +
      `(SELECT max(time) FROM events WHERE ${within(days.last)} AND ${where}) AS last`,
    params,
    signal,
  );
  return times && times.first !== null && times.last !== null ? { first: times.first, last: times.last } : null;
}
