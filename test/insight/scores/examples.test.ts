/** Examples against the same worked out by hand: whom they are of, when, and what became of them. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { BotEvent } from "../../../src/catalogue/event.ts";
import { examplesOf } from "../../../src/insight/scores/examples.ts";
import { learnable } from "../../../src/insight/scores/learn.ts";
import type { Purpose } from "../../../src/report/scores/definition.ts";
import { featureSpecs } from "../../../src/report/scores/features.ts";
import type { Store } from "../../../src/store/store.ts";
import { cleanUp, DAY_US, eventOf, groupOf, NOON, openTestStore } from "../../store/fixture.ts";
import { buyerLives, leadLives } from "../../support/contacts.ts";

const NEVER = new AbortController().signal;
const LIVES = { until: NOON, days: 150, seed: 3 };
const AGES = [0, 1, 3, 7, 14, 30, 60];

let store: Store;
let events: readonly BotEvent[];
beforeAll(async () => {
  store = await openTestStore();
  const at = (contact_id: string, type: string, ago: number) =>
    eventOf({ type, location_id: "leads", contact_id, time: NOON - ago * DAY_US });
  events = [
    ...leadLives({ ...LIVES, location_id: "leads", count: 80 }),
    // A customer before it was a lead; one that is lost, one that converts with the very event by which it came.
    ...[at("before", "lead_converted", 120), at("before", "lead_created", 110)],
    ...[at("lost", "lead_created", 120), at("lost", "lead_lost", 115), at("lost", "lead_converted", 100)],
    ...[at("at-once", "lead_created", 120), at("at-once", "lead_converted", 120), at("at-once", "lead_qualified", 120)],
    ...buyerLives({ ...LIVES, location_id: "buyers", count: 40 }),
  ];
  await store.apply(groupOf(store, events));
});
afterAll(cleanUp);

async function examples(location_id: string, purpose: Purpose) {
  const found = await learnable({ store, currencyOf: () => "USD", now: NOON }, { location_id, purpose, signal: NEVER });
  if (!found.learnable) throw new Error(found.reason);
  const { definition, from, to } = found.learnable;
  const all = await examplesOf(store, location_id, purpose, found.learnable, NEVER);
  return { ...all, horizon: definition.horizon_days * DAY_US, from, to };
}

function ofContacts(location_id: string): ReadonlyMap<string, readonly BotEvent[]> {
  const own = events.filter((event) => event.location_id === location_id);
  return Map.groupBy(own, ({ contact_id }) => contact_id ?? "");
}

test("a lead is looked at while it is open, and where the horizon is over", async () => {
  const { examples: found, horizon, to } = await examples("leads", "conversion");
  const expected: string[] = [];
  for (const [contact_id, own] of ofContacts("leads")) {
    const first = (types: readonly string[], since = 0): number =>
      Math.min(...own.filter(({ type, time }) => types.includes(type) && time >= since).map(({ time }) => time));
    const entry = first(["lead_created", "jorge_qualification_progress"]);
    const converted = first(["lead_converted"]);
    if (!Number.isFinite(entry) || converted < entry) continue;
    const lost = first(["lead_lost"], entry);
    for (const age of AGES) {
      const t = entry + age * DAY_US;
      if (Math.min(converted, lost) < t || t + horizon > to) continue;
      expected.push(`${contact_id} ${t} ${converted < t + horizon}`);
    }
  }
  expect(found.map(({ contact_id, t, outcome }) => `${contact_id} ${t} ${outcome}`).sort()).toEqual(expected.sort());
  expect(expected.filter((line) => line.startsWith("at-once"))).toHaveLength(1);
});

test("nothing of the moment itself is known, but the event by which it came", async () => {
  const { examples: found, extras } = await examples("leads", "conversion");
  const place = (name: string): number => featureSpecs(extras).findIndex((spec) => spec.name === name);
  const [only] = found.filter(({ contact_id }) => contact_id === "at-once");
  expect([only?.outcome, only?.values[place("events")], only?.values[place("qualified")]]).toEqual([true, 1, "no"]);
});

test("a buyer is looked at after a period with a purchase, and is lost when the next has none", async () => {
  const { examples: found, horizon, from, to } = await examples("buyers", "churn");
  const moments = [1, 2, 3, 4, 5, 6].map((back) => to - back * horizon).filter((t) => t - horizon >= from);
  const expected: string[] = [];
  for (const [contact_id, own] of ofContacts("buyers")) {
    const bought = (since: number, until: number): boolean =>
      own.some(({ type, time }) => type === "order_placed" && time >= since && time < until);
    for (const t of moments) if (bought(t - horizon, t)) expected.push(`${contact_id} ${t} ${!bought(t, t + horizon)}`);
  }
  expect(found.map(({ contact_id, t, outcome }) => `${contact_id} ${t} ${outcome}`).sort()).toEqual(expected.sort());
});
