/**
 * The apply loop: the store's single writer. Journaled frames go into the store in order, in groups, and what is
 * behind at start comes from the journal itself.
 * It must never skip a frame, and never have two transactions at work.
 */
import type { Damage, Journal } from "../journal/journal.ts";
import type { Applied, Store } from "../store/store.ts";
import { applyEntries, StoreRefuses } from "./apply.ts";
import type { Dedupe } from "./dedupe.ts";
import { instructionOf } from "./instructions.ts";
import { keysOf } from "./lines.ts";
import { createPace } from "./pace.ts";
import { type Entry, Queue } from "./queue.ts";
import { compare } from "./reconcile.ts";

export interface ApplyingOptions {
  journal: Journal;
  store: Store;
  dedupe: Dedupe;
  apply_rows_max: number;
  dedupe_ids_max: number;
  now: () => number;
  log: (level: "info" | "warn" | "error", message: string) => void;
  onApplied: (applied: Applied) => void;
  /** Whether anybody sees the events come. */
  watched: () => boolean;
  onPoison: (line: Uint8Array, why: string) => void;
  /** All that the journal held at the start is applied. */
  onLive: () => void;
  /** The store is beyond repair within this process. */
  onBroken: (why: string) => void;
}

export interface Applying {
  readonly queue: Queue;
  /** False while frames are still taken from the journal. */
  readonly live: boolean;
  /** Why nothing can be applied at the moment; null while all is well. */
  readonly refused: string | null;
  /** A durable frame, in journal order. Returns how many of its events are known already, as far as memory tells. */
  push(entry: Entry): number;
  /** Resolves with the number of confirmed duplicates once the frame is visible. To be called before the frame is durable. */
  visible(seq: number): Promise<number>;
  exclusively<T>(task: () => Promise<T>): Promise<T>;
  /** Applies what was pushed, then ends the loop. */
  stop(): Promise<void>;
}

const IDLE_MS = 1_000;
const REFUSED_RETRY_MS = 1_000;
/** Whoever stops does not wait longer for frames that only the journal holds; the next start applies them. */
const CATCH_UP_ON_STOP_MS = 10_000;
/** While the journal is read from, frames that arrive are kept up to this, to take over without a gap. */
const TAIL_BYTES_MAX = 8 * 1024 * 1024;

