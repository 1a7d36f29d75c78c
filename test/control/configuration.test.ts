import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Rejection } from "../../src/catalogue/event.ts";
import { type Control, openControl } from "../../src/control/control.ts";

const START = 1_795_000_000_000_000;
const HOUR = 3_600 * 1_000_000;
let now = START;
let control: Control;

beforeEach(() => {
  now = START;
  control = openControl(":memory:", { now: () => now });
});
afterEach(() => control.close());

describe("locations", () => {
  test("an unknown location is made with its id as name, UTC and USD", () => {
    expect(control.ensureLocation("jorge_main")).toEqual({
      location_id: "jorge_main",
      name: "jorge_main",
      timezone: "UTC",
      currency: "USD",
      demo: false,
      created_at: START,
    });
    expect(control.ensureLocation("jorge_main", { name: "other" }).name).toBe("jorge_main");
  });

  test("the zone of the setup is the zone of new locations", () => {
    control.setFact("default_timezone", "America/Los_Angeles");
    expect(control.ensureLocation("a").timezone).toBe("America/Los_Angeles");
  });

  test("a change is seen at once, and a wrong one changes nothing", () => {
    control.ensureLocation("a");
    expect(control.setLocation("a", { name: "A", timezone: "Europe/Berlin" })?.timezone).toBe("Europe/Berlin");
    for (const change of [{ timezone: "Mars/Base" }, { currency: "usd" }, { name: " " }, { timezone: "+02:00" }]) {
      expect(() => control.setLocation("a", change)).toThrow();
    }
    expect(control.location("a")).toMatchObject({ name: "A", timezone: "Europe/Berlin", currency: "USD" });
    expect(control.setLocation("nowhere", { name: "A" })).toBeNull();
  });

  test("with a location go its keys, rules, targets and refused events", () => {
    control.ensureLocation("a");
    const { key } = control.addKey({ name: "k", scopes: ["ingest"], location_id: "a" });
    control.addCommissionRule({ location_id: "a", bot_id: null, rate: "0.05", valid_from: 0 });
    control.setTarget({ kpi: "revenue", location_id: "a", value: "1000" });
    control.quarantine([{ received_at: START, location_id: "a", reason, raw: "{}" }]);
    expect(control.removeLocation("a")).toBe(true);
    expect(control.removeLocation("a")).toBe(false);
    expect(control.callerOfKey(key, START)).toBeNull();
    expect([control.locations(), control.commissionRules(), control.targets()]).toEqual([[], [], []]);
    expect(control.quarantined({ locations: null, limit: 10 })).toEqual([]);
  });
});

describe("commission rules and targets", () => {
  test("without a rule there is no row: 6% is the default of the query", () => {
    expect(control.commissionRules()).toEqual([]);
  });

  test("a rule of the same scope and time replaces the one before", () => {
    const scope = { location_id: null, bot_id: "seller-bot", valid_from: HOUR };
    control.addCommissionRule({ ...scope, rate: "0.05" });
    control.addCommissionRule({ ...scope, rate: "0.055" });
    expect(control.commissionRules()).toEqual([{ ...scope, rate: "0.055", rule_id: expect.any(Number) }]);
  });

  for (const [rate, valid_from] of [
    ["0.06", 1],
    ["0.06", HOUR / 60],
    ["6", 0],
    ["-0.1", 0],
    ["0.0000001", 0],
    ["x", 0],
  ] as const) {
    test(`rate ${rate} from ${valid_from} is refused`, () => {
      expect(() => control.addCommissionRule({ location_id: null, bot_id: null, rate, valid_from })).toThrow();
    });
  }

  test("what was read stays the same object until something changes", () => {
    const before = control.commissionRules();
    expect(control.commissionRules()).toBe(before);
    control.setTarget({ kpi: "revenue", location_id: "a", value: "1" });
    control.setTarget({ kpi: "revenue", location_id: "a", value: "2.50" });
    expect(control.targets()).toEqual([{ kpi: "revenue", location_id: "a", value: "2.50" }]);
  });
});

describe("keys", () => {
  test("a key is found by its text, which is stored nowhere", () => {
    const { key, record } = control.addKey({ name: "bot", scopes: ["ingest", "read"], location_id: "a" });
    expect(key).toMatch(/^bw_[\w-]{43}$/);
    expect(control.callerOfKey(key, START)).toEqual({
      kind: "key",
      id: record.key_id,
      name: "bot",
      role: null,
      scopes: ["ingest", "read"],
      locations: ["a"],
    });
    expect(JSON.stringify(control.keys())).not.toContain(key);
  });

  for (const wrong of ["", "bw_", "Bearer", `bw_${"a".repeat(43)}`, "x".repeat(100_000)]) {
    test(`"${wrong.slice(0, 12)}" (${wrong.length}) is nobody's`, () => {
      control.addKey({ name: "bot", scopes: ["ingest"], location_id: null });
      expect(control.callerOfKey(wrong, START)).toBeNull();
    });
  }

  test("its last use is shown, and a removed key is nobody's", () => {
    const { key, record } = control.addKey({ name: "bot", scopes: ["read"], location_id: null });
    expect(control.keys()[0]?.last_used_at).toBeNull();
    control.callerOfKey(key, START);
    expect(control.keys()[0]?.last_used_at).toBe(START);
    expect(control.removeKey(record.key_id)).toBe(true);
    expect(control.removeKey(record.key_id)).toBe(false);
    expect(control.callerOfKey(key, START)).toBeNull();
  });
});

