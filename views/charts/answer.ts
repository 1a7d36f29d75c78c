/** From an answer of the store, with a grain and at most one split, to a chart: the largest values by name, the others together. */
import { bucketsOf } from "../../src/catalogue/period.ts";
import type { Grain, Unit } from "../../src/catalogue/types.ts";
import type { Framed } from "../../src/report/common.ts";
import type { Amount } from "../../src/report/kpis.ts";
import type { Answer, Cell } from "../../src/store/store.ts";
import { nameOf, shortText } from "../format.ts";
import type { ChartProps, ChartSeries } from "./chart.ts";
import { bucketEnds, chartBuckets, findingOf, grainWord } from "./data.ts";

export interface AnswerChart {
  id: string;
  title: string;
  answer: Answer;
  kpi: { key: string; label: string; unit: Unit };
  /** The split; null: none. */
  by: string | null;
  /** How a value of the split is called. */
  name?: (value: string) => string;
  framed: Framed;
  grain: Grain;
  now: number;
  kind: ChartProps["kind"];
  height: ChartProps["height"];
  /** Values that are drawn by themselves. */
  most?: number;
  /** Which, where money is in several. */
  currency?: string;
  /** Values add up (a sum, a count): those that are not drawn by themselves are drawn together. */
  additive: boolean;
}

const MOST = 6;
const COLOURS = [1, 2, 3, 4, 5, 6] as const;
const US_PER_MS = 1_000;

interface Split {
  key: string;
  label: string;
  values: Amount[];
  total: number;
}

export function answerChart(given: AnswerChart): ChartProps {
  const { id, title, answer, kpi, by, framed, grain, now, kind, height, additive, most = MOST } = given;
  const at = (name: string): number => answer.columns.findIndex((column) => column.name === name);
  const currency = given.currency ?? answer.columns[at(kpi.key)]?.currency ?? currencyIn(answer, at("currency"));
  const own = answer.rows.filter((row) => at("currency") < 0 || row[at("currency")] === currency);
  const { scope, timezone } = framed;
  const buckets = bucketsOf(grain, timezone, scope.from, scope.to);
  const ends = bucketEnds(buckets, framed, now);
  const named = chartBuckets(buckets, { grain, timezone, ends });
  const places = new Map(buckets.map(({ start }, index) => [start, index]));
  const splits = new Map<string, Split>();
  for (const row of own) {
    const cell = by === null ? null : (row[at(by)] ?? null);
    const key = by === null ? "value" : cell === null ? "null" : `v:${cell}`;
    const label = by === null ? kpi.label : labelOf(cell, given.name ?? nameOf);
    const split = splits.get(key) ?? { key, label, values: buckets.map(() => null), total: 0 };
    const value = row[at(kpi.key)] ?? null;
    const place = places.get(Date.parse(String(row[at("t")])) * US_PER_MS);
    if (place !== undefined && typeof value !== "boolean") split.values[place] = value;
    split.total += Number(value ?? 0);
    splits.set(key, split);
  }
  const ranked = [...splits.values()].sort((one, other) => other.total - one.total || (one.key < other.key ? -1 : 1));
  const text = (amount: number): string => shortText(amount, kpi.unit, currency);
  const series = seriesOf(ranked, { split: by !== null, additive, most, text });
  const whole = ranked.length === 1 ? (ranked[0]?.values ?? []) : buckets.map((_, index) => sumAt(ranked, index));
  const total = answer.totals[kpi.key] ?? null;
  return {
    id,
    title,
    kind,
    unit: kpi.unit,
    ...(currency === undefined ? {} : { currency }),
    buckets: named,
    series,
    height,
    finding: findingOf(
      `${grainWord(grain)} ${kpi.label.toLowerCase()}${by === null ? "" : `, ${series.length} lines`}`,
      { value: amountOf(total, currency), previous: null, unit: kpi.unit, ...(currency ? { currency } : {}) },
      named,
      additive ? whole : [],
    ),
  };
}

function seriesOf(
  ranked: readonly Split[],
  {
    split,
    additive,
    most,
    text,
  }: { split: boolean; additive: boolean; most: number; text: (amount: number) => string },
): ChartSeries[] {
  if (!split) return ranked.map(({ key, label, values }) => ({ key, label, values, role: "value" }));
  // The last colour is for the others, where there are any.
  const shown = ranked.length > most ? ranked.slice(0, additive ? most - 1 : most) : ranked;
  const rest = ranked.slice(shown.length);
  const drawn = shown.map(({ key, label, values, total }, index): ChartSeries => {
    const colour = COLOURS[index % COLOURS.length] ?? 1;
    return { key, label, values, role: "segment", colour, ...(additive ? { note: text(total) } : {}) };
  });
  if (rest.length === 0 || !additive) return drawn;
  const values = (rest[0]?.values ?? []).map((_, index) => sumAt(rest, index));
  const total = rest.reduce((sum, one) => sum + one.total, 0);
  const label = `${rest.length} others`;
  return [...drawn, { key: "others", label, values, role: "segment", colour: 6, note: text(total) }];
}

/** Null where none of them has a value. */
function sumAt(splits: readonly Split[], index: number): number | null {
  const known = splits.map(({ values }) => values[index] ?? null).filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce<number>((sum, value) => sum + Number(value), 0);
}

function labelOf(cell: Cell, name: (value: string) => string): string {
  return cell === null || cell === "" ? "Not given" : name(String(cell));
}

function currencyIn({ rows }: Answer, column: number): string | undefined {
  const first = column < 0 ? undefined : rows[0]?.[column];
  return typeof first === "string" ? first : undefined;
}

function amountOf(total: Answer["totals"][string], currency: string | undefined): Amount {
  if (total !== null && typeof total === "object") return currency === undefined ? null : (total[currency] ?? null);
  return typeof total === "boolean" ? null : total;
}
