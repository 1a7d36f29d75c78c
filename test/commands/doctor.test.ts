/** The doctor over real data, with the server and without it. */
import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type Appliance, createAppliance } from "../../src/appliance.ts";
import { parseArguments } from "../../src/commands/arguments.ts";
import { DOCTOR_VERB } from "../../src/commands/doctor.ts";
import { tasksOf } from "../../src/commands/tasks.ts";
import { dataPaths, loadSettings, type Settings } from "../../src/config.ts";
import { listenForTasks } from "../../src/socket.ts";

let settings: Settings;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), "bellwether-doctor-"));
  const flags = ["--data", folder, "--duckdb-memory-mb", "256", "--disk-free-bytes-min", "1"];
  settings = loadSettings(flags, {}, "");
  await open(async ({ parts }) => {
    const caller = {
      kind: "key" as const,
      id: "test",
      name: "test",
      role: null,
      scopes: ["ingest" as const],
      locations: null,
    };
    const events = Array.from({ length: 60 }, (_, i) => ({
      id: `e${i}`,
      type: i % 3 === 0 ? "deal_closed" : "lead_created",
      location_id: "here",
      contact_id: `c${i % 7}`,
      value: i % 3 === 0 ? "10.5" : undefined,
      time: new Date(Date.UTC(2026, 0, 1 + (i % 9))).toISOString(),
    }));
    const body = new TextEncoder().encode(JSON.stringify(events));
    await parts.ingest.accept({ body, headers: { "content-type": "application/json" }, caller, wait: true });
    for (let i = 0; i < 4; i++)
      parts.control.audit({ actor: { kind: "system", id: null, name: "test" }, action: "key_added", object: `k${i}` });
  });
}, 30_000);
afterEach(() => rmSync(settings.data, { recursive: true, force: true }));

async function open(work: (appliance: Appliance) => Promise<unknown>): Promise<void> {
  const appliance = await createAppliance(settings, () => {});
  try {
    await work(appliance);
  } finally {
    await appliance.stop();
  }
}

const reportSchema = z.strictObject({
  ok: z.boolean(),
  server: z.boolean(),
  checks: z.array(z.strictObject({ check: z.string(), state: z.enum(["ok", "warn", "bad"]), detail: z.string() })),
  audit_head: z.string().nullable(),
});

async function doctor(...flags: string[]) {
  const out: string[] = [];
  const args = parseArguments(flags, DOCTOR_VERB.flags);
  const say = (line: string) => void out.push(line);
  const code = await DOCTOR_VERB.run({ args, settings, json: true, out: say, err: () => {} });
  const report = reportSchema.parse(JSON.parse(out.join("")));
  const wrong = report.checks.filter(({ state }) => state === "bad");
  expect(code).toBe(wrong.length === 0 ? 0 : 1);
  return { ...report, wrong };
}

function direct(...statements: string[]): void {
  const database = new Database(dataPaths(settings.data).control);
  for (const sql of statements) database.exec(sql);
  database.close();
}

test("finds nothing wrong with sound data, with a server and without", async () => {
  const alone = await doctor();
  expect(alone).toMatchObject({ ok: true, server: false, wrong: [] });
  expect(alone.checks.map(({ check }) => check)).toEqual(
    expect.arrayContaining([
      "audit log",
      "journal",
      "store and journal",
      "events",
      "rollups",
      "rollups of a sample",
      "disk",
    ]),
  );
  await open(async ({ parts }) => {
    const tasks = { ...tasksOf(parts), status: () => Promise.resolve({ url: "", pid: process.pid }) };
    const socket = listenForTasks(settings.data, tasks);
    try {
      expect(await doctor()).toMatchObject({ ok: true, server: true, wrong: [] });
    } finally {
      await socket.stop();
    }
  });
}, 60_000);

test("names the entry of the audit log that was tampered with", async () => {
  const { audit_head } = await doctor();
  direct("DROP TRIGGER audit_fixed", "UPDATE audit SET object = 'k9' WHERE audit_id = 3");
  expect((await doctor()).wrong).toEqual([
    { check: "audit log", state: "bad", detail: expect.stringContaining("broken at entry 3") },
  ]);
  direct("UPDATE audit SET object = 'k2' WHERE audit_id = 3");
  expect(await doctor("--audit-head", audit_head ?? "")).toMatchObject({ ok: true });
  const other = `4:${"0".repeat(64)}`;
  expect((await doctor("--audit-head", other)).wrong.map(({ detail }) => detail)).toEqual([
    "broken at entry 4: entry 4 is not the one that was noted when it was written",
  ]);
  expect(doctor("--audit-head", "four")).rejects.toThrow("ENTRIES:HASH");
}, 60_000);

test("sees rollups that are not what the events say", async () => {
  await open(async ({ parts }) => {
    const first = "(SELECT min(bucket) FROM rollup_day)";
    await parts.store.rows(`DELETE FROM rollup_day WHERE bucket = ${first}`, []);
  });
  expect((await doctor()).wrong.map(({ check }) => check)).toContain("rollups");
  await open(({ parts }) => parts.store.rebuildRollups());
  expect(await doctor()).toMatchObject({ ok: true });
}, 60_000);

test("sees a journal whose end was lost", async () => {
  const { journal } = dataPaths(settings.data);
  const last = readdirSync(journal).sort().at(-1) ?? "";
  await Bun.write(join(journal, last), "");
  const { wrong } = await doctor();
  expect(wrong.map(({ check }) => check)).toContain("store and journal");
}, 60_000);
