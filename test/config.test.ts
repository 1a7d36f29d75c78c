import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../src/commands/arguments.ts";
import { loadSettings, SETTINGS, SettingsError } from "../src/config.ts";

test("without flags, environment and file, every setting has its default", () => {
  const settings = loadSettings([], {}, "");
  for (const setting of SETTINGS) expect(settings[setting.key]).toBe(setting.default);
});

test("a flag wins over the environment, which wins over the file, which wins over the default", () => {
  const toml = 'http = "127.0.0.1:1"\nlive_pushes_per_s = 1\napply_rows_max = 101';
  const env = { BELLWETHER_HTTP: "127.0.0.1:2", BELLWETHER_LIVE_PUSHES_PER_S: "2" };
  const settings = loadSettings(["--http", "127.0.0.1:3"], env, toml);
  expect(settings.http).toBe("127.0.0.1:3");
  expect(settings.live_pushes_per_s).toBe(2);
  expect(settings.apply_rows_max).toBe(101);
  expect(settings.quarantine_days).toBe(30);
});

test("a switch is on by its flag, off by --no-, and readable from the environment", () => {
  expect(loadSettings(["--demo"], {}, "").demo).toBe(true);
  expect(loadSettings(["--no-demo"], { BELLWETHER_DEMO: "true" }, "").demo).toBe(false);
  expect(loadSettings([], { BELLWETHER_DEMO: "1" }, "").demo).toBe(true);
  expect(loadSettings([], {}, "demo = true").demo).toBe(true);
});

test("a secret comes from the environment or from a named file, never from a flag", () => {
  const folder = mkdtempSync(join(tmpdir(), "bellwether-config-"));
  try {
    writeFileSync(join(folder, "password"), "correct horse\n");
    const env = { BELLWETHER_ADMIN_PASSWORD_FILE: join(folder, "password") };
    expect(loadSettings([], env, "").admin_password).toBe("correct horse");
    expect(loadSettings([], { BELLWETHER_ADMIN_PASSWORD: "battery staple" }, "").admin_password).toBe("battery staple");
    expect(() => loadSettings(["--admin-password", "x"], {}, "")).toThrow(UsageError);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const wrong: readonly { name: string; argv?: string[]; env?: Record<string, string>; toml?: string; says: string }[] = [
  {
    name: "a number below its least",
    env: { BELLWETHER_LIVE_PUSHES_PER_S: "0" },
    says: "BELLWETHER_LIVE_PUSHES_PER_S: must be a whole number from 1 to 60",
  },
  {
    name: "a number that is none",
    argv: ["--apply-rows-max", "many"],
    says: "--apply-rows-max: must be a whole number",
  },
  {
    name: "a fraction",
    toml: "apply_rows_max = 1000.5",
    says: "bellwether.toml: apply_rows_max: must be a whole number",
  },
  {
    name: "a switch that is no switch",
    env: { BELLWETHER_DEMO: "maybe" },
    says: "BELLWETHER_DEMO: must be true or false",
  },
  {
    name: "a mail server that is none",
    env: { BELLWETHER_SMTP_URL: "https://user:hush@mail.example.com" },
    says: "BELLWETHER_SMTP_URL: must be like smtp://mail.example.com:587",
  },
  { name: "text that is a number", toml: "http = 8000", says: "bellwether.toml: http: must be text" },
  { name: "an unknown key in the file", toml: "htp = 'x'", says: "unknown setting htp; did you mean http?" },
  { name: "a file that is no TOML", toml: "http = = 1", says: "bellwether.toml:" },
  {
    name: "a secret's file that is not there",
    env: { BELLWETHER_ADMIN_PASSWORD_FILE: "/nowhere/x" },
    says: "BELLWETHER_ADMIN_PASSWORD_FILE: cannot read the file /nowhere/x",
  },
];
for (const { name, argv = [], env = {}, toml = "", says } of wrong) {
  test(`${name} is refused and says where it stands`, () => {
    expect(() => loadSettings(argv, env, toml)).toThrow(SettingsError);
    expect(() => loadSettings(argv, env, toml)).toThrow(says);
  });
}

test("what is said of a wrong secret does not repeat it", () => {
  const load = () => loadSettings([], { BELLWETHER_SMTP_URL: "https://user:hush@mail.example.com" }, "");
  expect(load).toThrow(SettingsError);
  expect(load).not.toThrow("hush");
});

test("an unknown flag names the nearest right one", () => {
  expect(() => loadSettings(["--duckdb-memry-mb", "9"], {}, "")).toThrow("did you mean --duckdb-memory-mb?");
});

test("each setting has its own flag, environment name and a documented meaning", () => {
  expect(new Set(SETTINGS.map((setting) => setting.env)).size).toBe(SETTINGS.length);
  for (const setting of SETTINGS) expect(setting.doc.length).toBeGreaterThan(10);
  expect(new Set<string>(SETTINGS.map((setting) => setting.key))).toEqual(
    new Set(Object.keys(loadSettings([], {}, ""))),
  );
});
