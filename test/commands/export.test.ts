/** `export`, beside a running server and without one. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { dataPaths } from "../../src/config.ts";
import { openControl } from "../../src/control/control.ts";
import { exportOfView } from "../../src/web/export/views.ts";
import { readCsv } from "../support/csv.ts";
import { kill, makeKey, spawnServer, urlOf } from "../support/processes.ts";

const MAIN = resolve(import.meta.dir, "../../src/main.ts");
const data = mkdtempSync(join(tmpdir(), "bellwether-export-"));
afterAll(() => rmSync(data, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = Bun.spawn([process.execPath, MAIN, "export", ...args, "--data", data], {
    env: { PATH: process.env.PATH ?? "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

test("the same rows through the running server and without it, to standard output or a file", async () => {
  const key = makeKey(data);
  const server = spawnServer({ command: [process.execPath, MAIN], data });
  const url = await urlOf(server);
  const response = await fetch(`${url}/v1/events?wait=true`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(
      ["anna", "=bert"].map((contact_id, i) => ({
        type: "deal_closed",
        location_id: "here",
        contact_id,
        value: i + 0.5,
      })),
    ),
  });
  expect(response.status).toBe(200);
  const beside = await run("events", "--timeframe", "all", "--location", "here", "--filter", "contact_id:contains:e");
  expect(beside).toMatchObject({ code: 0, err: "" });
  const [head = [], ...rows] = readCsv(beside.out);
  expect(rows.map((row) => row[head.indexOf("contact_id")])).toEqual(["'=bert"]);
  await kill(server, "SIGTERM");
  const out = join(data, "figures.ndjson");
  const alone = await run(
    "/explore?kpi=revenue&by=contact_id&timeframe=24h",
    "--format",
    "ndjson",
    "--out",
    out,
    "--json",
  );
  expect(alone).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(alone.out)).toMatchObject({ format: "ndjson", rows: 2, out });
  const lines = readFileSync(out, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).revenue)).toEqual(["1.50", "0.50"]);
  expect(readdirSync(dataPaths(data).temp).filter((name) => name.startsWith("export-"))).toEqual([]);
  const control = openControl(dataPaths(data).control);
  const noted = control.audits({ action: "export_ended", locations: null, limit: 10 });
  expect(noted.map(({ actor_kind, object }) => `${actor_kind} ${object}`)).toEqual(["command query", "command events"]);
  control.close();
}, 60_000);

test.each([
  [[], 2, "export what"],
  [["nothing"], 1, "There is no such export"],
  [["query"], 1, "kpi:"],
  [["/login"], 1, "the address of no page"],
  [["events", "--json"], 2, "--out FILE"],
])(
  "export %p ends with %p",
  async (args, code, said) => {
    const outcome = await run(...args);
    expect(outcome.code).toBe(code);
    expect(outcome.err).toContain(said);
  },
  30_000,
);

test("the address of a page is the export of what it shows", () => {
  const view = exportOfView(
    "https://bi.example.com/explore?kpi=leads&by=data.source&timeframe=7d&filter=bot_id:eq:x&kind=bars",
  );
  expect(view?.what).toBe("query");
  expect(Object.fromEntries(view?.search ?? [])).toEqual({
    timeframe: "7d",
    filter: "bot_id:eq:x",
    kpi: "leads",
    by: "data.source",
  });
  expect(exportOfView("/login")).toBeNull();
  expect(exportOfView("events")).toBeNull();
});
