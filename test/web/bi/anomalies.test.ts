import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { ANOMALY_METHOD } from "../../../src/report/anomalies.ts";
import { cleanUp, eventOf } from "../../store/fixture.ts";
import { START } from "../access_world.ts";
import { DAY, HOUR, type InsightWorld, insightWorld, LOADING_MS, within } from "./insight_world.ts";

const PATH = "/api/bi/anomaly-detection";

interface Anomaly {
  id: string;
  kpi: string;
  t: string;
  value: number | string;
  expected: number | string;
  lower: number | string;
  upper: number | string;
  severity: string;
  score: number;
  side: string;
  bot_id?: string | null;
  cause: {
    dimension: string;
    key: string | null;
    contribution: number | string;
    share: number;
    within: { dimension: string; key: string | null } | null;
  }[];
  recommendation: string;
  acknowledged: boolean;
  acknowledged_by: string | null;
}
interface Answer {
  anomalies: Anomaly[];
  total: number;
  grain: string;
  method: string;
  quality: { threshold: number; judged: number; per_100_judged: number | null };
  watched: { kpi: string; bot_id?: string | null; judged: number; anomalies: number; reason: string | null }[];
}

let insight: InsightWorld;
beforeAll(async () => {
  insight = await insightWorld((type) =>
    /^(lead_created|call_(completed|abandoned)|deal_|booking_|cost_|order_|refund_|ai_)/.test(type),
  );
}, LOADING_MS);
afterAll(cleanUp);

const ask = async (query: string, key?: string): Promise<Answer> =>
  (await insight.answer(`${PATH}${query}`, key)) as never;
const dayOf = ({ t, kpi }: Anomaly): string => `${t.slice(5, 10)} ${kpi}`;

describe("GET /api/bi/anomaly-detection", () => {
  test("finds what was planted in the demo, with who made it", async () => {
    const { anomalies, method, grain, total, quality } = await ask("?location_id=demo&timeframe=90d");
    expect([method, grain, total]).toEqual([ANOMALY_METHOD, "day", anomalies.length]);
    expect(quality).toMatchObject({ threshold: 1, judged: expect.any(Number) });
    const found = anomalies.map(dayOf);
    // The demo's days 38, 71, 72 and 80 of 91, from 2026-08-20 on (jobs/demo/mood).
    expect(found).toEqual(expect.arrayContaining(["09-27 calls", "10-30 leads", "11-08 average_deal_value"]));
    const calls = anomalies.find((one) => dayOf(one) === "09-27 calls");
    expect([calls?.side, Number(calls?.score) >= 1]).toEqual(["below", true]);
    expect(calls?.cause.map(({ dimension, key }) => `${dimension} ${key}`)).toContain("bot_id luna");
    const leads = anomalies.find((one) => dayOf(one) === "10-30 leads");
    expect(leads?.recommendation).toContain("forms, ads and the lead bot");
  });

  test("says what was usual by then, between its bounds, and what the day had", async () => {
    const { anomalies } = await ask("?location_id=demo&timeframe=90d");
    const leads = anomalies.find((one) => dayOf(one) === "10-30 leads");
    const midnight = Date.parse(leads?.t ?? "") * 1_000;
    const on = insight.events.filter(
      ({ location_id, type, time }) =>
        location_id === "demo" && type === "lead_created" && time >= midnight && time < midnight + DAY,
    ).length;
    expect(leads?.value).toBe(on);
    for (const { value, expected, lower, upper, side } of anomalies) {
      expect(Number(lower)).toBeLessThanOrEqual(Number(expected));
      expect(Number(upper)).toBeGreaterThanOrEqual(Number(expected));
      expect(Number(value) >= Number(expected)).toBe(side === "above");
    }
  });

  test(
    "judges a day alike in whatever timeframe it is asked about, and each bot by itself where that is asked",
    async () => {
      const whole = await ask("?location_id=demo&timeframe=90d");
      const part = await ask("?location_id=demo&from=2026-10-20T07:00:00Z&to=2026-11-10T08:00:00Z");
      const inside = whole.anomalies.filter(({ t }) => t >= "2026-10-20T07" && t < "2026-11-10T08");
      const facts = ({ id, value, expected, score }: Anomaly) => ({ id, value, expected, score });
      expect(part.anomalies.map(facts)).toEqual(inside.map(facts));
      const luna = await ask("?location_id=demo&timeframe=90d&filter=bot_id:eq:luna");
      const bots = await ask("?location_id=demo&timeframe=90d&by=bot_id");
      const watched = new Set(bots.watched.filter(({ bot_id }) => bot_id === "luna").map(({ kpi }) => kpi));
      // Who was new to all bots is no figure of one.
      expect(watched.has("new_contacts")).toBe(false);
      const same = luna.anomalies.filter(({ kpi }) => watched.has(kpi));
      expect(bots.anomalies.filter(({ bot_id }) => bot_id === "luna").map(facts)).toEqual(same.map(facts));
      expect(luna.anomalies.map(dayOf)).toContain("09-27 calls");
    },
    LOADING_MS,
  );

  test(
    "finds a burst within hours, on the newest day",
    async () => {
      const burst = Array.from({ length: 80 }, (_, index) =>
        eventOf({
          type: "error_occurred",
          location_id: "demo",
          bot_id: "luna",
          time: START - 3 * HOUR + index * 1_000_000,
        }),
      );
      const calm = Array.from({ length: 60 }, (_, day) =>
        eventOf({ type: "error_occurred", location_id: "demo", bot_id: "jade", time: START - (day + 2) * DAY }),
      );
      await insight.apply([...burst, ...calm]);
      const { anomalies, grain } = await ask("?location_id=demo&timeframe=24h");
      expect(grain).toBe("hour");
      const errors = anomalies.find(({ kpi }) => kpi === "bot_errors");
      expect(errors).toMatchObject({ t: "2026-11-18T08:00:00Z", value: 80, severity: "critical" });
      const luna = errors?.cause.find(({ dimension, key }) => dimension === "bot_id" && key === "luna");
      expect([luna?.contribution, luna?.share, luna?.within]).toEqual([80, 1, null]);
    },
    LOADING_MS,
  );

  test("raises few alarms about a quiet shop, and none about what it knows too little of", async () => {
    const { watched, total, quality } = await ask("?location_id=shop");
    expect(quality.judged).toBeGreaterThan(100);
    expect(quality.judged).toBe(watched.reduce((sum, one) => sum + one.judged, 0));
    expect(total).toBe(watched.reduce((sum, one) => sum + one.anomalies, 0));
    expect(quality.per_100_judged).toBeLessThan(4);
    expect(watched.some(({ kpi }) => kpi === "calls")).toBe(false);
    const young = await ask("?location_id=shop&from=2026-08-20T00:00:00Z&to=2026-09-01T00:00:00Z");
    expect(young.watched[0]).toMatchObject({ judged: 0, reason: expect.stringContaining("Too little history") });
    insight.web.control.ensureLocation("empty");
    expect((await ask("?location_id=empty")).anomalies).toEqual([]);
  });

  test("does not judge the day that is not over", async () => {
    const { anomalies } = await ask("?location_id=demo&timeframe=7d");
    expect(anomalies.filter(({ t }) => t >= "2026-11-18T08:00:00Z")).toEqual([]);
    expect(insight.events.some((event) => within(event, 0, 1))).toBe(true);
  });
});

