import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { z } from "zod";
import type { contactShape, modelShape } from "../../../src/web/bi/score-shapes.ts";
import { cleanUp } from "../../store/fixture.ts";
import { START } from "../access_world.ts";
import { HERE, type ScoreWorld, scoreWorld, TRAINING_MS } from "./score_world.ts";

const DAY = 86_400_000_000;

type Contact = z.infer<typeof contactShape>;
type Model = z.infer<typeof modelShape>;
interface Scores {
  method: string;
  models: Model[];
  considered: number;
  scored: number;
  levels: Record<Contact["level"], number>;
  contacts: Contact[];
  reason: string | null;
}
interface Band {
  from: number;
  to: number;
  contacts: number;
  predicted: number;
  observed: number;
}

const NOBODY =
  "Nobody converted yet: no event is a lead_converted, deal_closed, order_placed or booking_completed of a contact.";

let world: ScoreWorld;
beforeAll(async () => {
  world = await scoreWorld();
}, TRAINING_MS);
afterAll(cleanUp);

const insights = (query: string, as?: string) =>
  world.get<{
    conversion: Scores;
    churn: Scores;
    actions: { action: string; contact_id: string; because: string[]; model: string }[];
  }>(`/api/bi/predictive-insights?${query}`, as);

describe("GET /api/bi/predictive-insights", () => {
  test("scores open leads with a model that says how good it is", async () => {
    const { conversion, actions } = await insights(`location_id=${HERE}`);
    const to = START + 500_000_000;
    const of = Map.groupBy(
      world.events.filter(({ location_id }) => location_id === HERE),
      ({ contact_id }) => contact_id,
    );
    const open = [...of].filter(
      ([, own]) =>
        own.every(({ type }) => type !== "lead_converted") &&
        own.some(({ time }) => time >= to - 30 * DAY && time < to),
    );
    expect([conversion.method, conversion.considered, conversion.scored]).toEqual([
      conversion.models[0]?.method ?? "",
      open.length,
      open.length,
    ]);
    expect(conversion.models[0]).toMatchObject({
      location_id: HERE,
      version: 1,
      outcome: "lead_converted within 30 days",
    });
    expect(conversion.models[0]?.quality?.later?.auc).toBeGreaterThan(0.65);
    expect(conversion.levels.high + conversion.levels.medium + conversion.levels.low).toBe(open.length);
    const probabilities = conversion.contacts.map(({ probability }) => probability);
    expect(probabilities).toEqual(probabilities.toSorted((one, other) => other - one));
    for (const { factors, base, others_phi, logit } of conversion.contacts) {
      expect(factors).toHaveLength(3);
      expect(base + others_phi + factors.reduce((sum, { phi }) => sum + phi, 0)).toBeCloseTo(logit, 9);
    }
    // Who is hot is ranked above who is not.
    expect(conversion.contacts[0]?.factors.map(({ text }) => text)).toContain("Was hot last.");
    expect(actions.length).toBeGreaterThan(0);
  });

  test("scores buyers of the period before, as churn counts them", async () => {
    const { churn } = await insights("location_id=shop");
    const to = START + 500_000_000;
    const buyers = new Set(
      world.events
        .filter(
          ({ type, location_id, time }) =>
            type === "order_placed" && location_id === "shop" && time >= to - 30 * DAY && time < to,
        )
        .map(({ contact_id }) => contact_id),
    );
    expect([churn.models[0]?.horizon_days, churn.considered]).toEqual([30, buyers.size]);
    expect(churn.reason).toBeNull();
  });

  test("says why nobody is scored where there is no model", async () => {
    const { conversion, churn, actions } = await insights("location_id=new");
    expect([conversion.method, conversion.scored, conversion.contacts]).toEqual(["none", 0, []]);
    expect(conversion.considered).toBeGreaterThan(5);
    expect(conversion.reason).toBe(NOBODY);
    expect(churn.reason).toMatch(/^(Nobody|None of the)/);
    expect(actions).toEqual([]);
    expect((await insights("location_id=empty")).conversion.reason).toBe(
      "No model has been trained yet; that happens in the background.",
    );
  });

  test("scores each location by its own model where several are asked for", async () => {
    const { conversion } = await insights("timeframe=30d");
    expect(conversion.models.map(({ location_id, version }) => [location_id, version])).toEqual([
      [HERE, 1],
      ["new", null],
    ]);
    expect(new Set(conversion.contacts.map(({ location_id }) => location_id))).toEqual(new Set([HERE]));
  });

  test("looks only at contacts that the filters let through", async () => {
    const { conversion } = await insights(`location_id=${HERE}&filter=contact_id:eq:jane@example.com`);
    expect(conversion.contacts.map(({ contact_id }) => contact_id)).toEqual(["jane@example.com"]);
    expect((await insights(`location_id=${HERE}&filter=data.source:eq:nowhere`)).conversion.considered).toBe(0);
  });

  test("masks a contact that is called by its address for those who may not see it", async () => {
    const query = `location_id=${HERE}&filter=bot_id:exists:false`;
    const shown = async (as?: string) =>
      (await insights(query, as)).conversion.contacts.map(({ contact_id }) => contact_id);
    expect([await shown(undefined), await shown(world.key(["read"]))]).toEqual([["jane@example.com"], ["j•••@•••"]]);
  });
});

