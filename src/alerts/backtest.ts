/**
 * What a rule would have done: the same instants, observations and state machine as live, over what is stored now.
 *
 * An instant t sees only events with a time before t. Live, an event that is received after the instant it belongs to was
 * not seen then; here it is: what came late is the one difference. Targets, custom KPIs and commission rules are those of now.
 */
import type { Range } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Control } from "../control/control.ts";
import type { Store } from "../store/store.ts";
import { type Place, type Seen, type SeenByBot, seenOf, valueRule, wantedOf } from "./kinds.ts";
import { knowledgeOf, placesOf } from "./knowledge.ts";
import { createPast, type Past } from "./past.ts";
import { everyOf, type RuleBody, timingOf } from "./rule.ts";
import { freshState, type SeriesState, step, toldOf } from "./state.ts";
import { timelineOf, timelineRule } from "./timelines.ts";
import { DAY, instantOf } from "./windows.ts";

export interface Firing {
  location_id: string | null;
  bot_id: string | null;
  start: string;
  /** null: it would be firing now. */
  end: string | null;
  /** The worst value. */
  peak: number | null;
  /** When it would have been told; null while it is muted. */
  told: string | null;
}

export interface Backtest {
  from: string;
  to: string;
  /** Instants of each series. */
  evaluations: number;
  /** Newest first. */
  firings: readonly Firing[];
  /** Firings in all; `firings` holds the newest 200. */
  total: number;
  summary: string;
  /** False when the time did not suffice: `from` says since when it was looked at. */
  complete: boolean;
  /** Why there is no answer for this rule. */
  reason: string | null;
}

export interface BacktestAsked {
  rule: RuleBody;
  days: number;
  now: number;
  /** So long it may take; milliseconds. */
  budget_ms: number;
  signal?: AbortSignal;
}

interface Parts {
  store: Store;
  control: Control;
  /** Milliseconds that only go forward. */
  clock: () => number;
}

const FIRINGS_MAX = 200;
/** Requests are answered between so many instants. */
const AT_ONCE = 2_000;

const UNTESTABLE: Readonly<Record<string, string>> = {
  system_health: "How the appliance fared in the past is not kept: rules on its health cannot be tried on it.",
  delivery_failed: "Deliveries of the past are in the delivery log: this rule cannot be tried on them.",
};

/** Rejects with the signal's reason, and for what cannot be asked. */
export async function backtest(parts: Parts, { rule, days, now, budget_ms, signal }: BacktestAsked): Promise<Backtest> {
  const every = everyOf(rule);
  const to = instantOf(now, every);
  const from = instantOf(to - days * DAY, every) + every;
  const reason = UNTESTABLE[rule.kind];
  if (reason !== undefined) return answerOf({ from, to, evaluations: 0, firings: [], complete: true }, days, reason);
  const deadline = parts.clock() + budget_ms;
  const found: Firing[] = [];
  let evaluations = 0;
  let complete = true;
  let looked_from = from;
  const places = placesOf(parts.control, rule);
  for (const [index, place] of places.entries()) {
    const share = (deadline - parts.clock()) / (places.length - index);
    const since = await affordable(parts, rule, place, { from, to }, share, signal);
    const replay = await replayOf(parts, rule, place, { from: since, to }, deadline, signal);
    found.push(...replay.firings);
    evaluations += replay.evaluations;
    complete &&= replay.complete && since === from;
    looked_from = Math.max(looked_from, since);
  }
  const firings = found.sort((one, other) => (one.start < other.start ? 1 : one.start > other.start ? -1 : 0));
  return answerOf({ from: looked_from, to, evaluations, firings, complete }, days, null);
}

/** So many instants tell how long one takes. */
const PROBES = 8;
/** Of the time, so that the machine may be a little slower for the rest. */
const SPENT = 0.7;

/** Where to begin so that the time suffices: what was last matters most. */
async function affordable(
  { store, control, clock }: Parts,
  rule: RuleBody,
  place: Place,
  { from, to }: Range,
  budget_ms: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const valued = valueRule(rule);
  if (!valued) return from;
  const every = everyOf(rule);
  const known = knowledgeOf(control);
  const past = createPast(store, control.commissionRules, { from, to }, every, signal);
  const first = wantedOf(valued, place, from, known);
  if (typeof first === "string" || !(await past.isSlow(first))) return from;
  const began = clock();
  for (let probe = PROBES - 1; probe >= 0; probe--) {
    const wanted = wantedOf(valued, place, to - probe * every, known);
    if (typeof wanted !== "string") await past.read(wanted);
  }
  const each_ms = Math.max(0.01, (clock() - began) / PROBES);
  const instants = Math.floor((budget_ms * SPENT) / each_ms);
  return Math.max(from, to - instants * every);
}