describe("an acknowledgement", () => {
  setDefaultTimeout(LOADING_MS);

  const send = (method: string, id: string, key: string) =>
    insight.web.send(`/api/bi/anomalies/${id}/acknowledgement`, {
      method,
      headers: { authorization: `Bearer ${key}` },
    });
  const first = async (query: string): Promise<Anomaly> => {
    const [anomaly] = (await ask(query)).anomalies;
    if (!anomaly) throw new Error("nothing to acknowledge");
    return anomaly;
  };

  test("shows at once, is audited, and stays with whoever was first", async () => {
    const { id } = await first("?location_id=demo&timeframe=90d");
    const answer = await send("POST", id, insight.key("export"));
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { id, acknowledged: true, acknowledged_by: "a export key", acknowledged_at: "2026-11-18T11:06:40Z" },
    ]);
    insight.web.clock.now += 60_000_000;
    expect(await (await send("POST", id, insight.key("export"))).json()).toMatchObject({
      acknowledged_at: "2026-11-18T11:06:40Z",
    });
    insight.web.clock.now -= 60_000_000;
    expect(await first("?location_id=demo&timeframe=90d")).toMatchObject({ id, acknowledged: true });
    const audits = insight.web.control.audits({ locations: null, limit: 10, action: "anomaly_acknowledged" });
    expect(audits.map(({ object, location_id }) => [object, location_id])).toEqual([[id, "demo"]]);
    const withdrawn = await send("DELETE", id, insight.key("export"));
    expect([withdrawn.status, (await first("?location_id=demo&timeframe=90d")).acknowledged]).toEqual([200, false]);
  });

  test("is of the very question: other locations and filters have their own", async () => {
    const ids = new Set<string>();
    for (const query of [
      "?location_id=demo&timeframe=90d",
      "?timeframe=90d&timezone=America/Los_Angeles",
      "?location_id=demo&timeframe=90d&filter=location_id:eq:demo",
    ]) {
      const { anomalies } = await ask(query);
      for (const { id } of anomalies) expect(ids.has(id)).toBe(false);
      for (const { id } of anomalies) ids.add(id);
    }
    expect(ids.size).toBeGreaterThan(3);
  });

  test("goes with its location", async () => {
    const { control } = insight.web;
    control.ensureLocation("brief");
    control.acknowledge({ anomaly_id: "x", location_id: "brief", acknowledged_by: "Jorge" });
    control.removeLocation("brief");
    expect(control.acknowledgements(["x"]).size).toBe(0);
  });

  test("is refused to whom it does not concern", async () => {
    const { id } = await first("?location_id=demo&timeframe=90d");
    const together = await first("?timeframe=90d");
    const elsewhere = insight.key("export", "shop");
    const changed = Buffer.from(Buffer.from(id, "base64url").toString().replace('"day"', '"year"')).toString(
      "base64url",
    );
    const unknown = Buffer.from(Buffer.from(id, "base64url").toString().replace("demo", "nowhere")).toString(
      "base64url",
    );
    const cases: [string, string, string, number][] = [
      ["a viewer's key", id, insight.key("read"), 403],
      ["no key", id, "bw_wrong", 401],
      ["another location's key", id, elsewhere, 403],
      ["a key that does not see all of them", together.id, elsewhere, 403],
      ["what is no id", "nonsense", insight.key("export"), 404],
      ["an id of no grain there is", changed, insight.key("export"), 404],
      ["an id of no location there is", unknown, insight.key("export"), 404],
      ["a very long id", "A".repeat(900), insight.key("export"), 404],
    ];
    for (const [name, asked, key, status] of cases)
      expect({ name, status: (await send("POST", asked, key)).status }).toEqual({ name, status });
    expect((await send("POST", together.id, insight.key("export"))).status).toBe(200);
  });
});
