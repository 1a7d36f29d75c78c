import { afterAll, beforeAll, describe, expect, test } from "bun:test";
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
  cause: { dimension: string; key: string | null; contribution: number | string; share: number }[];
  recommendation: string;
  acknowledged: boolean;
  acknowledged_by: string | null;
}
interface Answer {
  anomalies: Anomaly[];
  total: number;
  grain: string;
  method: string;
  watched: { kpi: string; judged: number; reason: string | null }[];
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
    const { anomalies, method, grain, total } = await ask("?location_id=demo&timeframe=90d");
    expect([method, grain, total]).toEqual(["robust_seasonal_z_score", "day", anomalies.length]);
    const found = anomalies.map(dayOf);
    // The demo's days 38, 71, 72 and 80 of 91, from 2026-08-20 on (jobs/demo/mood).
    expect(found).toEqual(expect.arrayContaining(["09-27 calls", "10-30 leads", "10-31 leads", "11-08 revenue"]));
    const calls = anomalies.find((one) => dayOf(one) === "09-27 calls");
    expect(calls?.score).toBeLessThan(-3.5);
    expect(calls?.cause.map(({ dimension, key }) => `${dimension} ${key}`)).toContain("bot_id luna");
    const estate = anomalies.find((one) => dayOf(one) === "11-08 revenue");
    expect(estate?.cause[0]).toMatchObject({ dimension: "bot_id", key: "seller-bot" });
    expect(estate?.recommendation).toContain("seller-bot");
  });

  test("judges a value by the same days of the weeks before", async () => {
    const { anomalies } = await ask("?location_id=demo&timeframe=90d");
    const leads = anomalies.find((one) => dayOf(one) === "10-30 leads");
    const midnight = Date.parse(leads?.t ?? "") * 1_000;
    const on = (weeks: number): number =>
      insight.events.filter(({ location_id, type, time }) => {
        const from = midnight - weeks * 7 * DAY;
        return location_id === "demo" && type === "lead_created" && time >= from && time < from + DAY;
      }).length;
    const before = Array.from({ length: 10 }, (_, index) => on(index + 1)).sort((one, other) => one - other);
    expect(leads?.value).toBe(on(0));
    expect(leads?.expected).toBe(((before[4] ?? 0) + (before[5] ?? 0)) / 2);
    const by_bot = leads?.cause.find(({ dimension }) => dimension === "bot_id");
    const usual = [1, 2, 3, 4].map(on).sort((one, other) => one - other);
    expect(by_bot).toMatchObject({ key: "lead-bot", contribution: on(0) - ((usual[1] ?? 0) + (usual[2] ?? 0)) / 2 });
  });

  test("finds a burst within hours, on the newest day", async () => {
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
    expect(errors?.cause).toContainEqual({ dimension: "bot_id", key: "luna", contribution: 80, share: 1 });
  });

  test("raises few alarms about a quiet shop, and none about what it knows too little of", async () => {
    const { watched, total } = await ask("?location_id=shop");
    const judged = watched.reduce((sum, one) => sum + one.judged, 0);
    expect(judged).toBeGreaterThan(100);
    expect(total / judged).toBeLessThan(0.02);
    expect(watched.find(({ kpi }) => kpi === "calls")).toMatchObject({
      judged: 0,
      reason: expect.stringContaining("4 weeks"),
    });
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
