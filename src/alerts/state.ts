/**
 * The life of one series of a rule: ok, pending, firing, no data, error; and what is said of it to whom it is delivered.
 * Pure: the same state, observation, rule and instant always give the same, live, after a restart and in a backtest.
 */
import { isQuiet, type Quiet } from "./quiet.ts";

export type AlertState = "ok" | "pending" | "firing" | "no_data" | "error";

/** What receivers know of it; pending is nobody's business. */
export type Told = "ok" | "firing" | "no_data" | "error";

/** What was seen at an instant. `breach`: the rule's condition holds. `clear`: it is over, beyond the hysteresis. */
export type Observation =
  | { kind: "value"; value: number | null; breach: boolean; clear: boolean }
  | { kind: "no_data" }
  | { kind: "error"; why: string };

/** What the machine reads of a rule. */
export interface Timing {
  /** The condition must hold so long before it fires; microseconds. */
  hold: number;
  /** Says again after so long; null: once. */
  repeat_every: number | null;
  no_data: "keep" | "ok" | "firing" | "no_data";
  quiet: Quiet | null;
  /** Of the location. */
  timezone: string;
  /** The higher the worse, for the peak. */
  worse: "above" | "below";
}

export interface SeriesState {
  state: AlertState;
  since: number;
  /** Since when the condition holds without a break. */
  breached_since: number | null;
  /** Since when it fires; kept through no data and errors in between. */
  fired_at: number | null;
  value: number | null;
  /** The worst value since it fired. */
  peak: number | null;
  told: Told;
  told_at: number | null;
  /** Since when there is something that was not told. */
  muted_since: number | null;
  acknowledged: boolean;
  snoozed_until: number | null;
  /** Evaluations in a row that failed. */
  errors: number;
}

export interface Said {
  kind: "firing" | "repeat" | "resolved" | "no_data" | "error";
  /** It was kept back since then. */
  muted_since: number | null;
}

export interface Step {
  state: SeriesState;
  notices: readonly Said[];
}

/** One failed evaluation may be a question that came at a bad moment. */
const ERRORS_MAX = 3;

export function freshState(at: number): SeriesState {
  return {
    state: "ok",
    since: at,
    breached_since: null,
    fired_at: null,
    value: null,
    peak: null,
    told: "ok",
    told_at: null,
    muted_since: null,
    acknowledged: false,
    snoozed_until: null,
    errors: 0,
  };
}

export function step(before: SeriesState, seen: Observation, rule: Timing, at: number): Step {
  const next = moved(before, seen, rule, at);
  return tell(next, rule, at);
}

/** What it is to whom it is delivered. */
export function toldOf({ state }: Pick<SeriesState, "state">): Told {
  return state === "pending" ? "ok" : state;
}

function moved(before: SeriesState, seen: Observation, rule: Timing, at: number): SeriesState {
  if (seen.kind === "error") {
    const errors = before.errors + 1;
    return errors < ERRORS_MAX ? { ...before, errors } : { ...entered(before, "error", at), errors };
  }
  const known = before.errors === 0 ? before : { ...before, errors: 0 };
  if (seen.kind === "value") return valued(known, seen, rule, at);
  switch (rule.no_data) {
    case "keep":
      // It can be evaluated again: so it is what it was before it could not.
      return known.state === "error" ? entered(known, known.fired_at === null ? "ok" : "firing", at) : known;
    case "no_data":
      return entered({ ...known, value: null, breached_since: null }, "no_data", at);
    default: {
      const breach = rule.no_data === "firing";
      return valued(known, { value: null, breach, clear: !breach }, rule, at);
    }
  }
}

function valued(
  before: SeriesState,
  { value, breach, clear }: { value: number | null; breach: boolean; clear: boolean },
  rule: Timing,
  at: number,
): SeriesState {
  const known = { ...before, value };
  if (before.fired_at !== null) {
    if (!clear) return entered({ ...known, peak: worst(before.peak, value, rule.worse) }, "firing", at);
    const over = { ...known, fired_at: null, peak: null, breached_since: null, acknowledged: false };
    return entered({ ...over, snoozed_until: null }, "ok", at);
  }
  if (!breach) return entered({ ...known, breached_since: null }, "ok", at);
  const breached_since = before.breached_since ?? at;
  if (at - breached_since < rule.hold) return entered({ ...known, breached_since }, "pending", at);
  return entered({ ...known, breached_since, fired_at: at, peak: value }, "firing", at);
}

function entered(state: SeriesState, to: AlertState, at: number): SeriesState {
  return state.state === to ? state : { ...state, state: to, since: at };
}

function tell(state: SeriesState, rule: Timing, at: number): Step {
  const now = toldOf(state);
  const differs = now !== state.told;
  const repeats = !differs && now === "firing" && !state.acknowledged && isDue(state, rule, at);
  // Fired and over while it was muted: there is nothing left to say.
  if (!differs && !repeats) return { state: state.muted_since === null ? state : unmuted(state), notices: [] };
  const snoozed = state.snoozed_until !== null && at < state.snoozed_until;
  if (snoozed || isQuiet(rule.quiet, rule.timezone, at)) {
    return { state: { ...state, muted_since: state.muted_since ?? at }, notices: [] };
  }
  const kind = repeats ? "repeat" : now === "ok" ? "resolved" : now;
  const notices = [{ kind, muted_since: state.muted_since } as const];
  return { state: { ...unmuted(state), told: now, told_at: at, snoozed_until: null }, notices };
}

/** Time to say it again: as the rule wants it, or as the snooze is over. */
function isDue({ told_at, snoozed_until }: SeriesState, { repeat_every }: Timing, at: number): boolean {
  if (snoozed_until !== null && at >= snoozed_until) return true;
  return repeat_every !== null && told_at !== null && at - told_at >= repeat_every;
}

function unmuted(state: SeriesState): SeriesState {
  return { ...state, muted_since: null };
}

function worst(peak: number | null, value: number | null, worse: "above" | "below"): number | null {
  if (peak === null || value === null) return peak ?? value;
  return worse === "above" ? Math.max(peak, value) : Math.min(peak, value);
}
