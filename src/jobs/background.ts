/**
 * Work that takes a while and that somebody asked for: queued, run one after the other, remembered for a while.
 * It must never take the appliance down: what it throws is the job's failure.
 */
export type BackgroundStatus = "queued" | "running" | "done" | "failed";

/** Who asked for it. */
export interface AskedBy {
  kind: "user" | "key" | "system";
  id: string;
}

export interface BackgroundJob {
  job_id: string;
  /** What it does: "aggregation", "cache_warming". */
  kind: string;
  status: BackgroundStatus;
  /** 0..1. */
  progress: number;
  /** Whose events it is about; null: everyone's. */
  location_id: string | null;
  by: AskedBy;
  /** Microseconds. */
  queued_at: number;
  started_at: number | null;
  finished_at: number | null;
  /** Why it failed. */
  error: string | null;
  /** Small figures about what was done. */
  result: Readonly<Record<string, number>> | null;
}

/** What somebody asked for. Reports how far it is (0..1); hears an abort when the appliance stops. */
export interface BackgroundWork {
  kind: string;
  location_id: string | null;
  by: AskedBy;
  run: (progress: (share: number) => void, signal: AbortSignal) => Promise<Readonly<Record<string, number>>>;
}

/** What /health says of them; recurring jobs (jobs.ts) are counted by observe. */
export interface TasksState {
  queued: number;
  running: number;
  /** Since start. */
  done: number;
  failed: number;
  last_failure: { kind: string; at: number; error: string } | null;
}

export interface Tasks {
  /** Null when too many wait already. */
  start(work: BackgroundWork): BackgroundJob | null;
  job(job_id: string): BackgroundJob | null;
  /** Newest first. */
  jobs(): readonly BackgroundJob[];
  state(): TasksState;
  /** Stops what runs and forgets what waits; resolves when nothing runs any more. */
  stop(): Promise<void>;
}

export interface TasksOptions {
  /** Microseconds since the epoch. */
  now: () => number;
  log: (level: "info" | "warn" | "error", message: string) => void;
}

const WAITING_MAX = 16;
/** Jobs that have ended and can still be asked about. */
const REMEMBERED_MAX = 100;
const ERROR_CHARS_MAX = 300;

export function createTasks({ now, log }: TasksOptions): Tasks {
  const known = new Map<string, BackgroundJob>();
  const waiting: { job_id: string; work: BackgroundWork }[] = [];
  const counts = { done: 0, failed: 0 };
  let last_failure: TasksState["last_failure"] = null;
  let current: Promise<void> | null = null;
  const stopping = new AbortController();

  function change(job_id: string, change: Partial<BackgroundJob>): void {
    const job = known.get(job_id);
    if (job) known.set(job_id, { ...job, ...change });
  }

  async function runAll(): Promise<void> {
    for (let next = waiting.shift(); next && !stopping.signal.aborted; next = waiting.shift()) {
      await run(next.job_id, next.work);
      forget();
    }
    current = null;
  }

  async function run(job_id: string, work: BackgroundWork): Promise<void> {
    change(job_id, { status: "running", started_at: now() });
    const progress = (share: number): void => change(job_id, { progress: Math.min(1, Math.max(0, share)) });
    try {
      const result = await work.run(progress, stopping.signal);
      change(job_id, { status: "done", progress: 1, finished_at: now(), result });
      counts.done++;
    } catch (error) {
      const why = textOf(error);
      change(job_id, { status: "failed", finished_at: now(), error: why });
      counts.failed++;
      last_failure = { kind: work.kind, at: now(), error: why };
      log("error", `${work.kind} failed: ${why}`);
    }
  }

  function forget(): void {
    const ended = [...known.values()].filter(({ finished_at }) => finished_at !== null);
    for (const { job_id } of ended.slice(0, Math.max(0, ended.length - REMEMBERED_MAX))) known.delete(job_id);
  }

  return {
    start(work) {
      if (waiting.length >= WAITING_MAX || stopping.signal.aborted) return null;
      const { kind, location_id, by } = work;
      const job: BackgroundJob = {
        job_id: Bun.randomUUIDv7(),
        kind,
        status: "queued",
        progress: 0,
        location_id,
        by: { kind: by.kind, id: by.id },
        queued_at: now(),
        started_at: null,
        finished_at: null,
        error: null,
        result: null,
      };
      known.set(job.job_id, job);
      waiting.push({ job_id: job.job_id, work });
      // Later, so that who asked hears of the job before it begins.
      current ??= Promise.resolve().then(runAll);
      return job;
    },
    job: (job_id) => known.get(job_id) ?? null,
    jobs: () => [...known.values()].reverse(),
    state: () => ({
      queued: waiting.length,
      running: [...known.values()].filter(({ status }) => status === "running").length,
      ...counts,
      last_failure,
    }),
    async stop() {
      stopping.abort(new Error("the appliance is stopping"));
      for (const { job_id } of waiting.splice(0)) {
        change(job_id, { status: "failed", finished_at: now(), error: "The appliance stopped before it began." });
      }
      await current;
    },
  };
}

function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, ERROR_CHARS_MAX);
}
