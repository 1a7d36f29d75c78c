import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { BotEvent } from "../../../src/catalogue/event.ts";
import { KPIS } from "../../../src/catalogue/kpis.ts";
import { bucketsOf, GRAINS } from "../../../src/catalogue/period.ts";
import type { CommissionRule, Filter, Grain } from "../../../src/catalogue/types.ts";
import type { Answer, Question, Store } from "../../../src/store/store.ts";
import { cleanUp, DAY_US, groupOf, HOUR_US, NOON, openTestStore } from "../fixture.ts";
import { referenceOf } from "./reference.ts";
import { worldOf } from "./world.ts";

const WORLD = { from: NOON - 100 * DAY_US, to: NOON + 20 * DAY_US, events: 2_500, seed: 7, currencies: ["USD"] };
const RULES: readonly CommissionRule[] = [
  { location_id: "north", bot_id: null, rate: "0.05", valid_from: NOON - 60 * DAY_US },
  { location_id: "north", bot_id: null, rate: "0.0725", valid_from: NOON - 20 * DAY_US + HOUR_US / 4 },
  { location_id: null, bot_id: "jade", rate: "0.1", valid_from: NOON - 30 * DAY_US },
  { location_id: "south", bot_id: "luna", rate: "0.02", valid_from: NOON - 10 * DAY_US },
];

let store: Store;
let events: BotEvent[];

beforeAll(async () => {
  store = await openTestStore();
  events = worldOf(WORLD);
  for (let at = 0; at < events.length; at += 500) await store.apply(groupOf(store, events.slice(at, at + 500)));
});
afterAll(cleanUp);

const zone = fc.constantFrom("UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Kolkata");
const filter: fc.Arbitrary<Filter> = fc.constantFrom<Filter>(
  { field: "bot_id", op: "eq", value: "luna" },
  { field: "bot_id", op: "ne", value: "jade" },
  { field: "bot_id", op: "exists", value: false },
  { field: "type", op: "in", value: ["deal_closed", "lead_created", "lead_converted", "call_completed"] },
  { field: "location_id", op: "eq", value: "south" },
  { field: "data.source", op: "eq", value: "web" },
  { field: "data.score", op: "gte", value: "3" },
  { field: "success", op: "eq", value: "true" },
  { field: "value", op: "gt", value: "1000.25" },
  { field: "contact_id", op: "contains", value: "C1" },
  { field: "hour_of_day", op: "lt", value: 12 },
  { field: "duration_ms", op: "lte", value: 50_000 },
);
const by = fc.subarray(
  ["bot_id", "location_id", "type", "data.source", "success", "hour_of_day", "contact_id", "day_of_week"],
  { maxLength: 2 },
);

const shape = fc.record({
  timezone: zone,
  grain: fc.option(fc.constantFrom(...GRAINS), { nil: null }),
  filters: fc.array(filter, { maxLength: 2 }),
  by,
  locations: fc.constantFrom(null, ["north"], ["north", "south"]),
  start: fc.integer({ min: -60 * 96, max: 10 * 96 }),
  length: fc.integer({ min: 1, max: 40 * 96 }),
  ragged: fc.boolean(),
  kpis: fc.subarray([...KPIS], { minLength: 1, maxLength: 12 }),
});

function questionOf(
  given: { grain: Grain | null; start: number; length: number; ragged: boolean } & Partial<Question>,
): Question {
  const quarter = HOUR_US / 4;
  const from = NOON + given.start * quarter + (given.ragged ? 123_456_789 : 0);
  const steps = given.grain === "minute" ? Math.min(given.length, 96) : given.length;
  const question: Question = {
    kpis: KPIS,
    by: [],
    filters: [],
    timezone: "UTC",
    locations: null,
    rules: RULES,
    ...given,
    from,
    to: from + steps * quarter,
  };
  return question;
}

