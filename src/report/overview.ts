/**
 * The overview: what one look shows, asked in as few questions as there are sources.
 * It must never let one failed question take the others with it.
 */
import { kpiOf } from "../catalogue/kpis.ts";
import { type Bucket, bucketsOf, previousOf } from "../catalogue/period.ts";
import type { Grain, Kpi } from "../catalogue/types.ts";
import { type Bots, maskedBots } from "./bots.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";
import { extentOf } from "./elsewhere.ts";
import { type FeedItem, type FeedWanted, newestEvents } from "./feed.ts";
import { botsAmong } from "./filtered-bots.ts";
import { type Funnel, leadFunnel } from "./funnel.ts";
import { type KpiFigure, kpiFigures } from "./kpis.ts";
import { type Pulse, pulseOf } from "./pulse.ts";
import { type AheadOf, type RevenueChart, revenueChart } from "./revenue-chart.ts";

/** The cards, in their order. */
export const OVERVIEW_KPIS: readonly string[] = [
  "revenue",
  "commission",
  "leads_qualified",
  "conversion_rate",
  "bot_success_rate",
  "intent_latency_p95",
];

/** A part that could not be had says why; the others stand. */
export type Part<T> = { ok: true; value: T } | { ok: false; reason: string };

export interface Card {
  key: string;
  label: string;
  figure: Part<KpiFigure>;
}

export interface Overview {
  framed: Framed;
  previous: { from: number; to: number } | null;
  buckets: readonly Bucket[];
  cards: readonly Card[];
  /** Revenue and commission over time. */
  chart: Part<RevenueChart>;
  funnel: Part<Funnel>;
  bots: Part<Bots>;
  feed: Part<readonly FeedItem[]>;
  pulse: Part<Pulse>;
  /** When the locations have events, but none in this timeframe: from when to when they are. */
  elsewhere: { first: number; last: number } | null;
  now: number;
}

export interface OverviewAsked extends Asked {
  compare: boolean;
  /** Which currency to show where there are several; null: the usual one. */
  currency: string | null;
}

/** How the dearest answer is had: asked each time, or kept for a while. */
export type FunnelOf = (key: string, ask: () => Promise<Funnel>) => Promise<Funnel>;

/** What only the overview is asked beside. */
export interface OverviewWanted {
  feed?: FeedWanted | undefined;
  /** Of the chart; null: the timeframe's. */
  grain?: Grain | null;
  aheadOf?: AheadOf;
}

/** Everything on the page. `log` hears what failed. */
export async function overviewReport(
  parts: ReportParts,
  asked: OverviewAsked,
  log: (what: string, error: unknown) => void,
  funnelOf: FunnelOf = (_, ask) => ask(),
  wanted: OverviewWanted = {},
): Promise<Overview> {
  const resolved = await framed(parts, asked);
  const { frame, timezone, scope } = resolved;
  const compares = asked.compare && frame.name !== "all";
  const funnelKey = JSON.stringify([scope.from, scope.to, scope.locations, scope.filters, compares]);
  const attempt = attempted(log);
  const [{ cards, events }, funnel, bots, feed, pulse] = await Promise.all([
    cardsOf(parts, asked, attempt),
    attempt(
      "funnel",
      funnelOf(funnelKey, () => leadFunnel(parts, scope, compares)),
    ),
    attempt(
      "bots",
      botsAmong(parts.store, scope, asked).then((bots) => (asked.personal === true ? bots : maskedBots(bots))),
    ),
    attempt("feed", newestEvents(parts.store, scope.locations, { ...asked, within: scope }, wanted.feed)),
    attempt("pulse", pulseOf(parts.store, scope.locations, asked.now, asked.signal)),
  ]);
  const chart = await attempt("chart", chartOf(parts, asked, cards, wanted));
  const elsewhere = events === 0 ? await attempt("extent", extentOf(parts, asked)) : null;
  return {
    framed: resolved,
    previous: compares ? previousOf(scope) : null,
    buckets: bucketsOf(frame.grain, timezone, scope.from, scope.to),
    cards,
    chart,
    funnel,
    bots,
    feed,
    pulse,
    elsewhere: elsewhere?.ok ? elsewhere.value : null,
    now: asked.now,
  };
}

/** From the cards' own figures where it can be. */
function chartOf(
  parts: ReportParts,
  asked: OverviewAsked,
  cards: readonly Card[],
  { grain = null, aheadOf = () => null }: OverviewWanted,
): Promise<RevenueChart> {
  const figure = (key: string): KpiFigure | null => {
    const found = cards.find((card) => card.key === key)?.figure;
    return found?.ok ? found.value : null;
  };
  const [revenue, commission] = [figure("revenue"), figure("commission")];
  const known = revenue && commission ? { revenue, commission } : null;
  return revenueChart(parts, { ...asked, grain }, known, aheadOf);
}

/** All cards from one pair of questions; when that fails, each for itself, so that only the broken one is missing. */
async function cardsOf(
  parts: ReportParts,
  asked: OverviewAsked,
  attempt: <T>(what: string, work: Promise<T>) => Promise<Part<T>>,
): Promise<{ cards: Card[]; events: number | null }> {
  const kpis = [...OVERVIEW_KPIS, "events"].map(kpiOf).filter((kpi) => kpi !== null);
  const together = await attempt("cards", figuresOf(parts, asked, kpis));
  const shown = kpis.filter(({ key }) => key !== "events");
  const cards = shown.map(async (kpi) => {
    const { key, label } = kpi;
    const figure = together.ok
      ? partOf(together.value[key])
      : await attempt(
          key,
          figuresOf(parts, asked, [kpi]).then((own) => found(own[key])),
        );
    return { key, label, figure };
  });
  const events = together.ok ? (together.value.events?.value ?? null) : null;
  return { cards: await Promise.all(cards), events: events === null ? null : Number(events) };
}

async function figuresOf(parts: ReportParts, asked: OverviewAsked, kpis: readonly Kpi[]) {
  const { currency, compare, ...rest } = asked;
  const options = {
    comparisons: compare,
    trends: true,
    previous_trends: compare,
    ...(currency === null ? {} : { currency }),
  };
  return (await kpiFigures(parts, { ...rest, ...options, kpis })).kpis;
}

function partOf(figure: KpiFigure | undefined): Part<KpiFigure> {
  return figure ? { ok: true, value: figure } : { ok: false, reason: "Not answered." };
}

function found(figure: KpiFigure | undefined): KpiFigure {
  if (!figure) throw new Error("a KPI that was asked for is missing in the answer");
  return figure;
}

/** For the person who looks: what kind of failure it was, without its innards. */
/** Does a part of a page by itself: what fails is said in its place. `log` hears of it. */
export function attempted(log: (what: string, error: unknown) => void) {
  return <T>(what: string, work: Promise<T>): Promise<Part<T>> =>
    work.then(
      (value) => ({ ok: true, value }) as const,
      (error) => {
        log(what, error);
        return { ok: false, reason: reasonOf(error) } as const;
      },
    );
}

function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "QueryTimeout") return "The question took too long and was stopped.";
  if (name === "QueryRefused") return "Too many questions at once.";
  return "The question failed. The log has more.";
}
