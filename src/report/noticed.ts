/** What the appliance noticed by itself, as channels tell it. */
import { formatInstant } from "../catalogue/time.ts";
import type { Unit } from "../catalogue/types.ts";
import type { NoticedAnomaly } from "../control/noticed.ts";
import { adviceOf } from "./anomaly-advice.ts";
import type { CauseFigure } from "./causes.ts";
import { type ReportParts, timezoneOf } from "./common.ts";
import { knownKpi } from "./custom-kpis.ts";
import { amountsOf } from "./forecast.ts";
import type { Amount } from "./kpis.ts";
import { maskedCell } from "./personal.ts";
import { causesOfBucket } from "./watching/noticed-causes.ts";

export interface NoticedFigure {
  id: string;
  kpi: string;
  label: string;
  unit: Unit;
  /** Of money. */
  currency?: string;
  /** Null: all bots together. */
  bot_id: string | null;
  grain: "hour" | "day";
  t: string;
  until: string;
  noticed_at: string;
  state: NoticedAnomaly["state"];
  value: Amount;
  expected: Amount;
  lower: Amount;
  upper: Amount;
  severity: NoticedAnomaly["severity"];
  score: number;
  side: NoticedAnomaly["side"];
  signal: string;
  cause: readonly CauseFigure[];
  recommendation: string;
}

/** Of a location, noticed from `since` on, newest first; what came to nothing is left out. */
export async function noticedReport(
  parts: ReportParts,
  { location_id, since, limit, personal }: { location_id: string; since: number; limit: number; personal: boolean },
): Promise<readonly NoticedFigure[]> {
  const noticed = parts.control
    .noticedAnomalies(location_id, since, limit)
    .filter(({ state }) => state !== "withdrawn");
  const shown: NoticedFigure[] = [];
  for (const one of noticed) {
    const figure = await noticedFigure(parts, one, personal);
    if (figure) shown.push(figure);
  }
  return shown;
}

/** Null for a KPI that is gone. */
async function noticedFigure(
  parts: ReportParts,
  noticed: NoticedAnomaly,
  personal: boolean,
): Promise<NoticedFigure | null> {
  const { location_id, bot_id, currency, grain, severity, side, signal, state } = noticed;
  const kpi = knownKpi(parts.control, { location_id, locations: [location_id] }, noticed.kpi);
  if (!kpi) return null;
  const timezone = timezoneOf(parts.control, [location_id]);
  const cause = await causesOfBucket(parts, { noticed, kpi, timezone, personal });
  const amount = amountsOf(kpi.unit);
  return {
    id: noticed.anomaly_id,
    kpi: kpi.key,
    label: kpi.label,
    unit: kpi.unit,
    ...(currency === null ? {} : { currency }),
    bot_id: bot_id === null || personal ? bot_id : String(maskedCell(bot_id)),
    grain,
    t: formatInstant(noticed.t),
    until: formatInstant(noticed.until),
    noticed_at: formatInstant(noticed.noticed_at),
    state,
    value: amount(noticed.value),
    expected: amount(noticed.expected),
    lower: amount(noticed.lower),
    upper: amount(noticed.upper),
    severity,
    score: Math.round(noticed.score * 100) / 100,
    side,
    signal,
    cause,
    recommendation: adviceOf(kpi, side === "above", cause[0] ?? null),
  };
}
