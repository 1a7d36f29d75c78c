import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cleanUp, eventOf } from "../store/fixture.ts";
import { type Explored, explored, idsOf } from "../support/explored.ts";
import { START } from "./access_world.ts";

let world: Explored;
beforeAll(async () => {
  world = await explored();
});
afterAll(cleanUp);

const ask: Explored["ask"] = (...given) => world.ask(...given);
const events = (query = "", as = "analyst") => ask("GET", "/api/bi/events", { path: `/api/bi/events${query}`, as });
const contacts = (query = "", as = "analyst") =>
  ask("GET", "/api/bi/contacts", { path: `/api/bi/contacts${query}`, as });
const contact = (id: string, query = "", as = "analyst") =>
  ask("GET", "/api/bi/contacts/:contact_id", { path: `/api/bi/contacts/${encodeURIComponent(id)}${query}`, as });

describe("GET /api/bi/events", () => {
  test("answers whole events, newest first", async () => {
    const { body } = await events("?location_id=north&limit=3");
    expect(body.events).toEqual([
      {
        id: "n10",
        type: "ai_activity",
        time: "2026-11-17T11:06:40Z",
        location_id: "north",
        bot_id: "luna",
        contact_id: "+14155550100",
        conversation_id: null,
        value: null,
        currency: null,
        duration_ms: null,
        success: null,
        data: { activity_type: "call", customer: "Jo" },
        received_at: "2026-11-17T11:06:40.001Z",
      },
      expect.objectContaining({ id: "n8", value: "50000.50", currency: "USD" }),
      expect.objectContaining({ id: "n7", data: { source: "site", email: "x@example.com" } }),
    ]);
    expect(body.next_cursor).toBeString();
  });

  test("goes on where the page before ended, also after time has passed", async () => {
    const first = await events("?location_id=north&limit=4");
    world.web.clock.now += 20 * 60_000_000;
    const second = await events(`?location_id=north&limit=4&cursor=${first.body.next_cursor}`);
    const third = await events(`?location_id=north&limit=4&cursor=${second.body.next_cursor}`);
    world.web.clock.now = START;
    expect([first, second, third].flatMap(idsOf)).toEqual(["n10", "n8", "n7", "n6", "n5", "n4", "n3", "n2", "n1"]);
    expect(third.body.next_cursor).toBeNull();
    expect(second.body.timeframe).toEqual(first.body.timeframe);
  });

  test("filters, and looks only where it was asked to", async () => {
    expect(idsOf(await events("?filter=type:eq:deal_closed&timeframe=90d"))).toEqual(["s1", "n8", "n6", "n9"]);
    expect(idsOf(await events("?filter=data.source:eq:ads"))).toEqual(["n1"]);
    expect(idsOf(await events("?timeframe=all", "south"))).toEqual(["s4", "s3", "s2", "s1"].toSorted(byPlace));
    expect(idsOf(await events("?from=2025-01-01T00:00:00Z&to=2025-01-02T00:00:00Z"))).toEqual([]);
  });

  test("masks what is personal for those without the right", async () => {
    const { body } = await events("?location_id=north&timeframe=30d", "viewer");
    const text = JSON.stringify(body.events);
    for (const secret of ["dana@", "Dana", "Jo", "+1415", "x@example"]) expect(text).not.toContain(secret);
    expect(body.events).toContainEqual(
      expect.objectContaining({ id: "n1", contact_id: "d•••@•••", data: { source: "ads", name: "•••", budget: 5 } }),
    );
  });

  const refused: readonly [string, string, string, number, string | null][] = [
    ["another location", "?location_id=north", "south", 403, null],
    ["a location that is none", "?location_id=west", "analyst", 404, null],
    ["a cursor that is none", "?cursor=abc", "analyst", 422, "cursor"],
    ["a cursor of nowhere", `?cursor=${Buffer.from("[5,1,0,0,0]").toString("base64url")}`, "analyst", 422, "cursor"],
    ["a limit beyond the most", "?limit=1001", "analyst", 422, "limit"],
    ["no limit", "?limit=0", "analyst", 422, "limit"],
    ["an unknown parameter", "?page=2", "analyst", 422, null],
    ["a filter on what is personal", "?filter=data.email:exists", "viewer", 403, "filter.0.field"],
    ["a search in a contact's id", "?filter=contact_id:contains:dana", "viewer", 403, "filter.0.field"],
    ["a number compared with text", "?filter=value:gt:abc", "analyst", 422, "filter.0.value"],
  ];
  for (const [name, query, as, status, field] of refused)
    test(`refuses ${name}`, async () => {
      const answer = await events(query, as);
      expect(answer.status).toBe(status);
      if (field !== null) expect(answer.body.errors?.[0]?.field).toBe(field);
    });
});

/** s3 and s4 are of the same moment: what decides is their fingerprint. */
function byPlace(one: string, other: string): number {
  if (one[1] !== "3" && one[1] !== "4") return 0;
  if (other[1] !== "3" && other[1] !== "4") return 0;
  const print = (id: string): number => eventOf({ id, location_id: "south" }).fingerprint;
  return print(other) - print(one);
}