describe("every KPI", () => {
  test("is the same from rollups as from events", async () => {
    await fc.assert(
      fc.asyncProperty(shape, async (given) => {
        const question = questionOf(given);
        const raw = await store.ask({ ...question, source: "raw" });
        expectSame(raw, await store.ask({ ...question, source: "rollup" }));
        expectSame(raw, await store.ask(question));
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  test.each(["UTC", "Asia/Kathmandu"])(
    "is the same in one question of all, in %s",
    async (timezone) => {
      const question = { ...questionOf({ grain: "week", start: -50 * 96, length: 40 * 96, ragged: false }), timezone };
      const raw = await store.ask({ ...question, source: "raw" });
      expectSame(raw, await store.ask(question));
      expectTotals(question, raw);
      expectRows(question, raw);
    },
    60_000,
  );

  test("is the same where many events share their moments", async () => {
    const rough = await openTestStore();
    const hourly = worldOf({ ...WORLD, seed: 11, events: 3_000, from: NOON - 12 * DAY_US, to: NOON }).map((event) => ({
      ...event,
      time: Math.floor(event.time / HOUR_US) * HOUR_US,
      received_at: NOON,
    }));
    await rough.apply(groupOf(rough, hourly));
    for (const grain of [null, "hour", "day", "week"] as const)
      for (const timezone of ["UTC", "America/New_York", "Asia/Kathmandu"]) {
        const question = {
          ...questionOf({ grain, start: -5 * 96, length: 5 * 96, ragged: false }),
          timezone,
        };
        const raw = await rough.ask({ ...question, source: "raw" });
        expectSame(raw, await rough.ask({ ...question, source: "rollup" }));
        expectSame(raw, await rough.ask({ ...question, locations: ["north", "south"] }));
      }
  }, 60_000);

  test("is what plain loops over the events say", async () => {
    await fc.assert(
      fc.asyncProperty(shape, async (given) => {
        const question = questionOf({ ...given, length: Math.min(given.length, 10 * 96) });
        const answer = await store.ask({ ...question, source: "raw" });
        expectTotals(question, answer);
        expectRows(question, answer);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

function expectTotals(question: Question, answer: Answer): void {
  for (const { key, formula } of question.kpis)
    expectClose(answer.totals[key] ?? null, referenceOf(question, formula, events), `${key} in all`);
}

function expectRows(question: Question, answer: Answer): void {
  const buckets = question.grain ? bucketsOf(question.grain, question.timezone, question.from, question.to) : [];
  const timed = question.grain ? 1 : 0;
  if (question.by.length === 0) expect(answer.rows).toHaveLength(question.grain ? buckets.length : 1);
  // A few rows: the loops are slow.
  const step = Math.ceil(answer.rows.length / 4);
  for (let at = 0; at < answer.rows.length; at += step) {
    const row = answer.rows[at] ?? [];
    const place = timed
      ? buckets.findIndex(({ start }) => new Date(start / 1_000).getTime() === Date.parse(String(row[0])))
      : -1;
    const bucket = timed ? { start: 0, end: 0, ...buckets[place], first: place === 0 } : undefined;
    const splits = row.slice(timed, timed + question.by.length);
    for (const [index, { key, formula }] of question.kpis.entries()) {
      const cell = row[timed + question.by.length + index] ?? null;
      expectClose(
        cell,
        referenceOf(question, formula, events, bucket, splits),
        `${key} in ${JSON.stringify(row.slice(0, timed + question.by.length))}`,
      );
    }
  }
}

function expectSame(exact: Answer, other: Answer): void {
  const near = new Set(other.columns.filter(({ approximate }) => approximate).map(({ name }) => name));
  for (const [key, total] of Object.entries(exact.totals))
    expectClose(other.totals[key] ?? null, total, `${key} in all`, near.has(key));
  expect(other.rows).toHaveLength(exact.rows.length);
  const keys = exact.columns.filter(({ kind }) => kind !== "kpi").length;
  const found = new Map(other.rows.map((row) => [JSON.stringify(row.slice(0, keys)), row]));
  for (const row of exact.rows) {
    const same = found.get(JSON.stringify(row.slice(0, keys)));
    for (const [index, { name, kind }] of exact.columns.entries())
      if (kind === "kpi")
        expectClose(
          same?.[index] ?? null,
          row[index] ?? null,
          `${name} in ${JSON.stringify(row.slice(0, keys))}`,
          near.has(name),
        );
  }
}

function expectClose(found: unknown, expected: unknown, what: string, near = false): void {
  if (expected === null || found === null) {
    if (found !== expected) throw new Error(`${what}: ${found} instead of ${expected}`);
    return;
  }
  const difference = Math.abs(Number(found) - Number(expected));
  const allowed = Math.max(
    1e-9,
    Math.abs(Number(expected)) * (near ? 0.01 : 1e-9),
    typeof found === "string" ? 0.000_051 : 0,
  );
  if (!(difference <= allowed)) throw new Error(`${what}: ${found} instead of ${expected}`);
}
