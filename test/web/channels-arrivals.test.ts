/** What channels tell of events, against a real store in which events come, go and come in crowds. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Arrivals, createArrivals } from "../../src/report/channels/arrivals.ts";
import { type Served, serveAppliance } from "../support/browser.ts";

let served: Served;
let arrivals: Arrivals;

beforeAll(async () => {
  served = await serveAppliance();
  arrivals = createArrivals(served.appliance.parts.store);
});
afterAll(() => served.stop());

const lead = (location_id: string, contact_id: string) => ({ type: "lead_created", location_id, contact_id });
const contacts = (events: readonly { text(personal: boolean): string }[]) =>
  events.map((event) => Object(JSON.parse(event.text(true))).contact_id);

test("each reader is told once what came since, of its own location", async () => {
  const [here, there] = [arrivals.reader("here"), arrivals.reader("there")];
  expect(await here.next()).toEqual({ events: [], skipped: 0, lost: false });
  await there.next();
  await served.post([lead("here", "a"), lead("there", "b"), lead("here", "c")]);
  expect(contacts((await here.next()).events)).toEqual(["a", "c"]);
  expect(contacts((await there.next()).events)).toEqual(["b"]);
  expect((await here.next()).events).toEqual([]);
  await served.post([lead("here", "d")]);
  await served.post([lead("here", "e")]);
  expect(contacts((await here.next()).events)).toEqual(["d", "e"]);
  expect(contacts(here.recent())).toEqual(["e", "d", "c", "a"]);
  here.close();
  there.close();
});

test("a repeated event is not told again", async () => {
  const reader = arrivals.reader("here");
  await reader.next();
  const event = { ...lead("here", "once"), id: "once" };
  await served.post([event]);
  await served.post([event]);
  expect(contacts((await reader.next()).events)).toEqual(["once"]);
  reader.close();
});

test("a crowd is told in part, and how many were left out", async () => {
  const reader = arrivals.reader("crowded");
  await reader.next();
  await served.post(Array.from({ length: 250 }, (_, index) => lead("crowded", `crowd-${index}`)));
  const { events, skipped } = await reader.next();
  expect([events.length, skipped]).toEqual([100, 150]);
  expect(contacts(events).at(-1)).toBe("crowd-249");
  reader.close();
});

test("readers of one location share what is read", async () => {
  let reads = 0;
  const { store } = served.appliance.parts;
  const counting = createArrivals({
    ...store,
    get state() {
      return store.state;
    },
    rows(sql, params, signal) {
      reads++;
      return store.rows(sql, params, signal);
    },
  });
  const readers = Array.from({ length: 20 }, () => counting.reader("here"));
  await Promise.all(readers.map((reader) => reader.next()));
  await served.post([lead("here", "shared")]);
  const before = reads;
  const told = await Promise.all(readers.map((reader) => reader.next()));
  expect(told.every(({ events }) => contacts(events)[0] === "shared")).toBe(true);
  expect(reads - before).toBe(1);
});

test("whoever listens starts afresh when events were taken away, and hears of them no more", async () => {
  const [gone, stays] = [arrivals.reader("gone"), arrivals.reader("stays")];
  await Promise.all([gone.next(), stays.next()]);
  await served.post([lead("gone", "secret"), lead("stays", "kept")]);
  await Promise.all([gone.next(), stays.next()]);
  await served.appliance.parts.ingest.removeLocation("gone");
  await served.post([lead("stays", "later")]);
  expect((await gone.next()).lost).toBe(true);
  expect((await stays.next()).lost).toBe(true);
  expect(gone.recent()).toEqual([]);
  expect(contacts(stays.recent())).toEqual(["later", "kept"]);
  await served.post([lead("stays", "after")]);
  expect(contacts((await stays.next()).events)).toEqual(["after"]);
  gone.close();
  stays.close();
});

test("a long event is told without its data", async () => {
  const reader = arrivals.reader("here");
  await reader.next();
  await served.post([{ ...lead("here", "long"), data: { note: "x".repeat(5_000) } }]);
  const [event] = (await reader.next()).events;
  expect(JSON.parse(event?.text(true) ?? "")).toMatchObject({ contact_id: "long", data: {}, cut: true });
  reader.close();
});
