/** What comes next, and whom to see to: bookings of the next week, revenue of the month, scores, actions. */
import { kpiOf } from "../catalogue/kpis.ts";
import type { Kpi } from "../catalogue/types.ts";
import { type Asked, currencyOf, type Framed, framed, type ReportParts } from "./common.ts";
import { type ForecastFigure, forecastFigure, HISTORY_US } from "./forecast.ts";
import { historyOf, type Series } from "./history.ts";
import { knownEvents } from "./known-events.ts";
import { type MonthFigure, monthOf } from "./month.ts";
import { type Action, actionsOf } from "./recommended.ts";
import { type Scores, scoresOf } from "./scores/scores.ts";

/** What comes next. */
export interface Outlook {
  bookings: ForecastFigure;
  revenue_month: MonthFigure;
}

export interface PredictiveReport extends Outlook {
  framed: Framed;
  conversion: Scores;
  churn: Scores;
  actions: readonly Action[];
}

const BOOKINGS_DAYS = 7;

/** What is forecast. */
export const FORECAST_KPIS: readonly Kpi[] = ["bookings", "revenue"].map(known);

/** Everything as of the end of the timeframe. */
export async function predictiveReport(parts: ReportParts, asked: Asked): Promise<PredictiveReport> {
  const resolved = await framed(parts, asked);
  const personal = asked.personal === true;
  const [outlook, scored] = await Promise.all([
    outlookOf(parts, resolved, personal),
    scoredOf(parts, resolved, personal),
  ]);
  return { framed: resolved, ...outlook, ...scored };
}

/** The scores alone, with what to do. */
export async function scoredOf(
  parts: ReportParts,
  resolved: Framed,
  personal: boolean,
): Promise<Pick<PredictiveReport, "conversion" | "churn" | "actions">> {
  const [conversion, churn] = await Promise.all([
    scoresOf(parts, resolved, "conversion", personal),
    scoresOf(parts, resolved, "churn", personal),
  ]);
  return { conversion, churn, actions: actionsOf({ conversion: conversion.contacts, churn: churn.contacts }) };
}

/** The forecasts alone. */
export async function outlookOf(parts: ReportParts, resolved: Framed, personal: boolean): Promise<Outlook> {
  const history = await historyOf(parts, resolved, { kpis: FORECAST_KPIS, grain: "day", length: HISTORY_US });
  const usual = currencyOf(parts.control, resolved.scope.locations);
  const own = (key: string): readonly Series[] => history.series.filter(({ kpi }) => kpi.key === key);
  const revenue = own("revenue").find(({ currency }) => currency === usual) ?? own("revenue")[0] ?? null;
  const currency = revenue?.currency ?? usual;
  const events = knownEvents(parts.control, resolved);
  return {
    bookings: forecastFigure(resolved, history, own("bookings")[0] ?? null, {
      kpi: known("bookings"),
      horizon: BOOKINGS_DAYS,
      currency: null,
      events,
    }),
    revenue_month: await monthOf(parts, resolved, { history, series: revenue, currency, events, personal }),
  };
}

function known(key: string): Kpi {
  const kpi = kpiOf(key);
  if (!kpi) throw new Error(`the catalogue lacks ${key}`);
  return kpi;
}
