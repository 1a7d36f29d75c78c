import { describe, expect, test } from "bun:test";
import { eventTypes } from "../../src/catalogue/events.ts";
import type { FeedItem } from "../../src/report/feed.ts";
import type { KpiFigure } from "../../src/report/kpis.ts";
import { assetText } from "../../views/assets.ts";
import { feedPanel } from "../../views/parts/feed.ts";
import { wordsOf } from "../../views/parts/feed-words.ts";
import { kpiCard } from "../../views/parts/kpi-card.ts";
import { NO_QUERY, queryText, type ViewQuery } from "../../views/parts/query.ts";
import { sparkColumns, sparkLine } from "../../views/parts/spark.ts";

const item = (fields: Partial<FeedItem> = {}): FeedItem => ({
  location_id: "here",
  id: "1",
  time: 0,
  type: "lead_created",
  bot_id: null,
  contact_id: null,
  value: null,
  currency: null,
  duration_ms: null,
  success: null,
  data: {},
  ...fields,
});

/** What a feed is shown with. */
const shown = {
  timezone: "UTC",
  now: 0,
  locationName: null,
  query: { ...NO_QUERY, path: "/" },
  own: { feed_bot: null, feed_type: null, feed_rows: "10" },
  bots: [],
} as const;

describe("the feed", () => {
  test("tells every type of the catalogue by its own example, with an icon that exists", () => {
    const sprite = assetText("icons.svg");
    for (const { type, example } of eventTypes) {
      const data = typeof example.data === "object" && example.data !== null ? { ...example.data } : {};
      const words = wordsOf(item({ type, data, contact_id: "c1", value: "12.50", currency: "EUR" }));
      expect([type, words.what.trim() !== "", sprite.includes(`id="${words.icon}"`)]).toEqual([type, true, true]);
    }
  });

  test("tells what it does not know by its name", () => {
    expect(wordsOf(item({ type: "drone:landed", contact_id: "roof-7" })).what).toBe("drone landed roof-7");
    expect(wordsOf(item({ type: "constructor" })).what).toBe("constructor");
  });

  test("never lets what bots send become markup", () => {
    const feed = {
      ok: true,
      value: [item({ type: "ai_activity", bot_id: "<b>", data: { description: "<img src=x onerror=alert(1)>" } })],
    } as const;
    const { text } = feedPanel({ ...shown, feed, locationName: () => '"><script>' });
    expect(text).not.toContain("<img");
    expect(text).not.toContain("<script");
    expect(text).toContain("&lt;img src=x onerror=alert(1)&gt;");
  });

  test("that failed says so and leaves the rest alone", () => {
    const { text } = feedPanel({ ...shown, feed: { ok: false, reason: "The question took too long." } });
    expect(text).toContain("Activity could not be read");
    expect(text).toContain("The question took too long.");
  });
});

describe("a card", () => {
  const figure = (fields: Partial<KpiFigure> = {}): KpiFigure => ({
    label: "Revenue",
    unit: "money",
    value: "26412345.67",
    currency: "USD",
    target: null,
    status: null,
    better: "up",
    previous: "24000000.00",
    change: 0.1005,
    trend: [],
    ...fields,
  });
  const context = { previous: "previous 30 days", partial: { first: true, last: true } };
  const shown = (fields: Partial<KpiFigure> = {}): string =>
    kpiCard({ key: "revenue", label: "Revenue", figure: { ok: true, value: figure(fields) } }, context).text;

  test("shows a short figure, and the exact one to who asks", () => {
    expect(shown()).toContain("$26.4<small>M</small>");
    expect(shown()).toContain('title="$26,412,345.67"');
    expect(shown()).toContain("10.1%");
  });

  test("says faster and slower, and is good when lower is better", () => {
    const text = shown({ unit: "duration", value: 38, previous: 41, better: "down", change: -0.07 });
    expect(text).toContain("delta-good");
    expect(text).toContain("3 ms faster");
  });

  test("counts changes of percentages in points", () => {
    expect(shown({ unit: "percent", value: 0.043, previous: 0.039, change: 0.1 })).toContain("0.4 pp");
  });

  test("shows each currency for itself", () => {
    const currencies = [
      { currency: "USD", value: "26412345.67", previous: null, change: null },
      { currency: "EUR", value: "1200000.00", previous: null, change: null },
    ];
    expect(shown({ currencies })).toContain('<span title="€1,200,000">€1.20M</span>');
  });

  test("says which side of its target it is on", () => {
    expect(shown({ unit: "percent", value: 0.043, target: 0.04, status: "on_target" })).toContain("Target 4% met");
    expect(shown({ unit: "percent", value: 0.03, target: 0.04, status: "off_target" })).toContain("Below 4% target");
    expect(shown({ unit: "duration", value: 50, target: 42, status: "off_target", better: "down" })).toContain(
      "Over 42 ms target",
    );
    expect(shown({ target: "28000000", status: "near_target" })).toContain("94% of $28M target");
  });

  test("without anything to count shows a dash, never a zero", () => {
    const text = shown({ unit: "percent", value: null, previous: null, change: null });
    expect(text).toContain(">–<");
    expect(text).not.toContain("NaN");
  });

  test("that failed alone offers to try again", () => {
    const text = kpiCard(
      { key: "revenue", label: "Revenue", figure: { ok: false, reason: "Too slow." } },
      context,
    ).text;
    expect(text).toContain("Too slow.");
    expect(text).toContain("Retry");
  });
});

describe("sparklines", () => {
  test("of nothing, one point and equal values have no NaN in them", () => {
    for (const values of [[], [null], [3], [0, 0, 0], [5, 5], [null, 2, null, 4]]) {
      expect(sparkLine(values, []).text).not.toMatch(/NaN|Infinity/);
    }
    expect(sparkColumns([]).text).not.toMatch(/NaN|Infinity/);
  });
});

describe("the address of a view", () => {
  const query: ViewQuery = {
    timeframe: null,
    from: null,
    to: null,
    location_id: null,
    timezone: null,
    compare: true,
    currency: null,
    path: "/",
    filters: [],
    own: {},
  };

  test("leaves out what is usual", () => {
    expect(queryText(query)).toBe("");
    expect(queryText(query, { timeframe: "30d" })).toBe("");
    expect(queryText(query, { timeframe: "7d", compare: false, location_id: "a&b" })).toBe(
      "?timeframe=7d&location_id=a%26b&compare=off",
    );
  });

  test("has either a name or two ends", () => {
    const custom = { ...query, from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" };
    expect(queryText(custom, { timeframe: "7d" })).toStartWith("?from=");
    expect(queryText(custom, { timeframe: "7d", from: null, to: null })).toBe("?timeframe=7d");
  });
});
