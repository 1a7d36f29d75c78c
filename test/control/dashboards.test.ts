import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Control, openControl } from "../../src/control/control.ts";
import { cardsSchema } from "../../src/control/dashboard-cards.ts";
import type { NewDashboard } from "../../src/control/dashboards.ts";

const HOUR = 3_600_000_000;
const START = 1_795_000_000_000_000;

let now = START;
let control: Control;

beforeEach(() => {
  now = START;
  control = openControl(":memory:", { now: () => now });
  control.ensureLocation("main");
  control.ensureLocation("salon");
});
afterEach(() => control.close());

const CARDS = cardsSchema.parse([
  { kind: "kpi", id: "a", kpi: "revenue", x: 0, y: 0, w: 3, h: 2 },
  { kind: "text", id: "b", text: "Hello", x: 3, y: 0, w: 3, h: 2 },
]);
const GIVEN: NewDashboard = {
  name: "Morning",
  description: "",
  owner_id: "somebody",
  owner_name: "Jorge",
  visible: "private",
  roles: [],
  location_id: null,
  cards: CARDS,
};

function made(change: Partial<NewDashboard> = {}) {
  const dashboard = control.addDashboard({ ...GIVEN, ...change });
  if (!dashboard) throw new Error("not made");
  return dashboard;
}

describe("dashboards", () => {
  test("a dashboard is kept with its cards, and listed by name", () => {
    const one = made();
    made({ name: "Evening" });
    expect(control.dashboards().map(({ name }) => name)).toEqual(["Evening", "Morning"]);
    expect(control.dashboard(one.dashboard_id)).toMatchObject({ revision: 1, cards: [...CARDS], updated_by: "Jorge" });
  });

  test("a change names the revision that was seen; of two, the second is told", () => {
    const { dashboard_id } = made();
    now += HOUR;
    const changed = control.setDashboard(dashboard_id, 1, { name: "Noon" }, "Ana");
    expect(changed).toMatchObject({ name: "Noon", revision: 2, updated_by: "Ana", updated_at: now, cards: [...CARDS] });
    expect(control.setDashboard(dashboard_id, 1, { name: "Night" }, "Bo")).toBe("stale");
    expect(control.dashboard(dashboard_id)?.name).toBe("Noon");
    expect(control.setDashboard("nobody", 1, {}, "Bo")).toBeNull();
  });

  test("one that is deleted takes its links with it", () => {
    const { dashboard_id } = made();
    const { token } = link(dashboard_id);
    expect(control.removeDashboard(dashboard_id)).toBe(true);
    expect(control.removeDashboard(dashboard_id)).toBe(false);
    expect(control.shareOf(token, now)).toBeNull();
  });

  test("a location that is removed takes what is locked to it", () => {
    const locked = made({ location_id: "salon" });
    const open = made();
    const ofSalon = link(open.dashboard_id, ["main", "salon"]);
    const ofMain = link(open.dashboard_id, ["main"]);
    control.removeLocation("salon");
    expect(control.dashboard(locked.dashboard_id)).toBeNull();
    expect(control.shareOf(ofSalon.token, now)).toBeNull();
    expect(control.shareOf(ofMain.token, now)?.locations).toEqual(["main"]);
  });
});

function link(dashboard_id: string, locations: readonly string[] = ["main"], lasts = HOUR) {
  const given = { dashboard_id, name: "TV", locations, created_by: "u", created_by_name: "Jorge" };
  const share = control.addDashboardShare({ ...given, expires_at: now + lasts });
  if (!share) throw new Error("not made");
  return share;
}

describe("public links", () => {
  test("a link holds until it is over; its token is kept as a hash alone", () => {
    const { dashboard_id } = made();
    const { token, share } = link(dashboard_id);
    expect(token).toHaveLength(43);
    expect(JSON.stringify(control.dashboardShares(dashboard_id))).not.toContain(token);
    expect(control.shareOf(token, now)?.share_id).toBe(share.share_id);
    expect(control.shareOf(`${token.slice(0, -1)}_`, now)).toBeNull();
    expect(control.shareOf(token, now + HOUR - 1)).not.toBeNull();
    expect(control.shareOf(token, now + HOUR)).toBeNull();
  });

  test("a revoked link ends at once, and its use was noted", () => {
    const { dashboard_id } = made();
    const { token, share } = link(dashboard_id);
    control.shareOf(token, now);
    expect(control.dashboardShares(dashboard_id)[0]?.last_used_at).toBe(now);
    expect(control.revokeDashboardShare(share.share_id)).toBe(true);
    expect(control.revokeDashboardShare(share.share_id)).toBe(false);
    expect(control.shareOf(token, now)).toBeNull();
    expect(control.dashboardShares(dashboard_id)[0]?.revoked_at).toBe(now);
  });

  test("a person who is removed takes their links along", async () => {
    const owner = await control.addOwner({ email: "jorge@example.com", name: "Jorge", password: "correct horse" });
    const ana = await control.addUser({
      email: "ana@example.com",
      name: "Ana",
      password: null,
      role: "analyst",
      locations: null,
    });
    const { dashboard_id } = made({ owner_id: owner.user_id });
    const given = { dashboard_id, name: "", locations: ["main"], created_by_name: "x", expires_at: now + HOUR };
    const hers = control.addDashboardShare({ ...given, created_by: ana.user_id });
    const his = control.addDashboardShare({ ...given, created_by: owner.user_id });
    control.removeUser(ana.user_id);
    expect(control.shareOf(hers?.token ?? "", now)).toBeNull();
    expect(control.shareOf(his?.token ?? "", now)).not.toBeNull();
  });

  test("of one dashboard fifty hold at once", () => {
    const { dashboard_id } = made();
    for (let count = 0; count < 50; count++) link(dashboard_id);
    const given = { dashboard_id, name: "", locations: ["main"], created_by: "u", created_by_name: "x" };
    expect(control.addDashboardShare({ ...given, expires_at: now + HOUR })).toBeNull();
    now += HOUR;
    expect(control.addDashboardShare({ ...given, expires_at: now + HOUR })).not.toBeNull();
  });
});

describe("cards", () => {
  const faults: readonly { name: string; cards: unknown; at: string }[] = [
    { name: "two over one another", cards: [{ ...CARDS[0] }, { ...CARDS[1], x: 2 }], at: "1.y" },
    { name: "two of one id", cards: [{ ...CARDS[0] }, { ...CARDS[1], id: "a" }], at: "1.id" },
    { name: "one beyond the edge", cards: [{ ...CARDS[0], x: 10 }], at: "0.w" },
    { name: "one of no kind", cards: [{ ...CARDS[0], kind: "pie" }], at: "0.kind" },
    { name: "one with a field of another kind", cards: [{ ...CARDS[0], text: "x" }], at: "0" },
    {
      name: "a second feed",
      cards: [0, 4].map((x) => ({ kind: "feed", id: `f${x}`, x, y: 0, w: 4, h: 4 })),
      at: "1.kind",
    },
  ];
  for (const { name, cards, at } of faults) {
    test(`${name} is refused, and said where`, () => {
      const read = cardsSchema.safeParse(cards);
      expect(read.error?.issues.map(({ path }) => path.join("."))).toContain(at);
    });
  }
});
