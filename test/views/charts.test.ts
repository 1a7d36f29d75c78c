import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bucketsOf } from "../../src/catalogue/period.ts";
import type { Framed } from "../../src/report/common.ts";
import type { KpiFigure } from "../../src/report/kpis.ts";
import type { Answer } from "../../src/store/store.ts";
import { annotateMenu } from "../../views/charts/annotate.ts";
import { annotated } from "../../views/charts/annotated.ts";
import { answerChart } from "../../views/charts/answer.ts";
import { type ChartProps, chart, chartFoot, chartPanel, zoomHref } from "../../views/charts/chart.ts";
import { chartBuckets, cumulative, kpiChart, meanOf, partialNote } from "../../views/charts/data.ts";
import { NO_QUERY } from "../../views/parts/query.ts";

const DAY = 86_400_000_000;
const FROM = Date.UTC(2026, 0, 5) * 1_000;
const TO = FROM + 10 * DAY;
const framed: Framed = {
  frame: { name: "custom", from: FROM, to: TO, grain: "day" },
  timezone: "UTC",
  scope: { from: FROM, to: TO, timezone: "UTC", locations: null, filters: [], rules: [], now: TO },
};
const buckets = bucketsOf("day", "UTC", FROM, TO);
const at = (index: number): string => new Date((FROM + index * DAY) / 1_000).toISOString();

const figure = (values: readonly (string | number | null)[], more: Partial<KpiFigure> = {}): KpiFigure => ({
  label: "Revenue",
  unit: "money",
  value: "55.00",
  currency: "USD",
  target: null,
  status: null,
  better: "up",
  previous: "40.00",
  change: null,
  trend: values.map((v, index) => ({ t: at(index), v })),
  ...more,
});
const props = (more: Partial<ChartProps> = {}): ChartProps => ({
  ...kpiChart({ id: "x", figure: figure([1, 2, null, 4]), framed, buckets, now: TO, previous: null }),
  ...more,
});
/** What js/charts.js gets. */
const wireIn = (text: string) => {
  const [, json = "{}"] = /data-chart="([^"]*)"/.exec(text) ?? [];
  return JSON.parse(
    json
      .replaceAll("&quot;", '"')
      .replaceAll("&amp;", "&")
      .replaceAll("&#39;", "'")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">"),
  );
};

describe("a chart over time", () => {
  test("carries its data, its finding, its rows, and says which bucket is cut", () => {
    const text = chartPanel({
      ...props({
        buckets: chartBuckets(buckets, { grain: "day", timezone: "UTC", ends: { first: false, last: true } }),
      }),
      panelId: "p",
      span: 8,
    }).text;
    expect(text).toContain('id="chart-x"');
    expect(text).toContain("Daily revenue, Jan 5 to Jan 14: $55 in all, $40 in the period before; highest $4, Jan 8.");
    expect(text).toContain("Jan 14 is partial");
    expect(text).toContain('<td class="num">$2</td>');
    expect(wireIn(text)).toMatchObject({ kind: "bars", unit: "money", currency: "USD", partial: [9] });
  });

  test("without a value says so and draws nothing", () => {
    for (const values of [[], [null, null], [0, "0.00"]]) {
      const empty = {
        ...kpiChart({ id: "x", figure: figure(values), framed, buckets, now: TO, previous: null }),
        empty: { title: "No revenue", text: "Why." },
      };
      expect(chart(empty).text).toContain("No revenue");
      expect(chart(empty).text).not.toContain("data-chart");
      expect(chartFoot(empty).text).not.toContain("<table");
    }
  });

  test("keeps every digit of money for whoever reads or takes its rows", () => {
    const exact = "12345678901234567890.12";
    const { text } = chart(props({ series: [{ key: "v", label: "Revenue", role: "value", values: [exact] }] }));
    expect(wireIn(text).series[0].values).toEqual([exact]);
  });

  test("never lets a name become markup", () => {
    const names = fc.string({ minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(names, names, (label, title) => {
        const evil = `${label}<img src=x onerror=1>"'`;
        const series = [{ key: evil, label: evil, role: "segment" as const, values: [1, 2] }];
        const { text } = chartPanel({
          ...props({ title: title + evil, series, finding: evil }),
          panelId: "p",
          span: 8,
        });
        expect(text).not.toContain("<img");
        expect(wireIn(text).series[0].label).toBe(evil);
      }),
    );
  });

  test("has a target of a rate, which each bucket can meet, and none of a sum", () => {
    const rate = figure([0.1], { unit: "percent", target: 0.04, label: "Conversion" });
    const of = (given: KpiFigure) =>
      kpiChart({ id: "x", figure: given, framed, buckets, now: TO, previous: null }).target;
    expect(of(rate)).toEqual({ value: 0.04, label: "Target 4%" });
    expect(of(figure([1], { target: "100" }))).toBeNull();
  });

  test("leads to the stretch that is chosen in it", () => {
    expect(zoomHref({ ...NO_QUERY, path: "/revenue", timeframe: "90d", location_id: "here" })).toBe(
      "/revenue?from=%7Bfrom%7D&to=%7Bto%7D&location_id=here",
    );
  });
});

describe("the mean of seven days", () => {
  test("is that of the days it names, wherever they lie", () => {
    const amounts = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(amounts, amounts, (values, before) => {
        const mean = meanOf(values, before, { first: false, last: false });
        const joined = [...before, ...values];
        mean.forEach((value, index) => {
          const end = before.length + index;
          const days = joined.slice(end - 6, end + 1);
          if (end < 6) expect(value).toBeNull();
          else expect(value ?? Number.NaN).toBeCloseTo(days.reduce((sum, one) => sum + one, 0) / 7, 9);
        });
      }),
    );
  });

  test("and running sums of nothing are nothing", () => {
    expect(cumulative([null, null])).toEqual([null, null]);
    expect(cumulative([null, "2.50", null, 1])).toEqual([0, 2.5, 2.5, 3.5]);
  });
});

