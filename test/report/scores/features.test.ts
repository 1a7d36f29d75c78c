import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { BotEvent } from "../../../src/catalogue/event.ts";
import { type Examined, examined } from "../../../src/report/scores/examine.ts";
import { featureSpecs, wordsOf } from "../../../src/report/scores/features.ts";
import { bound } from "../../../src/store/query/binds.ts";
import type { Store } from "../../../src/store/store.ts";
import type { Param } from "../../../src/store/values.ts";
import { cleanUp, DAY_US, eventOf, groupOf, NOON, openTestStore } from "../../store/fixture.ts";

const EXTRAS = [{ key: "plan", kind: "category" as const }];
const SPECS = featureSpecs(EXTRAS);

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(cleanUp);

const apply = (events: readonly BotEvent[]) => store.apply(groupOf(store, events));

/** What is known of the contacts of a location at noon. */
async function knownAtNoon(location_id: string, at_entry = false): Promise<readonly Examined[]> {
  const params: Param[] = [];
  const points =
    `SELECT DISTINCT contact_id, make_timestamp(${NOON}) AS t, ${at_entry} AS at_entry, false AS outcome ` +
    `FROM events WHERE location_id = ${bound(params, location_id)} AND contact_id IS NOT NULL`;
  const given = {
    location_id,
    currency: "USD",
    extras: EXTRAS,
    params,
    points,
    entry: bound(params, ["lead_created"]),
  };
  const all: Examined[] = [];
  for await (const packet of examined(store, { ...given, from: NOON, to: NOON })) all.push(...packet);
  return all;
}

async function featuresOf(location_id: string, at_entry = false): Promise<Record<string, unknown>> {
  const [only] = await knownAtNoon(location_id, at_entry);
  return Object.fromEntries(SPECS.map(({ name }, index) => [name, only?.values[index]]));
}

const TYPES = [
  "lead_created",
  "lead_scored",
  "lead_temperature_changed",
  "lead_qualified",
  "jorge_qualification_progress",
  "conversation_message",
  "call_completed",
  "deal_closed",
  "order_placed",
  "refund_issued",
  "booking_no_show",
  "feedback_received",
];
const anEvent = fc.record({
  type: fc.constantFrom(...TYPES),
  contact: fc.integer({ min: 0, max: 2 }),
  offset: fc.integer({ min: 0, max: 200 * 24 }),
  score: fc.integer({ min: 1, max: 5 }),
  word: fc.constantFrom("hot", "warm", "cold", "in", "out"),
  flag: fc.boolean(),
});
type Made = typeof anEvent extends fc.Arbitrary<infer T> ? T : never;

function madeOf(location_id: string, { type, contact, offset, score, word, flag }: Made, sign: 1 | -1): BotEvent {
  return eventOf({
    type,
    location_id,
    contact_id: `contact-${contact}`,
    // Later events begin at the very moment.
    time: NOON + sign * offset * (DAY_US / 24) - (sign < 0 ? 1 : 0),
    duration_ms: 1_000 * score,
    data: {
      score,
      to: word,
      seller_temperature: word,
      direction: word,
      questions_answered: Math.min(4, score),
      stall_detected: flag,
      sentiment: score / 5,
      source: word,
      plan: word,
    },
    ...(/deal|order|refund/.test(type) ? { value: type === "refund_issued" ? "-3" : "10", currency: "USD" } : {}),
  });
}

describe("features of a contact at a moment", () => {
  let world = 0;
  test("never change with what happens at the moment or after it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anEvent, { minLength: 1, maxLength: 12 }),
        fc.array(anEvent, { minLength: 1, maxLength: 12 }),
        async (before, after) => {
          const location_id = `world-${world++}`;
          await apply(before.map((made) => madeOf(location_id, made, -1)));
          const then = await knownAtNoon(location_id);
          await apply(after.map((made) => madeOf(location_id, made, 1)));
          const known = new Set(then.map(({ contact_id }) => contact_id));
          const now = (await knownAtNoon(location_id)).filter(({ contact_id }) => known.has(contact_id));
          expect(now).toEqual([...then]);
        },
      ),
      { numRuns: 12 },
    );
  }, 60_000);

  test("are what its events say", async () => {
    const about = { location_id: "one", contact_id: "c" };
    const at = (days: number): number => NOON - days * DAY_US;
    await apply([
      eventOf({ ...about, type: "lead_created", time: at(10), data: { source: "ads", plan: "pro" } }),
      eventOf({
        ...about,
        type: "jorge_qualification_progress",
        time: at(9),
        data: { questions_answered: 2, seller_temperature: "hot", stall_detected: false },
      }),
      eventOf({
        ...about,
        type: "jorge_qualification_progress",
        time: at(3),
        data: { questions_answered: 1, seller_temperature: "cold", stall_detected: true },
      }),
      eventOf({ ...about, type: "order_placed", time: at(8), value: "10", currency: "USD", conversation_id: "x" }),
      eventOf({ ...about, type: "order_placed", time: at(8) + 60, value: "5", currency: "USD", conversation_id: "x" }),
      eventOf({ ...about, type: "order_placed", time: at(4), value: "20", currency: "USD", conversation_id: "y" }),
      eventOf({ ...about, type: "order_placed", time: at(4), value: "1000", currency: "EUR", conversation_id: "y" }),
      eventOf({ ...about, type: "refund_issued", time: at(2), value: "-7", currency: "USD" }),
      eventOf({ ...about, type: "conversation_message", time: at(1), data: { direction: "in", sentiment: 0.5 } }),
    ]);
    expect(await featuresOf("one")).toMatchObject({
      age_days: 10,
      silent_days: 1,
      events: 9,
      events_7d: 5,
      conversations: 2,
      messages_in: 1,
      temperature: "cold",
      best_temperature: "hot",
      answered: 2,
      stalls: 1,
      stalled: "yes",
      qualified: "no",
      source: "ads",
      troubles: 1,
      refunded: 7,
      purchases: 2,
      // Those in euros are not added to those in dollars.
      money: 35,
      unbought_days: 4,
      gap_days: expect.closeTo(4, 6),
      sentiment: 0.5,
      lead_score: null,
      "data.plan": "pro",
    });
  });

  test("hold the event by which it came in where the moment is its entry, and nothing else of that moment", async () => {
    const about = { location_id: "entry", contact_id: "c", time: NOON };
    await apply([
      eventOf({ ...about, type: "lead_created", data: { source: "ads" } }),
      eventOf({ ...about, type: "lead_qualified" }),
    ]);
    expect(await featuresOf("entry", true)).toMatchObject({ events: 1, source: "ads", qualified: "no" });
    expect(await knownAtNoon("entry")).toEqual([]);
  });
});

test("every feature says its fact in words, known or not", () => {
  for (const spec of SPECS) {
    const value = spec.kind === "number" ? 2 : "hot";
    expect(wordsOf(spec, value)).toMatch(/^[A-Z\d].*\.$/);
    expect(wordsOf(spec, null)).toMatch(/^[A-Z].*not known\.$/);
    if (spec.kind === "number") expect(wordsOf(spec, value)).toContain("2");
  }
});