describe("GET /api/bi/call-first", () => {
  interface List {
    contacts: {
      rank: number;
      contact_id: string;
      method: string;
      probability: number | null;
      points: number | null;
      location_id: string;
    }[];
    next_cursor: string | null;
    considered: number;
  }
  const list = (query: string, as?: string) => world.get<List>(`/api/bi/call-first?${query}`, as);

  test("ranks by probability, in pages that go on where the last one ended", async () => {
    const all = await list(`location_id=${HERE}&limit=200`);
    expect(all.contacts.map(({ rank }) => rank)).toEqual(all.contacts.map((_, index) => index + 1));
    const paged: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: List = await list(`location_id=${HERE}&limit=30${cursor === "" ? "" : `&cursor=${cursor}`}`);
      paged.push(...page.contacts.map(({ contact_id }) => contact_id));
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(all.contacts.map(({ contact_id }) => contact_id));
    expect(paged).toHaveLength(all.considered);
  });

  test("goes by added points, and calls them that, where there is no model", async () => {
    const { contacts } = await list("location_id=new");
    expect(contacts.length).toBeGreaterThan(5);
    for (const contact of contacts) expect(contact).toMatchObject({ method: "added_points", probability: null });
    const points = contacts.map((one) => one.points ?? -1);
    expect(points).toEqual(points.toSorted((one, other) => other - one));
  });

  test("lists those with a probability before those with points", async () => {
    const { contacts } = await list("limit=200");
    const methods = contacts.map(({ method }) => method);
    expect(methods.lastIndexOf("model")).toBeLessThan(methods.indexOf("added_points"));
    expect((await list("model=churn&location_id=shop")).contacts[0]?.method).toBe("model");
  });
});

test("cohorts tell what was foretold of those of then, and what came", async () => {
  const { now, earlier } = await world.get<{
    now: Band[];
    earlier: { as_of: string; complete: boolean; bands: Band[] };
  }>(`/api/bi/contact-cohorts?location_id=${HERE}`);
  const { conversion } = await insights(`location_id=${HERE}`);
  const sum = (bands: Band[], of: (band: Band) => number): number => bands.reduce((total, band) => total + of(band), 0);
  expect([now.length, sum(now, ({ contacts }) => contacts)]).toEqual([10, conversion.scored]);
  const since = Date.parse(earlier.as_of) * 1_000;
  const own = world.events.filter(({ location_id }) => location_id === HERE);
  const first = (contact_id: string | undefined, type: string): number =>
    Math.min(...own.filter((event) => event.contact_id === contact_id && event.type === type).map(({ time }) => time));
  // Leads of the month before, still open then.
  const known = new Set(
    own.filter(({ time }) => time < since && time >= since - 30 * DAY).map(({ contact_id }) => contact_id),
  );
  const then = [...known].filter(
    (contact_id) => first(contact_id, "lead_created") < since && first(contact_id, "lead_converted") >= since,
  );
  const came = then.filter((contact_id) => first(contact_id, "lead_converted") < Math.min(START, since + 30 * DAY));
  expect(sum(earlier.bands, ({ contacts }) => contacts)).toBe(then.length);
  expect(sum(earlier.bands, ({ observed }) => observed)).toBe(came.length);
  expect(Math.abs(sum(earlier.bands, ({ predicted }) => predicted) - came.length)).toBeLessThan(10);
});