describe("from an answer", () => {
  const answerOf = (rows: readonly (readonly [number, string | null, number])[]): Answer => ({
    columns: [
      { name: "t", kind: "time", unit: null, label: "Time" },
      { name: "data.source", kind: "dimension", unit: null, label: "Source" },
      { name: "leads", kind: "kpi", unit: "count", label: "Leads" },
    ],
    rows: rows.map(([index, source, value]) => [at(index), source, value]),
    totals: { leads: rows.reduce((sum, [, , value]) => sum + value, 0) },
    source: "rollup",
    sql: "",
  });
  const given = (answer: Answer, additive = true) =>
    answerChart({
      id: "x",
      title: "Leads by source",
      answer,
      kpi: { key: "leads", label: "Leads", unit: "count" },
      by: "data.source",
      framed,
      grain: "day",
      now: TO,
      kind: "stacked",
      height: "m",
      additive,
    });

  test("draws six lines at most, the largest first, and loses nothing of what adds up", () => {
    const row = fc.tuple(
      fc.integer({ min: 0, max: 9 }),
      fc.option(fc.constantFrom(..."abcdefghij")),
      fc.integer({ min: 1, max: 50 }),
    );
    const rows = fc.uniqueArray(row, {
      minLength: 1,
      maxLength: 60,
      selector: ([index, source]) => `${index} ${source}`,
    });
    fc.assert(
      fc.property(rows, (some) => {
        const { series } = given(answerOf(some));
        expect(series.length).toBeLessThanOrEqual(6);
        expect(new Set(series.map(({ key }) => key)).size).toBe(series.length);
        const sum = series.flatMap(({ values }) => values).reduce<number>((all, value) => all + Number(value ?? 0), 0);
        expect(sum).toBe(some.reduce((all, [, , value]) => all + value, 0));
        const totals = series
          .filter(({ key }) => key !== "others")
          .map(({ values }) => values.reduce<number>((all, value) => all + Number(value ?? 0), 0));
        expect(totals).toEqual([...totals].sort((a, b) => b - a));
      }),
    );
  });

  test("of what does not add up shows no others, and names what was not given", () => {
    const rows = [..."abcdefgh"].map((source, index) => [index, source, 10 - index] as const);
    expect(given(answerOf(rows), false).series.map(({ key }) => key)).not.toContain("others");
    expect(given(answerOf([[0, null, 3]])).series).toMatchObject([{ key: "null", label: "Not given" }]);
  });
});

describe("annotations", () => {
  const note = {
    annotation_id: "n",
    location_id: null,
    from: FROM + DAY,
    to: FROM + 2 * DAY,
    kind: "note" as const,
    text: "Outage",
    by: "Jorge",
    removable: true,
  };

  test("stand at the bucket they touch, lettered in their order; others are left out", () => {
    const named = chartBuckets(buckets, { grain: "day", timezone: "UTC" });
    const far = { ...note, from: TO + DAY, to: TO + 2 * DAY };
    const shown = annotated(
      named,
      [note, far, { ...note, annotation_id: "m", from: FROM + 3 * DAY, to: FROM + 4 * DAY }],
      true,
    );
    expect(shown.map(({ at: bucket, letter }) => [bucket, letter])).toEqual([
      [1, "A"],
      [3, "B"],
    ]);
    const many = annotated(
      named,
      Array.from({ length: 30 }, () => note),
      false,
    );
    expect(new Set(many.map(({ letter }) => letter)).size).toBe(30);
    expect(many.some(({ removable }) => removable)).toBe(false);
  });

  test("are offered for what is over, and taken away only by who may", () => {
    const annotations = annotated(
      chartBuckets(buckets, { grain: "day", timezone: "UTC" }),
      [note, { ...note, annotation_id: "foreign", removable: false }],
      true,
    );
    const none = Array.from({ length: 10 }, () => null);
    const forecast = { from: 8, median: none, lower: none, upper: none };
    const { text } = annotateMenu(props({ annotations, forecast }), {
      csrf: "token",
      back: "/",
      places: [{ location_id: "", name: "All locations" }],
    });
    expect(text.match(/<option value="2026/g)).toHaveLength(8);
    expect(text).toContain("/annotations/n/removal");
    expect(text).not.toContain("/annotations/foreign/removal");
  });
});

test("a note names what is cut", () => {
  const named = chartBuckets(buckets, { grain: "day", timezone: "UTC", ends: { first: true, last: true } });
  expect(partialNote(named)).toBe("Jan 5 and Jan 14 are partial");
  expect(partialNote(named.slice(1, 3))).toBeNull();
});
