/** The pages of leads, funnels and retention over a small world of two locations; and contacts chosen through the API. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { meanRetention } from "../../src/report/retention-page.ts";
import { cleanUp } from "../store/fixture.ts";
import { type Explored, explored } from "../support/explored.ts";

let world: Explored;
beforeAll(async () => {
  world = await explored();
});
afterAll(cleanUp);

type Listed = { contact_id: string; name: string | null; step: string | null; chance?: object | null }[];

async function contacts(query: string, as = "analyst") {
  const { status, body } = await world.ask("GET", "/api/bi/contacts", { path: `/api/bi/contacts${query}`, as });
  return { status, body, list: (body.contacts ?? []) as Listed };
}

/** A page as text, as a person sees it: analysts may see what is personal, viewers may not. */
async function page(
  path: string,
  as: "analyst" | "south" | "viewer" = "analyst",
): Promise<{ status: number; text: string }> {
  const { control, send, clock } = world.web;
  const email = `${as}@example.com`;
  const user =
    control.users().find((one) => one.email === email) ??
    (await control.addUser({
      email,
      name: as,
      password: null,
      role: as === "viewer" ? "viewer" : "analyst",
      locations: as === "south" ? ["south"] : null,
    }));
  const { token } = control.openSession(user.user_id, false, clock.now);
  const headers = { cookie: `bellwether=${token}`, accept: "text/html" };
  const first = await send(path, { headers });
  // The first page after a sign-in goes on to what was looked at last.
  const response = first.status === 303 ? await send(first.headers.get("location") ?? "", { headers }) : first;
  return { status: response.status, text: await response.text() };
}

describe("GET /api/bi/contacts, chosen", () => {
  test("narrows by the contact's own latest values, counts and sorts", async () => {
    const { list, body } = await contacts("?location_id=north&step=qualified&source=ads&budget=..100");
    expect(list.map(({ contact_id }) => contact_id)).toEqual(["dana@example.com"]);
    expect(body.total).toBe(1);
    const rich = await contacts("?location_id=north&sort=revenue");
    expect(rich.list.map(({ contact_id }) => contact_id)).toEqual(["dana@example.com", "contact-2", "+14155550100"]);
    const called = await contacts("?location_id=north&sort=conversion");
    expect(called.list[0]).toMatchObject({
      contact_id: "dana@example.com",
      chance: { method: "added_points", probability: null },
    });
  });

  test("pages, and refuses a cursor of another list", async () => {
    const first = await contacts("?location_id=north&sort=revenue&limit=2");
    const second = await contacts(`?location_id=north&sort=revenue&limit=2&cursor=${first.body.next_cursor}`);
    expect([...first.list, ...second.list].length).toBe(3);
    expect((await contacts(`?location_id=north&cursor=${first.body.next_cursor}`)).status).toBe(422);
  });

  test("is masked for those without the right, whatever they choose", async () => {
    const { list } = await contacts("?location_id=north&tab=open", "viewer");
    expect(list.find(({ step }) => step === "qualified")).toMatchObject({ contact_id: "d•••@•••", name: "•••" });
    expect((await contacts("?search=dana&tab=all", "viewer")).list).toEqual([]);
  });

  test("tells nothing of other locations", async () => {
    const { list, body } = await contacts("?tab=all", "south");
    expect(list.map(({ contact_id }) => contact_id).toSorted()).toEqual(["contact-2", "theirs"]);
    expect(list.find(({ contact_id }) => contact_id === "contact-2")).toMatchObject({ step: null, source: null });
    expect(body.total).toBe(2);
  });

  for (const [name, query] of [
    ["a tab that is none", "?tab=rich"],
    ["a budget that is none", "?budget=much"],
    ["a temperature that is none", "?temperature=tepid"],
  ])
    test(`refuses ${name}`, async () => {
      expect((await contacts(query ?? "")).status).toBe(422);
    });
});

