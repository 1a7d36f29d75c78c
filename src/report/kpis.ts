/** KPI objects as cards, pages and the API show them: value, target, comparison and trend. */
import { previousOf } from "../catalogue/period.ts";
import type { Better, Grain, Kpi, Target, Unit } from "../catalogue/types.ts";
import type { Control } from "../control/control.ts";
import type { Answer, Cell } from "../store/store.ts";
import { type Asked, currencyOf, type Framed, framed, type ReportParts } from "./common.ts";

export type Status = "on_target" | "near_target" | "off_target";

/** Money is a decimal string, everything else a number; null where there is nothing below the line. */
export type Amount = string | number | null;

export interface KpiFigure {
  label: string;
  unit: Unit;
  value: Amount;
  /** Of money. */
  currency?: string;
  target: string | number | null;
  status: Status | null;
  better: Better;
  previous: Amount;
  /** (value − previous) ÷ |previous|. */
  change: number | null;
  trend: readonly { t: string; v: Amount }[];
  previous_trend?: readonly { t: string; v: Amount }[];
  approximate?: true;
  /** Money over several currencies: each apart; `value` and the rest are those of `currency`. */
  currencies?: readonly { currency: string; value: Amount; previous: Amount; change: number | null }[];
}

export interface KpisAsked extends Asked {
  kpis: readonly Kpi[];
  comparisons: boolean;
  trends: boolean;
  /** Also the series of the timeframe before: `previous_trend`. */
  previous_trends?: boolean;
  /** Which currency to show where there are several; left out: the usual one. */
  currency?: string;
  /** Of the series; left out: the timeframe's own. */
  grain?: Grain;
}

/** Within this share of it a target is near. */
const NEAR = 0.1;

/** All figures from two questions: this timeframe with its series, and the one before. */
export async function kpiFigures(
  parts: ReportParts,
  asked: KpisAsked,
): Promise<{ framed: Framed; kpis: Record<string, KpiFigure> }> {
  const resolved = await framed(parts, asked);
  const { scope, frame } = resolved;
  const grain = asked.grain ?? frame.grain;
  // Nothing lies before the first event.
  const compares = asked.comparisons && frame.name !== "all";
  const [current, previous] = await Promise.all([
    parts.store.ask({ ...scope, kpis: asked.kpis, by: [], grain: asked.trends ? grain : null }),
    compares
      ? parts.store.ask({
          ...scope,
          ...previousOf(scope),
          kpis: asked.kpis,
          by: [],
          grain: asked.previous_trends ? grain : null,
        })
      : null,
  ]);
  return { framed: resolved, kpis: figuresFrom(parts, resolved, asked, current, previous) };
}

/** The figures of answers that are known already: this timeframe's, and the one's before; splits do not matter to totals. */
export function figuresFrom(
  { control }: Pick<ReportParts, "control">,
  { scope }: Framed,
  asked: Pick<KpisAsked, "kpis" | "trends" | "previous_trends" | "currency">,
  current: Answer,
  previous: Answer | null,
): Record<string, KpiFigure> {
  const usual = currencyOf(control, scope.locations);
  const kpis: Record<string, KpiFigure> = {};
  for (const kpi of asked.kpis) {
    const target = targetOf(control, kpi, scope.locations);
    const figure = figureOf(kpi, {
      current,
      previous,
      trends: asked.trends,
      usual,
      preferred: asked.currency ?? usual,
      target,
    });
    const before =
      asked.previous_trends && previous ? { previous_trend: trendOf(kpi, previous, figure.currency ?? null) } : {};
    kpis[kpi.key] = { ...figure, ...before };
  }
  return kpis;
}

/** (value − previous) ÷ |previous|; null when either is missing or there was nothing before. */
export function changeOf(value: Amount, previous: Amount): number | null {
  if (value === null || previous === null || Number(previous) === 0) return null;
  return (Number(value) - Number(previous)) / Math.abs(Number(previous));
}

/** Where a value stands to its target. */
export function statusOf(value: Amount, target: Target | null): Status | null {
  if (value === null || target === null) return null;
  const sign = target.met === "gte" ? 1 : -1;
  const lead = sign * (Number(value) - target.value);
  if (lead >= 0) return "on_target";
  return -lead <= Math.abs(target.value) * NEAR ? "near_target" : "off_target";
}

