import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import type { BotEvent } from "../../src/catalogue/event.ts";
import { openControl } from "../../src/control/control.ts";
import type { ReportParts } from "../../src/report/common.ts";
import { type ContactTable, type ContactTableAsked, contactTable } from "../../src/report/contact-table.ts";
import { CONTACT_TABS, type ContactChoice, type ContactTab } from "../../src/store/query/contact-table.ts";
import { cleanUp, DAY_US, eventOf, groupOf, NOON, openTestStore } from "../store/fixture.ts";

let parts: ReportParts;
beforeAll(async () => {
  parts = { store: await openTestStore(), control: openControl(":memory:", { now: () => NOON }) };
});
afterAll(cleanUp);

const NOBODY_CHOSEN: ContactChoice = {
  tab: "all",
  temperature: null,
  step: null,
  timeline: null,
  source: null,
  budget: null,
};
const FROM = NOON - 30 * DAY_US;

function asked(location_id: string, more: Partial<ContactTableAsked> = {}): ContactTableAsked {
  return {
    timeframe: { from: FROM, to: NOON },
    timezone: null,
    location_id,
    locations: null,
    filters: [],
    personal: true,
    now: NOON,
    search: null,
    choice: NOBODY_CHOSEN,
    sort: "last_seen",
    ascending: false,
    currency: null,
    chances: null,
    after: null,
    limit: 100,
    ...more,
  };
}

let locations = 0;

async function stored(events: readonly Partial<BotEvent>[]): Promise<{ location_id: string; events: BotEvent[] }> {
  const location_id = `place-${++locations}`;
  const made = events.map((event) => eventOf({ ...event, location_id }));
  if (made.length > 0) await parts.store.apply(groupOf(parts.store, made));
  return { location_id, events: made };
}