describe("/leads", () => {
  test("lists contacts by name, and opens one beside the table", async () => {
    const { status, text } = await page("/leads?location_id=north&open=dana%40example.com");
    expect(status).toBe(200);
    expect(text).toContain('aria-label="Lead: Dana"');
    expect(text).toContain("New lead by ads");
    expect(text).toContain('class="is-selected"');
  });

  test("each tab says how many contacts it shows", async () => {
    const { text } = await page("/leads?location_id=north");
    const tabs = [...text.matchAll(/tab=(\w+)[^>]*>[^<]*<span class="count">(\d+)</g)].map(([, tab, count]) => [
      tab,
      count,
    ]);
    expect(tabs.length).toBeGreaterThan(0);
    for (const [tab, count] of tabs) {
      const shown = (await page(`/leads?location_id=north&tab=${tab}`)).text;
      expect([tab, [...shown.matchAll(/class="lead-link/g)].length]).toEqual([tab, Number(count)]);
    }
  });

  test("masks names and ids, which then lead nowhere", async () => {
    const { text } = await page("/leads?location_id=north", "viewer");
    for (const secret of ["Dana", "dana", "4155550100"]) expect(text).not.toContain(secret);
    expect(text).toContain("contact-2");
    expect([...text.matchAll(/class="lead-link/g)].length).toBe(1);
  });

  test("shows of a contact in two places only what its asker may see", async () => {
    const { text } = await page("/leads?open=contact-2", "south");
    expect(text).toContain('aria-label="Lead: contact-2"');
    for (const secret of ["50,000", "50000", "lead-bot", "Lead bot", "x@example", "north"])
      expect(text).not.toContain(secret);
  });

  test("a contact of elsewhere is not there", async () => {
    const { status, text } = await page("/leads?open=dana%40example.com", "south");
    expect(status).toBe(200);
    expect(text).toContain("There is no such contact");
    expect(text).not.toContain("Dana");
  });
});

describe("/leads/:contact_id", () => {
  test("tells the whole life, and narrows the timeline", async () => {
    const { text } = await page("/leads/dana%40example.com?timeframe=24h");
    expect(text).toContain("6 events since");
    expect(text).toContain("Closed a deal");
    const narrowed = (await page("/leads/dana%40example.com?type=lead_created")).text;
    expect(narrowed).toContain("New lead by ads");
    expect(narrowed).not.toContain("Closed a deal");
  });

  test("is not found where nothing may be seen of it, with a way back", async () => {
    for (const [path, as] of [
      ["/leads/nobody", "analyst"],
      ["/leads/dana%40example.com", "south"],
    ] as const) {
      const { status, text } = await page(path, as);
      expect(status).toBe(404);
      expect(text).toContain('href="/leads"');
      expect(text).not.toContain("Dana");
    }
  });

  test("is masked for those without the right", async () => {
    const { status, text } = await page("/leads/dana%40example.com", "viewer");
    expect(status).toBe(200);
    expect(text).not.toContain("Dana");
    expect(text).toContain("d•••@•••");
  });
});

describe("/funnels", () => {
  test("shows how far contacts came, and says which step cannot be asked", async () => {
    const { text } = await page("/funnels?location_id=north&steps=lead_created%3Edeal_closed");
    expect(text).toContain("Of previous");
    expect(text).toMatch(/<b>2<\/b>[\s\S]*100%/);
    const wrong = await page("/funnels?steps=lead_created%7Cvalue%3Agt%3Aabc%3Edeal_closed");
    expect(wrong.text).toContain("Step 1 cannot be asked like this");
  });

  test("refuses conditions on what is personal to those who may not see it", async () => {
    expect((await page("/funnels?steps=lead_created%7Cdata.name%3Aeq%3ADana%3Edeal_closed", "viewer")).status).toBe(
      403,
    );
  });

  test("the form leads to the address that says the same", async () => {
    const { key, send } = world.web;
    const form = new URLSearchParams({
      "type.0": "lead_created",
      "filter.0": "data.source:eq:ads",
      "field.0": "Budget",
      "op.0": "at_least",
      "value.0": "5",
      "type.1": " deal_closed ",
      window_count: "12",
      window_unit: "h",
      by: "contact_id",
      ordered: "false",
      timeframe: "90d",
    });
    const response = await send(`/funnels/steps?${form}`, { headers: { authorization: `Bearer ${key("read")}` } });
    expect(response.status).toBe(303);
    const to = new URL(response.headers.get("location") ?? "", "http://x");
    expect(to.pathname).toBe("/funnels");
    expect(Object.fromEntries(to.searchParams)).toEqual({
      timeframe: "90d",
      ordered: "false",
      window: "12h",
      steps: "lead_created|data.source:eq:ads|data.budget:gte:5>deal_closed",
    });
  });
});

describe("/retention", () => {
  test("shows cohorts, and periods that have not begun as missing", async () => {
    const { status, text } = await page(
      "/retention?location_id=north&birth=lead_created&return=deal_closed&grain=week",
    );
    expect(status).toBe(200);
    expect(text).toContain("cohort-none");
    expect(text).toContain("Average");
  });

  test("the average weighs by size, and leaves out what is still running", () => {
    const cohorts = [
      { size: 10, counts: [10, 5, 1] },
      { size: 30, counts: [30, 3] },
      { size: 5, counts: [5] },
    ];
    expect(meanRetention(cohorts, true)).toEqual([1, 0.5, null]);
    expect(meanRetention(cohorts, false)).toEqual([1, 8 / 40, 0.1]);
  });
});
