/**
 * The concierge: a short, ranked list of what to see to, in plain sentences made from what was computed.
 * It must never say a number that is not among the facts, nor anything that no report of the API answers.
 */
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";
import { type Found, type Insight, insightId } from "./concierge/insight.ts";
import { anomalyInsights, botInsights, contactInsights, forecastInsights, stallInsights } from "./concierge/sources.ts";
import { outlookOf } from "./predictive.ts";

/** How insights are ranked; the API says it with each answer. */
export const RANKING =
  "By urgency, 0 to 100: a critical anomaly 95, a bot in error 90, a silent bot 85, a high anomaly 80, a forecast whose whole " +
  "interval misses the target 75, stalled leads 65, a forecast below the target 60, a medium anomaly 50, a lead to call 40 and a " +
  "buyer to win back 30, each with up to 30 more by its probability.";

/** So many are shown: more is no short list. */
export const INSIGHTS_MAX = 10;

/** As of now, whatever the timeframe; every insight, the most urgent first. */
export async function concierge(
  parts: ReportParts,
  given: Asked,
): Promise<{ framed: Framed; insights: readonly Insight[] }> {
  const asked: Asked = { ...given, timeframe: "30d", filters: [] };
  const resolved = await framed(parts, asked);
  const [anomalies, bots, stalls, leads, buyers, { revenue_month }] = await Promise.all([
    anomalyInsights(parts, asked),
    botInsights(parts, asked),
    stallInsights(parts, asked, resolved),
    contactInsights(parts, asked, resolved, "conversion"),
    contactInsights(parts, asked, resolved, "churn"),
    outlookOf(parts, resolved, asked.personal === true),
  ]);
  const forecasts = forecastInsights(parts, asked, revenue_month);
  const insights = ranked(asked.location_id, [...anomalies, ...forecasts, ...bots, ...stalls, ...leads, ...buyers]);
  return { framed: resolved, insights };
}

function ranked(location_id: string | null, found: readonly Found[]): readonly Insight[] {
  return found
    .map(({ subject, ...one }) => ({ ...one, id: insightId(location_id, one.kind, subject), location_id }))
    .sort((one, other) => other.urgency - one.urgency || (one.id < other.id ? -1 : 1))
    .map((one, index) => ({ ...one, rank: index + 1 }));
}
