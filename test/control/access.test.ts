import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { openControl } from "../../src/control/control.ts";
import { spine } from "../../src/control/migrations/0001_spine.ts";
import { hashSecret } from "../../src/control/secrets.ts";
import { throttle } from "../../src/web/throttle.ts";

const START = 1_795_000_000_000_000;
const DAY = 86_400_000_000;

test("accounts and sessions of the first release come in, and can be ended one by one", () => {
  const folder = mkdtempSync(join(tmpdir(), "bellwether-access-"));
  const path = join(folder, "control.sqlite");
  const old = new Database(path, { create: true });
  old.exec(spine);
  old.exec(`INSERT INTO users VALUES ('u', 'jorge@example.com', 'Jorge', 'owner', NULL, 'dark', 'hash', ${START});
    INSERT INTO sessions VALUES ('${hashSecret("one")}', 'u', 0, ${START}, ${START}), ('${hashSecret("two")}', 'u', 1, ${START}, ${START});
    PRAGMA user_version = 1`);
  old.close();
  const control = openControl(path, { now: () => START });
  expect(control.users()).toMatchObject([{ user_id: "u", theme: "dark", totp: false, invited: false }]);
  const [first, second] = control.sessionsOf("u", START);
  expect(first?.session_id).not.toBe(second?.session_id ?? "");
  expect(control.session("one", START)?.remember).toBe(false);
  expect(control.endSession("u", control.session("one", START)?.session_id ?? "")).toBe(true);
  expect([control.session("one", START), control.session("two", START)?.remember]).toEqual([null, true]);
  control.close();
  rmSync(folder, { recursive: true, force: true });
});

test("no secret that signs anyone in is kept as it is", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bellwether-access-"));
  const path = join(folder, "control.sqlite");
  const control = openControl(path, { now: () => START });
  const { user_id } = await control.addOwner({ email: "a@example.com", name: "A", password: "correct horse battery" });
  const from = { address: null, agent: null };
  const secrets = [
    control.openSession(user_id, false, START).token,
    control.openTokens(user_id, START, from).refresh_token,
    control.invite(user_id, START).token,
    "correct horse battery",
  ];
  control.close();
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    expect(secrets.filter((secret) => bytes.includes(secret.replace("bwr_", "")))).toEqual([]);
  }
  rmSync(folder, { recursive: true, force: true });
});

test("one signing key is made, by whoever is first, and every process signs with it", () => {
  const folder = mkdtempSync(join(tmpdir(), "bellwether-access-"));
  const [one, two] = [openControl(join(folder, "control.sqlite")), openControl(join(folder, "control.sqlite"))];
  const kid = one.signingKeys()[0]?.kid;
  expect(two.signingKeys().map((key) => key.kid)).toEqual([kid ?? ""]);
  expect(one.signingKeys()).toHaveLength(1);
  one.close();
  two.close();
  rmSync(folder, { recursive: true, force: true });
});

test("whatever is sent in whatever order, a refresh token is good once and a family ends as one", async () => {
  const control = openControl(":memory:", { now: () => START });
  const { user_id } = await control.addOwner({ email: "a@example.com", name: "A", password: "correct horse battery" });
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 30 }), (picks) => {
      const { family_id, refresh_token } = control.openTokens(user_id, START, { address: null, agent: null });
      const tokens = [refresh_token];
      const used = new Set<string>();
      let ended = false;
      for (const pick of picks) {
        const token = tokens[pick % tokens.length] ?? "";
        const rotated = control.rotateRefreshToken(token, START + DAY);
        if (ended) expect(rotated).toBeNull();
        else if (used.has(token)) {
          expect(rotated).toEqual({ user_id, family_id, refresh_token: null });
          ended = true;
        } else {
          used.add(token);
          tokens.push(rotated?.refresh_token ?? "");
        }
        expect(control.tokensStand(family_id, user_id, START + DAY)).toBe(!ended);
      }
    }),
    { numRuns: 200 },
  );
  control.close();
});

test("a throttle lets through exactly its limit in a window, whatever is taken back", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("fail", "take back"), { maxLength: 60 }), (steps) => {
      const limit = throttle(5, 60);
      let count = 0;
      for (const step of steps) {
        if (step === "fail") {
          limit.failed("x", START);
          count++;
        } else {
          limit.takeBack("x");
          count = Math.max(0, count - 1);
        }
        expect(limit.waits("x", START)).toBe(count >= 5 ? 60 : 0);
        expect(limit.state("x", START).remaining).toBe(Math.max(0, 5 - count));
      }
      expect(limit.waits("x", START + 60_000_000)).toBe(0);
    }),
  );
});
