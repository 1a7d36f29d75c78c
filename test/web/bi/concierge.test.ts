import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cleanUp, eventOf } from "../../store/fixture.ts";
import { START } from "../access_world.ts";
import { HERE, type ScoreWorld, scoreWorld, TRAINING_MS } from "./score_world.ts";

const DAY = 86_400_000_000;
const HOUR = 3_600_000_000;

let world: ScoreWorld;
beforeAll(async () => {
  world = await scoreWorld();
}, TRAINING_MS);
afterAll(cleanUp);

describe("the concierge", () => {
  interface Insight {
    id: string;
    kind: string;
    rank: number;
    urgency: number;
    sentence: string;
    facts: Record<string, unknown>;
    evidence: string;
    rating: string | null;
  }
  const PATH = "/api/bi/concierge";
  const ask = async (query = `location_id=${HERE}`, as?: string) =>
    (await world.get<{ insights: Insight[]; total: number }>(`${PATH}?${query}`, as)).insights;

  beforeAll(async () => {
    world.web.control.setTarget({ kpi: "revenue", location_id: HERE, value: "999999" });
    await world.apply([
      // Yesterday: twenty times the usual.
      ...Array.from({ length: 60 }, (_, n) =>
        eventOf({
          type: "lead_created",
          location_id: HERE,
          contact_id: `rush-${n}`,
          time: START - DAY - n * 60_000_000,
          data: { source: "fair-2026" },
        }),
      ),
      ...Array.from({ length: 200 }, (_, n) =>
        eventOf({
          type: "bot_status_update",
          location_id: HERE,
          bot_id: "luna-2",
          time: START - 2 * DAY - (n * HOUR) / 2,
          data: { status: "active" },
        }),
      ),
      ...["one", "two"].map((contact_id) =>
        eventOf({
          type: "jorge_qualification_progress",
          location_id: HERE,
          contact_id,
          bot_id: "seller-bot",
          time: START - 5 * HOUR,
          data: { stall_detected: true, questions_answered: 1 },
        }),
      ),
    ]);
  });

  test("says what was found, the most urgent first, and never a number or name that is no fact", async () => {
    const insights = await ask();
    expect(
      new Set(insights.map(({ kind }) => kind)).isSupersetOf(
        new Set(["anomaly", "bot", "stall", "contact", "forecast"]),
      ),
    ).toBe(true);
    expect(insights.map(({ rank }) => rank)).toEqual(insights.map((_, index) => index + 1));
    expect(insights.map(({ urgency }) => urgency)).toEqual(
      insights.map(({ urgency }) => urgency).toSorted((one, other) => other - one),
    );
    for (const { sentence, facts } of insights) {
      const texts = Object.values(facts)
        .map(String)
        .sort((one, other) => other.length - one.length);
      const rest = texts.reduce((text, fact) => text.replaceAll(fact, ""), sentence);
      expect(rest).not.toMatch(/\d/);
    }
    expect(insights.find(({ kind }) => kind === "bot")?.sentence).toMatch(/^luna-2 has been silent for 2 days/);
  });

  test("names evidence that answers", async () => {
    for (const { evidence } of await ask()) expect((await world.send("GET", evidence)).status).toBe(200);
  });

  test("has ids that stay, and leaves out what one dismissed or snoozed, for that one alone", async () => {
    const [first, second] = await ask();
    const other = world.key(["read", "export"]);
    expect((await ask()).map(({ id }) => id)).toContain(first?.id ?? "");
    expect((await world.send("POST", `${PATH}/${first?.id}/dismissal`)).status).toBe(200);
    expect((await world.send("POST", `${PATH}/${second?.id}/snooze`, { hours: 2 })).status).toBe(200);
    const ids = async (as?: string) => (await ask(undefined, as)).map(({ id }) => id);
    expect(await ids()).not.toContain(first?.id ?? "");
    expect(await ids()).not.toContain(second?.id ?? "");
    expect(await ids(other)).toContain(first?.id ?? "");
    expect((await ask(`location_id=${HERE}&include=all`)).map(({ id }) => id)).toContain(first?.id ?? "");
    await world.send("DELETE", `${PATH}/${first?.id}/dismissal`);
    expect(await ids()).toContain(first?.id ?? "");
    world.web.clock.now += 3 * HOUR;
    expect(await ids()).toContain(second?.id ?? "");
    world.web.clock.now -= 3 * HOUR;
    await world.send("POST", `${PATH}/${first?.id}/rating`, { rating: "useful" });
    expect((await ask()).find(({ id }) => id === first?.id)?.rating).toBe("useful");
    expect(world.web.control.audits({ locations: null, limit: 1 })[0]).toMatchObject({
      action: "insight_rated",
      location_id: HERE,
    });
  });

  test("knows no insight that nobody could have been told, nor one of another's location", async () => {
    const [first] = await ask();
    expect((await world.send("POST", `${PATH}/nonsense/dismissal`)).status).toBe(404);
    expect(
      (await world.send("POST", `${PATH}/${first?.id}/dismissal`, undefined, world.key(["read"], "shop"))).status,
    ).toBe(404);
  });

  test("calls nobody by an address for those who may not see one", async () => {
    const text = JSON.stringify(await ask(undefined, world.key(["read"])));
    expect(text).not.toContain("jane@example.com");
  });
});