describe("POST /api/bi/contacts/:contact_id/what-if", () => {
  interface WhatIf {
    before: { probability: number; logit: number };
    after: { probability: number; logit: number };
    deltas: { factor: string; from: unknown; to: unknown; phi_before: number; phi_after: number }[];
    factors: { factor: string; phi: number; plausible: { values: unknown[] } }[];
    contact_id: string;
  }
  const PATH = "/api/bi/contacts/jane%40example.com/what-if";
  const ask = async (body: object, as?: string): Promise<WhatIf> => (await world.send("POST", PATH, body, as)).body;

  test("tells before and after, and what each change adds", async () => {
    const { before, after, deltas, factors } = await ask({ changes: { temperature: "cold" } });
    expect(after.probability).toBeLessThan(before.probability);
    const [delta] = deltas;
    expect(delta).toMatchObject({ factor: "temperature", from: "hot", to: "cold" });
    expect((delta?.phi_after ?? 0) - (delta?.phi_before ?? 0)).toBeCloseTo(after.logit - before.logit, 9);
    expect(factors.find(({ factor }) => factor === "temperature")?.plausible.values).toEqual(["cold", "hot"]);
  });

  test("without changes tells what there is to change", async () => {
    const { before, after, deltas, factors } = await ask({});
    expect([after, deltas]).toEqual([before, []]);
    expect(factors.every(({ plausible }) => plausible.values.length > 0)).toBe(true);
  });

  test("agrees with the contact's own answer", async () => {
    const { before } = await ask({});
    const contact = await world.get<{ scores: { model: string; probability: number }[] }>(
      "/api/bi/contacts/jane%40example.com",
    );
    expect(contact.scores).toMatchObject([{ model: "conversion", probability: before.probability }]);
    const masked = await ask({}, world.key(["read"]));
    expect(masked.contact_id).toBe("j•••@•••");
  });

  const wrong: { name: string; path: string; body: object; status: number; said: object }[] = [
    {
      name: "a factor that is none",
      path: PATH,
      body: { changes: { shoe_size: 4 } },
      status: 422,
      said: { errors: [{ field: "changes.shoe_size" }] },
    },
    {
      name: "a word for a number",
      path: PATH,
      body: { changes: { silent_days: "few" } },
      status: 422,
      said: { errors: [{ field: "changes.silent_days" }] },
    },
    {
      name: "a model that is none",
      path: PATH,
      body: { model: "luck" },
      status: 422,
      said: { errors: [{ field: "model" }] },
    },
    { name: "nobody", path: "/api/bi/contacts/nobody/what-if", body: {}, status: 409, said: { title: "Not scored" } },
    {
      name: "a location without a model",
      path: PATH,
      body: { location_id: "new" },
      status: 409,
      said: { detail: NOBODY },
    },
  ];
  test.each(wrong)("refuses $name", async ({ path, body, status, said }) => {
    const answer = await world.send("POST", path, body);
    expect([answer.status, answer.body]).toMatchObject([status, said]);
  });
});

