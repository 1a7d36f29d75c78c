import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Control, openControl } from "../../src/control/control.ts";

const START = 1_795_000_000_000_000;
const ANNA = { kind: "user", id: "u1", name: "Anna" } as const;
const BOB = { kind: "user", id: "u2", name: "Bob" } as const;

let folder: string;
let path: string;
let control: Control;
let now: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bellwether-audit-"));
  path = join(folder, "control.sqlite");
  now = START;
  control = openControl(path, { now: () => now++ });
});
afterEach(() => {
  control.close();
  rmSync(folder, { recursive: true, force: true });
});

function entries(count: number): void {
  for (let i = 1; i <= count; i++) control.audit({ actor: ANNA, action: "key_added", object: `key-${i}` });
}

/** Writes into the database behind the appliance's back. */
function tamper(...statements: string[]): void {
  const direct = new Database(path);
  direct.exec("DROP TRIGGER audit_kept; DROP TRIGGER audit_fixed;");
  for (const sql of statements) direct.exec(sql);
  direct.close();
}

describe("the audit log", () => {
  test("lists newest first, by action, actor, time and place", () => {
    control.audit({ actor: ANNA, action: "login", location_id: null });
    control.audit({ actor: BOB, action: "key_added", object: "k", location_id: "north" });
    control.audit({ actor: BOB, action: "login", location_id: "south" });
    const ids = (query: Partial<Parameters<Control["audits"]>[0]>) =>
      control.audits({ locations: null, limit: 10, ...query }).map(({ audit_id }) => audit_id);
    expect(ids({})).toEqual([3, 2, 1]);
    expect(ids({ limit: 2 })).toEqual([3, 2]);
    expect(ids({ before: 3 })).toEqual([2, 1]);
    expect(ids({ action: "login" })).toEqual([3, 1]);
    expect(ids({ actor: "Bob" })).toEqual([3, 2]);
    expect(ids({ actor: "u1" })).toEqual([1]);
    expect(ids({ from: START + 1 })).toEqual([3, 2]);
    expect(ids({ to: START + 1 })).toEqual([1]);
    expect(ids({ locations: ["north"] })).toEqual([2]);
    expect(control.auditActions(["south"])).toEqual(["login"]);
  });

  test("can be neither changed nor shortened by who does not take its triggers away", () => {
    entries(2);
    const direct = new Database(path);
    expect(() => direct.exec("DELETE FROM audit")).toThrow("only grows");
    expect(() => direct.exec("UPDATE audit SET actor_name = 'Eve'")).toThrow("only grows");
    direct.close();
  });

  test("is whole, and says where it ends", async () => {
    expect(await control.verifyAudit()).toMatchObject({ entries: 0, broken_at: null });
    entries(5);
    expect(await control.verifyAudit()).toEqual({ ...control.auditHead(), broken_at: null, detail: null });
    expect(control.auditHead().entries).toBe(5);
  });
});

const COLUMNS = "at, actor_kind, actor_id, actor_name, action, object, location_id, address, details";
const tampered: readonly { name: string; sql: string[]; broken_at: number; says: RegExp }[] = [
  {
    name: "a changed name",
    sql: ["UPDATE audit SET actor_name = 'Eve' WHERE audit_id = 3"],
    broken_at: 3,
    says: /changed/,
  },
  { name: "a changed time", sql: ["UPDATE audit SET at = at + 1 WHERE audit_id = 1"], broken_at: 1, says: /changed/ },
  {
    name: "a changed hash",
    sql: ["UPDATE audit SET hash = printf('%064d', 1) WHERE audit_id = 6"],
    broken_at: 6,
    says: /changed/,
  },
  { name: "a deleted entry", sql: ["DELETE FROM audit WHERE audit_id = 2"], broken_at: 2, says: /entry 2 is missing/ },
  {
    name: "a deleted first entry",
    sql: ["DELETE FROM audit WHERE audit_id = 1"],
    broken_at: 1,
    says: /entry 1 is missing/,
  },
  {
    name: "a cut-off end",
    sql: ["DELETE FROM audit WHERE audit_id > 4"],
    broken_at: 5,
    says: /entries 5 to 6 are missing/,
  },
  { name: "a log emptied", sql: ["DELETE FROM audit"], broken_at: 1, says: /entries 1 to 6 are missing/ },
  {
    name: "an entry put in",
    sql: [
      "UPDATE audit SET audit_id = audit_id + 100 WHERE audit_id > 3",
      "UPDATE audit SET audit_id = audit_id - 99 WHERE audit_id > 100",
      `INSERT INTO audit SELECT 4, ${COLUMNS}, hash FROM audit WHERE audit_id = 3`,
    ],
    broken_at: 4,
    says: /changed/,
  },
  {
    name: "an entry added at the end",
    sql: [`INSERT INTO audit SELECT 7, ${COLUMNS}, hash FROM audit WHERE audit_id = 6`],
    broken_at: 7,
    says: /changed/,
  },
  { name: "the note taken away", sql: ["DELETE FROM facts WHERE name = 'audit_head'"], broken_at: 6, says: /note/ },
];

