/** A figure split by a dimension: its parts, the series of the largest, and other figures of the same parts. */
import { aggregatesOf, expressionOf } from "../../catalogue/formula.ts";
import type { Kpi } from "../../catalogue/types.ts";
import { isRowAggregate } from "../../store/query/rows.ts";
import type { Answer, Cell } from "../../store/store.ts";
import type { Framed, ReportParts } from "../common.ts";
import { addsUp, askedByKeys, maskedSegment, partsOf, type Segment, type Splitting } from "../drill-down.ts";
import type { Amount, KpiFigure } from "../kpis.ts";
import { recordsOf } from "../read-answer.ts";
import { companionsOf } from "./companions.ts";

export interface SplitSegment extends Segment {
  /** What a filter would have to name to see this part alone; null where that cannot be told to this asker. */
  filter: string | null;
  /** A value for each bucket; null where it was not asked for. */
  series: KpiFigure["trend"] | null;
  /** By key; one amount a currency. */
  companions: Readonly<Record<string, readonly CompanionAmount[]>>;
}

export interface CompanionAmount {
  currency: string | null;
  value: Amount;
}

export interface ExploreSplit {
  by: string;
  /** In the currency that is shown. */
  segments: readonly SplitSegment[];
  /** There are more than the largest. */
  more: boolean;
  /** The parts add up to the whole. */
  adds_up: boolean;
  companions: readonly Kpi[];
  /** Of the companions, over the whole. */
  totals: Readonly<Record<string, readonly CompanionAmount[]>>;
}

export interface SplitAsked extends Splitting {
  /** The one that is shown, where there are several. */
  currency: string | null;
  personal: boolean;
}

/** So many have a series of their own: a line in the chart, or a small one in the table. */
const SERIES_MAX = 20;
const FILTER_CHARS_MAX = 256;

/** Throws QuestionFault. */
export async function exploreSplit(
  parts: ReportParts,
  { scope, frame }: Framed,
  { currency, personal, ...splitting }: SplitAsked,
  whole: Promise<Answer>,
): Promise<ExploreSplit> {
  const { kpi, by } = splitting;
  const { segments: all, more } = await partsOf(parts, scope, splitting, whole);
  const segments = currency === null ? all : all.filter((segment) => (segment.currency ?? currency) === currency);
  const question = { ...scope, by: [by] };
  const companions = segments.length === 0 ? [] : companionsOf(kpi).filter(isByRows);
  const [series, beside, totals] = await Promise.all([
    segments.length === 0
      ? []
      : askedByKeys(
          parts.store,
          { ...question, kpis: [kpi], grain: frame.grain },
          by,
          segments.slice(0, SERIES_MAX),
          more || segments.length > SERIES_MAX,
        ),
    companions.length === 0
      ? []
      : askedByKeys(parts.store, { ...question, kpis: companions, grain: null }, by, segments, more),
    companions.length === 0 ? null : parts.store.ask({ ...scope, kpis: companions, by: [], grain: null }),
  ]);
  const lines = seriesIn(series, kpi, by, currency);
  const amounts = amountsIn(beside, companions, by);
  const shown = segments.map((segment): SplitSegment => {
    const mark = JSON.stringify(segment.key);
    const shownSegment = personal ? segment : maskedSegment(segment);
    return {
      ...shownSegment,
      filter: shownSegment.key === segment.key ? filterOf(by, segment.key) : null,
      series: lines.get(mark) ?? null,
      companions: amounts.get(mark) ?? {},
    };
  });
  // A column without a single value tells nothing.
  const told = companions.filter(({ key }) =>
    shown.some((row) => row.companions[key]?.some(({ value }) => Number(value) !== 0)),
  );
  return {
    by,
    segments: shown,
    more,
    adds_up: addsUp(expressionOf(kpi.formula)),
    companions: told,
    totals: totals ? totalsIn(totals, told) : {},
  };
}

/** One scan tells it for some parts as for all of them. */
function isByRows({ formula }: Kpi): boolean {
  return aggregatesOf(expressionOf(formula)).every((aggregate) => isRowAggregate({ index: 0, aggregate }));
}

/** As it stands in an address; null for what is too long for one. */
export function filterOf(by: string, key: Cell): string | null {
  if (key === null) return `${by}:exists:false`;
  const text = String(key);
  return text === "" || text.length > FILTER_CHARS_MAX ? null : `${by}:eq:${text}`;
}

function seriesIn(
  answers: readonly Answer[],
  kpi: Kpi,
  by: string,
  currency: string | null,
): ReadonlyMap<string, KpiFigure["trend"]> {
  const lines = new Map<string, { t: string; v: Amount }[]>();
  for (const { currency: own, cells } of answers.flatMap(recordsOf)) {
    if (currency !== null && own !== null && own !== currency) continue;
    const mark = JSON.stringify(cells[by] ?? null);
    const line = lines.get(mark) ?? [];
    lines.set(mark, line);
    line.push({ t: String(cells.t), v: amountIn(cells[kpi.key]) });
  }
  return lines;
}

function amountsIn(
  answers: readonly Answer[],
  companions: readonly Kpi[],
  by: string,
): ReadonlyMap<string, Record<string, CompanionAmount[]>> {
  const amounts = new Map<string, Record<string, CompanionAmount[]>>();
  for (const { currency, cells } of answers.flatMap(recordsOf)) {
    const mark = JSON.stringify(cells[by] ?? null);
    const row = amounts.get(mark) ?? {};
    amounts.set(mark, row);
    for (const { key, unit } of companions) {
      const known = row[key] ?? [];
      const value = amountIn(cells[key]);
      // What is no money stands beside each currency with the same value.
      if (unit !== "money" && known.length > 0) continue;
      row[key] = [...known, { currency: unit === "money" ? currency : null, value }];
    }
  }
  return amounts;
}

function totalsIn({ columns, totals }: Answer, companions: readonly Kpi[]): Record<string, CompanionAmount[]> {
  return Object.fromEntries(
    companions.map(({ key }): [string, CompanionAmount[]] => {
      const total = totals[key] ?? null;
      const only = columns.find(({ name }) => name === key)?.currency ?? null;
      if (total !== null && typeof total === "object")
        return [key, Object.entries(total).map(([currency, value]) => ({ currency, value }))];
      return [key, [{ currency: only, value: amountIn(total) }]];
    }),
  );
}

function amountIn(cell: Cell | undefined): Amount {
  return cell === undefined || typeof cell === "boolean" ? null : cell;
}
