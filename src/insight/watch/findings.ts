/** Findings as they are kept: an anomaly when it is noticed, and what has become of it. */
import type { NoticedAnomaly } from "../../control/noticed.ts";
import { anomalyId } from "../../report/anomaly-id.ts";
import { botFilter } from "../../report/watching/filter.ts";
import type { WatchGrain } from "../../report/watching.ts";
import type { Seen } from "./line.ts";

/** Called as an answer about this location, and this bot, would call it. */
export function noticedFrom(
  location_id: string,
  grain: WatchGrain,
  { line, bucket, judgement }: Seen,
  at: number,
  state: "open" | "over",
): NoticedAnomaly {
  const { kpi, currency, bot_id } = line.series;
  const filters = bot_id === undefined ? [] : [botFilter(bot_id)];
  const money = kpi.unit === "money" && currency !== null ? { currency } : {};
  const { value, expected, lower, upper, score, signal } = judgement;
  return {
    anomaly_id: anomalyId(
      { location_id, locations: null, filters },
      { kpi: kpi.key, grain, start: bucket.start, ...money },
    ),
    location_id,
    bot_id: bot_id ?? null,
    kpi: kpi.key,
    currency: money.currency ?? null,
    grain,
    t: bucket.start,
    until: bucket.end,
    noticed_at: at,
    state,
    settled_at: state === "over" ? at : null,
    value,
    expected,
    lower,
    upper,
    score,
    severity: judgement.severity ?? "medium",
    side: judgement.side === "below" ? "below" : "above",
    signal,
  };
}

/** A finding whose bucket was judged now that it is over, perhaps once more; null where that changed nothing. */
export function settledFrom(before: NoticedAnomaly, made: NoticedAnomaly, anomaly: boolean): NoticedAnomaly | null {
  const { anomaly_id, noticed_at } = before;
  if (anomaly) {
    const same = before.state === "over" && before.value === made.value && before.score === made.score;
    return same ? null : { ...made, noticed_at };
  }
  if (before.state === "withdrawn") return null;
  const { score, severity, side } = before;
  return { ...made, anomaly_id, noticed_at, state: "withdrawn", score, severity, side };
}
