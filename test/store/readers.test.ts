import { afterEach, expect, test } from "bun:test";
import { QueryAborted, QueryTimeout, QueryTooLarge } from "../../src/store/errors.ts";
import { cleanUp, closeTestStore, eventOf, groupOf, NOON, openTestStore, temporaryFolder } from "./fixture.ts";

afterEach(cleanUp);

const ENDLESS = "SELECT count(*) AS n FROM range(1000000000) a, range(1000000000) b WHERE a.range + b.range = 7";

test("values come back as plain ones", async () => {
  const store = await openTestStore();
  const rows = await store.rows(
    "SELECT 9007199254740991 AS whole, 12::HUGEINT AS huge, 1.50::DECIMAL(18,4) AS money, make_timestamp(1772366400123457) AS time, " +
      "['a', NULL, 'c'] AS list, '{\"a\": 1}'::JSON AS json, 0.5 AS half, 1e0 AS one, NULL AS nothing, true AS yes, DATE '1970-01-02' AS day",
    [],
  );
  expect(rows).toEqual([
    {
      whole: 9007199254740991,
      huge: 12,
      money: "1.5000",
      time: 1772366400123457,
      list: ["a", null, "c"],
      json: '{"a": 1}',
      half: "0.5",
      one: 1,
      nothing: null,
      yes: true,
      day: 86_400_000_000,
    },
  ]);
});

test("parameters are bound, never read as SQL", async () => {
  const store = await openTestStore();
  const evil = "'; DROP TABLE events; --";
  const [row] = await store.rows(
    "SELECT $1 AS text, make_timestamp($2) AS time, $3 AS real, $4 AS yes, $5::VARCHAR AS nothing, list_contains($6, $1) AS listed, len($7) AS none",
    [evil, NOON, 0.25, true, null, ["x", evil], []],
  );
  expect(row).toEqual({ text: evil, time: NOON, real: 0.25, yes: true, nothing: null, listed: true, none: 0 });
});

test("a query that takes too long is stopped, and the next one runs", async () => {
  const store = await openTestStore(temporaryFolder(), { query_timeout_ms: 150 });
  for (let round = 0; round < 6; round++) {
    expect(await store.rows(ENDLESS, []).catch((error: unknown) => error)).toBeInstanceOf(QueryTimeout);
  }
  expect(await store.rows("SELECT 1 AS one", [])).toEqual([{ one: 1 }]);
});

test("a query whose asker left is stopped, running or waiting", async () => {
  const store = await openTestStore();
  const gone = new AbortController();
  const asked = Array.from({ length: 9 }, () => store.rows(ENDLESS, [], gone.signal).catch((error: unknown) => error));
  setTimeout(() => gone.abort(), 60);
  for (const answer of await Promise.all(asked)) expect(answer).toBeInstanceOf(QueryAborted);
  expect(await store.rows("SELECT 1 AS one", [])).toEqual([{ one: 1 }]);
});

test("more questions than connections wait for their turn", async () => {
  const store = await openTestStore();
  const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => store.rows("SELECT $1 + 1 AS n", [n])));
  expect(answers.map(([row]) => row)).toEqual(Array.from({ length: 40 }, (_, n) => ({ n: n + 1 })));
});

test("closing stops what runs", async () => {
  const store = await openTestStore();
  const running = store.rows(ENDLESS, []).catch((error: unknown) => error);
  await Bun.sleep(30);
  await closeTestStore(store);
  expect(await running).toBeInstanceOf(QueryAborted);
});

test("questions cannot reach files or change settings", async () => {
  const store = await openTestStore();
  await expect(store.rows("SELECT * FROM read_text('/etc/passwd')", [])).rejects.toThrow(/disabled by configuration/);
  await expect(store.rows("SET memory_limit = '1TB'", [])).rejects.toThrow(/locked/);
  await expect(store.rows("INSTALL httpfs", [])).rejects.toThrow();
});

test("times are UTC", async () => {
  const store = await openTestStore();
  expect(await store.rows("SELECT current_setting('TimeZone') AS zone", [])).toEqual([{ zone: "UTC" }]);
});

test("readers see whole groups only", async () => {
  const store = await openTestStore();
  let done = false;
  const seen = (async () => {
    while (!done) {
      const [row] = await store.rows<{ raw: number; rolled: number }>(
        "SELECT (SELECT count(*) FROM events) AS raw, (SELECT coalesce(sum(n), 0) FROM rollup_day) AS rolled",
        [],
      );
      expect((row?.raw ?? -1) % 100).toBe(0);
      expect(row?.rolled).toBe(row?.raw);
    }
  })();
  for (let n = 0; n < 15; n++) {
    await store.apply(
      groupOf(
        store,
        Array.from({ length: 100 }, () => eventOf()),
      ),
    );
    if (n % 5 === 4) await store.maintain(true);
  }
  done = true;
  await seen;
});

test("fingerprints come newest first and stop at the limit", async () => {
  const store = await openTestStore();
  const all: number[] = [];
  for (let n = 0; n < 3; n++) {
    const events = Array.from({ length: 3000 }, () => eventOf());
    all.unshift(...events.map((event) => event.fingerprint).reverse());
    await store.apply(groupOf(store, events));
  }
  expect(await collect(store.fingerprints(1_000_000))).toEqual(all);
  expect(await collect(store.fingerprints(4321))).toEqual(all.slice(0, 4321));
  expect(await collect(store.fingerprints(0))).toEqual([]);
});

async function collect(chunks: AsyncIterable<Float64Array>): Promise<number[]> {
  const all: number[] = [];
  for await (const chunk of chunks) all.push(...chunk);
  return all;
}

test("a query that needs more memory than there is fails as such, and the next one runs", async () => {
  const store = await openTestStore(temporaryFolder(), { memory_mb: 64, temp_max_mb: 1 });
  const large = "SELECT len(list(range::VARCHAR || repeat('x', 1000))) AS n FROM range(400000)";
  expect(await store.rows(large, []).catch((error: unknown) => error)).toBeInstanceOf(QueryTooLarge);
  expect(await store.rows("SELECT 1 AS one", [])).toEqual([{ one: 1 }]);
});
