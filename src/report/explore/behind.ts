/** What stands behind a figure: the raw events of a point of it, and how the whole of it comes about. */
import { expressionOf, printFormula } from "../../catalogue/formula.ts";
import { typesIn } from "../../catalogue/measures.ts";
import type { Bucket, Range } from "../../catalogue/period.ts";
import type { Condition, Filter, Kpi } from "../../catalogue/types.ts";
import type { Answer } from "../../store/store.ts";
import type { Asked, Framed, ReportParts } from "../common.ts";
import { type Definition, definitionOf, eventsBehind } from "../drill-down.ts";
import { eventsPage, type ListedEvent, type Page } from "../events.ts";
import { type Amount, targetOf } from "../kpis.ts";
import { amountOf, recordsOf } from "../read-answer.ts";

/** Which point of a figure: a bucket, a part, both, or (neither) all of it. */
export interface Point {
  /** Within a bucket, microseconds. */
  t: number | null;
  /** What the part is filtered by. */
  filter: Filter | null;
  after: Page | null;
  limit: number;
}

export interface Opened {
  /** The bucket; null for the whole timeframe. */
  bucket: Bucket | null;
  /** What lies within the timeframe of it. */
  range: Range;
  filter: Filter | null;
  value: Amount;
  currency: string | null;
  /** How many events count into it. */
  count: number;
  events: readonly ListedEvent[];
  next: Page | null;
}

/** How a figure comes about. */
export interface Explained extends Definition {
  /** Events that it looks at, in the timeframe and with the filters in force. */
  events: number;
  /** Their types; null: any. */
  types: readonly string[] | null;
  /** From events themselves, or from what was added up before. */
  source: Answer["source"];
  approximate: boolean;
  target: string | number | null;
}

/** Null when the point is not in the timeframe (any more). Throws QuestionFault. */
export async function openedPoint(
  parts: ReportParts,
  { scope }: Framed,
  { kpi, buckets, personal, now }: { kpi: Kpi; buckets: readonly Bucket[] } & Pick<Asked, "personal" | "now">,
  { t, filter, after, limit }: Point,
  currency: string | null,
): Promise<Opened | null> {
  const bucket = t === null ? null : (buckets.find(({ start, end }) => start <= t && t < end) ?? null);
  if (t !== null && bucket === null) return null;
  const range = {
    from: Math.max(scope.from, bucket?.start ?? scope.from),
    to: Math.min(scope.to, bucket?.end ?? scope.to),
  };
  const filters = filter === null ? scope.filters : [...scope.filters, filter];
  const own = { ...scope, ...range, filters };
  const behind = eventsBehind(expressionOf(kpi.formula), range, now);
  const [answer, count, page] = await Promise.all([
    parts.store.ask({ ...own, kpis: [kpi], by: [], grain: null }),
    countOf(parts, { ...own, ...behind.range }, behind.where),
    eventsPage(parts.store, { ...own, ...behind.range }, { where: behind.where, after, limit, personal }),
  ]);
  const row = recordsOf(answer).find((one) => currency === null || one.currency === null || one.currency === currency);
  return {
    bucket,
    range,
    filter,
    value: amountOf(row?.cells[kpi.key]),
    currency: kpi.unit === "money" ? (row?.currency ?? currency) : null,
    count,
    ...page,
  };
}

/** `whole`: the answer over the timeframe. Throws QuestionFault. */
export async function explained(
  parts: ReportParts,
  { scope }: Framed,
  kpi: Kpi,
  { personal, now }: Pick<Asked, "personal" | "now">,
  whole: Answer,
): Promise<Explained> {
  const behind = eventsBehind(expressionOf(kpi.formula), scope, now);
  return {
    ...definitionOf(kpi, whole, personal),
    events: await countOf(parts, { ...scope, ...behind.range }, behind.where),
    types: typesOf(behind.where),
    source: whole.source,
    approximate: whole.columns.some(({ approximate }) => approximate === true),
    target: targetOf(parts.control, kpi, scope.locations)?.shown ?? null,
  };
}

/** Counted as any figure is, so that it comes from rollups where it can. */
async function countOf({ store }: ReportParts, scope: Framed["scope"], where: Condition | null): Promise<number> {
  const kpi: Kpi = {
    key: "events_behind",
    label: "Events",
    unit: "count",
    better: null,
    description: "",
    formula: printFormula({ agg: "count", where }),
    dimensions: [],
    group: "system",
  };
  const { totals } = await store.ask({ ...scope, kpis: [kpi], by: [], grain: null });
  return Number(totals[kpi.key] ?? 0);
}

function typesOf(where: Condition | null): readonly string[] | null {
  const types = where === null ? null : typesIn(where);
  return types === null ? null : [...types].sort();
}
