import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { KPIS } from "../../src/catalogue/kpis.ts";
import type { Store } from "../../src/store/store.ts";
import { cleanUp, eventOf, groupOf, openTestStore } from "../store/fixture.ts";
import { START, type World, world } from "./access_world.ts";

const DAY = 86_400_000_000;
const PER_LEAD = `sum(value, type = "deal_closed") / count(type = "lead_created")`;

let store: Store;
let web: World;
const keys: Record<string, string> = {};

beforeAll(async () => {
  store = await openTestStore();
  const at = (days: number) => START - days * DAY;
  await store.apply(
    groupOf(store, [
      eventOf({ type: "deal_closed", location_id: "north", value: "450.5", currency: "USD", time: at(1) }),
      eventOf({ type: "lead_created", location_id: "north", contact_id: "a", time: at(1) }),
      eventOf({ type: "lead_created", location_id: "north", contact_id: "b", time: at(2) }),
      eventOf({ type: "lead_created", location_id: "south", contact_id: "c", time: at(2) }),
    ]),
  );
  web = world({}, { ask: store.ask, rows: store.rows });
  web.control.ensureLocation("north");
  web.control.ensureLocation("south");
  const key = (scopes: readonly ("read" | "export" | "admin")[], location_id: string | null) =>
    web.control.addKey({ name: "test", scopes, location_id }).key;
  keys.analyst = key(["read", "export"], null);
  keys.viewer = key(["read"], null);
  keys.north = key(["read", "export"], "north");
  keys.south = key(["read", "export"], "south");
});
afterAll(cleanUp);

const bodySchema = z.looseObject({
  errors: z.array(z.looseObject({ field: z.string().nullable(), code: z.string() })).default([]),
  kpis: z.unknown().optional(),
});

async function call(method: string, path: string, as: string, body?: unknown) {
  const headers = { authorization: `Bearer ${keys[as]}`, "content-type": "application/json" };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await web.send(`/api/bi${path}`, init);
  const text = await response.text();
  return { status: response.status, body: bodySchema.parse(text === "" ? {} : JSON.parse(text)), text };
}

const define = (as: string, given: Record<string, unknown>) =>
  call("POST", "/kpis", as, { key: "own", label: "Own", formula: "count()", ...given });

