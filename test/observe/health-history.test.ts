import { describe, expect, test } from "bun:test";
import { createHealthHistory, type HealthProbes } from "../../src/observe/health-history.ts";

const WINDOW_US = 30_000_000;

function history(given: Partial<HealthProbes> = {}) {
  const state = { now: 1_000_000_000, cpu_us: 0, memory_bytes: 100 };
  const made = createHealthHistory({
    now: () => state.now,
    cpu_us: () => state.cpu_us,
    cores: 2,
    memory_bytes: () => state.memory_bytes,
    memory_bytes_max: 1_000,
    ...given,
  });
  return { state, made };
}

describe("a sample", () => {
  const table: {
    name: string;
    cpu?: number;
    memory?: number;
    took_ms?: number;
    failures?: number;
    requests?: number;
    status: string;
    reasons: readonly ("cpu" | "memory" | "response_p95_ms" | "error_rate")[];
  }[] = [
    { name: "all well", status: "healthy", reasons: [] },
    { name: "processor below 70%", cpu: 0.69, status: "healthy", reasons: [] },
    { name: "processor at 70%", cpu: 0.7, status: "degraded", reasons: ["cpu"] },
    { name: "processor at 85%", cpu: 0.85, status: "critical", reasons: ["cpu"] },
    { name: "memory at 75%", memory: 0.75, status: "degraded", reasons: ["memory"] },
    { name: "memory at 90%", memory: 0.9, status: "critical", reasons: ["memory"] },
    { name: "answers in 900 ms", took_ms: 900, status: "healthy", reasons: [] },
    { name: "answers in 1.2 s", took_ms: 1_200, status: "degraded", reasons: ["response_p95_ms"] },
    { name: "answers in 6 s", took_ms: 6_000, status: "critical", reasons: ["response_p95_ms"] },
    { name: "4% errors", failures: 4, status: "healthy", reasons: [] },
    { name: "5% errors", failures: 5, status: "degraded", reasons: ["error_rate"] },
    { name: "15% errors", failures: 15, status: "critical", reasons: ["error_rate"] },
    { name: "one failure of three", requests: 3, failures: 1, took_ms: 9_000, status: "healthy", reasons: [] },
    { name: "two at once", cpu: 0.7, memory: 0.95, status: "critical", reasons: ["cpu", "memory"] },
  ];
  for (const { name, cpu = 0, memory = 0.1, took_ms = 5, failures = 0, requests = 100, status, reasons } of table) {
    test(`${name}: ${status}`, () => {
      const { state, made } = history();
      for (let i = 0; i < requests; i++) made.answered(took_ms, i < failures);
      state.now += WINDOW_US;
      state.cpu_us += cpu * 2 * WINDOW_US;
      state.memory_bytes = memory * 1_000;
      expect(made.sample()).toMatchObject({ at: state.now, status, reasons: [...reasons], requests });
    });
  }

  test("says nothing of times and errors when nobody asked", () => {
    const { state, made } = history();
    state.now += WINDOW_US;
    expect(made.sample()).toMatchObject({ requests: 0, response_p95_ms: null, error_rate: null, status: "healthy" });
  });

  test("holds the 95th percentile to within a tenth", () => {
    const { made } = history();
    for (let ms = 1; ms <= 1_000; ms++) made.answered(ms, false);
    const p95 = made.sample().response_p95_ms ?? 0;
    expect(Math.abs(p95 - 950) / 950).toBeLessThan(0.1);
  });

  test("is of its own 30 s alone", () => {
    const { made } = history();
    for (let i = 0; i < 100; i++) made.answered(9_000, true);
    expect(made.sample().status).toBe("critical");
    for (let i = 0; i < 100; i++) made.answered(2, false);
    expect(made.sample()).toMatchObject({ status: "healthy", requests: 100, error_rate: 0 });
  });

  test("holds the longest wait of the loop", () => {
    const { state, made } = history();
    for (const step_ms of [0, 1_000, 1_250, 1_010]) {
      state.now += step_ms * 1_000;
      made.beat();
    }
    expect(made.lag_ms()).toBeCloseTo(10, 6);
    expect(made.sample().loop_lag_ms).toBeCloseTo(250, 6);
    expect(made.sample().loop_lag_ms).toBe(0);
  });
});

test("the last 100 samples are kept, oldest first", () => {
  const { state, made } = history();
  for (let i = 0; i < 130; i++) {
    state.now += WINDOW_US;
    made.sample();
  }
  const times = made.samples().map(({ at }) => at);
  expect(times.length).toBe(100);
  expect(times.at(-1)).toBe(state.now);
  expect([...times].sort((one, other) => one - other)).toEqual(times);
});