describe("whoever writes into the database is seen:", () => {
  test.each(tampered)("$name", async ({ sql, broken_at, says }) => {
    entries(6);
    tamper(...sql);
    const found = await control.verifyAudit();
    expect(found.broken_at).toBe(broken_at);
    expect(found.detail).toMatch(says);
  });

  test.each(tampered.filter(({ name }) => name !== "the note taken away"))(
    "$name, also when the log went on",
    async ({ sql, broken_at }) => {
      entries(6);
      tamper(...sql);
      entries(3);
      expect((await control.verifyAudit()).broken_at).toBe(broken_at);
    },
  );

  test("an end that was cut off together with its note, by a head that was kept elsewhere", async () => {
    entries(6);
    const kept = control.auditHead();
    const four = control.audits({ locations: null, before: 5, limit: 1 })[0]?.hash;
    tamper(
      "DELETE FROM audit WHERE audit_id > 4",
      `UPDATE facts SET value = json_object('entries', 4, 'hash', '${four}') WHERE name = 'audit_head'`,
    );
    expect((await control.verifyAudit()).broken_at).toBeNull();
    expect(await control.verifyAudit(kept)).toMatchObject({ broken_at: 5, detail: "entries 5 to 6 are missing" });
    // Written anew up to the same length, it is another log.
    entries(2);
    expect((await control.verifyAudit()).broken_at).toBeNull();
    expect((await control.verifyAudit(kept)).broken_at).toBe(6);
  });

  test("any change of any column", async () => {
    entries(8);
    tamper();
    const row = fc.integer({ min: 1, max: 8 });
    const change = fc.constantFrom(
      "at = at - 1",
      "actor_kind = 'key'",
      "actor_id = NULL",
      "actor_name = actor_name || ' '",
      "action = 'key_removed'",
      "object = NULL",
      "location_id = 'north'",
      "address = '::1'",
      `details = '{"a":1}'`,
      "hash = upper(hash) || '0'",
    );
    const direct = new Database(path);
    await fc.assert(
      fc.asyncProperty(row, change, async (audit_id, set) => {
        direct.exec("BEGIN");
        direct.exec("CREATE TEMP TABLE before AS SELECT * FROM audit; COMMIT");
        direct.exec(`UPDATE audit SET ${set} WHERE audit_id = ${audit_id}`);
        const { broken_at } = await control.verifyAudit();
        direct.exec("DELETE FROM audit; INSERT INTO audit SELECT * FROM before; DROP TABLE before");
        expect(broken_at).toBe(audit_id);
      }),
      { numRuns: 60 },
    );
    direct.close();
    expect((await control.verifyAudit()).broken_at).toBeNull();
  });
});

test("of two processes at once, each entry has its place", async () => {
  const other = openControl(path, { now: () => now++ });
  for (let i = 0; i < 20; i++) (i % 2 === 0 ? control : other).audit({ actor: BOB, action: "login" });
  other.close();
  expect(await control.verifyAudit()).toMatchObject({ entries: 20, broken_at: null });
});

test("a log of several pages is checked to its end", async () => {
  entries(2_050);
  expect(await control.verifyAudit()).toMatchObject({ entries: 2_050, broken_at: null });
  tamper("UPDATE audit SET object = 'x' WHERE audit_id = 2049");
  expect((await control.verifyAudit()).broken_at).toBe(2_049);
}, 60_000);
