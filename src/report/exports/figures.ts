/** Answers that are small tables already: what a figure is made of, funnels, retention, anomalies. */

import { parseInstant } from "../../catalogue/time.ts";
import type { Kpi } from "../../catalogue/types.ts";
import { anomalyReport } from "../anomalies.ts";
import type { Asked, ReportParts } from "../common.ts";
import { drillDown } from "../drill-down.ts";
import { type RetentionAsked, retentionReport } from "../retention.ts";
import { type StepsAsked, stepsReport } from "../steps.ts";
import { definitionOf } from "./query.ts";
import { column, type ExportColumn, type ExportSource, TooManyRows, tableOf } from "./source.ts";

/** The parts of a figure with their shares and what they were before. */
export async function exportDrillDown(
  parts: ReportParts,
  asked: Asked & { kpi: Kpi; by: string },
): Promise<ExportSource> {
  const { kpi, by } = asked;
  const { framed, segments, segments_more } = await drillDown(parts, { ...asked, limit: 1, after: null });
  if (segments_more)
    throw new TooManyRows(
      "The figure has more parts than can be compared: export the query by this dimension instead.",
    );
  const amount: ExportColumn["kind"] = kpi.unit === "money" ? "money" : kpi.unit === "percent" ? "percent" : "number";
  const [only, ...others] = [...new Set(segments.flatMap(({ currency }) => currency ?? []))];
  const currency = others.length === 0 ? only : undefined;
  const columns = [
    column("key", by, "text"),
    ...(kpi.unit === "money" ? [column("currency", "Currency", "text")] : []),
    column("value", kpi.label, amount, currency),
    column("share", "Share", "percent"),
    column("previous", "Previous", amount, currency),
    column("change", "Change", "percent"),
  ];
  const rows = segments.map(({ key, currency: own, value, share, previous, change }) => [
    key,
    ...(kpi.unit === "money" ? [own ?? null] : []),
    value,
    share,
    previous,
    change,
  ]);
  const title = `${kpi.label}, parts by ${by}`;
  return { framed, title, table: tableOf(columns, rows), definitions: [definitionOf(kpi, asked.personal === true)] };
}

export async function exportFunnel(parts: ReportParts, asked: StepsAsked): Promise<ExportSource> {
  const { framed, steps } = await stepsReport(parts, asked);
  const columns = [
    column("type", "Step", "text"),
    column("count", asked.by === "contact_id" ? "Contacts" : "Conversations", "count"),
    column("rate_from_previous", "Of the step before", "percent"),
    column("rate_from_first", "Of the first step", "percent"),
    column("median_ms", "Median time since (ms)", "duration"),
  ];
  const rows = steps.map((step) => [
    step.type,
    step.count,
    step.rate_from_previous,
    step.rate_from_first,
    step.median_ms,
  ]);
  const definitions = [
    ["Funnel", `By ${asked.by}, ${asked.ordered ? "in order" : "in any order"}, within ${asked.window_ms} ms.`],
  ] as const;
  return { framed, title: "Funnel", table: tableOf(columns, rows), definitions };
}

/** A row a cohort and period: tables of them are made by whoever reads it. */
export async function exportRetention(parts: ReportParts, asked: RetentionAsked): Promise<ExportSource> {
  const { framed, cohorts } = await retentionReport(parts, asked);
  const columns = [
    column("cohort", "Cohort", "day"),
    column("size", "Contacts", "count"),
    column("period", asked.grain, "count"),
    column("count", "Came back", "count"),
    column("rate", "Rate", "percent"),
  ];
  const rows = cohorts.flatMap(({ start, size, counts, rates }) =>
    counts.map((count, period) => [parseInstant(start), size, period, count, rates[period] ?? null]),
  );
  const definitions = [["Retention", `Born with ${asked.birth}, came back with ${asked.return}.`]] as const;
  return { framed, title: "Retention", table: tableOf(columns, rows), definitions };
}

export async function exportAnomalies(parts: ReportParts, asked: Asked & { by_bot: boolean }): Promise<ExportSource> {
  const { framed, anomalies, total } = await anomalyReport(parts, asked);
  if (total > anomalies.length)
    throw new TooManyRows(
      `There are ${total} anomalies, more than are looked at in detail: ask for a shorter timeframe.`,
    );
  const columns = [
    column("id", "Id", "text"),
    column("kpi", "KPI", "text"),
    column("t", "Time", "time"),
    column("grain", "Grain", "text"),
    ...(asked.by_bot ? [column("bot_id", "Bot", "text")] : []),
    column("currency", "Currency", "text"),
    ...["value", "expected", "lower", "upper"].map((name) => column(name, name, "text")),
    column("severity", "Severity", "text"),
    column("score", "Score", "number"),
    column("side", "Side", "text"),
    column("cause", "Cause", "json"),
    column("recommendation", "Recommendation", "text"),
    column("noticed_at", "Noticed", "time"),
    column("acknowledged", "Acknowledged", "boolean"),
    column("acknowledged_by", "Acknowledged by", "text"),
  ];
  const rows = anomalies.map((one) => [
    one.id,
    one.kpi,
    parseInstant(one.t),
    one.grain,
    ...(asked.by_bot ? [one.bot_id ?? null] : []),
    one.currency ?? null,
    one.value,
    one.expected,
    one.lower,
    one.upper,
    one.severity,
    one.score,
    one.side,
    JSON.stringify(one.cause),
    one.recommendation,
    one.noticed_at === null ? null : parseInstant(one.noticed_at),
    one.acknowledged,
    one.acknowledged_by,
  ]);
  return { framed, title: "Anomalies", table: tableOf(columns, rows) };
}
