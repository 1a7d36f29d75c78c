/** What was before: a KPI's complete buckets up to the end of a question, for forecasts and for what is usual. */
import { type Bucket, bucketsOf } from "../catalogue/period.ts";
import type { Grain, Kpi } from "../catalogue/types.ts";
import type { Framed, ReportParts } from "./common.ts";
import { recordsOf } from "./read-answer.ts";

export interface History {
  /** Only those that had ended by the end of the question. */
  buckets: readonly Bucket[];
  /** The bucket that was still running then. */
  running: Bucket | null;
  series: readonly Series[];
}

/** One KPI in one currency. */
export interface Series {
  kpi: Kpi;
  /** Of money. */
  currency: string | null;
  /** A value for each complete bucket; nothing is 0. */
  values: readonly number[];
  /** The same as the store answers them, and the running bucket's last. */
  texts: readonly string[];
}

const QUARTER_HOUR = 900_000_000;

/** Where the question ends: what has not happened by now is not known to be nothing. */
export function endOf({ scope }: Framed): number {
  return Math.min(scope.now ?? scope.to, scope.to);
}

/** The same to the quarter of an hour that is running: what is counted from here stays the same as long as an answer is kept. */
export function quarterOf(framed: Framed): number {
  return Math.min(framed.scope.to, Math.ceil(endOf(framed) / QUARTER_HOUR) * QUARTER_HOUR);
}

/** The KPIs (none of them a rate) by the grain, over the `length` (microseconds) before the end of the question, in one question. */
export async function historyOf(
  { store }: ReportParts,
  framed: Framed,
  { kpis, grain, length }: { kpis: readonly Kpi[]; grain: Grain; length: number },
): Promise<History> {
  const { scope, timezone } = framed;
  const end = endOf(framed);
  const all = bucketsOf(grain, timezone, end - length, end);
  const buckets = all.filter((bucket) => bucket.end <= end);
  const running = all.find((bucket) => bucket.end > end) ?? null;
  const from = all[0]?.start ?? end - length;
  // Whole quarters of an hour come from the rollups; the one that is running holds nothing later.
  const to = quarterOf(framed);
  const answer = await store.ask({ ...scope, from, to, kpis, by: [], grain });
  const records = recordsOf(answer);
  const currencies = [...new Set(records.map(({ currency }) => currency))];
  const series = kpis.flatMap((kpi) => {
    const own = kpi.unit === "money" ? currencies : currencies.slice(0, 1);
    return own.map((currency): Series => {
      const texts = records
        .filter((record) => record.currency === currency)
        .map(({ cells }) => String(cells[kpi.key] ?? 0));
      const values = buckets.map((_, index) => Number(texts[index] ?? 0));
      return { kpi, currency, values, texts };
    });
  });
  return { buckets, running, series };
}

/** The values from the first that is not 0 on: before it nothing was reported, which is not the same as nothing happened. */
export function sinceFirst(values: readonly number[]): readonly number[] {
  const first = values.findIndex((value) => value !== 0);
  return first < 0 ? [] : values.slice(first);
}