export function startApplying(options: ApplyingOptions): Applying {
  const { journal, store, dedupe, log, now } = options;
  const queue = new Queue();
  const waiting = new Map<number, PromiseWithResolvers<number>>();
  const tasks: { run: () => Promise<void>; refuse: (why: Error) => void }[] = [];
  let live = false;
  let refused: string | null = null;
  let stopping = false;
  let over = false;
  let stop_at = Number.POSITIVE_INFINITY;
  let pushed_seq = 0;
  const pace = createPace(options.watched);
  let wake = Promise.withResolvers<void>();

  const ended = run()
    .catch((error: unknown) => {
      refused = textOf(error);
      log("error", `events are not applied any more: ${refused}`);
      if (!stopping) options.onBroken(refused);
    })
    .finally(() => {
      over = true;
      const why = new Error("the store's writer has ended");
      for (const { refuse } of tasks.splice(0)) refuse(why);
      for (const { reject } of waiting.values()) reject(why);
    });

  async function run(): Promise<void> {
    await agree();
    await catchUp();
    if (live) options.onLive();
    while (live && !(stopping && queue.first === null && tasks.length === 0)) {
      await work();
      await runTasks();
      if (queue.first !== null) {
        if (queue.rows < options.apply_rows_max && !stopping) await pace.pause(waiting.size > 0);
        await pace.measure(() => applyNext(queue.group(options.apply_rows_max)));
        queue.dropTo(store.state.seq);
      }
      if (!stopping) await maintain();
    }
  }

  /** Before the first group: does the store belong to this journal, and which ids does it hold? */
  async function agree(): Promise<void> {
    const agreement = await compare(journal, store.state, log);
    if (agreement === "rebuild") await store.reset();
    await rememberIds();
    const from = agreement === "overlay" ? 0 : store.state.seq;
    if (journal.seq > from) log("info", `frames ${from + 1} to ${journal.seq} of the journal are being applied`);
    if (agreement === "overlay") await replay(0);
  }

  async function rememberIds(): Promise<void> {
    const started_at = now();
    for await (const chunk of store.fingerprints(options.dedupe_ids_max)) dedupe.addOlder(chunk, started_at);
    // Millions of values passed through: what they leave behind is given back now, not in some minutes.
    Bun.gc(true);
    if (store.state.events <= options.dedupe_ids_max) return;
    const [older] = await store.rows<{ received_at: number | null }>(
      "SELECT max(received_at) AS received_at FROM stored_events WHERE rowid <= (SELECT max(rowid) FROM stored_events) - $1::BIGINT",
      [options.dedupe_ids_max],
    );
    dedupe.forgotUpTo(older?.received_at ?? started_at);
  }

  /** Applies from the journal until the frames in memory follow without a gap. */
  async function catchUp(): Promise<void> {
    while (!live && performance.now() < stop_at) {
      await replay(store.state.seq);
      queue.dropTo(store.state.seq);
      const next = queue.first?.seq ?? pushed_seq + 1;
      live = next <= store.state.seq + 1 || (queue.first === null && pushed_seq <= store.state.seq);
      await runTasks();
    }
    for (const entry of queue.all()) lookUp(entry);
  }

  /** Reads the next group while the database is at work on the last one. */
  async function replay(after: number): Promise<void> {
    let applying = Promise.resolve();
    let group: Entry[] = [];
    let rows = 0;
    const flush = async (): Promise<void> => {
      const entries = group;
      group = [];
      rows = 0;
      await applying;
      if (entries.length > 0) applying = applyNext(entries).then(maintain);
      // It is awaited with the next group; until then a failure must not count as nobody's.
      applying.catch(() => undefined);
    };
    for await (const { payload, seq, chain } of journal.read(after, reportDamage)) {
      const instruction = instructionOf(payload);
      const fingerprints = instruction === null ? keysOf(payload).fingerprints : new Float64Array();
      if (instruction !== null || rows + fingerprints.length > options.apply_rows_max) await flush();
      const entry = {
        seq,
        chain,
        lines: payload,
        rows: fingerprints.length,
        fingerprints,
        received_at: now(),
        suspects: null,
        ...(instruction === null ? {} : { instruction }),
      };
      lookUp(entry);
      group.push(entry);
      rows += entry.rows;
      if (instruction !== null) await flush();
      if (performance.now() > stop_at) break;
    }
    await flush();
    await applying;
  }

  function reportDamage(damage: Damage): void {
    const which = damage.seq_from === null ? "" : ` frames ${damage.seq_from} to ${damage.seq_to ?? "?"} are lost:`;
    log("error", `journal: segment ${damage.segment} at ${damage.offset}:${which} ${damage.what}`);
  }

  async function applyNext(entries: readonly Entry[]): Promise<void> {
    const applied = await applyStubbornly(entries);
    settle(entries, applied.duplicates);
    options.onApplied(applied);
  }

  /** A database that takes nothing (a full disk) is asked again until it does; meanwhile no event is acknowledged. */
  async function applyStubbornly(entries: readonly Entry[]): Promise<Applied> {
    for (;;) {
      try {
        const applied = await applyEntries(entries, { store, log, onPoison: options.onPoison });
        if (refused !== null) log("info", "the database takes events again");
        refused = null;
        return applied;
      } catch (error) {
        if (!(error instanceof StoreRefuses) || stopping) throw error;
        refused = error.message;
        log(
          "error",
          `the database takes no events; they are safe in the journal, new ones are answered 503: ${refused}`,
        );
        await Bun.sleep(REFUSED_RETRY_MS);
      }
    }
  }

  /** Duplicates are counted over the group; each frame gets its own share. */
  function settle(entries: readonly Entry[], duplicates: readonly number[]): void {
    let ordinal = 0;
    let next = 0;
    for (const { seq, rows } of entries) {
      const from = next;
      ordinal += rows;
      while ((duplicates[next] ?? ordinal) < ordinal) next++;
      waiting.get(seq)?.resolve(next - from);
      waiting.delete(seq);
    }
  }

  /** Marks what may be known and adds the rest to memory. Once a frame: the second look would find the first. */
  function lookUp(entry: Entry): number {
    if (entry.suspects !== null) return entry.suspects.length;
    const suspects: number[] = [];
    const times = dedupe.forgets && entry.rows > 0 ? keysOf(entry.lines).times : null;
    const { fingerprints } = entry;
    for (let ordinal = 0; ordinal < fingerprints.length; ordinal++) {
      const fingerprint = fingerprints[ordinal] ?? 0;
      if (dedupe.has(fingerprint)) suspects.push(ordinal);
      else {
        dedupe.add(fingerprint, entry.received_at);
        if (times !== null && dedupe.mayBeEvicted(times[ordinal] ?? 0)) suspects.push(ordinal);
      }
    }
    entry.suspects = suspects;
    return suspects.length;
  }

  async function maintain(): Promise<void> {
    try {
      await store.maintain();
    } catch (error) {
      log("error", `maintaining the database failed: ${textOf(error)}`);
    }
  }

  async function runTasks(): Promise<void> {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) await task.run();
  }

  /** Until there is something to do; a look now and then even so, for the maintenance. */
  async function work(): Promise<void> {
    if (queue.first !== null || tasks.length > 0 || stopping) return;
    wake = Promise.withResolvers();
    const timer = setTimeout(wake.resolve, IDLE_MS);
    timer.unref();
    await wake.promise;
    clearTimeout(timer);
  }

  return {
    queue,
    get live() {
      return live;
    },
    get refused() {
      return refused;
    },
    push(entry) {
      pushed_seq = entry.seq;
      if (entry.seq <= store.state.seq) return 0;
      if (live) {
        const known = lookUp(entry);
        queue.push(entry);
        wake.resolve();
        return known;
      }
      // The journal has it; memory is only to take over from there.
      if (queue.bytes > TAIL_BYTES_MAX) queue.clear();
      queue.push(entry);
      return 0;
    },
    visible(seq) {
      const applied = Promise.withResolvers<number>();
      applied.promise.catch(() => undefined);
      waiting.set(seq, applied);
      return applied.promise;
    },
    exclusively<T>(task: () => Promise<T>): Promise<T> {
      const result = Promise.withResolvers<T>();
      if (over) result.reject(new Error("the store's writer has ended"));
      else tasks.push({ run: () => task().then(result.resolve, result.reject), refuse: result.reject });
      wake.resolve();
      return result.promise;
    },
    async stop() {
      stopping = true;
      stop_at = performance.now() + CATCH_UP_ON_STOP_MS;
      wake.resolve();
      await ended;
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
