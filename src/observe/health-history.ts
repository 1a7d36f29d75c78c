/** How the appliance fared: a sample every 30 s, the last 100 of them, judged by fixed thresholds. */

export type HealthStatus = "healthy" | "degraded" | "critical";

export const SAMPLE_EVERY_S = 30;
const SAMPLES_MAX = 100;
/** Fewer requests than this say nothing about times and errors: one slow page must not be an alarm. */
const REQUESTS_MIN = 20;

/** From `warn` on degraded, from `critical` on critical. */
export const THRESHOLDS = {
  cpu: { warn: 0.7, critical: 0.85 },
  memory: { warn: 0.75, critical: 0.9 },
  response_p95_ms: { warn: 1_000, critical: 5_000 },
  error_rate: { warn: 0.05, critical: 0.15 },
} as const;

export interface HealthSample {
  /** End of the 30 s, µs since the epoch. */
  at: number;
  status: HealthStatus;
  /** Which thresholds were passed. */
  reasons: readonly (keyof typeof THRESHOLDS)[];
  /** 0..1 of the cores there are. */
  cpu: number;
  /** 0..1 of what the process may use. */
  memory: number;
  memory_bytes: number;
  requests: number;
  /** Null without requests. */
  response_p95_ms: number | null;
  /** Share of answers with 5xx; null without requests. */
  error_rate: number | null;
  /** The longest that the event loop made a timer wait. */
  loop_lag_ms: number;
}

export interface HealthProbes {
  /** Microseconds since the epoch. */
  now: () => number;
  /** Processor time of the process so far, µs. */
  cpu_us: () => number;
  cores: number;
  memory_bytes: () => number;
  /** What the machine, or the container, lets the process use. */
  memory_bytes_max: number;
}

export interface HealthHistory {
  /** A request was answered. */
  answered(took_ms: number, failed: boolean): void;
  /** Called once a second: how much later than that is how long the loop was busy. */
  beat(): void;
  /** In the last second, ms. */
  lag_ms(): number;
  /** Ends the present 30 s. */
  sample(): HealthSample;
  /** Oldest first. */
  samples(): readonly HealthSample[];
}

export function createHealthHistory(probes: HealthProbes): HealthHistory {
  const samples: HealthSample[] = [];
  let durations = new Uint32Array(SLOTS);
  let requests = 0;
  let failures = 0;
  let lag_ms = 0;
  let lag_max_ms = 0;
  let beat_at: number | null = null;
  let since = { at: probes.now(), cpu_us: probes.cpu_us() };

  return {
    answered(took_ms, failed) {
      requests++;
      if (failed) failures++;
      const slot = slotOf(took_ms);
      durations[slot] = (durations[slot] ?? 0) + 1;
    },
    beat() {
      const at = probes.now();
      if (beat_at !== null) lag_ms = Math.max(0, (at - beat_at) / 1_000 - 1_000);
      beat_at = at;
      lag_max_ms = Math.max(lag_max_ms, lag_ms);
    },
    lag_ms: () => lag_ms,
    sample() {
      const at = probes.now();
      const cpu_us = probes.cpu_us();
      const memory_bytes = probes.memory_bytes();
      const figures = {
        cpu: at > since.at ? (cpu_us - since.cpu_us) / (at - since.at) / probes.cores : 0,
        memory: memory_bytes / probes.memory_bytes_max,
        response_p95_ms: percentile(durations, requests, 0.95),
        error_rate: requests === 0 ? null : failures / requests,
      };
      const sample = { at, ...judged(figures, requests), ...figures, memory_bytes, requests, loop_lag_ms: lag_max_ms };
      samples.push(sample);
      if (samples.length > SAMPLES_MAX) samples.shift();
      since = { at, cpu_us };
      durations = new Uint32Array(SLOTS);
      requests = 0;
      failures = 0;
      lag_max_ms = 0;
      return sample;
    },
    samples: () => samples,
  };
}

type Figures = Readonly<Record<keyof typeof THRESHOLDS, number | null>>;

function judged(figures: Figures, requests: number): Pick<HealthSample, "status" | "reasons"> {
  const few = requests < REQUESTS_MIN;
  const counted: Figures = few ? { ...figures, response_p95_ms: null, error_rate: null } : figures;
  const beyond = (level: "warn" | "critical") =>
    NAMES.filter((name) => (counted[name] ?? Number.NEGATIVE_INFINITY) >= THRESHOLDS[name][level]);
  const reasons = beyond("warn");
  const status = beyond("critical").length > 0 ? "critical" : reasons.length > 0 ? "degraded" : "healthy";
  return { status, reasons };
}

const NAMES = ["cpu", "memory", "response_p95_ms", "error_rate"] as const;

/** Durations are counted in slots 9% apart, from 0.1 ms to 20 min: a percentile is right to that. */
const PER_DOUBLING = 8;
const SLOTS = 24 * PER_DOUBLING;

function slotOf(took_ms: number): number {
  return Math.min(SLOTS - 1, Math.max(0, Math.ceil(Math.log2(took_ms * 10) * PER_DOUBLING)));
}

/** Upper end of the slot that holds it. */
function percentile(durations: Uint32Array, requests: number, share: number): number | null {
  if (requests === 0) return null;
  let seen = 0;
  for (const [slot, count] of durations.entries()) {
    seen += count;
    if (seen >= requests * share) return 2 ** (slot / PER_DOUBLING) / 10;
  }
  return null;
}
