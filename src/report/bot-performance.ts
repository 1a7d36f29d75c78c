/** Bot performance: each bot against its targets, and what the bots of each trade did. */
import { kpiOf } from "../catalogue/kpis.ts";
import { previousOf } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Better, Kpi, Unit } from "../catalogue/types.ts";
import type { Answer } from "../store/store.ts";
import { handedShares } from "./bots/handed.ts";
import { type BotKind, botTrades, type Trade } from "./bots/trades.ts";
import { type BotStatus, botsSeen, lastHeard } from "./bots.ts";
import { type Asked, currencyOf, type Framed, framed, type ReportParts } from "./common.ts";
import { type Employee, employeesOf } from "./employees.ts";
import { ROUTINE } from "./feed.ts";
import { type Intent, intentOf } from "./intent.ts";
import { type Amount, changeOf, type Status, statusOf, targetOf } from "./kpis.ts";
import { maskedCell, maskedEvent } from "./personal.ts";
import { type Qualification, qualificationOf } from "./qualification.ts";
import { amountOf, type Row, recordsOf, textOf } from "./read-answer.ts";
import { scanOf } from "./scan.ts";
import { type Sequence, sequencesOf } from "./sequences.ts";

export interface BotsAsked extends Asked {
  comparisons: boolean;
  trends: boolean;
}

/** A KPI of one bot. */
export interface BotKpi {
  label: string;
  unit: Unit;
  better: Better;
  value: Amount;
  /** Of money: the usual one where the bot has several. */
  currency?: string;
  previous: Amount;
  change: number | null;
  target: string | number | null;
  status: Status | null;
  approximate?: true;
  /** Money over several currencies, each apart. */
  currencies?: readonly { currency: string; value: Amount }[];
}

export interface BotRow {
  bot_id: string;
  /** Told by what it sends. */
  kind: BotKind;
  /** The types that it sends, the most frequent first; routine ones left out. */
  does: readonly string[];
  status: BotStatus;
  current_step: string | null;
  last_seen: string | null;
  /** Events in the timeframe but for heartbeats and bookkeeping. */
  interactions: number;
  /** Of what it began; null where it does not tell. */
  handed_to_person: number | null;
  kpis: Readonly<Record<string, BotKpi>>;
  /** Of bot_success_rate. */
  success_target: number | null;
  /** bot_success_rate by the timeframe's grain; null where no outcome is known. */
  trend: readonly { t: string; v: Amount }[];
  /** bot_events by the timeframe's grain. */
  activity: readonly { t: string; v: Amount }[];
}

export interface BotRows {
  bots: readonly BotRow[];
  /** All that were heard in the last 14 days or in the timeframe, also those beyond the list. */
  bots_total: number;
}

export interface BotReport extends BotRows {
  framed: Framed;
  sequences: readonly Sequence[];
  qualification: Qualification;
  intent: Intent;
  employees: readonly Employee[];
}

const BOTS_MAX = 200;
/** What is looked through for bots: as many as are ever counted. */
const BOT_ROWS_MAX = 1_000;
const TYPE_ROWS_MAX = 10_000;
const SUCCESS = "bot_success_rate";
const EVENTS = "bot_events";

/** What is said of each bot. */
export const BOT_KPIS: readonly Kpi[] = [
  "bot_events",
  SUCCESS,
  "bot_errors",
  "bot_error_rate",
  "conversations",
  "leads_qualified",
  "conversions",
  "calls",
  "bookings",
  "response_time_p95",
  "intent_latency_p95",
  "wait_time_p95",
  "revenue",
  "cost",
].map((key) => {
  const kpi = kpiOf(key);
  if (!kpi) throw new Error(`the catalogue lacks ${key}`);
  return kpi;
});

const INTERACTIONS = BOT_KPIS.filter(({ key }) => key === EVENTS);

