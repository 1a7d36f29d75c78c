import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createCache, type Subject } from "../../src/report/cache.ts";
import { buildApp } from "../../src/web/app.ts";
import { type IngestWorld, keyOf, openWorld, removeFolder } from "../support/ingest_world.ts";

const SUBJECT: Subject = { locations: ["north"], from: 100, to: 200, types: null };
const TOUCHED = { location_ids: ["north"], types: ["lead_created"], time_min: 150, time_max: 160 };

function clocked(bytes_max = 1_000_000) {
  const clock = { ms: 0 };
  const cache = createCache({ bytes_max, now: () => clock.ms });
  let asked = 0;
  const take = (key = "k", subject = SUBJECT, bytes = 10) =>
    cache.take(key, subject, async () => ({ value: ++asked, bytes }));
  return { clock, cache, take, asked: () => asked };
}

describe("the cache", () => {
  test("computes once for all who ask meanwhile, and keeps it", async () => {
    const { cache, take, clock } = clocked();
    const [first, second] = await Promise.all([take(), take()]);
    clock.ms = 7;
    expect([first, second, await take()]).toEqual([
      { value: 1, hit: false, age_ms: 0 },
      { value: 1, hit: true, age_ms: 0 },
      { value: 1, hit: true, age_ms: 7 },
    ]);
    expect(cache.analytics()).toMatchObject({ hits: 1, shared: 1, misses: 1, entries: 1, oldest_ms: 7 });
  });

  test.each<[string, Partial<typeof TOUCHED>, Partial<Subject>, boolean]>([
    ["its location and time", {}, {}, true],
    ["another location", { location_ids: ["south"] }, {}, false],
    ["any location of an answer about all", { location_ids: ["south"] }, { locations: null }, true],
    ["an earlier time", { time_min: 10, time_max: 99 }, {}, false],
    ["the last moment before its end", { time_min: 199, time_max: 199 }, {}, true],
    ["its end, which is not in it", { time_min: 200, time_max: 300 }, {}, false],
    ["no time: a removal", { time_min: 0, time_max: 0 }, {}, true],
    ["types that do not count", {}, { types: ["deal_closed"] }, false],
    ["a type that counts", {}, { types: ["deal_closed", "lead_created"] }, true],
  ])("after a commit that touched %s", async (_, touched, subject, dropped) => {
    const { cache, take } = clocked();
    await take("k", { ...SUBJECT, ...subject });
    cache.touch({ ...TOUCHED, ...touched });
    expect((await take("k", { ...SUBJECT, ...subject })).hit).toBe(!dropped);
  });

  test("does not keep what a commit touched while it was computed, nor gives it to who asks after", async () => {
    const { cache, asked } = clocked();
    const slow = Promise.withResolvers<void>();
    const before = cache.take("k", SUBJECT, async () => {
      await slow.promise;
      return { value: "old", bytes: 1 };
    });
    cache.touch(TOUCHED);
    const after = cache.take("k", SUBJECT, async () => ({ value: "new", bytes: 1 }));
    slow.resolve();
    expect([(await before).value, (await after).value]).toEqual(["old", "new"]);
    expect((await cache.take("k", SUBJECT, async () => ({ value: "none", bytes: 1 }))).value).toBe("new");
    expect(asked()).toBe(0);
  });

  test("forgets what time alone changes, and the least used for room", async () => {
    const { cache, take, clock } = clocked(4_000);
    await take("short", { ...SUBJECT, lasts_ms: 5 });
    clock.ms = 5;
    expect((await take("short", { ...SUBJECT, lasts_ms: 5 })).hit).toBe(false);
    for (const key of ["a", "b", "c"]) await take(key, SUBJECT, 400);
    await take("a", SUBJECT, 400);
    for (const key of ["d", "e", "f"]) await take(key, SUBJECT, 400);
    expect(cache.analytics().bytes).toBeLessThanOrEqual(4_000);
    expect(cache.analytics()).toMatchObject({ expired: 1 });
    expect((await take("b", SUBJECT, 400)).hit).toBe(false);
    await take("huge", SUBJECT, 3_000);
    expect((await take("huge", SUBJECT, 3_000)).hit).toBe(false);
  });

  test("ends the work when nobody waits any more, and not before", async () => {
    const { cache } = clocked();
    const heard: string[] = [];
    const ask = (signal: AbortSignal) =>
      new Promise<{ value: string; bytes: number }>((resolve) => {
        signal.addEventListener("abort", () => {
          heard.push("abort");
          resolve({ value: "late", bytes: 1 });
        });
      });
    const [one, other] = [new AbortController(), new AbortController()];
    const waiting = [cache.take("k", SUBJECT, ask, one.signal), cache.take("k", SUBJECT, ask, other.signal)];
    one.abort(new Error("gone"));
    await expect(waiting[0]).rejects.toThrow("gone");
    expect(heard).toEqual([]);
    other.abort(new Error("gone too"));
    await expect(waiting[1]).rejects.toThrow("gone too");
    expect(heard).toEqual(["abort"]);
  });

  test("does not keep failures", async () => {
    const { cache, take } = clocked();
    await expect(cache.take("k", SUBJECT, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect((await take()).hit).toBe(false);
  });
});

const DAY = 86_400_000_000;
const START = Date.UTC(2026, 10, 18, 11, 6, 40) * 1_000;
const QUESTIONS: readonly [string, unknown?][] = [
  ["/api/bi/dashboard-kpis?timeframe=7d"],
  ["/api/bi/dashboard-kpis?timeframe=24h&location_id=north"],
  ["/api/bi/dashboard-kpis?timeframe=all&timezone=Asia/Kathmandu"],
  ["/api/bi/dashboard-kpis?from=2026-11-01T00:00:00Z&to=2026-11-17T03:00:00Z&keys=revenue,churn_rate,new_contacts"],
  ["/api/bi/revenue-intelligence?timeframe=7d"],
  ["/api/bi/bot-performance?timeframe=7d&location_id=south"],
  ["/api/bi/predictive-insights?timeframe=7d"],
  ["/api/bi/anomaly-detection?timeframe=7d"],
  ["/api/bi/real-time-metrics"],
  ["/api/bi/events?timeframe=30d&limit=5"],
  ["/api/dashboard/metrics"],
  ["/api/bi/query", { kpis: ["revenue", "commission", "churned_contacts"], by: ["bot_id"], timeframe: "30d" }],
  ["/api/bi/query", { kpis: ["churn_rate", "active_contacts"], grain: "month", timeframe: "24h" }],
  ["/api/bi/drill-down", { kpi: "revenue", by: "location_id", timeframe: "30d" }],
  [
    "/api/bi/funnel",
    { steps: [{ type: "lead_created" }, { type: "deal_closed" }], by: "contact_id", timeframe: "30d" },
  ],
  [
    "/api/bi/retention",
    { birth: { type: "lead_created" }, return: { type: "deal_closed" }, grain: "week", timeframe: "30d" },
  ],
];

type Step =
  | {
      do: "post";
      events: readonly { type: string; location_id: string; days: number; contact: number; value: number }[];
    }
  | { do: "wait"; minutes: number }
  | { do: "target" | "rule" | "zone"; value: number }
  | { do: "remove" };

const event = fc.record({
  type: fc.constantFrom("deal_closed", "lead_created", "conversation_message", "refund_issued", "lead_qualified"),
  location_id: fc.constantFrom("north", "south"),
  // Mostly now, some late by days, some by more than two timeframes.
  days: fc.constantFrom(0, 0, 0, 1, 6, 13, 40),
  contact: fc.integer({ min: 0, max: 5 }),
  value: fc.integer({ min: 1, max: 900 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("post" as const), events: fc.array(event, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: fc.constantFrom(2, 9, 61, 1_500) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("target" as const, "rule" as const, "zone" as const),
      value: fc.integer({ min: 1, max: 90 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "remove" }) },
);

test("a cached answer is what a fresh one would be, whatever happens between and meanwhile", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 5 }), async (steps) => {
      const clock = { now: START };
      const world = await openWorld({ now: () => clock.now });
      try {
        const cache = createCache({ bytes_max: 32 * 1024 * 1024, now: () => clock.now / 1_000 });
        world.ingest.onApplied(({ touched }) => cache.touch(touched));
        const cached = buildApp({ ...world.parts, cache });
        // Nothing fits in: every answer is computed.
        const fresh = buildApp({ ...world.parts, cache: createCache({ bytes_max: 0 }) });
        for (const location_id of ["north", "south"]) world.control.ensureLocation(location_id);
        const key = keyOf(world.control, ["read", "export"]);
        const asks = (app: typeof cached) => QUESTIONS.map((question) => answerOf(app, key, question));
        for (const one of steps) {
          // Some are asked while it happens: their answers may be of before or after, but must not stay if they are of before.
          await Promise.all([...asks(cached), happen(world, clock, one)]);
          const found = await Promise.all(asks(cached));
          const again = await Promise.all(asks(cached));
          const expected = await Promise.all(asks(fresh));
          expect(found).toEqual(expected);
          expect(again).toEqual(expected);
        }
        expect(cache.analytics().hits).toBeGreaterThan(0);
      } finally {
        await world.stop();
        removeFolder(world.dir);
      }
    }),
    { numRuns: 3 },
  );
}, 240_000);

