/** The verbs on the control database and the help, as a process runs them. Verbs that need DuckDB are in executable.test.ts. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { VERBS } from "../../src/commands/verbs.ts";
import { openControl } from "../../src/control/control.ts";

const MAIN = resolve(import.meta.dir, "../../src/main.ts");
const folder = mkdtempSync(join(tmpdir(), "bellwether-verbs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  code: number;
  out: string;
  err: string;
}

async function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const child = Bun.spawn([process.execPath, MAIN, ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

test("the help lists every verb, and each verb has its own", async () => {
  const { code, out } = await run(["--help"]);
  expect(code).toBe(0);
  for (const verb of VERBS) expect(out).toContain(`  ${verb.name} `);
  const [verb, group] = await Promise.all([run(["key", "add", "--help"]), run(["key", "--help"])]);
  expect([verb.code, verb.out]).toEqual([
    0,
    expect.stringMatching(/Usage: bellwether key add .*--scope SCOPES.*--data DIR.*--json/s),
  ]);
  expect([group.code, group.out]).toEqual([0, expect.stringContaining("key remove")]);
});

const wrong: readonly { args: string[]; code: number; says: string }[] = [
  { args: ["ky", "add"], code: 2, says: "unknown verb ky" },
  { args: ["key"], code: 2, says: "key what? key add, key list, key remove" },
  { args: ["key", "ad"], code: 2, says: "did you mean key add?" },
  { args: ["key", "add", "--name", "x"], code: 2, says: "--scope SCOPES is required" },
  {
    args: ["key", "add", "--name", "x", "--scope", "write"],
    code: 2,
    says: "write is none of ingest, read, export, admin",
  },
  { args: ["key", "add", "--name", "x", "--scope", ","], code: 2, says: "--scope needs one of" },
  { args: ["key", "remove"], code: 2, says: "which key?" },
  { args: ["user", "add", "a@example.com"], code: 2, says: "a password is needed" },
  { args: ["user", "add", "a@example.com", "--role", "king"], code: 2, says: "king is none of owner" },
  { args: ["location", "list", "--data", "nowhere"], code: 1, says: "is no data directory of an appliance" },
  { args: ["serve", "--http", "8000"], code: 2, says: "HOST:PORT is needed" },
  { args: ["restore"], code: 2, says: "restore --from-journal" },
  { args: ["healthcheck"], code: 1, says: "no server runs on" },
];
for (const { args, code, says } of wrong) {
  test(`${args.join(" ")} ends with ${code}: ${says}`, async () => {
    const ran = await run(args);
    expect([ran.code, ran.out]).toEqual([code, ""]);
    expect(ran.err).toContain(says);
  });
}

test("a key is printed alone on the first line, works, is listed without itself, and ends when removed", async () => {
  const data = join(folder, "keys");
  const added = await run([
    "key",
    "add",
    "--data",
    data,
    "--name",
    "voice bot",
    "--scope",
    "ingest,read",
    "--location",
    "luna_spa",
  ]);
  const key = added.out.trimEnd();
  expect(key).toMatch(/^bw_[\w-]{43}$/);
  const control = openControl(join(data, "control.sqlite"));
  expect(control.callerOfKey(key, 0)).toMatchObject({
    kind: "key",
    scopes: ["ingest", "read"],
    locations: ["luna_spa"],
  });
  expect(control.location("luna_spa")).not.toBeNull();

  const listed = await run(["key", "list", "--data", data, "--json"]);
  expect(listed.out).not.toContain(key);
  const [record] = JSON.parse(listed.out).keys;
  expect(record).toMatchObject({ name: "voice bot", scopes: ["ingest", "read"], location_id: "luna_spa" });

  expect((await run(["key", "remove", "--data", data, record.key_id])).code).toBe(0);
  await Bun.sleep(150);
  expect(control.callerOfKey(key, 0)).toBeNull();
  control.close();
  expect(await run(["key", "remove", "--data", data, record.key_id])).toMatchObject({
    code: 1,
    err: expect.stringContaining("there is no key"),
  });
});

test("people are added with a password from a file or the environment, changed and removed; one owner stays", async () => {
  const data = join(folder, "people");
  writeFileSync(join(folder, "password"), "correct horse battery\n");
  const env = { BELLWETHER_PASSWORD: "staple staple staple", BELLWETHER_DATA: data };
  expect(await run(["user", "add", "jorge@example.com", "--password-file", "password"], env)).toMatchObject({
    code: 0,
    out: "Added jorge@example.com (owner).\n",
  });
  expect(await run(["user", "add", "ana@example.com", "--locations", "a,b"], env)).toMatchObject({
    code: 0,
    out: "Added ana@example.com (viewer).\n",
  });
  expect((await run(["user", "add", "ana@example.com"], env)).code).toBe(1);
  expect((await run(["user", "set", "ana@example.com", "--role", "analyst", "--locations", "all"], env)).code).toBe(0);

  const { users } = JSON.parse((await run(["user", "list", "--json"], env)).out);
  expect(users).toMatchObject([
    { email: expect.any(String), role: expect.any(String) },
    { email: expect.any(String), role: expect.any(String) },
  ]);
  const control = openControl(join(data, "control.sqlite"));
  expect((await control.checkPassword("jorge@example.com", "correct horse battery"))?.role).toBe("owner");
  expect(await control.checkPassword("ana@example.com", "staple staple staple")).toMatchObject({
    role: "analyst",
    locations: null,
  });
  control.close();

  expect(await run(["user", "remove", "jorge@example.com"], env)).toMatchObject({
    code: 1,
    err: expect.stringContaining("the only owner"),
  });
  expect(await run(["user", "set", "jorge@example.com", "--role", "viewer"], env)).toMatchObject({ code: 1 });
  expect((await run(["user", "remove", "ana@example.com"], env)).code).toBe(0);
  expect(readFileSync(join(data, "control.sqlite")).includes("correct horse battery")).toBe(false);
  const audited = openControl(join(data, "control.sqlite"));
  expect(
    audited.audits({ locations: null, limit: 10 }).map(({ actor_kind, action }) => `${actor_kind} ${action}`),
  ).toEqual([
    "command user_removed",
    // The environment names a password, too.
    "command user_changed",
    "command password_changed",
    "command user_added",
    "command user_added",
  ]);
  audited.close();
}, 20_000);

test("a location has a zone and a currency, both checked", async () => {
  const data = join(folder, "places");
  const added = await run([
    "location",
    "add",
    "spa",
    "--data",
    data,
    "--name",
    "Luna Spa",
    "--timezone",
    "Europe/Berlin",
    "--currency",
    "EUR",
    "--json",
  ]);
  expect(JSON.parse(added.out)).toMatchObject({
    location_id: "spa",
    name: "Luna Spa",
    timezone: "Europe/Berlin",
    currency: "EUR",
    demo: false,
  });
  expect((await run(["location", "add", "spa", "--data", data])).code).toBe(1);
  expect(await run(["location", "set", "spa", "--data", data, "--timezone", "Mars/Base"])).toMatchObject({
    code: 1,
    err: expect.stringContaining("timezone"),
  });
  expect((await run(["location", "set", "spa", "--data", data, "--currency", "CHF"])).out).toBe(
    "Changed spa (Europe/Berlin, CHF).\n",
  );
  expect((await run(["location", "set", "spa", "--data", data])).code).toBe(2);
  expect((await run(["location", "list", "--data", data])).out).toContain("Luna Spa");
});
