/**
 * Answers kept in the process: by question, dropped by what a commit touched, bounded by bytes.
 * It must never give an answer that a fresh one would contradict.
 */
import type { Touched } from "../store/store.ts";

/** What an answer depends on. */
export interface Subject {
  /** null: every location. */
  locations: readonly string[] | null;
  /** Half-open, microseconds; with the period before where the answer compares. -Infinity and Infinity for no end. */
  from: number;
  to: number;
  /** Event types that count; null: any. */
  types: readonly string[] | null;
  /** Of answers that change with the clock alone (conversations that are open now): how long they hold. */
  lasts_ms?: number;
}

export interface Taken<T> {
  value: T;
  /** True when nothing was computed for this caller alone. */
  hit: boolean;
  /** Since the answer was computed. */
  age_ms: number;
}

/** A question as analytics name it. */
export interface CachedQuestion {
  key: string;
  hits: number;
  bytes: number;
  age_ms: number;
  /** How long the answer took to compute. */
  took_ms: number;
}

export interface CacheAnalytics {
  hits: number;
  misses: number;
  /** Callers that waited for a computation that another one had begun. */
  shared: number;
  /** Answers dropped because a commit touched them, because time had passed, and for room. */
  invalidated: number;
  expired: number;
  evicted: number;
  entries: number;
  bytes: number;
  bytes_max: number;
  /** Age of the oldest answer that is kept. */
  oldest_ms: number | null;
  slowest: readonly CachedQuestion[];
  most_used: readonly CachedQuestion[];
}

export interface Cache {
  /**
   * The answer of this key, kept or computed once for all who ask meanwhile. The same key must always stand for the same
   * question and type. `ask` hears an abort when nobody waits any more. Rejections are not kept.
   */
  take<T>(
    key: string,
    subject: Subject,
    ask: (signal: AbortSignal) => Promise<{ value: T; bytes: number }>,
    signal?: AbortSignal,
  ): Promise<Taken<T>>;
  /** Drops what a commit touched; called before anyone is told that the commit happened. */
  touch(touched: Touched): void;
  clear(): void;
  analytics(): CacheAnalytics;
}

export interface CacheOptions {
  bytes_max: number;
  /** Milliseconds that only go forward. */
  now?: () => number;
}

interface Entry {
  subject: Subject;
  value: unknown;
  bytes: number;
  made_at: number;
  took_ms: number;
  hits: number;
}

interface Pending {
  subject: Subject;
  value: Promise<unknown>;
  waiting: number;
  controller: AbortController;
}

/** Beside the answer's own bytes: key, subject, map. */
const ENTRY_BYTES = 512;
const LISTED = 20;