describe("a KPI that the team defines", () => {
  test("is made, used, changed, listed and taken away, and every version stays", async () => {
    const made = await define("analyst", { key: "per_lead", label: "Per lead", unit: "money", formula: PER_LEAD });
    expect([made.status, made.body]).toMatchObject([201, { key: "per_lead", version: 1, built_in: false }]);
    const figure = async () => (await call("GET", "/dashboard-kpis?keys=per_lead&location_id=north", "viewer")).body;
    expect(await figure()).toMatchObject({ kpis: { per_lead: { value: "225.25", currency: "USD", unit: "money" } } });

    const change = { label: "Per lead", unit: "money", better: "up", formula: `${PER_LEAD} * 2` };
    expect((await call("PUT", "/kpis/per_lead", "analyst", change)).body).toMatchObject({ version: 2 });
    // A cached answer of the old version would be a wrong one.
    expect(await figure()).toMatchObject({ kpis: { per_lead: { value: "450.50" } } });

    const query = { kpis: ["per_lead", "leads"], by: ["location_id"], location_id: "north" };
    expect((await call("POST", "/query", "viewer", query)).body).toMatchObject({ rows: [["north", "450.50", 2]] });
    const all = await call("GET", "/dashboard-kpis?include_trends=false", "viewer");
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(all.body.kpis))).toContain("per_lead");
    expect((await call("GET", "/kpis/per_lead", "viewer")).body).toMatchObject({ version: 2, better: "up" });

    expect((await call("DELETE", "/kpis/per_lead", "analyst")).status).toBe(204);
    expect((await call("GET", "/kpis/per_lead", "viewer")).status).toBe(404);
    expect((await call("GET", "/dashboard-kpis?keys=per_lead", "viewer")).status).toBe(422);
    expect((await call("GET", "/kpis/per_lead/versions", "viewer")).body).toMatchObject({
      versions: [
        { version: 3, removed: true, formula: null, changed_by: "test" },
        { version: 2, removed: false },
        { version: 1, removed: false, formula: PER_LEAD },
      ],
    });
    const audited = web.control.audits({ locations: null, limit: 3 });
    expect(audited.map(({ action, object }) => `${action} ${object}`)).toEqual([
      "kpi_removed per_lead",
      "kpi_changed per_lead",
      "kpi_added per_lead",
    ]);
  });

  test("of one location is used there, beats the one for all, and has its own target", async () => {
    await define("analyst", { key: "mix", formula: "count()" });
    await define("north", { key: "mix", location_id: "north", formula: "contacts()", better: "down" });
    web.control.setTarget({ kpi: "mix", location_id: "north", value: "3" });
    const kpis = async (query: string, as = "viewer") =>
      (await call("GET", `/dashboard-kpis?keys=mix&${query}`, as)).body;
    expect(await kpis("location_id=north")).toMatchObject({
      kpis: { mix: { value: 2, better: "down", target: 3, status: "on_target" } },
    });
    expect(await kpis("location_id=south")).toMatchObject({ kpis: { mix: { value: 1, target: null, status: null } } });
    expect(await kpis("")).toMatchObject({ kpis: { mix: { value: 4 } } });
    expect(await kpis("", "north")).toMatchObject({ kpis: { mix: { value: 2 } } });
    const listed = z.array(z.looseObject({ key: z.string(), location_id: z.string().nullable() }));
    const own = async (as: string) =>
      listed
        .parse((await call("GET", "/kpis?limit=1000", as)).body.kpis)
        .filter(({ key }) => key === "mix")
        .map(({ location_id }) => location_id);
    expect(await own("viewer")).toEqual([null, "north"]);
    expect(await own("south")).toEqual([null]);
  });

  test.each([
    ["a viewer", "viewer", {}, 403],
    ["for all by one of a single location", "north", {}, 403],
    ["for another location", "north", { location_id: "south" }, 403],
    ["for a location that is not", "analyst", { location_id: "nowhere" }, 404],
    ["under a built-in key", "analyst", { key: "revenue" }, 422],
    ["under a key with capitals", "analyst", { key: "Own" }, 422],
    ["under a column's name", "analyst", { key: "t" }, 422],
    ["without a label", "analyst", { label: " " }, 422],
    ["with an unknown unit", "analyst", { unit: "stones" }, 422],
    ["with a field that is none", "analyst", { colour: "red" }, 422],
    ["without a formula", "analyst", { formula: "" }, 422],
    ["with a formula too long", "analyst", { formula: "1+".repeat(3_000) }, 422],
    ["with brackets too deep", "analyst", { formula: `${"(".repeat(40)}1${")".repeat(40)}` }, 422],
    ["with too many aggregates", "analyst", { formula: Array.from({ length: 51 }, () => "count()").join("+") }, 422],
  ])("is refused %s", async (_, as, given, status) => {
    expect((await define(as, given)).status).toBe(status);
    expect(web.control.customKpis().filter(({ key }) => key === "own")).toEqual([]);
  });

  test("is not made twice, and one that is not there is neither changed nor removed", async () => {
    expect((await define("analyst", { key: "twice" })).status).toBe(201);
    expect((await define("analyst", { key: "twice" })).status).toBe(409);
    const change = { label: "X", formula: "count()" };
    expect((await call("PUT", "/kpis/thrice", "analyst", change)).status).toBe(404);
    expect((await call("DELETE", "/kpis/thrice", "analyst")).status).toBe(404);
    expect((await call("DELETE", "/kpis/revenue", "analyst")).status).toBe(404);
    expect((await call("GET", "/kpis/thrice/versions", "analyst")).status).toBe(404);
    expect((await call("DELETE", "/kpis/twice?location_id=south", "north")).status).toBe(403);
  });

  test("has a limit on how many there are of one location", async () => {
    for (let i = 0; i < 50; i++) await define("south", { key: `many_${i}`, location_id: "south" });
    expect((await define("south", { key: "one_more", location_id: "south" })).status).toBe(409);
    // All of them, those for all and the built-in ones fit into one answer.
    expect((await call("GET", "/dashboard-kpis?location_id=south&include_trends=false", "viewer")).status).toBe(200);
  });
});

