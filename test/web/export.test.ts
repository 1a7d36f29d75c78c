/** Exports over HTTP: every format read back is the API's answer, for those who may, and it is noted who took it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import ExcelJS from "exceljs";
import { z } from "zod";
import { formatInstant } from "../../src/catalogue/time.ts";
import { plainRows } from "../../src/store/values.ts";
import { type Running, running } from "../support/appliance.ts";
import { readCsv } from "../support/csv.ts";
import { twoMonths } from "../support/seed.ts";

let app: Running;
let analyst: string;

beforeAll(async () => {
  app = await running();
  await app.post(twoMonths(Date.now()));
  await app.post([
    {
      id: "odd",
      type: "deal_closed",
      location_id: "jorge_main",
      contact_id: '=1+1, "x"',
      value: "0.0001",
      data: { note: "a\r\nb", n: 1 },
    },
  ]);
  analyst = app.key(["read", "export"]);
});
afterAll(() => app.stop());

const RANGE = `from=${new Date(Date.now() - 20 * 86_400_000).toISOString()}&to=${new Date(Date.now() + 60_000).toISOString()}`;

async function file(address: string, key = analyst): Promise<{ response: Response; bytes: Uint8Array<ArrayBuffer> }> {
  const response = await app.ask(`/api/export/${address}`, key);
  return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
}

async function textOf(address: string, key = analyst): Promise<string> {
  const { response, bytes } = await file(address, key);
  expect(response.status).toBe(200);
  return new TextDecoder().decode(bytes);
}

async function apiEvents(query: string): Promise<Record<string, unknown>[]> {
  const events: Record<string, unknown>[] = [];
  for (let cursor = ""; ; ) {
    const answer = await app.ask(`/api/bi/events?${query}&limit=1000${cursor && `&cursor=${cursor}`}`, analyst);
    const body: { events: Record<string, unknown>[]; next_cursor: string | null } = JSON.parse(await answer.text());
    events.push(...body.events);
    if (body.next_cursor === null) return events;
    cursor = body.next_cursor;
  }
}

async function parquetRows(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  const path = join(app.data, "read-back.parquet");
  writeFileSync(path, bytes);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  return plainRows<Record<string, unknown>>(await connection.run(`SELECT * FROM read_parquet('${path}')`));
}

test("events as JSON, NDJSON and CSV are those of the API, all of them, in its order", async () => {
  const events = await apiEvents(RANGE);
  expect(JSON.parse(await textOf(`events?${RANGE}&format=json`))).toEqual(events);
  const lines = (await textOf(`events?${RANGE}&format=ndjson`)).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(events);
  const [head = [], ...rows] = readCsv(await textOf(`events?${RANGE}&format=csv`));
  const written = events.map((event) =>
    head.map((name) => {
      const value = event[name ?? ""];
      if (value === '=1+1, "x"') return `'${value}`;
      if (value === null) return null;
      return typeof value === "object" ? JSON.stringify(value) : String(value);
    }),
  );
  expect(rows).toEqual(written);
});

test("events as Parquet are those of the API, typed", async () => {
  const events = await apiEvents(RANGE);
  const rows = await parquetRows((await file(`events?${RANGE}&format=parquet`)).bytes);
  const read = rows.map((row) => ({
    ...row,
    time: formatInstant(Number(row.time)),
    received_at: formatInstant(Number(row.received_at)),
    value: row.value === null ? null : String(row.value).replace(/(\.\d\d(\d*[1-9])?)0*$/, "$1"),
    data: JSON.parse(String(row.data)),
  }));
  const sorted = (list: Record<string, unknown>[]) =>
    list.toSorted((one, other) => (String(one.id) < String(other.id) ? -1 : 1));
  expect(sorted(read)).toEqual(sorted(events));
});

test("events as a workbook have every row, dates and amounts as such", async () => {
  const events = await apiEvents(RANGE);
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.load((await file(`events?${RANGE}&format=xlsx`)).bytes.buffer);
  const [sheet, about] = workbook.worksheets;
  expect(sheet?.rowCount).toBe(events.length + 1);
  const place = events.findIndex(({ id }) => id === "odd");
  const row = sheet?.getRow(place + 2);
  expect(row?.getCell(3).value).toEqual(new Date(String(events[place]?.time)));
  expect([row?.getCell(6).value, row?.getCell(8).value]).toEqual(['=1+1, "x"', 0.0001]);
  expect(JSON.stringify(about?.getSheetValues())).toContain(String(events.length.toLocaleString("en-US")));
});

test("figures in every format are the answer of /api/bi/query, digit for digit", async () => {
  const from = "2026-01-01T00:00:00Z";
  const body = {
    kpis: ["revenue", "leads", "conversion_rate"],
    by: ["bot_id"],
    grain: "day",
    timeframe: "7d",
    filters: [],
  };
  const answer: { columns: { name: string }[]; rows: unknown[][] } = JSON.parse(
    await (await app.ask("/api/bi/query", analyst, { json: body })).text(),
  );
  const objects = answer.rows.map((row) => Object.fromEntries(answer.columns.map(({ name }, at) => [name, row[at]])));
  const address = "query?kpi=revenue,leads,conversion_rate&by=bot_id&grain=day&timeframe=7d";
  expect(JSON.parse(await textOf(`${address}&format=json`))).toEqual(objects);
  const [, ...rows] = readCsv(await textOf(`${address}&format=csv`));
  expect(rows).toEqual(answer.rows.map((row) => row.map((cell) => (cell === null ? null : String(cell)))));
  const parquet = await parquetRows((await file(`${address}&format=parquet`)).bytes);
  const typed = parquet.map((row) => ({
    ...row,
    t: formatInstant(Number(row.t)),
    revenue: String(row.revenue).replace(/(\.\d\d(\d*[1-9])?)0*$/, "$1"),
  }));
  expect(typed as unknown[]).toEqual(objects);
  expect(from < String(objects[0]?.t)).toBe(true);
});

test("contacts are those of the API, with what they brought in", async () => {
  const { contacts }: { contacts: Record<string, unknown>[] } = JSON.parse(
    await (await app.ask("/api/bi/contacts?timeframe=7d&limit=1000", analyst)).text(),
  );
  const rows: Record<string, unknown>[] = JSON.parse(await textOf("contacts?timeframe=7d&format=json"));
  const shaped = rows.map(({ revenue_USD, ...row }) => ({ ...row, revenue: revenue_USD ? { USD: revenue_USD } : {} }));
  expect(shaped as unknown[]).toEqual(contacts);
});

test.each([
  ["drill-down?kpi=revenue&by=bot_id", ["key", "currency", "value", "share", "previous", "change"]],
  ["funnel?steps=lead_created,lead_qualified", ["type", "count", "rate_from_previous", "rate_from_first", "median_ms"]],
  ["retention?birth=lead_created&return=lead_qualified", ["cohort", "size", "period", "count", "rate"]],
])("%s has its columns", async (address, columns) => {
  const [head, ...rows] = readCsv(await textOf(`${address}&timeframe=30d`));
  expect(head).toEqual(columns);
  expect(rows.length).toBeGreaterThan(0);
});

test("filters, location and figure are in force", async () => {
  const events: { type: string; bot_id: string; location_id: string }[] = JSON.parse(
    await textOf("events?format=json&timeframe=30d&location_id=luna_salon&filter=bot_id:eq:jade"),
  );
  expect(new Set(events.map(({ bot_id, location_id }) => `${bot_id} ${location_id}`))).toEqual(
    new Set(["jade luna_salon"]),
  );
  const behind: { type: string }[] = JSON.parse(await textOf("events?format=json&kpi=revenue"));
  expect(new Set(behind.map(({ type }) => type))).toEqual(new Set(["deal_closed"]));
});

test("who may not export is refused with the remedy; a key of one location gets its rows alone", async () => {
  expect((await file("events", app.key(["read"]))).response.status).toBe(403);
  const own = app.key(["read", "export"], "luna_salon");
  const events: { location_id: string }[] = JSON.parse(await textOf("events?format=json", own));
  expect(new Set(events.map(({ location_id }) => location_id))).toEqual(new Set(["luna_salon"]));
  expect((await file("events?location_id=jorge_main", own)).response.status).toBe(403);
  const [, ...rows] = readCsv(await textOf("query?kpi=events&by=location_id", own));
  expect(rows.map(([location]) => location)).toEqual(["luna_salon"]);
  expect((await file("audit")).response.status).toBe(403);
  expect((await file("audit", app.key(["admin", "export"]))).response.status).toBe(200);
});

test.each([
  ["nothing", 404],
  ["events?foo=1", 422],
  ["query", 422],
  ["query?kpi=nope", 422],
  ["query?kpi=revenue&by=nope%20x", 422],
  ["events?format=pdf", 422],
  ["events?timeframe=7d&from=2026-01-01T00:00:00Z", 422],
  ["query?kpi=events&by=contact_id&grain=minute&timeframe=1y", 422],
])("%s is %p", async (address, status) => {
  expect((await file(address)).response.status).toBe(status);
});

test("it is noted before the first byte and when it is over: who, what, how much, never a filter's value", async () => {
  const { response, bytes } = await file("events?format=csv&timeframe=7d&filter=bot_id:eq:seller-bot");
  const [end, begin] = app.parts.control.audits({ locations: null, limit: 2 });
  expect([begin?.action, begin?.object, begin?.actor_kind]).toEqual(["export_begun", "events", "key"]);
  const rows = Number(response.headers.get("x-rows"));
  expect(begin?.details).toMatchObject({ format: "csv", filters: 1, rows });
  expect(end?.action).toBe("export_ended");
  expect(end?.details).toMatchObject({
    outcome: "done",
    rows,
    bytes: bytes.length,
    request_id: begin?.details.request_id ?? "",
  });
  expect(JSON.stringify([begin, end])).not.toContain("seller-bot");
});

test("only so many are written at once; who comes too many is told when to come again", async () => {
  const { exports_at_once_max } = app.parts.settings;
  const many = await Promise.all(Array.from({ length: exports_at_once_max + 6 }, () => file("events?timeframe=30d")));
  const statuses = many.map(({ response }) => response.status);
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  const refused = many.find(({ response }) => response.status === 503);
  expect(refused?.response.headers.get("retry-after")).toBe("5");
  expect((await file("events?timeframe=24h")).response.status).toBe(200);
});

test("who goes away in the midst of it leaves nothing behind, and the next one has a place", async () => {
  const stop = new AbortController();
  const response = await app.ask("/api/export/events?format=ndjson&timeframe=all", analyst, { signal: stop.signal });
  const reader = response.body?.getReader();
  await reader?.read();
  stop.abort();
  await reader?.read().catch(() => {});
  for (let at = 0; at < app.parts.settings.exports_at_once_max + 1; at++) {
    for (let tries = 0; tries < 50; tries++) {
      const { response: next } = await file("query?kpi=events&format=parquet");
      if (next.status === 200) break;
      expect(tries).toBeLessThan(49);
      await Bun.sleep(20);
    }
  }
  expect(readdirSync(join(app.data, "tmp")).filter((name) => name.startsWith("export-"))).toEqual([]);
});

test("a question for its head alone is answered without an export", async () => {
  const before = app.parts.control.auditHead().entries;
  const response = await app.ask("/api/export/events?format=xlsx", analyst, { method: "HEAD" });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-disposition")).toContain(".xlsx");
  expect(app.parts.control.auditHead().entries).toBe(before);
});

test("a funnel is exported with the conditions of its steps, as the page spells them", async () => {
  const steps = (text: string) => `funnel?${RANGE}&format=json&steps=${encodeURIComponent(text)}`;
  const count = z.array(z.object({ type: z.string(), count: z.number() }));
  const all = count.parse(JSON.parse(await textOf(steps("lead_created,lead_qualified"))));
  const none = count.parse(JSON.parse(await textOf(steps("lead_created|data.source:eq:nowhere>lead_qualified"))));
  const some = count.parse(JSON.parse(await textOf(steps("lead_created|data.source:eq:portal>lead_qualified"))));
  expect(all[0]?.count).toBeGreaterThan(0);
  expect(none.map((step) => step.count)).toEqual([0, 0]);
  expect(some).toEqual(all);
  expect((await file(steps("lead_created|data.source>lead_qualified"))).response.status).toBe(422);
});
