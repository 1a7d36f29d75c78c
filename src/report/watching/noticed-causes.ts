/** Causes of what was noticed, asked as those of an answer are: what was looked for before is remembered. */
import type { Kpi } from "../../catalogue/types.ts";
import type { NoticedAnomaly } from "../../control/noticed.ts";
import { type CauseFigure, causesFor } from "../causes.ts";
import type { ReportParts } from "../common.ts";

interface Asked {
  noticed: NoticedAnomaly;
  kpi: Kpi;
  timezone: string;
  personal: boolean;
}

export async function causesOfBucket(
  parts: ReportParts,
  { noticed, kpi, timezone, personal }: Asked,
): Promise<readonly CauseFigure[]> {
  const { location_id, bot_id, currency, grain, t, until, value, expected, lower, upper, score, severity } = noticed;
  const scope = { locations: [location_id], filters: [], rules: parts.control.commissionRules(), timezone };
  const judgement = { value, expected, lower, upper, score, severity, anomaly: true, side: noticed.side, signal: "" };
  const found = {
    series: { kpi, currency, bot_id: bot_id ?? undefined, judged: 0, anomalies: [] },
    bucket: { label: t, start: t, end: until },
    judgement,
  };
  const causes = await causesFor(parts, scope, { grain, anomalies: [found], personal });
  return causes.get(found) ?? [];
}
