/** The page of the system, over HTTP: who sees what, the log, the rebuild. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Role } from "../../src/control/types.ts";
import { openLogFile } from "../../src/observe/log.ts";
import { systemShape } from "../../src/web/system/shapes.ts";
import { PASSWORD, type Running, running } from "../support/appliance.ts";

let app: Running;
beforeAll(async () => {
  app = await running();
  await app.post([
    { type: "lead_created", location_id: "north" },
    { type: "lead_created", location_id: "south" },
  ]);
  const file = openLogFile({ dir: join(app.data, "logs"), days: 2, day_bytes_max: 1e6, now: () => Date.now() * 1_000 });
  file.write({ level: "info", message: "started", port: 8000 });
  file.write({ level: "warn", message: "slow query", duration_ms: 900 });
  file.write({ level: "error", message: "job alerts failed: no disk" });
  await file.close();
  app.parts.observe.history.sample();
});
afterAll(() => app.stop());

async function person(role: Role, locations: readonly string[] | null = null) {
  const email = `${role}-${locations?.join("") ?? "all"}@example.com`;
  const known = app.parts.control.users().find((user) => user.email === email);
  const user = known ?? (await app.parts.control.addUser({ email, name: role, password: PASSWORD, role, locations }));
  const { token, session } = app.parts.control.openSession(user.user_id, false, app.parts.now());
  return { cookie: `bellwether=${token}`, csrf: session.csrf };
}

async function page(path: string, { cookie }: { cookie: string }): Promise<string> {
  const response = await app.ask(path, null, { headers: { cookie, accept: "text/html" } });
  expect(response.status).toBe(200);
  return response.text();
}

describe("/system", () => {
  test("shows owners everything, the log too", async () => {
    const text = await page("/system", await person("owner"));
    for (const id of [
      "health",
      "sys-ingest",
      "sys-store",
      "sys-sockets",
      "sys-cache",
      "sys-jobs",
      "sys-backups",
      "sys-logs",
    ])
      expect(text).toContain(`id="${id}"`);
    expect(text).toContain("job alerts failed: no disk");
  });

  test.each(["viewer", "analyst"] as const)(
    "shows a %s figures, but neither log, backups nor the rebuild",
    async (role) => {
      const cookie = await person(role);
      for (const path of ["/system", "/system?level=error&search=job", "/fragments?view=system"]) {
        const text = await page(path, cookie);
        expect(text).toContain('id="sys-ingest"');
        expect(text).not.toMatch(/no disk|sys-logs|log-lines|sys-backups|Rebuild/);
      }
    },
  );

  test("shows who is bound to locations statuses alone, administrators too", async () => {
    for (const role of ["viewer", "admin"] as const) {
      const text = await page("/system", await person(role, ["north"]));
      expect(text).toContain('id="health"');
      expect(text).not.toMatch(/sys-ingest|sys-store|sys-logs|no disk|2 events/);
    }
  });

  test("searches the log and filters it by level, in its address", async () => {
    const owner = await person("owner");
    const errors = await page("/system?level=error", owner);
    expect(errors).toContain("no disk");
    expect(errors).not.toContain("slow query");
    const found = await page("/fragments?view=system&level=info&search=SLOW", owner);
    expect(found).toContain("slow query");
    expect(found).not.toContain("no disk");
  });

  test("the rebuild is for administrators of everything, with the token of their session", async () => {
    const send = async (given: { cookie: string; csrf: string }, csrf = given.csrf) => {
      const headers = { cookie: given.cookie, origin: app.url, "content-type": "application/x-www-form-urlencoded" };
      const response = await app.ask("/system/rebuild", null, {
        method: "POST",
        headers,
        body: new URLSearchParams({ csrf }).toString(),
      });
      await response.body?.cancel();
      return response;
    };
    expect((await send(await person("analyst"))).status).toBe(403);
    expect((await send(await person("admin", ["north"]))).status).toBe(403);
    expect((await send(await person("owner"), "wrong")).status).toBe(403);
    expect(app.parts.tasks.jobs()).toEqual([]);
    const done = await send(await person("owner"));
    expect([done.status, done.headers.get("location")]).toEqual([303, "/system?done=rebuild"]);
    expect(app.parts.tasks.jobs()).toMatchObject([{ kind: "aggregation" }]);
    expect(await page("/system?done=rebuild", await person("owner"))).toContain("The rebuild is queued");
  });
});

describe("/api/system", () => {
  test("says the same as JSON", async () => {
    const answer = systemShape.parse(await (await app.ask("/api/system", app.key(["read"]))).json());
    expect(answer.figures?.ingest).toMatchObject({ accepted: 2, duplicates: 0, rejected: 0, quarantined: 0 });
    expect(answer.figures?.store).toMatchObject({ events: 2 });
    expect(answer.figures?.store?.oldest).not.toBeNull();
    expect(answer.figures?.history).toHaveLength(1);
    expect(answer.figures?.jobs.map(({ name }) => name)).toContain("health sample");
    const bound = systemShape.parse(await (await app.ask("/api/system", app.key(["read"], "north"))).json());
    expect(bound.figures).toBeNull();
    expect(Object.values(bound.checks).every((check) => Object.keys(check).join() === "status")).toBe(true);
  });

  test("gives the log to who administers everything, and to nobody else", async () => {
    const statuses = [];
    for (const key of [
      app.key(["read"]),
      app.key(["read", "export"]),
      app.key(["admin"], "north"),
      app.key(["admin"]),
    ]) {
      const answer = await app.ask("/api/system/logs?level=warn", key);
      statuses.push(answer.status);
      const { lines } = (await answer.json()) as { lines?: { message: string }[] };
      if (answer.status === 200)
        expect(lines?.map(({ message }) => message)).toEqual(["job alerts failed: no disk", "slow query"]);
      else expect(lines).toBeUndefined();
    }
    expect(statuses).toEqual([403, 403, 403, 200]);
  });
});