/** What is known of a contact, told by going through its events one by one. */
interface Reference {
  contact_id: string;
  last_seen: number;
  temperature: string | null;
  step: string | null;
  timeline: string | null;
  source: string | null;
  budget: number | null;
  stalled: boolean;
  outcome: string | null;
  revenue: number;
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

function referenceOf(events: readonly BotEvent[]): Reference[] {
  const within = events.filter(({ time, contact_id }) => contact_id && time >= FROM && time < NOON);
  return [...Map.groupBy(within, ({ contact_id }) => contact_id ?? "")].map(([contact_id, own]) => {
    const sorted = own.toSorted((one, other) => one.time - other.time || one.received_at - other.received_at);
    const known: Reference = {
      contact_id,
      last_seen: sorted.at(-1)?.time ?? 0,
      temperature: null,
      step: null,
      timeline: null,
      source: null,
      budget: null,
      stalled: false,
      outcome: null,
      revenue: 0,
    };
    for (const { type, data = {}, value } of sorted) {
      if (type === "deal_closed") known.revenue += Number(value);
      if (type === "lead_created") {
        Object.assign(known, { step: "new", outcome: "open" });
        known.timeline = text(data.timeline) ?? known.timeline;
        known.source = text(data.source) ?? known.source;
        known.budget = typeof data.budget === "number" ? data.budget : known.budget;
      }
      if (type === "lead_temperature_changed") known.temperature = text(data.to) ?? known.temperature;
      if (type === "jorge_qualification_progress") {
        known.temperature = text(data.seller_temperature) ?? known.temperature;
        Object.assign(known, { step: `q${Number(data.current_question) + 1}`, outcome: "open" });
        known.stalled = data.stall_detected === true;
      }
      if (type === "lead_stage_changed") known.step = text(data.to);
      if (["lead_qualified", "lead_converted", "lead_lost"].includes(type)) {
        known.step = type.slice(5);
        known.stalled = false;
        if (type !== "lead_qualified") known.outcome = type.slice(5);
      }
    }
    return known;
  });
}

const TABS: Readonly<Record<ContactTab, (known: Reference) => boolean>> = {
  all: () => true,
  open: ({ outcome }) => outcome === "open",
  hot: ({ temperature, outcome }) => temperature === "hot" && (outcome ?? "open") === "open",
  stalled: ({ stalled, outcome }) => stalled && (outcome ?? "open") === "open",
  qualified: ({ step }) => step === "qualified",
  quiet: ({ last_seen, outcome }) => last_seen < NOON - 7 * DAY_US && (outcome ?? "open") === "open",
  converted: ({ outcome }) => outcome === "converted",
};

function fits(known: Reference, choice: ContactChoice): boolean {
  const among = (value: string | null, wanted: readonly (string | null)[] | null) =>
    wanted === null || wanted.includes(value);
  const { budget } = choice;
  const rich =
    budget === null ||
    (budget === "none"
      ? known.budget === null
      : known.budget !== null && known.budget >= (budget.min ?? 0) && known.budget < (budget.max ?? Infinity));
  return (
    rich &&
    among(known.temperature, choice.temperature) &&
    among(known.step, choice.step) &&
    among(known.timeline, choice.timeline) &&
    among(known.source, choice.source)
  );
}

const maybe = (...values: readonly string[]) => fc.constantFrom(...values, null);
const data: Readonly<Record<string, fc.Arbitrary<Record<string, unknown>>>> = {
  lead_created: fc.record({
    source: maybe("ads", "portal"),
    timeline: maybe("soon", "later", ""),
    budget: fc.constantFrom(null, 100, 200, 300),
  }),
  lead_temperature_changed: fc.record({ to: fc.constantFrom("hot", "warm", "cold") }),
  jorge_qualification_progress: fc.record({
    current_question: fc.integer({ min: 0, max: 3 }),
    questions_answered: fc.integer({ min: 0, max: 4 }),
    seller_temperature: maybe("hot", "cold"),
    stall_detected: fc.boolean(),
  }),
  lead_stage_changed: fc.record({ to: fc.constantFrom("contacted", "viewing") }),
  lead_qualified: fc.constant({}),
  lead_converted: fc.constant({}),
  lead_lost: fc.constant({ reason: "gone" }),
  call_completed: fc.constant({}),
};
const event = fc
  .record({
    type: fc.constantFrom(...Object.keys(data)),
    contact: fc.integer({ min: 0, max: 5 }),
    day: fc.integer({ min: -3, max: 32 }),
  })
  .chain(({ type, contact, day }) =>
    (data[type] ?? fc.constant({})).map((data) => ({
      type,
      contact_id: `c${contact}`,
      time: NOON - day * DAY_US,
      data,
    })),
  );
const chosen: fc.Arbitrary<ContactChoice> = fc.record({
  tab: fc.constantFrom(...CONTACT_TABS),
  temperature: fc.constantFrom(null, null, ["hot"], ["hot", "cold"]),
  step: fc.constantFrom(null, null, ["q1"], ["new"], ["contacted"], [null]),
  timeline: fc.constantFrom(null, null, ["soon"], [null]),
  source: fc.constantFrom(null, null, ["ads"], [null]),
  budget: fc.constantFrom(null, null, "none" as const, { min: 200, max: null }, { min: 100, max: 200 }),
});

const idsOf = ({ contacts }: ContactTable): string[] => contacts.map(({ contact_id }) => contact_id);

test("whatever is chosen, the contacts and every count are those of their own latest values", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 40 }), chosen, async (drawn, choice) => {
      // Two at one moment: the one received later is the latest.
      const { location_id, events } = await stored(
        drawn.map((one, at) => ({ ...one, received_at: one.time + at + 1 })),
      );
      const table = await contactTable(parts, asked(location_id, { choice, now: NOON + 90 * DAY_US }));
      const known = referenceOf(events);
      const others = known.filter((one) => fits(one, choice));
      const listed = others.filter(TABS[choice.tab]);
      expect(idsOf(table).toSorted()).toEqual(listed.map(({ contact_id }) => contact_id).toSorted());
      expect(table.total).toBe(listed.length);
      for (const tab of CONTACT_TABS) expect([tab, table.tabs[tab]]).toEqual([tab, others.filter(TABS[tab]).length]);
      for (const name of ["temperature", "step", "timeline", "source"] as const) {
        const left = known.filter((one) => fits(one, { ...choice, [name]: null }) && TABS[choice.tab](one));
        const counts = Map.groupBy(left, (one) => one[name]);
        expect(new Map(table.options[name].map(({ value, contacts }) => [value, contacts]))).toEqual(
          new Map([...counts].map(([value, own]) => [value, own.length])),
        );
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("each order puts those without a value last, whichever way, and pages hold each contact once", async () => {
  const lead = (contact_id: string, day: number, budget: number | null, value?: number): Partial<BotEvent>[] => [
    { type: "lead_created", contact_id, time: NOON - day * DAY_US, data: { budget } },
    ...(value === undefined
      ? []
      : [{ type: "deal_closed", contact_id, time: NOON - day * DAY_US, value: String(value), currency: "USD" }]),
  ];
  const { location_id } = await stored([
    ...lead("a", 4, 300),
    ...lead("b", 3, null, 10),
    ...lead("c", 2, 100, 30),
    ...lead("d", 1, 200),
  ]);
  const ordered = async (more: Partial<ContactTableAsked>) =>
    idsOf(await contactTable(parts, asked(location_id, more)));
  expect(await ordered({})).toEqual(["d", "c", "b", "a"]);
  expect(await ordered({ sort: "budget" })).toEqual(["a", "d", "c", "b"]);
  expect(await ordered({ sort: "budget", ascending: true })).toEqual(["c", "d", "a", "b"]);
  expect(await ordered({ sort: "revenue" })).toEqual(["c", "b", "d", "a"]);
  const chance = { method: "added_points", probability: null, points: 5, level: "low" } as const;
  const chances = new Map([
    ["b", chance],
    ["d", chance],
  ]);
  expect(await ordered({ sort: "conversion", chances })).toEqual(["b", "d", "c", "a"]);
  const first = await contactTable(parts, asked(location_id, { limit: 3 }));
  const second = await contactTable(parts, asked(location_id, { limit: 3, after: first.next }));
  expect([idsOf(first), idsOf(second), second.next]).toEqual([["d", "c", "b"], ["a"], null]);
});

test("a search finds parts of ids and of names, names only for those who may see them", async () => {
  const { location_id } = await stored([
    { type: "lead_created", contact_id: "lead-77", data: { name: "Dana Hill" }, time: NOON - DAY_US },
    { type: "lead_created", contact_id: "dana@example.com", time: NOON - DAY_US },
  ]);
  const found = async (search: string, personal: boolean) =>
    idsOf(await contactTable(parts, asked(location_id, { search, personal }))).toSorted();
  expect(await found("DANA", true)).toEqual(["dana@example.com", "lead-77"]);
  expect(await found("dana", false)).toEqual([]);
  expect(await found("d-7", false)).toEqual(["lead-77"]);
});