const reason: Rejection = {
  index: 0,
  id: "e1",
  field: "data.score",
  code: "field_invalid",
  detail: "must be a number",
};

describe("quarantine", () => {
  test("refused events come newest first, by location and page", () => {
    const rows = ["a", "b", null, "a"].map((location_id, i) => ({
      received_at: START + i,
      location_id,
      reason,
      raw: `{"i":${i}}`,
    }));
    control.quarantine(rows);
    const all = control.quarantined({ locations: null, limit: 10 });
    expect(all.map(({ raw }) => raw)).toEqual(['{"i":3}', '{"i":2}', '{"i":1}', '{"i":0}']);
    expect(all[0]?.reason).toEqual(reason);
    expect(control.quarantined({ locations: ["a"], limit: 10 })).toHaveLength(2);
    const before = all[1]?.quarantine_id ?? 0;
    expect(control.quarantined({ locations: null, before, limit: 1 }).map(({ raw }) => raw)).toEqual(['{"i":1}']);
    expect(control.quarantinedRow(before)?.raw).toBe('{"i":2}');
    expect(control.dropQuarantined(before)).toBe(true);
    expect(control.quarantinedRow(before)).toBeNull();
  });

  test("what was sent is cut at 64 KiB, between characters", () => {
    control.quarantine([{ received_at: START, location_id: null, reason, raw: "é".repeat(40_000) }]);
    const raw = control.quarantined({ locations: null, limit: 1 })[0]?.raw ?? "";
    expect(Buffer.byteLength(raw)).toBe(64 * 1024);
    expect(raw).not.toContain("\ufffd");
  });

  test("old rows go, then the oldest beyond the most that are kept", () => {
    control.quarantine(
      Array.from({ length: 10 }, (_, i) => ({ received_at: START + i, location_id: null, reason, raw: String(i) })),
    );
    control.pruneQuarantine(START + 2, 5);
    expect(control.quarantined({ locations: null, limit: 20 }).map(({ raw }) => raw)).toEqual([
      "9",
      "8",
      "7",
      "6",
      "5",
    ]);
  });
});

describe("idempotent requests", () => {
  test("an answer is kept for 24 hours, for its key alone", () => {
    const kept = { body_hash: "h", status: 202, answer: "{}" };
    control.rememberIdempotent("key", "i1", { ...kept, now: START });
    expect(control.idempotent("key", "i1")).toEqual(kept);
    expect(control.idempotent("other", "i1")).toBeNull();
    now = START + 24 * HOUR;
    expect(control.idempotent("key", "i1")).toBeNull();
  });
});

describe("the file", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "bellwether-control-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  test("only its owner can read it", () => {
    openControl(join(dir, "control.sqlite")).close();
    expect(statSync(join(dir, "control.sqlite")).mode & 0o777).toBe(0o600);
  });

  test("what another process changes is seen without asking", async () => {
    const path = join(dir, "control.sqlite");
    const server = openControl(path);
    const commandLine = openControl(path);
    expect([server.userCount(), server.keys(), server.locations()]).toEqual([0, [], []]);
    const { key } = commandLine.addKey({ name: "bot", scopes: ["ingest"], location_id: null });
    commandLine.ensureLocation("a");
    await commandLine.addUser({
      email: "a@example.com",
      name: "A",
      password: "correct horse battery",
      role: "viewer",
      locations: ["a"],
    });
    await Bun.sleep(150);
    expect(server.callerOfKey(key, START)?.name).toBe("bot");
    expect(server.location("a")?.name).toBe("a");
    expect(server.users()[0]?.locations).toEqual(["a"]);
    server.close();
    commandLine.close();
  });

  test("everything is there again after closing", async () => {
    const path = join(dir, "control.sqlite");
    const first = openControl(path);
    first.setFact("x", "1");
    const { key } = first.addKey({ name: "bot", scopes: ["read"], location_id: null });
    first.close();
    const second = openControl(path);
    expect(second.fact("x")).toBe("1");
    expect(second.callerOfKey(key, START)?.scopes).toEqual(["read"]);
    second.close();
  });

  test("a database of a newer version is refused in words, and left alone", () => {
    const path = join(dir, "control.sqlite");
    const newer = new Database(path);
    newer.exec("PRAGMA user_version = 99");
    newer.close();
    expect(() => openControl(path)).toThrow(/newer Bellwether/);
    const again = new Database(path);
    expect(again.query("PRAGMA user_version").get()).toEqual({ user_version: 99 });
    again.close();
  });

  test("a step that fails leaves the database as it was", async () => {
    const { migrate } = await import("../../src/control/migrations/migrations.ts");
    const database = new Database(":memory:");
    expect(() => migrate(database, ["CREATE TABLE a (x)", "CREATE TABLE b (x); CREATE TABLE a (y)"])).toThrow();
    expect(database.query("PRAGMA user_version").get()).toEqual({ user_version: 1 });
    expect(database.query("SELECT name FROM sqlite_master").all()).toEqual([{ name: "a" }]);
    database.close();
  });
});
