/** A KPI over time, or by a dimension: what a chart card draws. */
import { type Bucket, bucketsAtMost, bucketsOf } from "../../catalogue/period.ts";
import type { Grain, Kpi } from "../../catalogue/types.ts";
import type { CardOf } from "../../control/dashboard-cards.ts";
import type { Answer } from "../../store/store.ts";
import { type Framed, framed, type ReportParts } from "../common.ts";
import type { DashboardAsked } from "../dashboard.ts";
import { type KpiFigure, kpiFigures } from "../kpis.ts";
import { maskedAnswer } from "../personal.ts";
import { addsUp } from "../watching/kinds.ts";
import { cardKpi } from "./card-kpi.ts";

/** A whole over time beside the stretch before; series of a split; its parts alone; the hours of the week. */
export type ChartAnswer = { kpi: Kpi; framed: Framed; additive: boolean } & (
  | { shape: "figure"; figure: KpiFigure; buckets: readonly Bucket[] }
  | { shape: "series"; answer: Answer; grain: Grain }
  | { shape: "parts"; answer: Answer; by: string }
  | { shape: "hours"; answer: Answer }
);

/** Largest parts of a split over time; more cannot be told apart. */
const SERIES_MAX = 6;
const PARTS_MAX = 12;
const BUCKETS_MAX = 400;

export async function chartAnswer(
  parts: ReportParts,
  asked: DashboardAsked,
  card: CardOf<"chart">,
  compares: boolean,
): Promise<ChartAnswer> {
  const { by, chart } = card;
  const kpi = cardKpi(parts, asked, card.kpi);
  const resolved = await framed(parts, asked);
  const { frame, timezone, scope } = resolved;
  const common = { kpi, framed: resolved, additive: addsUp(kpi) };
  const question = { ...scope, kpis: [kpi] };
  if (chart === "heat") {
    const answer = await parts.store.ask({ ...question, by: ["day_of_week", "hour_of_day"], grain: null });
    return { ...common, shape: "hours", answer };
  }
  if (chart === "bar" && by !== null) {
    const answer = await parts.store.ask({ ...question, by: [by], grain: null, limit: PARTS_MAX });
    return { ...common, shape: "parts", answer: shown(asked, answer), by };
  }
  const grain = fitting(card.grain ?? frame.grain, resolved);
  if (by === null && grain === frame.grain) {
    const { currency, compare: _, ...rest } = asked;
    const options = { comparisons: compares, trends: true, previous_trends: compares };
    const chosen = currency === null ? {} : { currency };
    const { kpis } = await kpiFigures(parts, { ...rest, ...options, ...chosen, kpis: [kpi] });
    const figure = kpis[kpi.key];
    if (!figure) throw new Error("a KPI that was asked for is missing in the answer");
    return { ...common, shape: "figure", figure, buckets: bucketsOf(grain, timezone, scope.from, scope.to) };
  }
  const filters = by === null ? [] : [{ field: by, op: "in" as const, value: await largestOf(parts, question, by) }];
  const answer = await parts.store.ask({
    ...question,
    filters: [...scope.filters, ...filters.filter(({ value }) => value.length > 0)],
    by: by === null ? [] : [by],
    grain,
  });
  return { ...common, shape: "series", answer: shown(asked, answer), grain };
}

/** A grain that would make a thousand places is not drawn: the timeframe's own is. */
function fitting(grain: Grain, { frame, scope }: Framed): Grain {
  return bucketsAtMost(grain, scope.from, scope.to) > BUCKETS_MAX ? frame.grain : grain;
}

/** The values of a split that count most, so that the series are few. */
async function largestOf(
  { store }: ReportParts,
  question: Framed["scope"] & { kpis: readonly Kpi[] },
  by: string,
): Promise<readonly (string | number | boolean)[]> {
  const { columns, rows } = await store.ask({ ...question, by: [by], grain: null, limit: SERIES_MAX });
  const at = columns.findIndex(({ name }) => name === by);
  return [...new Set(rows.flatMap((row) => row[at] ?? []))];
}

function shown({ personal }: DashboardAsked, answer: Answer): Answer {
  return personal ? answer : maskedAnswer(answer);
}