test("the list is paged, and holds every built-in KPI", async () => {
  const found: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page = await call(
      "GET",
      `/kpis?limit=50${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
      "north",
    );
    const { kpis, next_cursor } = z
      .object({ kpis: z.array(z.looseObject({ key: z.string() })), next_cursor: z.string().nullable() })
      .parse(page.body);
    found.push(...kpis.map(({ key }) => key));
    cursor = next_cursor;
  }
  expect(found).toEqual([...found].sort());
  for (const { key } of KPIS) expect(found.filter((one) => one === key)).toEqual([key]);
});

describe("POST /api/bi/kpis/check", () => {
  test("answers how the formula was understood, and its value", async () => {
    const checked = await call("POST", "/kpis/check", "viewer", {
      formula: `(${PER_LEAD})`,
      unit: "money",
      location_id: "north",
    });
    expect([checked.status, checked.body]).toMatchObject([
      200,
      {
        formula: PER_LEAD,
        fields: ["type", "value"],
        types: ["deal_closed", "lead_created"],
        preview: { value: "225.25" },
      },
    ]);
  });

  test.each([
    ["sum(value, type = )", 18, "a text in double quotes"],
    ["nonsense()", 0, "one of count"],
    ["", 0, "a number, an aggregate"],
    [`count(type = "secret@example.com" or)`, 36, "a field"],
    ["1 + 2", 0, "an aggregate such as count()"],
  ])("of %p says where it is wrong, and not what was written", async (formula, position, expected) => {
    const { status, body, text } = await call("POST", "/kpis/check", "viewer", { formula });
    expect([status, body.errors[0]]).toMatchObject([
      422,
      {
        field: "formula",
        code: "formula_invalid",
        position,
        detail: expect.stringContaining(`At position ${position}: expected ${expected}`),
      },
    ]);
    expect(text).not.toContain("secret");
    expect(text).not.toContain("nonsense");
  });

  test("tells a viewer nothing personal", async () => {
    const formula = `count(data.phone contains "555")`;
    expect((await call("POST", "/kpis/check", "viewer", { formula })).status).toBe(403);
    expect((await call("POST", "/kpis/check", "analyst", { formula })).status).toBe(200);
  });

  test("of any text is answered or refused, never broken", async () => {
    const piece = fc.constantFrom(
      "count(",
      "sum(value",
      ")",
      ",",
      "type",
      "=",
      '"x"',
      "and",
      "not",
      "1",
      "-",
      "/",
      "(",
      "data.a",
      "contacts()",
      "1e308",
      "*",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(" ")),
        ),
        async (formula) => {
          const { status } = await call("POST", "/kpis/check", "analyst", { formula });
          expect([200, 422]).toContain(status);
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe("/settings/kpis", () => {
  test("lists, makes, checks, changes and removes without script", async () => {
    const { cookie, csrf } = await web.signIn();
    const init = { headers: { cookie } };
    const submit = (path: string, fields: Record<string, string>) => web.submit(path, { csrf, ...fields }, init);
    const page = async (path = "/settings/kpis") => (await web.send(path, init)).text();
    expect(await page()).toContain("New KPI");

    const fields = {
      key: "paged",
      label: "Paged <b>",
      formula: PER_LEAD,
      unit: "money",
      better: "",
      location_id: "north",
    };
    const checked = await submit("/settings/kpis", { ...fields, do: "check" });
    expect(await checked.text()).toContain("$225.25");
    const wrong = await submit("/settings/kpis", { ...fields, formula: "sum(value, type = )" });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain("At position 18: expected a text in double quotes");
    const taken = await submit("/settings/kpis", { ...fields, key: "revenue" });
    expect([taken.status, await taken.text()]).toEqual([422, expect.stringContaining("A built-in KPI has this key.")]);

    expect((await submit("/settings/kpis", { ...fields, do: "save" })).headers.get("location")).toBe(
      "/settings/kpis?done=added",
    );
    expect(await page()).toContain("Paged &lt;b&gt;");
    expect(await page("/settings/kpis?edit=paged&location_id=north")).toContain("Save as a new version");
    expect((await submit("/settings/kpis/paged", { ...fields, formula: "count()" })).status).toBe(303);
    expect(web.control.customKpiVersions("paged", "north")).toHaveLength(2);
    expect((await submit("/settings/kpis/paged/removal", { location_id: "north" })).status).toBe(303);
    expect(await page()).not.toContain("Paged");
  });

  test("answers the check while one writes as a fragment", async () => {
    const { cookie, csrf } = await web.signIn();
    const headers = { cookie, "hx-request": "true" };
    const fragment = await web.submit("/settings/kpis/check", { csrf, formula: "count() +" }, { headers });
    const text = await fragment.text();
    expect(text).toStartWith(`<div id="formula-check"`);
    expect(text).toContain("At position 9");
  });
});
