/** What was noticed, as channels and answers tell it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { NoticedAnomaly } from "../../src/control/noticed.ts";
import { anomalyId, readAnomalyId } from "../../src/report/anomaly-id.ts";
import { type Running, running } from "../support/appliance.ts";

const HOUR = 3_600_000_000;
const LOCATION = "north";

let served: Running;
beforeAll(async () => {
  served = await running();
});
afterAll(() => served.stop());

function noticed(change: Partial<NoticedAnomaly> = {}): NoticedAnomaly {
  const now = served.parts.now();
  const t = Math.floor(now / HOUR) * HOUR;
  const kpi = change.kpi ?? "calls";
  const scope = { location_id: LOCATION, locations: null, filters: [] };
  return {
    anomaly_id: anomalyId(scope, { kpi, grain: "hour", start: t }),
    location_id: LOCATION,
    bot_id: null,
    kpi,
    currency: null,
    grain: "hour",
    t,
    until: t + HOUR,
    noticed_at: now,
    state: "open",
    settled_at: null,
    value: 40,
    expected: 5,
    lower: 0,
    upper: 12,
    score: 5,
    severity: "critical",
    side: "above",
    signal: "level",
    ...change,
  };
}

interface Snapshot {
  data: { noticed: Record<string, { kpi: string; state: string; cause: { dimension: string; key: string }[] }> };
}
const snapshot = async (channel: string): Promise<Snapshot> => {
  const answer = await served.ask(`/ws/${channel}/${LOCATION}`, served.key(["read", "export"]));
  return JSON.parse(await answer.text());
};

describe("an anomaly that was noticed", () => {
  test("is kept once, and as it stands now", () => {
    const { control } = served.parts;
    control.ensureLocation(LOCATION);
    const one = noticed();
    expect([control.noticeAnomaly(one), control.noticeAnomaly({ ...one, value: 41 })]).toEqual([true, false]);
    control.settleAnomaly({ ...one, state: "over", settled_at: one.until, value: 44 });
    const kept = control.noticedAmong([one.anomaly_id]).get(one.anomaly_id);
    expect(kept).toEqual({ ...one, state: "over", settled_at: one.until, value: 44 });
    expect(readAnomalyId(one.anomaly_id)).toMatchObject({ location_id: LOCATION, kpi: "calls" });
    expect(control.pruneNoticed(one.noticed_at)).toBe(0);
  });

  test("is told by the channels, with its causes, until it comes to nothing", async () => {
    const { control } = served.parts;
    await served.post(
      Array.from({ length: 40 }, (_, index) => ({
        type: "call_completed",
        location_id: LOCATION,
        bot_id: index < 38 ? "luna" : "jade",
        contact_id: `c${index}`,
        duration_ms: 60_000,
      })),
    );
    const one = noticed();
    for (const channel of ["analytics/advanced", "business-intelligence", "ai-concierge"]) {
      const { data } = await snapshot(channel);
      expect(Object.keys(data.noticed)).toEqual([one.anomaly_id]);
    }
    const { data } = await snapshot("analytics/advanced");
    const [told] = Object.values(data.noticed);
    expect(told?.cause.map(({ dimension, key }) => `${dimension}=${key}`)).toContain("bot_id=luna");
    control.settleAnomaly({ ...one, state: "withdrawn", settled_at: one.until });
    await Bun.sleep(1_100);
    await snapshot("analytics/advanced");
    await Bun.sleep(600);
    expect((await snapshot("analytics/advanced")).data.noticed).toEqual({});
  }, 30_000);

  test("goes with its location, and is counted where the appliance is watched itself", async () => {
    const { control } = served.parts;
    control.noticeAnomaly(noticed({ kpi: "leads" }));
    control.setWatchedTo(LOCATION, 5);
    control.removeLocation(LOCATION);
    expect(control.noticedAnomalies(LOCATION, 0, 10)).toEqual([]);
    expect(control.watchedTo(LOCATION)).toBeNull();
    const metrics = await (await served.ask("/metrics", served.key(["read"]))).text();
    expect(metrics).toContain("bellwether_watch_series ");
  });
});