/** All of it, masked for those who may not see what is personal. */
export async function botReport(parts: ReportParts, asked: BotsAsked): Promise<BotReport> {
  const resolved = await framed(parts, asked);
  const scan = scanOf(parts.store, resolved);
  const personal = asked.personal === true;
  const [{ bots, bots_total }, sequences, qualification, intent, employees] = await Promise.all([
    botRows(parts, asked, resolved),
    sequencesOf(scan),
    qualificationOf(scan),
    intentOf(scan),
    employeesOf(scan, personal),
  ]);
  const shown = personal ? bots : bots.map(maskedBot);
  return { framed: resolved, bots: shown, bots_total, sequences, qualification, intent, employees };
}

/** As those see it who may not see what is personal: a bot's id may be an address, and what it says it does may name whom it does it for. */
export function maskedBot(bot: BotRow): BotRow {
  const { current_step } = maskedEvent({ current_step: bot.current_step });
  return { ...bot, bot_id: textOf(maskedCell(bot.bot_id)) ?? bot.bot_id, current_step };
}

/** Bots of the last 14 days and of the timeframe, nothing masked; with filters only those that have events that match. */
export async function botRows(parts: ReportParts, asked: BotsAsked, resolved: Framed): Promise<BotRows> {
  const { scope } = resolved;
  const { store } = parts;
  const { now, signal } = asked;
  const [current, counted, trades, seen, handed] = await Promise.all([
    store.ask({ ...scope, kpis: BOT_KPIS, by: ["bot_id"], grain: null, limit: BOT_ROWS_MAX }),
    store.ask({ ...scope, kpis: INTERACTIONS, by: ["bot_id", "type"], grain: null, limit: TYPE_ROWS_MAX }),
    botTrades(store, scope.locations, { since: scope.from, now, signal }),
    botsSeen(store, scope.locations, now, signal, BOTS_MAX, false),
    handedShares(scanOf(store, resolved)),
  ]);
  const reported = rowsByBot(current);
  const interactions = interactionsOf(counted);
  const filtered = asked.filters.length > 0;
  const known = seen.bots.filter(({ bot_id }) => !filtered || reported.has(bot_id));
  const others = [...reported.keys()].filter((bot_id) => !seen.bots.some((bot) => bot.bot_id === bot_id));
  const shown = [...known.map(({ bot_id }) => bot_id), ...others].slice(0, BOTS_MAX);
  const [previous, series, heard] = await detailsOf(parts, asked, resolved, shown, others);
  const facts = { current: reported, previous: previous && rowsByBot(previous), series: series && rowsByBot(series) };
  const bots = shown.map((bot_id): BotRow => {
    const bot = known.find((one) => one.bot_id === bot_id) ?? null;
    const last = bot?.last_event_at ?? heard.get(bot_id) ?? null;
    const { kind, does } = trades.get(bot_id) ?? NO_TRADE;
    return {
      bot_id,
      kind,
      does,
      // Not heard for 14 days.
      status: bot?.status ?? "offline",
      current_step: bot?.step ?? null,
      last_seen: last === null ? null : formatInstant(last),
      interactions: interactions.get(bot_id) ?? 0,
      handed_to_person: handed.get(bot_id) ?? null,
      kpis: kpisOf(parts, resolved, current, facts, bot_id),
      success_target: successTarget(parts, resolved),
      trend: seriesOf(facts.series, bot_id, SUCCESS),
      activity: seriesOf(facts.series, bot_id, EVENTS),
    };
  });
  const bots_total = filtered ? reported.size : seen.total + others.length;
  return { bots: bots.sort((one, other) => (one.bot_id < other.bot_id ? -1 : 1)), bots_total };
}

const NO_TRADE: Trade = { kind: "other", does: [] };

function seriesOf(series: ByBot | null, bot_id: string, kpi: string): BotRow["trend"] {
  return (series?.get(bot_id) ?? []).map(({ cells }) => ({ t: String(cells.t), v: amountOf(cells[kpi]) }));
}

