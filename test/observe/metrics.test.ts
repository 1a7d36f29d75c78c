import { describe, expect, test } from "bun:test";
import parse from "parse-prometheus-text-format";
import { createMetrics, METRICS } from "../../src/observe/metrics.ts";

describe("the table of metrics", () => {
  test("names each metric once, as Prometheus wants names and units", () => {
    const names = METRICS.map(({ name }): string => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, type, labels, help } of METRICS) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect([name, name.endsWith("_total")]).toEqual([name, type === "counter"]);
      for (const label of labels) expect(label).toMatch(/^[a-z]+$/);
      expect(help.length).toBeGreaterThan(5);
    }
  });

  test("is what is shown, whether anything happened or not", () => {
    const families = parse(createMetrics().text());
    expect(families.map(({ name }) => name)).toEqual(METRICS.map(({ name }) => `bellwether_${name}`));
    for (const [place, { type, help }] of METRICS.entries()) {
      expect(families[place]).toMatchObject({ type: type.toUpperCase(), help });
    }
  });
});

describe("what was counted", () => {
  test("stands under its labels", () => {
    const metrics = createMetrics();
    metrics.count("http_limited_total", ["read"]);
    metrics.count("http_limited_total", ["read"], 2);
    metrics.count("http_limited_total", ["auth"]);
    expect(family(metrics.text(), "http_limited_total")).toEqual([
      { labels: { kind: "read" }, value: "3" },
      { labels: { kind: "auth" }, value: "1" },
    ]);
  });

  test("is 0 before it happens, where there are no labels", () => {
    expect(family(createMetrics().text(), "live_pushes_total")).toEqual([{ value: "0" }]);
  });

  test("a histogram's buckets hold all below their bound", () => {
    const metrics = createMetrics();
    for (const seconds of [0.0005, 0.001, 0.003, 0.2, 99]) metrics.observe("store_apply_duration_seconds", [], seconds);
    const [histogram] = family(metrics.text(), "store_apply_duration_seconds");
    expect(histogram).toMatchObject({
      count: "5",
      sum: String(0.0005 + 0.001 + 0.003 + 0.2 + 99),
      buckets: { "0.001": "2", "0.0025": "2", "0.005": "3", "0.1": "3", "0.25": "4", "30": "4", "+Inf": "5" },
    });
  });

  test("a value that is read is the one of the moment", () => {
    const metrics = createMetrics();
    let rows = 1;
    metrics.read("ingest_queue_rows", () => rows);
    metrics.read("ingest_events_total", () => [{ labels: ["accepted"], value: 7 }]);
    rows = 5;
    expect(family(metrics.text(), "ingest_queue_rows")).toEqual([{ value: "5" }]);
    expect(family(metrics.text(), "ingest_events_total")).toEqual([{ labels: { outcome: "accepted" }, value: "7" }]);
  });

  test("a label may hold quotes, backslashes and line ends", () => {
    const metrics = createMetrics();
    metrics.count("job_runs_total", ['a "b" \\ c\nd', "done"]);
    expect(metrics.text()).toContain('{job="a \\"b\\" \\\\ c\\nd",outcome="done"} 1');
  });
});

function family(text: string, name: string): readonly unknown[] {
  return parse(text).find((known) => known.name === `bellwether_${name}`)?.metrics ?? [];
}
