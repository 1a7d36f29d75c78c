/**
 * Values of the past, as they were at each of many instants: what adds up is read once as a series of minutes or hours and
 * added window by window; percentiles are taken of what was measured; what is left is asked as it is live.
 */
import { aggregatesOf, combined, expressionOf, printFormula } from "../catalogue/formula.ts";
import type { Range } from "../catalogue/period.ts";
import type { Aggregate, CommissionRule, Condition, Expression, Filter, Kpi } from "../catalogue/types.ts";
import { recordsOf } from "../report/read-answer.ts";
import { isMonetary } from "../store/query/rows.ts";
import type { Store } from "../store/store.ts";
import { createActivity } from "./activity.ts";
import { type Measured, measuredOf, percentileOf } from "./percentiles.ts";
import { createReadings, emptyValue, tidy, type Values, type Wanted } from "./readings.ts";
import { HOUR, isCalendar, lengthOf, MINUTE } from "./windows.ts";

export interface Past {
  /** In the order of what is wanted; instants must not go back. */
  read(wanted: readonly Wanted[]): Promise<readonly Values[]>;
  /** True when each window has to be asked for. */
  isSlow(wanted: readonly Wanted[]): Promise<boolean>;
}

const ADDITIVE: ReadonlySet<Aggregate["agg"]> = new Set(["count", "sum", "mean", "commission"]);

/** Instants lie in `range` and `every` apart. */
export function createPast(
  store: Store,
  rules: () => readonly CommissionRule[],
  range: Range,
  every: number,
  signal?: AbortSignal,
): Past {
  const activity = createActivity(store);
  const readings = createReadings({ store, activity, rules });
  const series = new Map<string, Promise<Series>>();
  const measured = new Map<string, Promise<Measured | null>>();
  let loaded = false;

  /** What was measured, where the KPI is a percentile of it; null where it must be asked. */
  function measuredFor(wanted: Wanted): Promise<Measured | null> {
    const percentile = percentileOf(wanted.kpi, wanted.range);
    if (percentile === null) return Promise.resolve(null);
    const known = measured.get(wanted.window) ?? measuredOf(store, wanted, percentile, range.to, signal);
    measured.set(wanted.window, known);
    return known;
  }

  async function asked(wanted: Wanted): Promise<Values> {
    if (!loaded) await activity.load([wanted.location_id], range.to);
    loaded = true;
    const answer = (await readings.read([wanted])).get(wanted);
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error("The value was not answered.");
    return answer.values;
  }

  return {
    async read(wanted) {
      const values: Values[] = [];
      for (const one of wanted) {
        if (!isAdditive(one.kpi)) {
          values.push((await measuredFor(one))?.in(one) ?? (await asked(one)));
          continue;
        }
        const known = series.get(one.window) ?? seriesOf(store, rules(), one, range.to, grainOf(one, every), signal);
        series.set(one.window, known);
        values.push(valuesIn(await known, one));
      }
      return values;
    },
    async isSlow(wanted) {
      for (const one of wanted) if (!isAdditive(one.kpi) && (await measuredFor(one)) === null) return true;
      return false;
    },
  };
}

/** Sums of buckets, by bot; "" is all of them together. */
interface Series {
  start: number;
  step: number;
  /** The parts of the KPI that add up, in the order of `terms`. */
  sums: ReadonlyMap<string, readonly Float64Array[]>;
}

function isAdditive(kpi: Kpi): boolean {
  return aggregatesOf(expressionOf(kpi.formula)).every(({ agg }) => ADDITIVE.has(agg));
}

/** Whole hours where every window begins and ends with one. */
function grainOf({ window }: Wanted, every: number): "minute" | "hour" {
  const name = window.replace(/^before /, "");
  return !isCalendar(name) && every % HOUR === 0 && lengthOf(name) % HOUR === 0 ? "hour" : "minute";
}

const BUCKETS_AT_ONCE = 9_000;
/** With a row for each bot and bucket. */
const BUCKETS_BY_BOT = 1_440;

