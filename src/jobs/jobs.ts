/**
 * What runs by itself: one table of name, every, run.
 * A job must never take the appliance down: what it throws is logged, and it runs again at its next turn.
 */
import type { Alerts } from "../alerts/alerts.ts";
import type { Delivery } from "../alerts/delivery/delivery.ts";
import type { Control } from "../control/control.ts";
import { trainDue } from "../insight/scores/due.ts";
import type { Watch } from "../insight/watch.ts";
import type { Hub } from "../live/hub.ts";
import { SAMPLE_EVERY_S } from "../observe/health-history.ts";
import type { Observe } from "../observe/observe.ts";
import type { Store } from "../store/store.ts";
import type { Tasks } from "./background.ts";

export interface JobParts {
  hub: Hub;
  observe: Observe;
  views: { save(): Promise<void> };
  store: Store;
  control: Control;
  tasks: Tasks;
  /** Microseconds since the epoch. */
  now: () => number;
  watch: Pick<Watch, "tick">;
  delivery: Pick<Delivery, "tick" | "prune">;
  alerts: Pick<Alerts, "pass">;
  log: (level: "info" | "warn" | "error", message: string, fields?: Record<string, unknown>) => void;
}

export interface Job {
  name: string;
  every_s: number;
  run: (parts: JobParts) => void | Promise<void>;
}

/** To add one, add a line. */
export const JOBS: readonly Job[] = [
  // Ages and bot statuses change with the clock, without any event.
  { name: "live tick", every_s: 15, run: ({ hub }) => hub.tick() },
  { name: "views in use", every_s: 300, run: ({ views }) => views.save() },
  { name: "score models", every_s: 60, run: trainDue },
  { name: "anomaly watch", every_s: 1, run: ({ watch }) => watch.tick() },
  { name: "loop beat", every_s: 1, run: ({ observe }) => observe.history.beat() },
  { name: "rates", every_s: 1, run: ({ observe }) => observe.rates.beat() },
  { name: "alerts", every_s: 2, run: ({ alerts }) => alerts.pass() },
  // Not waited for: what is due is to be begun each second, however slow a receiver is.
  { name: "deliveries", every_s: 1, run: ({ delivery }) => void delivery.tick() },
  { name: "delivery log", every_s: 60, run: ({ delivery }) => delivery.prune() },
  { name: "health sample", every_s: SAMPLE_EVERY_S, run: ({ observe }) => void observe.history.sample() },
];

/** Starts the jobs; a turn is skipped while the one before still runs. Returns how to stop them, which waits for those that run. */
export function runJobs(jobs: readonly Job[], parts: JobParts): () => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const timers = jobs.map((job) =>
    setInterval(() => {
      if (running.has(job.name)) return;
      const turn = runJob(job, parts).finally(() => running.delete(job.name));
      running.set(job.name, turn);
    }, job.every_s * 1_000),
  );
  return async () => {
    for (const timer of timers) clearInterval(timer);
    await Promise.all(running.values());
  };
}

async function runJob(job: Job, parts: JobParts): Promise<void> {
  const began = performance.now();
  try {
    await job.run(parts);
    parts.observe.jobRan(job.name, performance.now() - began, false);
  } catch (error) {
    parts.observe.jobRan(job.name, performance.now() - began, true);
    parts.log("error", `job ${job.name} failed: ${error instanceof Error ? error.message : error}`);
  }
}
