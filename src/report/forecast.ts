/** Forecasts as answers show them: points with times, the sum, how the method did before, or why there is none. */
import { type Forecast, historyNeeded, seasonalNaive } from "../analysis/forecast.ts";
import { bucketsOf } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Kpi, Unit } from "../catalogue/types.ts";
import type { Framed } from "./common.ts";
import { endOf, type History, type Series, sinceFirst } from "./history.ts";
import type { Amount } from "./kpis.ts";

export interface ForecastFigure {
  kpi: string;
  unit: Unit;
  /** Of money. */
  currency?: string;
  horizon_days: number;
  /** Complete local days that it was made from: since the first that had anything. */
  history_days: number;
  /** Local days that follow the last complete one; null where there is no forecast. */
  points: readonly { t: string; yhat: Amount; lower: Amount; upper: Amount }[] | null;
  total_estimate: Amount;
  /** Of the sum. */
  confidence_interval: { level: number; lower: Amount; upper: Amount } | null;
  method: typeof METHOD;
  backtest: BacktestFigure | null;
  /** Why there is no forecast. */
  reason: string | null;
}

export interface BacktestFigure {
  origins: number;
  points: number;
  mae: Amount;
  naive_mae: Amount;
  level: number;
  coverage: number;
  total_coverage: number | null;
}

export const METHOD = "seasonal_naive_day_of_week";
const SEASON_DAYS = 7;
const LEVEL = 0.8;
const DAY = 86_400_000_000;
/** Half a year: enough to measure, and no more than what is like today. */
export const HISTORY_US = 182 * DAY;

/** The next `horizon` days of one series. The day that is running is the first of them. */
export function forecastFigure(
  framed: Framed,
  history: History,
  series: Series | null,
  { kpi, horizon, currency }: { kpi: Kpi; horizon: number; currency: string | null },
): ForecastFigure {
  const values = sinceFirst(series?.values ?? []);
  const known = forecastOf(values, horizon);
  const amount = amountsOf(kpi.unit);
  const head = {
    kpi: kpi.key,
    unit: kpi.unit,
    ...(currency === null ? {} : { currency }),
    horizon_days: horizon,
    history_days: values.length,
    method: METHOD,
  } as const;
  if (!known) {
    const none = { points: null, total_estimate: null, confidence_interval: null, backtest: null };
    return { ...head, ...none, reason: shortReason(values.length, horizon) };
  }
  const { points, total, total_interval, backtest } = known;
  const days = daysAfter(framed, history, horizon);
  return {
    ...head,
    points: points.map(({ yhat, lower, upper }, index) => ({
      t: formatInstant(days[index] ?? 0),
      yhat: amount(yhat),
      lower: amount(lower),
      upper: amount(upper),
    })),
    total_estimate: amount(total),
    confidence_interval: total_interval && {
      level: LEVEL,
      lower: amount(total_interval.lower),
      upper: amount(total_interval.upper),
    },
    backtest: { ...backtest, mae: amount(backtest.mae), naive_mae: amount(backtest.naive_mae), level: LEVEL },
    reason: null,
  };
}

/** The forecast in numbers; null with too short a history. What was never below nothing is not forecast to be. */
export function forecastOf(values: readonly number[], horizon: number): Forecast | null {
  const floor = values.some((value) => value < 0) ? null : 0;
  return seasonalNaive(values, horizon, { season: SEASON_DAYS, level: LEVEL, floor });
}

/** How a number of this unit is written: an estimate of money to the cent, as text. */
export function amountsOf(unit: Unit): (value: number) => Amount {
  // Adding 0 makes a 0 of what was rounded to -0.
  return (value) =>
    unit === "money" ? (Math.round(value * 100) / 100 + 0).toFixed(2) : Number(value.toPrecision(12)) + 0;
}

function shortReason(days: number, horizon: number): string {
  const needed = historyNeeded(horizon, SEASON_DAYS);
  return `A forecast of ${horizon} days needs ${needed} complete days of history; there are ${days}.`;
}

/** Starts of the local days after the last complete one. */
function daysAfter(framed: Framed, { buckets, running }: History, horizon: number): readonly number[] {
  const start = running?.start ?? buckets.at(-1)?.end ?? endOf(framed);
  return bucketsOf("day", framed.timezone, start, start + (horizon + 2) * DAY)
    .map((bucket) => bucket.start)
    .slice(0, horizon);
}
