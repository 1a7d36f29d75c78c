import { describe, expect, test } from "bun:test";
import { openControl } from "../../src/control/control.ts";
import { PRESETS_MAX } from "../../src/control/presets.ts";

const GIVEN = { owner: "user u", owner_name: "U", name: "One", query: "timeframe=7d", shared: false, locations: [] };

describe("presets in the control database", () => {
  test("are kept by owner, with those that others share, by name", () => {
    const control = openControl(":memory:");
    control.addPreset({ ...GIVEN, name: "b" });
    control.addPreset({ ...GIVEN, name: "A" });
    control.addPreset({ ...GIVEN, owner: "user v", name: "mine" });
    control.addPreset({ ...GIVEN, owner: "user v", name: "ours", shared: true, locations: ["north"] });
    const seen = control.presetsOf("user u");
    expect(seen.map(({ name }) => name)).toEqual(["A", "b", "ours"]);
    expect(seen[2]).toMatchObject({ shared: true, locations: ["north"] });
    control.close();
  });

  test("have a limit for each owner", () => {
    const control = openControl(":memory:");
    for (let i = 0; i < PRESETS_MAX; i++) expect(control.addPreset(GIVEN)).not.toBeNull();
    expect(control.addPreset(GIVEN)).toBeNull();
    expect(control.addPreset({ ...GIVEN, owner: "user v" })).not.toBeNull();
    control.close();
  });

  test("go with the default that names them", () => {
    const control = openControl(":memory:");
    const preset_id = control.addPreset(GIVEN)?.preset_id ?? "";
    control.setDefaultPreset("user u", preset_id);
    control.setDefaultPreset("user v", preset_id);
    expect(control.defaultPreset("user v")).toBe(preset_id);
    control.setDefaultPreset("user v", null);
    expect([control.defaultPreset("user v"), control.defaultPreset("user u")]).toEqual([null, preset_id]);
    expect(control.removePreset(preset_id)).toBe(true);
    expect(control.defaultPreset("user u")).toBeNull();
    expect([control.removePreset(preset_id), control.setPreset(preset_id, { name: "x" })]).toEqual([false, null]);
    control.close();
  });

  test("change nothing that answers were computed from", () => {
    const control = openControl(":memory:");
    const before = control.generation();
    control.addPreset(GIVEN);
    expect(control.generation()).toBe(before);
    control.close();
  });
});

test("a session begins once, and what somebody looked at last goes with them", async () => {
  const control = openControl(":memory:");
  const owner = await control.addOwner({ email: "o@example.com", name: "O", password: "correct horse battery" });
  const user = await control.addUser({
    email: "u@example.com",
    name: "U",
    password: null,
    role: "viewer",
    locations: null,
  });
  const { session } = control.openSession(owner.user_id, false, Date.now() * 1_000);
  expect([control.beginSession(session.session_id), control.beginSession(session.session_id)]).toEqual([true, false]);
  expect(control.beginSession("nobody's")).toBe(false);
  control.keepLastQuery(user.user_id, "timeframe=7d");
  control.addPreset({ ...GIVEN, owner: `user ${user.user_id}` });
  control.addPreset({ ...GIVEN, owner: `user ${user.user_id}`, name: "shared", shared: true });
  expect(control.lastQuery(user.user_id)).toBe("timeframe=7d");
  control.removeUser(user.user_id);
  expect(control.lastQuery(user.user_id)).toBe("");
  expect(control.presetsOf("user x").map(({ name }) => name)).toEqual(["shared"]);
  expect(control.presetsOf(`user ${user.user_id}`).map(({ name, owner: whose }) => [name, whose])).toEqual([
    ["shared", ""],
  ]);
  control.close();
});