interface Replay {
  firings: readonly Firing[];
  evaluations: number;
  complete: boolean;
}

/** Every instant of the range at one location. */
async function replayOf(
  { store, control, clock }: Parts,
  rule: RuleBody,
  place: Place,
  range: Range,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<Replay> {
  const observe = await observerOf({ store, control, clock }, rule, place, range, signal);
  const timing = timingOf(rule, place.timezone);
  const series = new Map<string, Replayed>();
  const every = everyOf(rule);
  let evaluations = 0;
  let count = 0;
  for (let t = range.from; t <= range.to; t += every) {
    if (++count % AT_ONCE === 0) await Bun.sleep(0);
    signal?.throwIfAborted();
    if (clock() > deadline) return { firings: firingsOf(series, place), evaluations, complete: false };
    const seen = await observe(t, [...series.keys()]);
    for (const part of new Set([...series.keys(), ...seen.keys()])) {
      const replayed = series.get(part) ?? { state: freshState(t), open: null, firings: [] };
      moveOn(replayed, seen.get(part) ?? NO_DATA, timing, t);
      series.set(part, replayed);
      evaluations++;
    }
  }
  return { firings: firingsOf(series, place), evaluations, complete: true };
}

const NO_DATA: Seen = { observation: { kind: "no_data" }, facts: {} };

interface Span {
  start: number;
  end: number | null;
  peak: number | null;
  told: number | null;
}

interface Replayed {
  state: SeriesState;
  open: Span | null;
  firings: Span[];
}

function moveOn(replayed: Replayed, seen: Seen, timing: ReturnType<typeof timingOf>, t: number): void {
  const { state, notices } = step(replayed.state, seen.observation, timing, t);
  const fires = state.fired_at !== null;
  if (fires && replayed.open === null) {
    replayed.open = { start: t, end: null, peak: state.peak, told: null };
    replayed.firings.push(replayed.open);
  }
  if (replayed.open) {
    replayed.open.peak = state.peak ?? replayed.open.peak;
    if (toldOf(state) === "firing" && notices.some(({ kind }) => kind === "firing")) replayed.open.told ??= t;
    if (!fires) {
      replayed.open.end = t;
      replayed.open = null;
    }
  }
  replayed.state = state;
}

function firingsOf(series: ReadonlyMap<string, Replayed>, { location_id }: Place): readonly Firing[] {
  return [...series].flatMap(([part, { firings }]) =>
    firings.map(({ start, end, peak, told }) => ({
      location_id,
      bot_id: part === "" ? null : part,
      start: formatInstant(start),
      end: end === null ? null : formatInstant(end),
      peak,
      told: told === null ? null : formatInstant(told),
    })),
  );
}

type Observer = (t: number, parts: readonly string[]) => Promise<SeenByBot>;

/** Histories are read once; values are read in stretches where they add up, and instant by instant where they don't. */
async function observerOf(
  parts: Parts,
  rule: RuleBody,
  place: Place,
  range: Range,
  signal: AbortSignal | undefined,
): Promise<Observer> {
  const known = knowledgeOf(parts.control);
  const timed = timelineRule(rule);
  if (timed) {
    const timeline = await timelineOf(timed, place, range, parts, known, signal);
    return async (t) => timeline.at(t);
  }
  const valued = valueRule(rule);
  if (!valued) return async () => new Map();
  const past: Past = createPast(parts.store, parts.control.commissionRules, range, everyOf(rule), signal);
  return async (t, bots) => {
    const wanted = wantedOf(valued, place, t, known);
    if (typeof wanted === "string") throw new CannotBacktest(wanted);
    const values = await past.read(wanted);
    const split = "by" in valued && valued.by !== null;
    return seenOf(valued, place, values, split ? bots : [], known);
  };
}

/** The rule asks for what is not there. */
export class CannotBacktest extends Error {}

function answerOf(
  { from, to, evaluations, firings, complete }: { from: number; to: number } & Replay,
  days: number,
  reason: string | null,
): Backtest {
  const shown = firings.slice(0, FIRINGS_MAX);
  const times = firings.length === 1 ? "once" : `${firings.length} times`;
  const fired = firings.length === 0 ? "not have fired" : `have fired ${times}`;
  const cut = complete ? "" : ` There was time to look at what was since ${formatInstant(from)} only.`;
  return {
    from: formatInstant(from),
    to: formatInstant(to),
    evaluations,
    firings: shown,
    total: firings.length,
    summary: reason ?? `It would ${fired} in the last ${days === 1 ? "day" : `${days} days`}.${cut}`,
    complete,
    reason,
  };
}
