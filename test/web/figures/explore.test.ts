import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Role } from "../../../src/control/types.ts";
import { EXPLORE } from "../../../src/web/figures/explore.ts";
import { cleanUp } from "../../store/fixture.ts";
import { type Explored, explored } from "../../support/explored.ts";

// Dozens of questions each, on a machine that may be busy.
setDefaultTimeout(60_000);

let world: Explored;
const cookies: Record<string, string> = {};

beforeAll(async () => {
  world = await explored();
  const { control, clock } = world.web;
  const person = async (name: string, role: Role, locations: readonly string[] | null) => {
    const user = await control.addUser({ email: `${name}@example.com`, name, password: null, role, locations });
    cookies[name] = `bellwether=${control.openSession(user.user_id, false, clock.now).token}`;
  };
  await world.web.signIn();
  await person("analyst", "analyst", null);
  await person("viewer", "viewer", null);
  await person("southern", "analyst", ["south"]);
});
afterAll(cleanUp);

async function page(path: string, as = "analyst"): Promise<{ status: number; text: string }> {
  const answer = await world.web.send(path, { headers: { cookie: cookies[as] ?? "" } });
  return { status: answer.status, text: await answer.text() };
}

/** Words as they are read: no tags, one blank. */
const words = (text: string): string => text.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");

/** The form's token of a person. */
async function csrfOf(as: string): Promise<string> {
  return /name="csrf" value="([^"]+)"/.exec((await page("/explore", as)).text)?.[1] ?? "";
}

describe("/explore", () => {
  test("shows a figure by a dimension, with totals, and each part leads deeper", async () => {
    const { status, text } = await page("/explore?kpi=revenue&by=bot_id&location_id=north");
    expect(status).toBe(200);
    expect(words(text)).toContain("Revenue by bot");
    expect(words(text)).toContain("Total, 2 parts");
    expect(text).toContain('title="$500,000.50"');
    expect(text).toContain(
      'href="/explore?location_id=north&amp;filter=bot_id%3Aeq%3Aseller-bot&amp;by=location_id&amp;kpi=revenue"',
    );
  });

  test("shows the events behind a point, with all that was sent, and the way to more of them", async () => {
    const { text } = await page("/explore?kpi=leads&by=data.source&location_id=north&open=events&segment=eq:ads");
    expect(words(text)).toContain("Leads 1 · 1 raw event");
    expect(text).toContain('<span class="s">&quot;dana@example.com&quot;</span>');
    expect(text).toContain("/api/export/events?");
    const day = await page("/explore?kpi=revenue&location_id=north&open=2026-11-14T05:00:00Z");
    expect(words(day.text)).toContain("Revenue $450,000 · 1 raw event");
    expect((await page("/explore?kpi=revenue&open=2020-01-01T00:00:00Z")).text).toContain(
      "This point is not shown any more",
    );
  });

  test("pages events by a plain link", async () => {
    const many = await page("/explore?kpi=events&location_id=north&open=events");
    expect(many.text).not.toContain("Show more");
    const own = { kpi: "events", open: "events", cursor: "nonsense" };
    expect((await page(`/explore?${new URLSearchParams(own)}`)).status).toBe(422);
  });

  test("says why a number is what it is", async () => {
    const { text } = await page("/explore?kpi=conversion_rate&open=definition");
    const said = words(text);
    for (const part of [
      "Why this number",
      "Leads converted for each lead created.",
      "Events behind it",
      "WITH b0",
      "Exact",
    ])
      expect(said).toContain(part);
  });

  test("takes a field that somebody typed, and says what is wrong with what makes no sense", async () => {
    expect(words((await page("/explore?kpi=leads&by=data.budget")).text)).toContain("Leads by budget");
    const wrong = [
      "kpi=nothing",
      "by=value",
      "grain=decade",
      "kind=pie",
      "open=soon",
      "order=value",
      "segment=eq:ads&by=&open=x",
    ];
    for (const query of wrong)
      expect({ query, status: (await page(`/explore?${query}`)).status }).toEqual({ query, status: 422 });
  });

  test("shows a viewer nothing personal: not in keys, not in events, not by splitting", async () => {
    const { text } = await page("/explore?kpi=leads&by=contact_id&open=events", "viewer");
    expect(text).not.toContain("dana@example.com");
    expect(text).not.toContain("&quot;Dana&quot;");
    expect(text).toContain("•••");
    expect(text).not.toContain("/api/export/");
    expect((await page("/explore?kpi=leads&by=data.name", "viewer")).status).toBe(403);
    expect((await page("/explore?kpi=leads&filter=data.email:contains:x", "viewer")).status).toBe(403);
  });

  test("shows one who sees the south nothing of the north, on the page and in what is pushed", async () => {
    const address = "?kpi=revenue&by=location_id&open=events";
    const { text } = await page(`/explore${address}`, "southern");
    expect(text).not.toMatch(/north|450,000|seller-bot/);
    expect(words(text)).toContain("€16");
    expect((await page("/explore?location_id=north", "southern")).status).toBe(403);
    const { parts } = world.web;
    const pushed = async (as: string): Promise<{ key: string; text: string }> => {
      const request = new Request(`http://localhost/live${address}&view=explore`, {
        headers: { cookie: cookies[as] ?? "" },
      });
      const { requireCaller } = await import("../../../src/web/access.ts");
      const view = EXPLORE.moving(parts, requireCaller(parts, request, "read"), request);
      return { key: view.key, text: (await view.fragments()).join("") };
    };
    const [southern, analyst, viewer] = await Promise.all(["southern", "analyst", "viewer"].map(pushed));
    expect(southern?.text).not.toMatch(/north|450,000/);
    expect(analyst?.text).toMatch(/north/);
    expect(new Set([southern?.key, analyst?.key, viewer?.key]).size).toBe(3);
  });

  test("keeps no answer of one for another: the analyst's keys do not come out of the cache for a viewer", async () => {
    const address = "/explore?kpi=leads&by=contact_id";
    expect((await page(address)).text).toContain("dana@example.com");
    expect((await page(address, "viewer")).text).not.toContain("dana@example.com");
    expect((await page(address, "southern")).text).not.toContain("dana@example.com");
  });
});

