import { describe, expect, test } from "bun:test";
import { type AnomalyItem, type InsightsPageProps, insightsPage } from "../../views/insights/insights.ts";
import { rangeMark } from "../../views/insights/range.ts";
import type { ShellUser } from "../../views/layout.ts";
import { sentenceWords } from "../../views/parts/value-words.ts";

const user: ShellUser = { name: "Jorge", email: "jorge@example.com", role: "owner", theme: "system", csrf: "token" };
const query = {
  timeframe: null,
  from: null,
  to: null,
  location_id: null,
  timezone: null,
  compare: true,
  currency: null,
  path: "/insights",
  filters: [],
  own: {},
};
const props: InsightsPageProps = {
  user,
  query,
  locations: [],
  timezone: "UTC",
  concierge: { ok: true, value: { items: [], hidden: 0, all: false } },
  anomalies: { ok: true, value: { items: [], total: 0, quality: "0 series looked at.", nothing: null } },
  forecasts: { ok: true, value: [] },
  acts: true,
  done: null,
  errors: {},
};
const anomaly: AnomalyItem = {
  id: "an1",
  mark: "anomaly-x",
  label: "Revenue",
  severity: "critical",
  when: "Nov 25",
  when_iso: "2026-11-25T00:00:00Z",
  headline: "Revenue was $2.5M, 55% below the $5.5M to be expected",
  why: "Usual was $4M to $7M; the level was most unlike all before.",
  range: { value: 2.5, expected: 5.5, lower: 4, upper: 7 },
  causes: [
    { dimension: "Bot", key: "<img src=x>", contribution: "−$3M", share: "84%", width: 84, within: null },
    { dimension: "Source", key: "portal", contribution: "−$2M", share: "60%", width: 60, within: "Bot seller" },
  ],
  recommendation: "See which deals are missing.",
  acknowledged: null,
};

describe("insights", () => {
  test("that are empty say so", () => {
    const { text } = insightsPage(props);
    expect(text).toContain("Nothing was odd");
    expect(text).toContain("Nothing needs you");
  });

  test("that failed alone leave the others", () => {
    const { text } = insightsPage({ ...props, forecasts: { ok: false, reason: "Too slow." } });
    expect(text).toContain("Forecasts could not be made");
    expect(text).toContain("Nothing was odd");
  });

  test("tell what made an anomaly, down two levels, and let nothing become markup", () => {
    const value = { items: [anomaly], total: 3, quality: "", nothing: null };
    const { text } = insightsPage({ ...props, anomalies: { ok: true, value } });
    expect(text).toContain("&lt;img src=x&gt;");
    expect(text).not.toContain("<img");
    expect(text).toContain("within Bot seller");
    expect(text).toContain("The newest 1 of 3");
    expect(text).toContain("/insights/anomalies/an1/acknowledgement");
    expect(insightsPage({ ...props, acts: false, anomalies: { ok: true, value } }).text).not.toContain("anomalies/an1");
  });
});

test("the range of an anomaly is drawn within its box, whatever the numbers", () => {
  for (const range of [
    { value: 0, expected: 0, lower: 0, upper: 0 },
    { value: -5, expected: 10, lower: 8, upper: 12 },
    { value: 1e12, expected: 1, lower: 0.5, upper: 1.5 },
  ]) {
    const { text } = rangeMark(range);
    expect(text).not.toMatch(/NaN|Infinity/);
    const places = [...text.matchAll(/M(-?[\d.]+) /g)].map(([, x]) => Number(x));
    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...places)).toBeLessThanOrEqual(132);
  }
});

test("money in a sentence is written as everywhere on the pages", () => {
  expect(sentenceWords("Revenue is forecast at 150821854.44 USD, below 1000.00 EUR.")).toBe(
    "Revenue is forecast at $150,821,854.44, below €1,000.",
  );
});
