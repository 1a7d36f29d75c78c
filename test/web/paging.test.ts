/** Lists that are read page by page while events go on arriving. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Running, running } from "../support/appliance.ts";
import { seeded } from "../support/random.ts";

let world: Running;
let key: string;
const known = new Set<string>();
const heard = new Map<string, string>();
const random = seeded(7);
const start = Date.now() - 3_600_000;

/** Many of one moment, many days old, in no order: as an import sends them. */
function some(prefix: string, count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, n) => {
    const time = new Date(start - Math.floor(random() * 40) * 43_200_000).toISOString();
    return {
      id: `${prefix}-${n}`,
      type: "lead_created",
      location_id: "main",
      contact_id: `c-${Math.floor(random() * 150)}`,
      time,
    };
  });
}

beforeAll(async () => {
  world = await running();
  const events = some("first", 1_500);
  for (const { id, contact_id, time } of events) {
    known.add(String(id));
    const before = heard.get(String(contact_id)) ?? "";
    if (String(time) > before) heard.set(String(contact_id), String(time));
  }
  await world.post(events);
  key = world.key(["read", "export"]);
});
afterAll(() => world.stop());

async function pages<Item>(path: string, list: string, meanwhile: (page: number) => Promise<void>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor = "";
  for (let page = 0; page < 200; page++) {
    const response = await world.ask(`${path}${cursor === "" ? "" : `&cursor=${cursor}`}`, key);
    expect(response.status).toBe(200);
    const body = JSON.parse(await response.text());
    items.push(...body[list]);
    if (body.next_cursor === null) return items;
    cursor = body.next_cursor;
    await meanwhile(page);
  }
  throw new Error("the list has no end");
}

test("every event is on exactly one page while others are posted", async () => {
  const found = await pages<{ id: string; time: string }>(
    "/api/bi/events?location_id=main&limit=70",
    "events",
    (page) => world.post(some(`later-${page}`, 40)),
  );
  const ids = found.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => known.has(id)).length).toBe(known.size);
  const times = found.map(({ time }) => Date.parse(time));
  expect(times).toEqual(times.toSorted((one, other) => other - one));
}, 30_000);

test("every contact is on exactly one page while they are heard of anew", async () => {
  heard.clear();
  const all = await pages<{ contact_id: string; time: string }>(
    "/api/bi/events?location_id=main&limit=1000",
    "events",
    async () => {},
  );
  for (const { contact_id, time } of all) if (time > (heard.get(contact_id) ?? "")) heard.set(contact_id, time);
  const now = new Date().toISOString();
  const found = await pages<{ contact_id: string; last_seen: string }>(
    "/api/bi/contacts?location_id=main&limit=7",
    "contacts",
    (page) =>
      world.post([
        {
          id: `again-${page}`,
          type: "lead_scored",
          data: { score: 1 },
          location_id: "main",
          contact_id: `c-${page * 5}`,
          time: now,
        },
      ]),
  );
  const ids = found.map(({ contact_id }) => contact_id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual([...heard.keys()].toSorted());
}, 30_000);
