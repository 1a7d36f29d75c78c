/** KPIs as series of buckets: what happened in each, by currency, and by bot where that is asked. */
import { type Bucket, bucketsOf } from "../../catalogue/period.ts";
import { formatInstant } from "../../catalogue/time.ts";
import type { Kpi } from "../../catalogue/types.ts";
import type { Answer, Cell, Question } from "../../store/store.ts";
import type { Framed, ReportParts } from "../common.ts";
import { textOf } from "../read-answer.ts";
import { belowTheLine, isOfBots, type WatchGrain } from "./kinds.ts";

/** One KPI of one bot (or of all) in one currency. */
export interface WatchedSeries {
  kpi: Kpi;
  /** Of money. */
  currency: string | null;
  /** Undefined: of all bots together; null: of events without a bot. */
  bot_id: string | null | undefined;
  /** A value for each bucket; null where there is nothing below the line. */
  values: readonly (number | null)[];
  /** Of a share of counts: the count below the line. */
  weights: readonly number[] | null;
}

export interface SeriesAsked {
  kpis: readonly Kpi[];
  grain: WatchGrain;
  buckets: readonly Bucket[];
  /** Each bot by itself instead of all together. */
  by_bot: boolean;
}

type Scope = Omit<Framed["scope"], "from" | "to">;

/** An answer of so many cells is made in some 20 ms, which others have to wait. */
const CELLS_AT_ONCE = 6_000;
const BOTS_EXPECTED = 6;

/** Sums of doubles differ in their last digits with the order of adding: no judgement may depend on it. */
const DIGITS = 12;

/**
 * One question for so many KPIs that nobody waits long for its answer. From the rollups, percentiles too: what is judged
 * must be the same number however long the range is that it is asked with.
 */
export async function seriesOf(
  { store }: Pick<ReportParts, "store">,
  scope: Scope,
  { kpis, grain, buckets, by_bot }: SeriesAsked,
): Promise<readonly WatchedSeries[]> {
  const from = buckets[0]?.start;
  const to = buckets.at(-1)?.end;
  if (from === undefined || to === undefined) return [];
  const rows = buckets.length * (by_bot ? BOTS_EXPECTED : 1);
  const size = Math.max(1, Math.floor(CELLS_AT_ONCE / rows));
  const found: WatchedSeries[] = [];
  const asked = by_bot ? kpis.filter(isOfBots) : kpis;
  for (let at = 0; at < asked.length; at += size) {
    const some = asked.slice(at, at + size);
    const weights = some.map(belowTheLine);
    const question: Question = {
      ...scope,
      from,
      to,
      kpis: [...some, ...weights.filter((kpi) => kpi !== null)],
      by: by_bot ? ["bot_id"] : [],
      grain,
      source: "rollup",
    };
    found.push(...readSeries(await store.ask(question), some, weights, { buckets, by_bot }));
  }
  return found;
}

/** The buckets of a grain that begin in [from, to). */
export function bucketsFrom(grain: WatchGrain, timezone: string, from: number, to: number): readonly Bucket[] {
  return bucketsOf(grain, timezone, from, to).filter(({ start }) => start >= from);
}

/** The rows of one segment in one currency, by bucket. */
export interface Group {
  /** Undefined where nothing was split. */
  key: string | null | undefined;
  currency: string | null;
  rows: readonly (readonly Cell[] | undefined)[];
}

function readSeries(
  answer: Answer,
  kpis: readonly Kpi[],
  weights: readonly (Kpi | null)[],
  { buckets, by_bot }: Pick<SeriesAsked, "buckets" | "by_bot">,
): readonly WatchedSeries[] {
  const groups = groupsOf(answer, buckets, by_bot ? "bot_id" : null);
  return kpis.flatMap((kpi, index) => {
    const column = columnOf(answer, kpi.key);
    const below = weights[index] ? columnOf(answer, weights[index].key) : -1;
    const money = kpi.unit === "money";
    // What has no currency stands beside each: once is enough.
    const own = money ? groups : groups.filter((group, at) => groups.findIndex((one) => sameBot(one, group)) === at);
    return own.map(({ key, currency, rows }): WatchedSeries => {
      const values = rows.map((row) => numberOf(row?.[column] ?? null));
      const counts = below < 0 ? null : rows.map((row) => Number(row?.[below] ?? 0));
      return { kpi, currency: money ? currency : null, bot_id: key, values, weights: counts };
    });
  });
}

/** Rows by what they were split by. */
export function groupsOf(answer: Answer, buckets: readonly Bucket[], by: string | null): readonly Group[] {
  const places = new Map(buckets.map(({ start }, index) => [formatInstant(start), index]));
  const only = answer.columns.find(({ currency }) => currency !== undefined)?.currency ?? null;
  const time = columnOf(answer, "t");
  const split = by === null ? -1 : columnOf(answer, by);
  const money = columnOf(answer, "currency");
  const groups = new Map<string, Group & { rows: (readonly Cell[] | undefined)[] }>();
  for (const row of answer.rows) {
    const place = places.get(String(row[time]));
    if (place === undefined) continue;
    const key = split < 0 ? undefined : textOf(row[split]);
    const currency = money < 0 ? only : textOf(row[money]);
    const name = JSON.stringify([key, currency]);
    const group = groups.get(name) ?? { key, currency, rows: new Array(buckets.length).fill(undefined) };
    group.rows[place] = row;
    groups.set(name, group);
  }
  return [...groups.values()];
}

function sameBot(one: Group, other: Group): boolean {
  return one.key === other.key;
}

export function columnOf({ columns }: Answer, name: string): number {
  return columns.findIndex((column) => column.name === name);
}

/** A number that is the same in whatever order it was added up. */
export function numberOf(cell: Cell): number | null {
  if (cell === null || typeof cell === "boolean") return null;
  const number = Number(cell);
  return Number.isInteger(number) ? number : Number(number.toPrecision(DIGITS));
}
