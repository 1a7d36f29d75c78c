/** Revenue intelligence: what came in, who and what brought it, what moved it, and what comes next. */
import { aggregatesOf, expressionOf } from "../catalogue/formula.ts";
import { kpiOf } from "../catalogue/kpis.ts";
import { previousOf } from "../catalogue/period.ts";
import type { Kpi } from "../catalogue/types.ts";
import { typesOf } from "../store/query/rows.ts";
import type { Answer, Question } from "../store/store.ts";
import { type Asked, currencyOf, type Framed, framed, type ReportParts } from "./common.ts";
import { type Drivers, driversOf, type Moved } from "./drivers.ts";
import { type ForecastFigure, forecastFigure, HISTORY_US } from "./forecast.ts";
import { historyOf } from "./history.ts";
import { knownEvents } from "./known-events.ts";
import { figuresFrom, type KpiFigure } from "./kpis.ts";
import { maskedCell } from "./personal.ts";
import { moneyOf, type Row, recordsOf, shareOf, sumOf, textOf } from "./read-answer.ts";

export interface RevenueAsked extends Asked {
  comparisons: boolean;
  trends: boolean;
}

/** One bucket in one currency. */
export interface MoneyPoint {
  t: string;
  currency: string;
  revenue: string;
  commission: string;
  cost: string;
  margin: string;
}

export interface BotMoney extends Omit<MoneyPoint, "t"> {
  /** Null: events without a bot. */
  bot_id: string | null;
  /** Of the revenue in this currency; null where there is none. */
  share: number | null;
}

export interface SourceMoney {
  /** `data.source` of the very event; null: events without one. */
  source: string | null;
  /** Null where a source brought leads, and nothing in the answer has money. */
  currency: string | null;
  revenue: string;
  commission: string;
  leads: number;
  share: number | null;
}

export interface RevenueReport {
  framed: Framed;
  kpis: Record<"revenue" | "commission" | "cost" | "margin", KpiFigure>;
  series: readonly MoneyPoint[];
  forecast: ForecastFigure;
  by_bot: readonly BotMoney[];
  by_source: readonly SourceMoney[];
  /** By currency; null where nothing is compared. */
  drivers: readonly Drivers[] | null;
}

const MONEY_KEYS = ["revenue", "commission", "cost", "margin"] as const;
/** Bots and sources in an answer, the largest first. */
const SEGMENTS_MAX = 100;
const DAY = 86_400_000_000;

/** The KPIs of the report, in their order. */
export const REVENUE_KPIS: readonly Kpi[] = MONEY_KEYS.map(known);
/** The event types that the report depends on; null: any. */
export const REVENUE_TYPES: readonly string[] | null = typesIn([...REVENUE_KPIS, known("leads")]);
const BY_SOURCE: readonly Kpi[] = ["revenue", "commission", "leads"].map(known);

/**
 * Where money came from is told by `data.source` of the very event that brought it: a deal says where its contact came from,
 * as a lead does. What has none is null, and not guessed from elsewhere.
 */
export async function revenueReport(parts: ReportParts, asked: RevenueAsked): Promise<RevenueReport> {
  const resolved = await framed(parts, asked);
  const { frame, scope } = resolved;
  const compares = asked.comparisons && frame.name !== "all";
  const before = previousOf(scope);
  const ask = (given: Partial<Question> & Pick<Question, "kpis" | "by">) =>
    parts.store.ask({ ...scope, grain: null, ...given });
  const [current, bots, botsBefore, sources, sourcesBefore, history] = await Promise.all([
    ask({ kpis: REVENUE_KPIS, by: [], grain: frame.grain }),
    ask({ kpis: REVENUE_KPIS, by: ["bot_id"] }),
    compares ? ask({ kpis: REVENUE_KPIS, by: ["bot_id"], ...before }) : null,
    ask({ kpis: BY_SOURCE, by: ["data.source"] }),
    compares ? ask({ kpis: REVENUE_KPIS.slice(0, 1), by: ["data.source"], ...before }) : null,
    historyOf(parts, resolved, { kpis: REVENUE_KPIS.slice(0, 1), grain: "day", length: HISTORY_US }),
  ]);
  const kpis = figuresOf(
    figuresFrom(parts, resolved, { kpis: REVENUE_KPIS, trends: asked.trends }, current, botsBefore),
  );
  const usual = kpis.revenue.currency ?? currencyOf(parts.control, scope.locations);
  const masked = (key: string | null): string | null => (asked.personal ? key : textOf(maskedCell(key)));
  const moved = (now: Answer, then: Answer, name: string): Moved => ({
    now: segmentsOf(now, name, usual),
    before: segmentsOf(then, name, usual),
  });
  return {
    framed: resolved,
    kpis,
    series: recordsOf(current).map((row) => ({ t: String(row.cells.t), ...moneyIn(row, usual) })),
    forecast: forecastFigure(
      resolved,
      history,
      history.series.find(({ currency }) => (currency ?? usual) === usual) ?? null,
      {
        kpi: known("revenue"),
        horizon: horizonOf(frame),
        currency: usual,
        events: knownEvents(parts.control, resolved),
      },
    ),
    by_bot: byBot(bots, usual).map((row) => ({ ...row, bot_id: masked(row.bot_id) })),
    by_source: bySource(sources, usual).map((row) => ({ ...row, source: masked(row.source) })),
    drivers:
      botsBefore && sourcesBefore
        ? driversOf({
            bot_id: moved(bots, botsBefore, "bot_id"),
            source: moved(sources, sourcesBefore, "data.source"),
          }).map((drivers) => ({
            ...drivers,
            by: drivers.by.map(({ segments, ...rest }) => ({
              ...rest,
              segments: segments.map((segment) => ({ ...segment, key: masked(segment.key) })),
            })),
          }))
        : null,
  };
}

