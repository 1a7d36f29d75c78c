import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { barList } from "../../views/charts/bar-list.ts";
import { cohortTable } from "../../views/charts/cohort-table.ts";
import { funnelChart } from "../../views/charts/funnel-chart.ts";
import { heatMap, stepOf, weekHours } from "../../views/charts/heat-map.ts";
import { histogram } from "../../views/charts/histogram.ts";

const BROKEN = /NaN|undefined|Infinity/;
const named = { id: "x", title: "Leads", unit: "count", finding: "Most by portal." } as const;

describe("bars", () => {
  const rows = [
    { key: "a", label: "Portal", value: 30, href: "/explore?x=1" },
    { key: "b", label: "Referral", value: 60 },
    { key: "c", label: "None", value: null },
  ];

  test("are sorted on request, with their value, their share and their rows", () => {
    const { text } = barList({ ...named, rows, sort: true, total: 90 });
    expect(text.indexOf("Referral")).toBeLessThan(text.indexOf("Portal"));
    expect(text).toContain('aria-label="Most by portal."');
    expect(text).toContain('<td>Portal</td><td class="num">30</td><td class="num">33.3%</td>');
    expect(text).toContain('href="/explore?x=1"');
    expect(text).toContain(">–<");
  });

  test("stay within their track, whatever their values", () => {
    const value = fc.option(
      fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant("12.50")),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 12 }), (values) => {
        const { text } = barList({
          ...named,
          rows: values.map((one, at) => ({ key: String(at), label: "x", value: one })),
          total: 0,
        });
        expect(text).not.toMatch(BROKEN);
        for (const [, width] of text.matchAll(/bar-(?:fill|warn)" width="([\d.e-]+)%"/g))
          expect(Number(width)).toBeLessThanOrEqual(100);
      }),
    );
  });
});

describe("a histogram", () => {
  test("hatches what lies above its target, marks it, and tells its bins", () => {
    const bins = [
      { from: 0, to: 20, count: 4 },
      { from: 20, to: 42, count: 10 },
      { from: 42, to: null, count: 2 },
    ];
    const marks = [
      { value: 42, label: "Target", kind: "target" as const },
      { value: 38, label: "p95", kind: "p95" as const },
    ];
    const { text } = histogram({ ...named, unit: "duration", bins, marks });
    expect(text.match(/class="col-above"/g)).toHaveLength(1);
    expect(text).toContain("Target 42 ms");
    expect(text).toContain("42 ms and more");
    expect(text).not.toMatch(BROKEN);
  });

  test("draws within its picture, whatever comes", () => {
    const counts = fc.array(fc.nat(1_000), { maxLength: 20 });
    fc.assert(
      fc.property(counts, fc.nat(400), (some, target) => {
        const bins = some.map((count, at) => ({
          from: at * 10,
          to: at === some.length - 1 ? null : at * 10 + 10,
          count,
        }));
        const { text } = histogram({ ...named, bins, marks: [{ value: target, label: "Target", kind: "target" }] });
        expect(text).not.toMatch(BROKEN);
        for (const [, x] of text.matchAll(/x1="([\d.-]+)"/g)) expect(Number(x)).toBeLessThanOrEqual(560);
      }),
    );
  });
});

describe("a heat map", () => {
  test("of the hours of the week puts each value in its field, and all of them in its table", () => {
    const answer = {
      columns: ["day_of_week", "hour_of_day", "leads"].map((name) => ({
        name,
        kind: "dimension" as const,
        unit: null,
        label: name,
      })),
      rows: [
        [1, 0, 3],
        [7, 23, 9],
      ],
      totals: {},
      source: "rollup" as const,
      sql: "",
    };
    const week = weekHours(answer, "leads");
    expect([week.rows.length, week.columns.length, week.values[0]?.[0], week.values[6]?.[23]]).toEqual([7, 24, 3, 9]);
    const { text } = heatMap({ ...named, ...week, href: (row, column) => `/explore?d=${row}&h=${column}` });
    expect(text).toContain("<title>Sunday, 23:00: 9</title>");
    expect(text.match(/<rect class="heat heat-\d" x="\d+" y/g)).toHaveLength(168);
    expect(text).toContain('href="/explore?d=6&amp;h=23"');
    expect(text.match(/<td/g)).toHaveLength(168);
  });

  test("is the darker the more, from 0 for nothing to 5 for the most", () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(1_000), (value, more) => {
        const most = Math.max(value, more);
        expect(stepOf(value, most)).toBeLessThanOrEqual(5);
        expect(stepOf(value, most) === 0).toBe(value === 0);
        if (most > 0) expect(stepOf(most, most)).toBe(5);
        expect(stepOf(Math.min(value, more), most)).toBeLessThanOrEqual(stepOf(most, most));
      }),
    );
    expect(stepOf(null, 3)).toBe(0);
  });
});

test("cohorts tell shares, heads, and what is not complete yet", () => {
  const cohorts = [
    { label: "Jan 5", size: 40, shares: [1, 0.5, null] },
    { label: "Jan 12", size: 0, shares: [null, null, null] },
    { label: "Jan 19", size: 8, shares: [1, 0.25], partialFrom: 1 },
  ];
  const { text } = cohortTable({
    id: "x",
    title: "Retention",
    cohorts,
    periods: ["Week 0", "Week 1", "Week 2"],
    finding: "Half came back.",
  });
  expect(text).toContain('title="Jan 5, Week 1: 20 contacts of 40"');
  expect(text).toContain("2 contacts of 8, so far");
  expect(text.match(/cohort-none/g)).toHaveLength(5);
  expect(text).not.toMatch(BROKEN);
});

test("a funnel has a tick only where the period before is known", () => {
  const stage = { key: "q1", label: "Condition", mark: "Q1", count: 8, share: null, lost: null };
  expect(funnelChart({ stages: [{ ...stage, previous: null }], noun: "Leads" }).text).not.toContain("bar-tick");
  expect(funnelChart({ stages: [{ ...stage, previous: 9 }], noun: "Leads" }).text).toContain("bar-tick");
  expect(funnelChart({ stages: [{ ...stage, count: 0, previous: null }], noun: "Leads" }).text).not.toMatch(BROKEN);
});