describe("GET /api/bi/contacts", () => {
  test("lists them, last heard of first, with what is known of them", async () => {
    const { body } = await contacts("?location_id=north");
    expect(body.contacts).toEqual([
      expect.objectContaining({ contact_id: "+14155550100", events: 1, revenue: {}, temperature: null }),
      expect.objectContaining({ contact_id: "contact-2", events: 2, revenue: { USD: "50000.50" } }),
      {
        contact_id: "dana@example.com",
        name: "Dana",
        location_ids: ["north"],
        first_seen: "2026-11-09T11:06:40Z",
        last_seen: "2026-11-14T11:06:40Z",
        events: 6,
        conversations: 1,
        temperature: "hot",
        stage: "contacted",
        score: 82,
        step: "qualified",
        questions_answered: null,
        stalled: false,
        budget: "5",
        timeline: null,
        source: "ads",
        outcome: "open",
        revenue: { USD: "450000.00" },
      },
    ]);
  });

  test("pages, finds by a part of the id, and keeps currencies apart", async () => {
    const first = await contacts("?limit=2&timeframe=90d");
    const second = await contacts(`?limit=2&timeframe=90d&cursor=${first.body.next_cursor}`);
    const third = await contacts(`?limit=2&timeframe=90d&cursor=${second.body.next_cursor}`);
    const all = [first, second, third].flatMap(({ body }) =>
      (body.contacts as { contact_id: string }[]).map(({ contact_id }) => contact_id),
    );
    expect(all.slice(0, 1)).toEqual(["theirs"]);
    expect(all.toSorted()).toEqual(["+14155550100", "contact-2", "contact-3", "dana@example.com", "theirs"]);
    expect(third.body.next_cursor).toBeNull();
    const found = await contacts("?search=TACT-2");
    expect(found.body.contacts).toEqual([
      expect.objectContaining({
        contact_id: "contact-2",
        location_ids: ["north", "south"],
        revenue: { EUR: "7.00", USD: "50000.50" },
      }),
    ]);
  });

  test("a search without the right finds only what it may show", async () => {
    const found = async (query: string) => ((await contacts(query, "viewer")).body.contacts as unknown[]).length;
    expect([await found("?search=dana"), await found("?search=contact"), await found("?search=415")]).toEqual([
      0, 1, 0,
    ]);
    const { body } = await contacts("?location_id=north", "viewer");
    expect((body.contacts as { contact_id: string }[]).map(({ contact_id }) => contact_id)).toEqual([
      "•••",
      "contact-2",
      "d•••@•••",
    ]);
  });

  test("filters say who is listed, not what is known of them", async () => {
    const { body } = await contacts("?filter=temperature:eq:hot");
    expect(body.contacts).toEqual([expect.objectContaining({ contact_id: "dana@example.com", events: 6 })]);
  });
});

describe("GET /api/bi/contacts/{contact_id}", () => {
  test("tells a contact's whole life across bots", async () => {
    const answer = await contact("dana@example.com");
    expect(idsOf(answer)).toEqual(["n6", "n5", "n4", "n3", "n2", "n1"]);
    expect(answer.body.timeframe).toMatchObject({ name: "all" });
    expect(answer.body.summary).toMatchObject({
      events: 6,
      conversations: 1,
      temperature: "hot",
      stage: "contacted",
      score: 82,
      revenue: { USD: "450000.00" },
      by_bot: [
        { bot_id: "seller-bot", events: 2, last_seen: "2026-11-14T11:06:40Z" },
        { bot_id: "lead-bot", events: 1, last_seen: "2026-11-09T11:06:40Z" },
      ],
      by_location: [{ location_id: "north", events: 6, last_seen: "2026-11-14T11:06:40Z" }],
    });
  });

  test("pages, narrows by time and filters, and sums up all of it all the same", async () => {
    const first = await contact("dana@example.com", "?limit=4");
    const second = await contact("dana@example.com", `?limit=4&cursor=${first.body.next_cursor}`);
    expect([first, second].map(idsOf)).toEqual([
      ["n6", "n5", "n4", "n3"],
      ["n2", "n1"],
    ]);
    expect(second.body.next_cursor).toBeNull();
    const narrow = await contact("dana@example.com", "?filter=type:eq:lead_scored&timeframe=7d");
    expect(idsOf(narrow)).toEqual(["n4"]);
    expect(narrow.body.summary).toMatchObject({ events: 6 });
    expect(idsOf(await contact("dana@example.com", "?timeframe=24h"))).toEqual([]);
  });

  test("one id in two locations is one contact, as far as the caller sees", async () => {
    const both = await contact("contact-2");
    expect(both.body.summary).toMatchObject({ events: 3, revenue: { EUR: "7.00", USD: "50000.50" } });
    expect(idsOf(await contact("contact-2", "", "south"))).toEqual(["s1"]);
    expect(idsOf(await contact("contact-2", "?location_id=north"))).toEqual(["n8", "n7"]);
  });

  test("is masked for those without the right", async () => {
    const { body } = await contact("dana@example.com", "", "viewer");
    expect(body.contact_id).toBe("d•••@•••");
    expect(JSON.stringify(body)).not.toMatch(/dana|Dana/);
  });

  test("that nobody heard of, or that lives elsewhere, is not found", async () => {
    for (const [id, as] of [
      ["nobody", "analyst"],
      ["dana@example.com", "south"],
      ["a/b", "analyst"],
    ] as const)
      expect((await contact(id, "", as)).status).toBe(404);
    expect((await contact("dana@example.com", "?location_id=north", "south")).status).toBe(403);
  });
});
