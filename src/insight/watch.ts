/**
 * The watch: every KPI of every location and bot, judged as buckets close and while they are open.
 * It must never be in the way of ingest or of an answer: it works in short slices, rests nine times as long as it worked,
 * and begins after the start. What it finds is what `report/watching` says of the same data.
 */
import type { Control } from "../control/control.ts";
import type { NoticedAnomaly } from "../control/noticed.ts";
import { forgetCauses } from "../report/causes.ts";
import type { KeptJudgements } from "../report/watching.ts";
import type { Store, Touched } from "../store/store.ts";
import { judgedIn } from "./watch/judged.ts";
import { closePass, openPass } from "./watch/passes.ts";
import { hasClosed, mayHaveRisen, type Place, placeOf, setBack, touchPlace } from "./watch/place.ts";

export interface WatchOptions {
  store: Store;
  control: Control;
  /** Microseconds since the epoch. */
  now: () => number;
  log: (level: "info" | "warn" | "error", message: string) => void;
  /** Series in memory at most, of all locations together; 0: nothing is watched. */
  series_max: number;
  /** Rests between slices of work; tests do not. */
  rest?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface WatchState {
  /** Series in memory. */
  series: number;
  locations: number;
  /** True where there was no room for a series. */
  full: boolean;
  /** Of the last pass over a location: what it took without its rests; null before the first. */
  last_pass_ms: number | null;
  /** How long the location that is due longest has waited. */
  behind_ms: number;
  /** Anomalies noticed since the start. */
  noticed: number;
}

export interface Watch extends KeptJudgements {
  /** A commit changed these locations. */
  touch(touched: Touched): void;
  /** Looks at every location that is due; called by a job each second. */
  tick(): Promise<void>;
  /** Hears of each anomaly once, when it is noticed. */
  onAnomaly(listener: (noticed: NoticedAnomaly) => void): void;
  state(): WatchState;
  stop(): Promise<void>;
}

const KEPT_US = 400 * 86_400_000_000;
/** A slice of work is followed by so many times its length of rest: a tenth of a core. */
const REST_TIMES = 9;
const REST_MS_MAX = 2_000;

export function createWatch(options: WatchOptions): Watch {
  const { store, control, now, log, series_max, rest = sleep } = options;
  const places = new Map<string, Place>();
  const listeners: ((noticed: NoticedAnomaly) => void)[] = [];
  const stopping = new AbortController();
  let noticed = 0;
  let full = false;
  let last_pass_ms: number | null = null;
  let worked_ms = 0;
  let running: Promise<void> = Promise.resolve();

  const parts = {
    store,
    control,
    room(loading: number) {
      const fits = seriesIn(places) + loading < series_max;
      full ||= !fits;
      return fits;
    },
    async rest(took_ms: number) {
      worked_ms += took_ms;
      await rest(Math.min(REST_MS_MAX, took_ms * REST_TIMES), stopping.signal);
      stopping.signal.throwIfAborted();
    },
    heard(one: NoticedAnomaly) {
      noticed++;
      for (const listener of listeners) listener(one);
    },
  };

  async function pass(place: Place): Promise<void> {
    const at = now();
    worked_ms = 0;
    if (hasClosed(place, at)) {
      place.busy = true;
      await closePass(parts, place, at);
      place.busy = false;
    }
    if (mayHaveRisen(place, at)) await openPass(parts, place, now());
    place.due_since = null;
    last_pass_ms = worked_ms;
  }

  async function turn(): Promise<void> {
    const at = now();
    const known = control.locations().map(({ location_id }) => location_id);
    for (const location_id of known)
      if (!places.has(location_id)) places.set(location_id, placeOf(control, location_id, at));
    for (const location_id of places.keys()) if (!known.includes(location_id)) places.delete(location_id);
    const due = [...places.values()].filter((place) => hasClosed(place, at) || mayHaveRisen(place, at));
    for (const place of due) place.due_since ??= at;
    for (const place of due) {
      try {
        await pass(place);
      } catch (error) {
        if (stopping.signal.aborted) return;
        setBack(place, now());
        log("warn", `watching ${place.location_id} failed: ${error instanceof Error ? error.message : error}`);
      }
    }
    if (due.length > 0) control.pruneNoticed(at - KEPT_US);
  }

  return {
    touch({ location_ids, time_min, time_max }) {
      // Something was taken away: it may have been anything.
      const anything = time_min === 0 && time_max === 0;
      if (anything && location_ids.length > 0) forgetCauses(store);
      for (const location_id of location_ids) {
        const place = places.get(location_id);
        if (place) touchPlace(place, anything ? Number.NEGATIVE_INFINITY : time_min);
      }
    },
    tick() {
      if (series_max > 0 && !stopping.signal.aborted) running = turn();
      return running;
    },
    judged(asked) {
      const place = places.get(asked.location_id);
      return place && !full ? judgedIn(control, place, asked) : null;
    },
    onAnomaly: (listener) => void listeners.push(listener),
    state() {
      const at = now();
      const waits = [...places.values()].map(({ due_since }) => at - (due_since ?? at));
      const behind_ms = Math.round(Math.max(0, ...waits) / 1_000);
      return { series: seriesIn(places), locations: places.size, full, last_pass_ms, behind_ms, noticed };
    },
    async stop() {
      stopping.abort(new Error("the appliance is stopping"));
      await running.catch(() => undefined);
    },
  };
}

function seriesIn(places: ReadonlyMap<string, Place>): number {
  let count = 0;
  for (const { tracks } of places.values()) for (const { lines } of tracks.values()) count += lines.size;
  return count;
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const woken = Promise.withResolvers<void>();
  const timer = setTimeout(woken.resolve, ms);
  signal.addEventListener("abort", () => woken.resolve(), { once: true });
  await woken.promise;
  clearTimeout(timer);
}