async function seriesOf(
  store: Pick<Store, "ask">,
  rules: readonly CommissionRule[],
  wanted: Wanted,
  to: number,
  grain: "minute" | "hour",
  signal: AbortSignal | undefined,
): Promise<Series> {
  const { location_id, currency, filters, bot, timezone } = wanted;
  const step = grain === "hour" ? HOUR : MINUTE;
  const start = Math.floor(wanted.range.from / step) * step;
  const length = Math.max(0, Math.ceil((to - start) / step));
  const terms = termsOf(expressionOf(wanted.kpi.formula));
  const kpis = terms.map(
    (term, index): Kpi => ({ ...wanted.kpi, key: `k${index}`, unit: "count", formula: term.formula }),
  );
  const by = bot === null ? [] : ["bot_id"];
  const size = bot === "each" ? BUCKETS_BY_BOT : BUCKETS_AT_ONCE;
  const sums = new Map<string, Float64Array[]>();
  const own: readonly Filter[] = bot === null || bot === "each" ? [] : [{ field: "bot_id", op: "eq", value: bot.id }];
  const zoned = filters.some(({ field }) => field === "hour_of_day" || field === "day_of_week");
  for (let done = 0; done < length; done += size) {
    const answer = await store.ask({
      kpis,
      by,
      grain,
      from: start + done * step,
      to: Math.min(to, start + (done + size) * step),
      timezone: zoned ? timezone : "UTC",
      locations: [location_id],
      filters: [...own, ...filters],
      rules,
      now: to,
      ...(signal ? { signal } : {}),
    });
    const records = recordsOf(answer);
    const shown = records.some((row) => row.currency === currency)
      ? currency
      : (records.find((row) => row.currency !== null)?.currency ?? null);
    for (const { currency: own, cells } of records) {
      const part = bot === null ? "" : cells.bot_id === null ? null : String(cells.bot_id);
      if (part === null) continue;
      const place = Math.round((Date.parse(String(cells.t)) * 1_000 - start) / step);
      const arrays = sums.get(part) ?? terms.map(() => new Float64Array(length));
      sums.set(part, arrays);
      for (const [index, { monetary }] of terms.entries()) {
        if (monetary && own !== null && own !== shown) continue;
        const array = arrays[index];
        const value = Number(cells[`k${index}`] ?? 0);
        if (array && value !== 0) array[place] = value;
      }
    }
  }
  return { start, step, sums };
}

function valuesIn({ start, step, sums }: Series, { kpi, range, bot }: Wanted): Values {
  const expression = expressionOf(kpi.formula);
  const from = Math.round((range.from - start) / step);
  const to = Math.round((range.to - start) / step);
  const values = new Map<string, number | null>();
  if (bot !== "each") values.set(bot === null ? "" : bot.id, finished(kpi, evaluate(expression, none)));
  for (const [part, arrays] of sums) {
    let next = 0;
    const value = finished(
      kpi,
      evaluate(expression, () => sumOf(arrays[next++], from, to)),
    );
    if (bot !== "each" || value !== emptyValue(kpi)) values.set(part, value);
  }
  return values;
}

function none(): number {
  return 0;
}

function sumOf(array: Float64Array | undefined, from: number, to: number): number {
  let sum = 0;
  for (let index = Math.max(0, from); index < to; index++) sum += array?.[index] ?? 0;
  return sum;
}

interface Term {
  formula: string;
  monetary: boolean;
}

/** A mean is a sum and a count; everything else is itself. */
function termsOf(expression: Expression): readonly Term[] {
  return aggregatesOf(expression).flatMap((aggregate): Term[] => {
    const monetary = isMonetary(aggregate);
    if (aggregate.agg !== "mean") return [{ formula: printFormula(aggregate), monetary }];
    const { field, where } = aggregate;
    const exists: Condition = { field, op: "exists", value: true };
    const count: Aggregate = { agg: "count", where: where === null ? exists : { and: [where, exists] } };
    return [
      { formula: printFormula({ agg: "sum", field, where }), monetary },
      { formula: printFormula(count), monetary },
    ];
  });
}

/** `next`: the terms one after the other. */
function evaluate(expression: Expression, next: () => number): number | null {
  if ("number" in expression) return expression.number;
  if ("agg" in expression) {
    if (expression.agg !== "mean") return next();
    const sum = next();
    const count = next();
    return count === 0 ? null : sum / count;
  }
  const left = evaluate(expression.left, next);
  const right = evaluate(expression.right, next);
  return left === null || right === null ? null : combined(expression.op, left, right);
}

/** As the store answers it: a quotient of money has four places. */
function finished(kpi: Kpi, value: number | null): number | null {
  if (value === null) return null;
  return tidy(kpi.unit === "money" && kpi.formula.includes("/") ? Math.round(value * 10_000) / 10_000 : value);
}
