/** What comes next, and whom to see to: bookings of the next week, revenue of the month, scores, actions. */
import type { BuyerFacts, LeadFacts } from "../analysis/scores.ts";
import { kpiOf } from "../catalogue/kpis.ts";
import { bucketsOf } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Kpi } from "../catalogue/types.ts";
import { type Asked, currencyOf, type Framed, framed, type ReportParts } from "./common.ts";
import { amountsOf, type ForecastFigure, forecastFigure, HISTORY_US } from "./forecast.ts";
import { endOf, type History, historyOf, type Series } from "./history.ts";
import type { Amount } from "./kpis.ts";
import { sumOf } from "./read-answer.ts";
import { type Action, actionsOf } from "./recommended.ts";
import { buyerScores, leadScores, type Scores } from "./scored-contacts.ts";

/** The running local month: what is known of it, and what the rest may bring. */
export interface MonthFigure {
  /** "2026-11". */
  month: string;
  from: string;
  to: string;
  currency: string;
  /** Up to now. */
  so_far: string;
  /** Complete days as they were, the others as forecast; null without a forecast. */
  estimate: Amount;
  lower: Amount;
  upper: Amount;
  /** Of the days that are not over. */
  forecast: ForecastFigure;
}

export interface PredictiveReport {
  framed: Framed;
  bookings: ForecastFigure;
  revenue_month: MonthFigure;
  conversion: Scores<LeadFacts>;
  churn: Scores<BuyerFacts>;
  actions: readonly Action[];
}

const BOOKINGS_DAYS = 7;

/** What is forecast. */
export const FORECAST_KPIS: readonly Kpi[] = ["bookings", "revenue"].map(known);

/** Everything as of the end of the timeframe. */
export async function predictiveReport(parts: ReportParts, asked: Asked): Promise<PredictiveReport> {
  const resolved = await framed(parts, asked);
  const personal = asked.personal === true;
  const [history, conversion, churn] = await Promise.all([
    historyOf(parts, resolved, { kpis: FORECAST_KPIS, grain: "day", length: HISTORY_US }),
    leadScores(parts.store, resolved, personal),
    buyerScores(parts.store, resolved, personal),
  ]);
  const usual = currencyOf(parts.control, resolved.scope.locations);
  const own = (key: string): readonly Series[] => history.series.filter(({ kpi }) => kpi.key === key);
  const revenue = own("revenue").find(({ currency }) => currency === usual) ?? own("revenue")[0] ?? null;
  return {
    framed: resolved,
    bookings: forecastFigure(resolved, history, own("bookings")[0] ?? null, {
      kpi: known("bookings"),
      horizon: BOOKINGS_DAYS,
      currency: null,
    }),
    revenue_month: monthOf(resolved, history, revenue, revenue?.currency ?? usual),
    conversion,
    churn,
    actions: actionsOf(conversion, churn),
  };
}

function known(key: string): Kpi {
  const kpi = kpiOf(key);
  if (!kpi) throw new Error(`the catalogue lacks ${key}`);
  return kpi;
}

function monthOf(resolved: Framed, history: History, series: Series | null, currency: string): MonthFigure {
  const { timezone } = resolved;
  const end = endOf(resolved);
  const [month] = bucketsOf("month", timezone, end, end + 1);
  if (!month) throw new Error("a moment lies in a month");
  const today = history.running?.start ?? end;
  const left = bucketsOf("day", timezone, today, month.end).length;
  const days = [...history.buckets, ...(history.running ? [history.running] : [])];
  const texts = days.flatMap(({ start }, index) => (start >= month.start ? [series?.texts[index] ?? "0"] : []));
  const so_far = sumOf(texts);
  const forecast = forecastFigure(resolved, history, series, { kpi: known("revenue"), horizon: left, currency });
  const complete = Number(sumOf(history.running ? texts.slice(0, -1) : texts));
  // What came in is there, unless refunds are usual.
  const least = series?.values.some((value) => value < 0) ? Number.NEGATIVE_INFINITY : Number(so_far);
  const whole = (rest: Amount | undefined): Amount =>
    rest === null || rest === undefined ? null : amountsOf("money")(Math.max(least, complete + Number(rest)));
  return {
    month: new Date(month.label / 1_000).toISOString().slice(0, 7),
    from: formatInstant(month.start),
    to: formatInstant(month.end),
    currency,
    so_far,
    estimate: whole(forecast.total_estimate),
    lower: whole(forecast.confidence_interval?.lower),
    upper: whole(forecast.confidence_interval?.upper),
    forecast,
  };
}