function known(key: string): Kpi {
  const kpi = kpiOf(key);
  if (!kpi) throw new Error(`the catalogue lacks ${key}`);
  return kpi;
}

function typesIn(kpis: readonly Kpi[]): readonly string[] | null {
  const aggregates = kpis.flatMap(({ formula }) => aggregatesOf(expressionOf(formula)));
  const types = typesOf(aggregates.map((aggregate) => ("where" in aggregate ? aggregate.where : null)));
  return types !== null && "value" in types && Array.isArray(types.value) ? types.value.map(String) : null;
}

/** What comes next is looked at for as long as what was, at least a week and at most a month. */
function horizonOf({ from, to }: Framed["frame"]): number {
  return to - from <= 7 * DAY ? 7 : 30;
}

function figuresOf(figures: Readonly<Record<string, KpiFigure>>): RevenueReport["kpis"] {
  const figure = (key: string): KpiFigure => {
    const found = figures[key];
    if (!found) throw new Error("a KPI that was asked for is missing in the answer");
    return found;
  };
  return {
    revenue: figure("revenue"),
    commission: figure("commission"),
    cost: figure("cost"),
    margin: figure("margin"),
  };
}

function moneyIn({ currency, cells }: Row, usual: string): Omit<MoneyPoint, "t"> {
  const [revenue, commission, cost, margin] = MONEY_KEYS.map((key) => moneyOf(cells[key]));
  return {
    currency: currency ?? usual,
    revenue: revenue ?? "0.00",
    commission: commission ?? "0.00",
    cost: cost ?? "0.00",
    margin: margin ?? "0.00",
  };
}

function byBot(answer: Answer, usual: string): readonly BotMoney[] {
  const totals = totalsIn(answer, usual);
  return recordsOf(answer)
    .map((row) => {
      const money = moneyIn(row, usual);
      const share = shareOf(money.revenue, totals.get(money.currency) ?? 0);
      return { bot_id: textOf(row.cells.bot_id), ...money, share };
    })
    .slice(0, SEGMENTS_MAX);
}

function bySource(answer: Answer, usual: string): readonly SourceMoney[] {
  const totals = totalsIn(answer, usual);
  return recordsOf(answer)
    .map(({ currency, cells }) => {
      const revenue = moneyOf(cells.revenue);
      return {
        source: textOf(cells["data.source"]),
        currency,
        revenue,
        commission: moneyOf(cells.commission),
        leads: Number(cells.leads ?? 0),
        share: currency === null ? null : shareOf(revenue, totals.get(currency) ?? 0),
      };
    })
    .slice(0, SEGMENTS_MAX);
}

/** The revenue of the whole answer, by currency. */
function totalsIn(answer: Answer, usual: string): ReadonlyMap<string, string> {
  const rows = recordsOf(answer);
  const byCurrency = Map.groupBy(rows, ({ currency }) => currency ?? usual);
  return new Map(
    [...byCurrency].map(([currency, own]) => [currency, sumOf(own.map(({ cells }) => moneyOf(cells.revenue)))]),
  );
}

function segmentsOf(answer: Answer, name: string, usual: string): Moved["now"] {
  return recordsOf(answer).map(({ currency, cells }) => ({
    key: textOf(cells[name]),
    currency: currency ?? usual,
    amount: moneyOf(cells.revenue),
  }));
}
