import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type ImportJob, MapError } from "../../src/ingest/import.ts";
import { type ImportWorld, importWorld } from "../support/imported.ts";

let world: ImportWorld;
beforeAll(async () => {
  world = await importWorld();
});
afterAll(async () => await world.close());

const CSV = "key,day,price\n1,2026-01-02,10.5\n2,2026-01-03,20.25\n";
const MAP =
  "SELECT 'sale-' || key AS id, 'deal_closed' AS type, CAST(day AS TIMESTAMP) AS time, CAST(price AS DECIMAL(18, 4)) AS value FROM input";

function file(name: string, content: string | Uint8Array): string {
  const path = join(world.data, name);
  writeFileSync(path, content);
  return path;
}

function job(files: readonly string[], map: string, given: Partial<ImportJob> = {}): ImportJob {
  return { files, map, location_id: "shop", timezone: "UTC", csv_delim: null, dry_run: false, ...given };
}

async function stored(location_id: string): Promise<readonly Record<string, unknown>[]> {
  return await world.store.rows(
    "SELECT id, time, value, data::VARCHAR AS data FROM events WHERE location_id = $1 ORDER BY id",
    [location_id],
  );
}

const DAY_2 = Date.UTC(2026, 0, 2) * 1_000;

describe("an import", () => {
  test("stores each row once, however often it is run", async () => {
    const sales = file("sales.csv", CSV);
    expect(await world.run(job([sales], MAP))).toEqual({ accepted: 2, duplicates: 0, rejected: 0, errors: [] });
    expect(await world.run(job([sales], MAP))).toEqual({ accepted: 0, duplicates: 2, rejected: 0, errors: [] });
    expect(await stored("shop")).toMatchObject([
      { id: "sale-1", time: DAY_2, value: "10.5000" },
      { id: "sale-2", value: "20.2500" },
    ]);
  });

  test("takes times without a zone as those of --timezone", async () => {
    const sales = file("zoned.csv", CSV);
    await world.run(job([sales], MAP, { location_id: "west", timezone: "America/Los_Angeles" }));
    expect((await stored("west"))[0]).toMatchObject({ time: DAY_2 + 8 * 3_600 * 1_000_000 });
  });

  test("writes nothing in a dry run, and shows the first events and errors", async () => {
    const sales = file("dry.csv", "key,day,price\n1,2026-01-02,10.5\n2,2026-01-03,-1\n");
    const map = MAP.replace("'sale-' || key", "CASE key WHEN 2 THEN '' ELSE 'sale-' || key END");
    const report = await world.run(job([sales], map, { location_id: "dry", dry_run: true }));
    expect(report).toMatchObject({
      accepted: 1,
      rejected: 1,
      errors: [{ row: 2, field: "id", code: "field_invalid" }],
    });
    expect(report.events).toMatchObject([{ id: "sale-1", time: "2026-01-02T00:00:00.000Z", value: "10.5" }]);
    expect(await stored("dry")).toEqual([]);
    expect(world.control.location("dry")).toBeNull();
  });

  test("reads NDJSON, JSON, gzip and several files as one", async () => {
    const lines = '{"key":1,"day":"2026-01-02","price":1}\n{"key":2,"day":"2026-01-02","price":2}\n';
    const ndjson = file("a.ndjson", lines);
    const zipped = file("b.ndjson.gz", gzipSync(lines.replaceAll('"key":', '"key":1')));
    expect((await world.run(job([ndjson, zipped], MAP, { location_id: "lines" }))).accepted).toBe(4);
    const json = file("c.json", '[{"key":1,"day":"2026-01-02","price":1}]');
    expect((await world.run(job([json], MAP, { location_id: "json" }))).accepted).toBe(1);
    const semicolons = file("d.csv", CSV.replaceAll(",", ";"));
    expect((await world.run(job([semicolons], MAP, { location_id: "semi", csv_delim: ";" }))).accepted).toBe(2);
  });

  test("gives each file a view of its own", async () => {
    const one = file("one.csv", "key\n1\n");
    const two = file("two.csv", "other\nx\n");
    const map =
      "SELECT 'a' || key AS id, 'lead_created' AS type, TIMESTAMP '2026-01-02' AS time FROM input_1 UNION ALL SELECT 'b' || other, 'lead_lost', TIMESTAMP '2026-01-03' FROM input_2";
    expect((await world.run(job([one, two], map, { location_id: "two" }))).accepted).toBe(2);
  });

  test("keeps nested data, and refuses money that a double has blurred", async () => {
    const sales = file("nested.csv", CSV);
    const map =
      "SELECT 'n' || key AS id, 'deal_closed' AS type, TIMESTAMP '2026-01-02' AS time, CASE key WHEN 1 THEN 0.1::DOUBLE + 0.2::DOUBLE ELSE 7.25::DOUBLE END AS value, {'a': {'b': [key]}} AS data FROM input";
    const report = await world.run(job([sales], map, { location_id: "nested" }));
    expect(report).toMatchObject({
      accepted: 1,
      rejected: 1,
      errors: [{ row: 1, field: "value", code: "value_invalid" }],
    });
    expect(await stored("nested")).toMatchObject([{ value: "7.2500", data: '{"a":{"b":[2]}}' }]);
  });

  test("reads a map with a semicolon and a comment behind it", async () => {
    const sales = file("ended.csv", CSV);
    const map = `${MAP};\n-- that is all; thank you\n`;
    expect((await world.run(job([sales], map, { location_id: "ended" }))).accepted).toBe(2);
  });
});

describe("a map that does not fit says so", () => {
  const cases: readonly { name: string; map: string; says: RegExp }[] = [
    { name: "no SQL", map: "SELEKT 1", says: /no SQL that DuckDB understands/ },
    { name: "two statements", map: "SELECT 1; SELECT 2", says: /must be one SELECT; it has 2/ },
    { name: "a column that is not there", map: "SELECT prize FROM input", says: /prize.*\n?.*input_1 has key/s },
    {
      name: "a column that no event has",
      map: "SELECT 'x' AS id, 'a' AS type, now() AS time, 1 AS colour FROM input",
      says: /colour.*data/,
    },
    { name: "no id", map: "SELECT 'a' AS type, now() AS time FROM input", says: /no column id.*twice/ },
    { name: "no time", map: "SELECT 'x' AS id, 'a' AS type FROM input", says: /no column time/ },
    {
      name: "a time that is a number",
      map: "SELECT 'x' AS id, 'a' AS type, 17 AS time FROM input",
      says: /time is INTEGER/,
    },
    { name: "another file", map: "SELECT * FROM '/etc/passwd'", says: /does not fit|understands/ },
    { name: "a statement that writes", map: "COPY input TO '/tmp/stolen.csv'", says: /./ },
  ];
  for (const { name, map, says } of cases) {
    test(name, async () => {
      const sales = file("bad.csv", CSV);
      const failure = await world.run(job([sales], map, { location_id: "bad" })).catch((error) => error);
      expect(failure).toBeInstanceOf(MapError);
      expect(failure.message).toMatch(says);
      expect(await stored("bad")).toEqual([]);
    });
  }

  test("a file of an unknown kind", async () => {
    const failure = await world.run(job([file("sales.xls", CSV)], MAP)).catch((error) => error);
    expect(failure.message).toMatch(/what kind of file/);
  });
});