interface Known {
  current: Answer;
  previous: Answer | null;
  trends: boolean;
  usual: string;
  preferred: string;
  target: { target: Target; shown: string | number } | null;
}

function figureOf(kpi: Kpi, { current, previous, trends, usual, preferred, target }: Known): KpiFigure {
  const column = current.columns.find(({ name }) => name === kpi.key);
  const total = current.totals[kpi.key] ?? null;
  const before = previous?.totals[kpi.key] ?? null;
  const currency = kpi.unit === "money" ? mainCurrency(total, column?.currency, usual, preferred) : null;
  const value = inCurrency(total, currency, column?.currency);
  const previousValue = inCurrency(before, currency, previous?.columns.find(({ name }) => name === kpi.key)?.currency);
  const comparable = currency === null || currency === usual;
  return {
    label: kpi.label,
    unit: kpi.unit,
    value,
    ...(currency === null ? {} : { currency }),
    target: target?.shown ?? null,
    status: comparable ? statusOf(value, target?.target ?? null) : null,
    better: kpi.better,
    previous: previousValue,
    change: changeOf(value, previousValue),
    trend: trends ? trendOf(kpi, current, currency) : [],
    ...(column?.approximate ? { approximate: true } : {}),
    ...severalOf(total, before),
  };
}

/** The one currency of the answer, else the preferred or the usual one if it occurs, else the first. */
function mainCurrency(
  total: Answer["totals"][string],
  only: string | undefined,
  usual: string,
  preferred: string,
): string {
  if (total === null || typeof total !== "object") return only ?? usual;
  if (preferred in total) return preferred;
  return usual in total ? usual : (Object.keys(total)[0] ?? usual);
}

function inCurrency(total: Answer["totals"][string], currency: string | null, only: string | undefined): Amount {
  if (total !== null && typeof total === "object") return currency === null ? null : (total[currency] ?? null);
  // The period before may have been in another currency altogether: that is no comparison.
  if (currency !== null && only !== undefined && only !== currency) return null;
  return typeof total === "boolean" ? null : total;
}

function severalOf(total: Answer["totals"][string], before: Answer["totals"][string]): Pick<KpiFigure, "currencies"> {
  if (total === null || typeof total !== "object") return {};
  const earlier = before !== null && typeof before === "object" ? before : {};
  return {
    currencies: Object.entries(total).map(([currency, value]) => {
      const previous = earlier[currency] ?? null;
      return { currency, value, previous, change: changeOf(value, previous) };
    }),
  };
}

function trendOf(kpi: Kpi, { columns, rows }: Answer, currency: string | null): { t: string; v: Amount }[] {
  const at = (name: string): number => columns.findIndex((column) => column.name === name);
  const [time, value, split] = [at("t"), at(kpi.key), at("currency")];
  const only = columns[value]?.currency;
  if (currency !== null && only !== undefined && only !== currency) return [];
  const trend = new Map<string, Amount>();
  for (const row of rows) {
    const t = String(row[time]);
    const own = split < 0 || row[split] === currency;
    // A series without money has the same value beside every currency.
    if (own || (currency === null && !trend.has(t))) trend.set(t, amountOf(row[value] ?? null));
  }
  return [...trend].map(([t, v]) => ({ t, v }));
}

function amountOf(cell: Cell): Amount {
  return typeof cell === "boolean" ? null : cell;
}

/** A location's own target beats the catalogue's; several locations together have only the catalogue's. */
export function targetOf(control: Control, kpi: Kpi, locations: readonly string[] | null): Known["target"] {
  const [only] = locations ?? control.locations().map(({ location_id }) => location_id);
  const single = (locations ?? control.locations()).length === 1;
  const own = single ? control.targets().find((row) => row.kpi === kpi.key && row.location_id === only) : undefined;
  if (own) {
    const met = kpi.target?.met ?? (kpi.better === "down" ? "lte" : "gte");
    return { target: { value: Number(own.value), met }, shown: kpi.unit === "money" ? own.value : Number(own.value) };
  }
  return kpi.target ? { target: kpi.target, shown: kpi.target.value } : null;
}