describe("models", () => {
  test("are told of with their versions", async () => {
    const { models } = await world.get<{
      models: (Model & { versions: (Model & { in_force: boolean })[]; tried_at: string })[];
    }>(`/api/bi/models?location_id=${HERE}`);
    expect(models.map(({ model, version }) => [model, version])).toEqual([
      ["conversion", 1],
      ["churn", null],
    ]);
    expect(models[0]?.versions).toMatchObject([{ version: 1, in_force: true, reason: null }]);
  });

  test("are trained when an administrator asks, in the background", async () => {
    expect((await world.send("POST", "/api/bi/models/train", {}, world.key(["read", "export"]))).status).toBe(403);
    const { status, body } = await world.send("POST", "/api/bi/models/train", { location_id: "new" });
    expect([status, body]).toMatchObject([202, { job: { kind: "score_training", location_id: "new" } }]);
    while (world.web.parts.tasks.jobs().some(({ finished_at }) => finished_at === null)) await Bun.sleep(5);
    expect(world.web.parts.tasks.jobs()[0]).toMatchObject({ status: "done", result: { refused: 2 } });
    const [audit] = world.web.control.audits({ locations: null, limit: 1 });
    expect(audit).toMatchObject({ action: "score_training_triggered", location_id: "new" });
  });
});

describe("recommendation rules", () => {
  const PATH = "/api/bi/recommendation-rules";
  interface Rule {
    recommendation_id: number;
    title: string;
    model: string;
  }

  test("come ready-made, and what the team changes is what is recommended", async () => {
    const { recommendation_rules } = await world.get<{ recommendation_rules: Rule[] }>(PATH);
    expect(recommendation_rules.length).toBeGreaterThan(5);
    const added = await world.send("POST", PATH, {
      location_id: HERE,
      model: "conversion",
      position: 1,
      conditions: { temperatures: ["hot"], levels: ["high", "medium"], factors: ["temperature"] },
      action: "send_flowers",
      title: "Send flowers",
    });
    expect(added.status).toBe(201);
    const { recommendation_id } = added.body as Rule;
    const first = async () => (await insights(`location_id=${HERE}`)).actions[0];
    expect(await first()).toMatchObject({ action: "send_flowers", title: "Send flowers", model: "conversion" });
    await world.send("PATCH", `${PATH}/${recommendation_id}`, { title: "Send roses" });
    expect(await first()).toMatchObject({ title: "Send roses" });
    await world.send("PATCH", `${PATH}/${recommendation_id}`, { enabled: false });
    expect((await first())?.action).not.toBe("send_flowers");
    expect((await world.send("DELETE", `${PATH}/${recommendation_id}`)).status).toBe(204);
    expect((await world.send("DELETE", `${PATH}/${recommendation_id}`)).status).toBe(404);
    const actions = world.web.control.audits({ locations: null, limit: 4 }).map(({ action }) => action);
    expect(actions).toEqual([
      "recommendation_rule_removed",
      "recommendation_rule_changed",
      "recommendation_rule_changed",
      "recommendation_rule_added",
    ]);
  });

  test("name factors that there are", async () => {
    const { factors } = await world.get<{ factors: { factor: string }[] }>(PATH);
    expect(factors.map(({ factor }) => factor)).toContain("silent_days");
    const given = { model: "churn", action: "x", title: "X" };
    const wrong = await world.send("POST", PATH, { ...given, conditions: { factors: ["shoe_size"] } });
    expect([wrong.status, wrong.body]).toMatchObject([422, { errors: [{ field: "conditions.factors" }] }]);
  });

  test("of all locations are changed by those who see all", async () => {
    const bound = world.key(["read", "admin"], HERE);
    const { recommendation_rules } = await world.get<{ recommendation_rules: Rule[] }>(PATH, bound);
    const [rule] = recommendation_rules;
    expect((await world.send("PATCH", `${PATH}/${rule?.recommendation_id}`, { enabled: false }, bound)).status).toBe(
      403,
    );
    expect(
      (await world.send("POST", PATH, { model: "churn", action: "x", title: "X", location_id: "shop" }, bound)).status,
    ).toBe(403);
    expect((await world.send("GET", PATH, undefined, world.key(["read"]))).status).toBe(403);
  });
});
