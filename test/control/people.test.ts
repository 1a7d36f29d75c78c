import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Control, ControlError, openControl } from "../../src/control/control.ts";

const START = 1_795_000_000_000_000;
const MINUTE = 60 * 1_000_000;
const PASSWORD = "correct horse battery";
let control: Control;

beforeEach(() => {
  control = openControl(":memory:", { now: () => START });
});
afterEach(() => control.close());

function owner() {
  return control.addOwner({ email: "Jorge@Example.com ", name: "Jorge", password: PASSWORD });
}

describe("people", () => {
  test("an e-mail is kept in lower case and found in any", async () => {
    expect((await owner()).email).toBe("jorge@example.com");
    expect((await control.checkPassword(" JORGE@example.com", PASSWORD))?.name).toBe("Jorge");
  });

  test("a wrong password and an unknown address are the same null", async () => {
    await owner();
    expect(await control.checkPassword("jorge@example.com", "wrong horse battery")).toBeNull();
    expect(await control.checkPassword("nobody@example.com", PASSWORD)).toBeNull();
  });

  test("an address has one account", async () => {
    await owner();
    const again = control.addUser({
      email: "JORGE@example.com",
      name: "J",
      password: PASSWORD,
      role: "viewer",
      locations: null,
    });
    await expect(again).rejects.toMatchObject({ code: "email_taken" });
  });

  for (const email of [
    "",
    "jorge",
    "jorge@example",
    "a b@example.com",
    "@example.com",
    `${"a".repeat(250)}@example.com`,
  ]) {
    test(`"${email.slice(0, 20)}" is no address`, async () => {
      await expect(control.addOwner({ email, name: "J", password: PASSWORD })).rejects.toMatchObject({
        code: "email_invalid",
      });
    });
  }

  test("a password has 12 to 512 characters", async () => {
    for (const password of ["short pass", "x".repeat(513)]) {
      await expect(control.addOwner({ email: "a@example.com", name: "A", password })).rejects.toMatchObject({
        code: "password_invalid",
        field: "password",
      });
    }
  });

  test("of two setups at once, one makes the owner", async () => {
    const made = await Promise.allSettled([
      owner(),
      control.addOwner({ email: "second@example.com", name: "S", password: PASSWORD }),
    ]);
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(control.userCount()).toBe(1);
    const refused = made.find((result) => result.status === "rejected");
    expect(refused?.reason).toBeInstanceOf(ControlError);
    expect(refused?.reason).toMatchObject({ code: "already_set_up" });
  });

  test("sign-ins beyond what waits are refused as busy", async () => {
    const tries = Array.from({ length: 100 }, () => control.checkPassword("nobody@example.com", PASSWORD));
    const results = await Promise.allSettled(tries);
    const busy = results.filter((result) => result.status === "rejected" && result.reason.code === "busy");
    expect(busy).toHaveLength(100 - 4 - 64);
  }, 30_000);

  test("the setup token stays the same until there is a user, and is gone then", async () => {
    const token = control.setupToken();
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(control.setupToken()).toBe(token);
    await owner();
    expect(control.setupToken()).toBeNull();
  });
});

describe("sessions", () => {
  test("a session ends after 30 idle minutes, and each use starts them again", async () => {
    const { user_id } = await owner();
    const { token } = control.openSession(user_id, false, START);
    expect(control.session(token, START + 29 * MINUTE)?.user.user_id).toBe(user_id);
    expect(control.session(token, START + 58 * MINUTE)).not.toBeNull();
    expect(control.session(token, START + 89 * MINUTE)).toBeNull();
  });

  test("a session ends after 8 hours in any case", async () => {
    const { user_id } = await owner();
    const { token } = control.openSession(user_id, false, START);
    for (let at = 0; at < 8 * 60; at += 20) expect(control.session(token, START + at * MINUTE)).not.toBeNull();
    expect(control.session(token, START + 8 * 60 * MINUTE)).toBeNull();
  });

  test("a remembered session lasts 30 days without use", async () => {
    const { user_id } = await owner();
    const { token } = control.openSession(user_id, true, START);
    const day = 24 * 60 * MINUTE;
    expect(control.session(token, START + 30 * day - 1)).not.toBeNull();
    expect(control.session(token, START + 30 * day)).toBeNull();
  });

  test("a closed session is over", async () => {
    const { token } = control.openSession((await owner()).user_id, false, START);
    control.closeSession(token);
    expect(control.session(token, START)).toBeNull();
  });

  test("a new role, a new password and removal end the sessions", async () => {
    await owner();
    const given = {
      email: "ana@example.com",
      name: "Ana",
      password: PASSWORD,
      role: "analyst",
      locations: null,
    } as const;
    const { user_id } = await control.addUser(given);
    const endings: (() => unknown)[] = [
      () => control.setUser(user_id, { role: "viewer" }),
      () => control.setPassword(user_id, "another horse battery"),
      () => control.removeUser(user_id),
    ];
    for (const end of endings) {
      const { token } = control.openSession(user_id, false, START);
      await end();
      expect(control.session(token, START)).toBeNull();
    }
  });

  test("a new theme does not end them", async () => {
    const { user_id } = await owner();
    const { token } = control.openSession(user_id, false, START);
    control.setUser(user_id, { theme: "dark" });
    expect(control.session(token, START)?.user.theme).toBe("dark");
  });
});
