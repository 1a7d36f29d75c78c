/** Percentiles of the past: what was measured is read once, and each window looks at its own part of it. */
import { aggregatesOf, expressionOf } from "../catalogue/formula.ts";
import type { Aggregate, Filter, Kpi } from "../catalogue/types.ts";
import { measurementsOf } from "../store/query/measurements.ts";
import type { Store } from "../store/store.ts";
import { tidy, type Values, type Wanted } from "./readings.ts";
import { DAY } from "./windows.ts";

export interface Measured {
  in(wanted: Wanted): Values;
}

/** Over longer stretches the store answers from sketches where it has many events. */
const EXACT_UP_TO = 7 * DAY;
/** More are not held in memory: they are asked for window by window. */
const MEASUREMENTS_MAX = 300_000;

type Percentile = Extract<Aggregate, { agg: "percentile" }>;

/** The percentile that the KPI is; null for everything else, and for windows that are not answered exactly. */
export function percentileOf(kpi: Kpi, { from, to }: Wanted["range"]): Percentile | null {
  const expression = expressionOf(kpi.formula);
  const [first] = aggregatesOf(expression);
  return first === expression && first.agg === "percentile" && to - from <= EXACT_UP_TO ? first : null;
}

/** Everything from the beginning of the window that is wanted to `to`; null when that is too much. */
export async function measuredOf(
  store: Pick<Store, "rows">,
  { range, location_id, timezone, filters, bot }: Wanted,
  { field, where, p }: Percentile,
  to: number,
  signal: AbortSignal | undefined,
): Promise<Measured | null> {
  const own: readonly Filter[] = bot === null || bot === "each" ? [] : [{ field: "bot_id", op: "eq", value: bot.id }];
  const scope = { from: range.from, to, timezone, locations: [location_id], filters: [...own, ...filters] };
  const found = await measurementsOf((sql, params) => store.rows(sql, params, signal), {
    scope,
    field,
    where,
    most: MEASUREMENTS_MAX,
  });
  if (found === null) return null;
  const parts = new Map<string, { times: Float64Array; values: Float64Array }>();
  for (const [part, rows] of Map.groupBy(found, ({ bot_id }) => (bot === null ? "" : bot_id))) {
    if (part === null) continue;
    const [times, values] = [new Float64Array(rows.length), new Float64Array(rows.length)];
    for (const [index, row] of rows.entries()) {
      times[index] = row.time;
      values[index] = row.value;
    }
    parts.set(part, { times, values });
  }
  return {
    in({ range: { from, to }, bot }) {
      const answers = new Map<string, number | null>();
      if (bot !== "each") answers.set(bot === null ? "" : bot.id, null);
      for (const [part, { times, values }] of parts) {
        const within = values.slice(placeOf(times, from), placeOf(times, to)).sort();
        if (within.length > 0) answers.set(part, tidy(quantile(within, p)));
      }
      return answers;
    },
  };
}

/** The first place whose time is not before `time`. */
function placeOf(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? time) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** As the store's quantile_cont interpolates. */
function quantile(sorted: Float64Array, p: number): number {
  const place = (sorted.length - 1) * p;
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}