async function happen({ ingest, control }: IngestWorld, clock: { now: number }, one: Step): Promise<void> {
  if (one.do === "post") {
    const events = one.events.map(({ type, location_id, days, contact, value }) => ({
      type,
      location_id,
      time: new Date((clock.now - days * DAY) / 1_000 - 1_000).toISOString(),
      contact_id: `c${contact}`,
      conversation_id: `t${value % 4}`,
      bot_id: value % 2 ? "luna" : "jade",
      ...(type === "deal_closed" || type === "refund_issued" ? { value: String(value), currency: "USD" } : {}),
      ...(type === "conversation_message" ? { data: { direction: "in", response_ms: value } } : {}),
    }));
    const outcome = await ingest.accept({
      body: new TextEncoder().encode(JSON.stringify(events)),
      headers: { "content-type": "application/json" },
      caller: { kind: "key", id: "k", name: "test", role: null, scopes: ["ingest"], locations: null },
      wait: true,
    });
    expect(outcome).toMatchObject({ kind: "taken", accepted: events.length, visible: true });
  } else if (one.do === "wait") clock.now += one.minutes * 60_000_000;
  else if (one.do === "target") control.setTarget({ kpi: "revenue", location_id: "north", value: String(one.value) });
  else if (one.do === "rule")
    control.addCommissionRule({ location_id: "north", bot_id: null, rate: `0.${one.value + 10}`, valid_from: 0 });
  else if (one.do === "zone")
    control.setLocation("south", { timezone: one.value % 2 ? "Asia/Kolkata" : "America/New_York" });
  else {
    await ingest.removeLocation("south");
    control.ensureLocation("south");
  }
}

/** What is the same however it was come by: without the moment and the cache's own part. */
async function answerOf(app: ReturnType<typeof buildApp>, key: string, [path, body]: readonly [string, unknown?]) {
  const response = await app.handle(
    new Request(`http://localhost${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  const { generated_at, freshness, cache, ...rest } = JSON.parse(await response.text());
  return { path, body, status: response.status, rest };
}