function interactionsOf(counted: Answer): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [bot_id, rows] of rowsByBot(counted)) {
    const news = rows.filter(({ cells }) => !ROUTINE.includes(String(cells.type)));
    sums.set(
      bot_id,
      news.reduce((sum, { cells }) => sum + Number(cells[EVENTS] ?? 0), 0),
    );
  }
  return sums;
}

/** The rest about the bots that are shown: the period before, the trend, and when those were heard that were silent for long. */
function detailsOf(
  { store }: ReportParts,
  asked: BotsAsked,
  { frame, scope }: Framed,
  shown: readonly string[],
  others: readonly string[],
): Promise<[Answer | null, Answer | null, ReadonlyMap<string, number>]> {
  const filters = [...scope.filters, { field: "bot_id", op: "in", value: shown } as const];
  const compares = asked.comparisons && frame.name !== "all" && shown.length > 0;
  const drawn = BOT_KPIS.filter(({ key }) => key === SUCCESS || key === EVENTS);
  return Promise.all([
    compares
      ? store.ask({ ...scope, ...previousOf(scope), filters, kpis: BOT_KPIS, by: ["bot_id"], grain: null })
      : null,
    asked.trends && shown.length > 0
      ? store.ask({ ...scope, filters, kpis: drawn, by: ["bot_id"], grain: frame.grain })
      : null,
    lastHeard(store, scope.locations, others.slice(0, BOTS_MAX), asked.signal),
  ]);
}

type ByBot = ReadonlyMap<string, readonly Row[]>;

/** A bot has a row for each currency, or for each bucket. */
function rowsByBot(answer: Answer): ByBot {
  const rows = recordsOf(answer).flatMap((row) => {
    const bot_id = textOf(row.cells.bot_id);
    return bot_id === null ? [] : [{ bot_id, row }];
  });
  const grouped = Map.groupBy(rows, ({ bot_id }) => bot_id);
  return new Map([...grouped].map(([bot_id, own]) => [bot_id, own.map(({ row }) => row)]));
}

function kpisOf(
  { control }: ReportParts,
  { scope }: Framed,
  { columns }: Answer,
  { current, previous }: { current: ByBot; previous: ByBot | null },
  bot_id: string,
): Record<string, BotKpi> {
  const usual = currencyOf(control, scope.locations);
  const now = current.get(bot_id) ?? [];
  const before = previous?.get(bot_id) ?? [];
  const own = now.find(({ currency }) => currency === usual) ?? now[0];
  const currency = own?.currency ?? usual;
  const then = before.find((row) => row.currency === currency);
  const kpis: Record<string, BotKpi> = {};
  for (const kpi of BOT_KPIS) {
    const { key, label, unit, better } = kpi;
    const money = unit === "money";
    const none = money ? "0.00" : unit === "count" ? 0 : null;
    const value = amountOf(own?.cells[key] ?? none);
    // What has no currency stands beside each: any row tells it.
    const earlier = (money ? then : before[0])?.cells[key] ?? none;
    const was = previous === null ? null : amountOf(earlier);
    // A sum of money's target is the location's, not one bot's.
    const target = money || unit === "count" ? null : targetOf(control, kpi, scope.locations);
    const several = money && now.length > 1;
    kpis[key] = {
      label,
      unit,
      better,
      value,
      ...(money ? { currency } : {}),
      previous: was,
      change: changeOf(value, was),
      target: target?.shown ?? null,
      status: statusOf(value, target?.target ?? null),
      ...(columns.some(({ name, approximate }) => name === key && approximate) ? { approximate: true } : {}),
      ...(several ? { currencies: currenciesOf(now, key) } : {}),
    };
  }
  return kpis;
}

function currenciesOf(rows: readonly Row[], key: string): { currency: string; value: Amount }[] {
  return rows.flatMap(({ currency, cells }) => (currency === null ? [] : [{ currency, value: amountOf(cells[key]) }]));
}

function successTarget({ control }: ReportParts, { scope }: Framed): number | null {
  const kpi = kpiOf(SUCCESS);
  return (kpi && targetOf(control, kpi, scope.locations)?.target.value) ?? null;
}