describe("/revenue", () => {
  test("shows what came in, tells currencies apart, and each row leads to Explore", async () => {
    const { status, text } = await page("/revenue?location_id=north");
    expect(status).toBe(200);
    const said = words(text);
    for (const part of ["What moved it", "By bot", "By source", "Largest deals", "Revenue of the month", "$450,000"])
      expect(said).toContain(part);
    expect(text).toContain(
      'href="/explore?location_id=north&amp;filter=bot_id%3Aeq%3Aseller-bot&amp;by=type&amp;kpi=revenue"',
    );
    const both = await page("/revenue?currency=EUR");
    expect(both.text).toContain('aria-label="Currency"');
    expect(words(both.text)).toContain("€16");
    expect((await page("/revenue?measure=profit")).status).toBe(422);
  });

  test("leaks neither a location nor a name", async () => {
    expect((await page("/revenue", "southern")).text).not.toMatch(/north|450,000|dana/);
    expect((await page("/revenue", "viewer")).text).not.toContain("dana@example.com");
    expect((await page("/revenue", "analyst")).text).toContain("dana@example.com");
  });
});

describe("saved views", () => {
  test("are kept from the page, stand as tabs for those who may see them, and are taken away", async () => {
    const query = "?location_id=north&by=data.source&kpi=leads&open=events";
    const fields = { name: "Northern leads", path: "/explore", query, shared: "true", csrf: await csrfOf("analyst") };
    const saved = await world.web.submit("/saved-views", fields, { headers: { cookie: cookies.analyst ?? "" } });
    expect([saved.status, saved.headers.get("location")]).toEqual([
      303,
      "/explore?location_id=north&by=data.source&kpi=leads",
    ]);
    const tab = (text: string) => /<a [^>]*>Northern leads<\/a>/.exec(text)?.[0] ?? null;
    expect(tab((await page("/explore?location_id=north&by=data.source&kpi=leads")).text)).toContain("aria-current");
    expect(tab((await page("/explore", "viewer")).text)).toContain("Shared by analyst");
    expect(tab((await page("/explore", "southern")).text)).toBeNull();
    const [view] = world.web.control.savedViewsOf("");
    const { text } = await page(`/explore?${view?.query}`);
    const action = /action="(\/saved-views\/[^"]+\/removal)"/.exec(text)?.[1] ?? "";
    const gone = await world.web.submit(
      action,
      { csrf: fields.csrf, path: "/explore", query: "" },
      { headers: { cookie: cookies.analyst ?? "" } },
    );
    expect([gone.status, world.web.control.savedViewsOf("")]).toEqual([303, []]);
  });

  test("have routes of their own, and nobody removes what is another's", async () => {
    const made = await world.ask("POST", "/api/saved-views", {
      body: { name: "Mine", query: "kpi=leads&cursor=x&by=" },
    });
    expect(made).toMatchObject({
      status: 201,
      body: { query: "kpi=leads", path: "/explore", shared: false, removable: true },
    });
    const id = String(made.body.saved_view_id);
    expect((await world.ask("GET", "/api/saved-views", { as: "south" })).body).toEqual({ saved_views: [] });
    const remove = (key: string) =>
      world.web.send(`/api/saved-views/${id}`, { method: "DELETE", headers: { authorization: `Bearer ${key}` } });
    expect((await remove(world.web.key("read", "export"))).status).toBe(404);
    expect(world.web.control.savedView(id)?.name).toBe("Mine");
    expect(
      (await world.ask("POST", "/api/saved-views", { body: { name: "No", query: "timeframe=never" } })).status,
    ).toBe(422);
    expect((await world.ask("POST", "/api/saved-views", { body: { name: "No" }, as: "viewer" })).status).toBe(403);
  });
});