export function createCache({ bytes_max, now = () => performance.now() }: CacheOptions): Cache {
  const entries = new Map<string, Entry>();
  const pending = new Map<string, Pending>();
  const counts = { hits: 0, misses: 0, shared: 0, invalidated: 0, expired: 0, evicted: 0 };
  let bytes = 0;

  function drop(key: string, entry: Entry): void {
    entries.delete(key);
    bytes -= entry.bytes;
  }

  function kept(key: string): Entry | null {
    const entry = entries.get(key);
    if (!entry) return null;
    if (now() - entry.made_at < (entry.subject.lasts_ms ?? Number.POSITIVE_INFINITY)) {
      // The one used last is the last to go: a map keeps the order in which it was filled.
      entries.delete(key);
      entries.set(key, entry);
      return entry;
    }
    drop(key, entry);
    counts.expired++;
    return null;
  }

  function keep(key: string, entry: Entry): void {
    if (entry.bytes > bytes_max / 4) return;
    entries.set(key, entry);
    bytes += entry.bytes;
    for (const [oldest, old] of entries) {
      if (bytes <= bytes_max) return;
      drop(oldest, old);
      counts.evicted++;
    }
  }

  function begin<T>(
    key: string,
    subject: Subject,
    ask: (signal: AbortSignal) => Promise<{ value: T; bytes: number }>,
  ): Pending {
    const controller = new AbortController();
    const began = now();
    const work = async (): Promise<T> => {
      try {
        const answer = await ask(controller.signal);
        const made_at = now();
        // A commit that touched the question meanwhile took it from `pending`: who waited asked before it, others ask anew.
        if (pending.get(key) === started) {
          const entry = { subject, value: answer.value, made_at, took_ms: made_at - began, hits: 0 };
          keep(key, { ...entry, bytes: answer.bytes + key.length * 2 + ENTRY_BYTES });
        }
        return answer.value;
      } finally {
        if (pending.get(key) === started) pending.delete(key);
      }
    };
    const started: Pending = { subject, value: Promise.resolve(), waiting: 0, controller };
    pending.set(key, started);
    started.value = work();
    // Who leaves early does not hear of a failure.
    started.value.catch(() => undefined);
    return started;
  }

  return {
    async take<T>(
      key: string,
      subject: Subject,
      ask: (signal: AbortSignal) => Promise<{ value: T; bytes: number }>,
      signal?: AbortSignal,
    ): Promise<Taken<T>> {
      const entry = kept(key);
      if (entry) {
        counts.hits++;
        entry.hits++;
        return { value: entry.value as T, hit: true, age_ms: now() - entry.made_at };
      }
      const running = pending.get(key);
      if (running) counts.shared++;
      else counts.misses++;
      const awaited = running ?? begin(key, subject, ask);
      const value = await waited(awaited, signal, () => {
        if (pending.get(key) === awaited) pending.delete(key);
      });
      return { value: value as T, hit: running !== undefined, age_ms: 0 };
    },
    touch(touched) {
      for (const [key, entry] of entries) {
        if (!concerns(entry.subject, touched)) continue;
        drop(key, entry);
        counts.invalidated++;
      }
      for (const [key, { subject }] of pending) if (concerns(subject, touched)) pending.delete(key);
    },
    clear() {
      counts.invalidated += entries.size;
      entries.clear();
      pending.clear();
      bytes = 0;
    },
    analytics() {
      const questions = [...entries].map(([key, { hits, bytes, made_at, took_ms }]): CachedQuestion => {
        return { key, hits, bytes, age_ms: now() - made_at, took_ms };
      });
      const most = (order: (question: CachedQuestion) => number): CachedQuestion[] =>
        [...questions].sort((one, other) => order(other) - order(one)).slice(0, LISTED);
      return {
        ...counts,
        entries: entries.size,
        bytes,
        bytes_max,
        oldest_ms: questions.length === 0 ? null : Math.max(...questions.map(({ age_ms }) => age_ms)),
        slowest: most(({ took_ms }) => took_ms),
        most_used: most(({ hits }) => hits),
      };
    },
  };
}

/** True when the commit may have changed the answer. A commit without times changed whatever its locations hold. */
function concerns(subject: Subject, touched: Touched): boolean {
  const { locations, from, to, types } = subject;
  if (locations !== null && !touched.location_ids.some((id) => locations.includes(id))) return false;
  if (touched.time_min === 0 && touched.time_max === 0) return touched.location_ids.length > 0;
  if (touched.time_max < from || touched.time_min >= to) return false;
  return types === null || touched.types.some((type) => types.includes(type));
}

/** Waits with the others; the last one to give up ends the work. */
async function waited(pending: Pending, signal: AbortSignal | undefined, forget: () => void): Promise<unknown> {
  pending.waiting++;
  try {
    if (!signal) return await pending.value;
    signal.throwIfAborted();
    const gone = Promise.withResolvers<never>();
    const leave = (): void => gone.reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([pending.value, gone.promise]);
    } finally {
      signal.removeEventListener("abort", leave);
    }
  } finally {
    pending.waiting--;
    if (pending.waiting === 0 && signal?.aborted) {
      forget();
      pending.controller.abort(signal.reason);
    }
  }
}
