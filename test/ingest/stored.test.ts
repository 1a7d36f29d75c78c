/** What is accepted must be storable: one line that the store cannot read would hold up all that come after it. */
import { afterEach, expect, test } from "bun:test";
import fc from "fast-check";
import { acceptEvents } from "../../src/ingest/accept.ts";
import { cleanUp, openTestStore } from "../store/fixture.ts";
import { goodEvent } from "../support/bodies.ts";
import { context, linesOf } from "../support/ingest.ts";

afterEach(cleanUp);

const EXTREME: readonly Record<string, unknown>[] = [
  { duration_ms: 1.7976931348623157e308 },
  { duration_ms: 1.7976931348623157e308, type: "call_completed" },
  { duration_ms: 1.7976931348623157e308, type: "call_completed" },
  { duration_ms: 5e-324, type: "call_completed" },
  { duration_ms: -0 },
  { value: "99999999999999.9999", type: "deal_closed" },
  { value: "-99999999999999.9999", type: "deal_closed" },
  { value: 0.0001, type: "deal_closed" },
  { time: "0001-01-01T00:00:00Z" },
  { time: "0000-01-01T00:00:00.001Z" },
  { time: "1685-01-01T00:00:00.000001Z" },
  { id: "😀".repeat(128), bot_id: "\u2028\u2029\u007f\u0001\u001f\ufffe\uffff\ufeff" },
  { id: 'quotes " and \\ and \n and \\u0000 as text', contact_id: "null", conversation_id: "NULL" },
  { bot_id: "' OR 1=1 --", contact_id: "\t", conversation_id: "\u00a0" },
  { data: { "": { "": [[], {}, null, [null]] }, "a.b": 1, 'q"uote': 1, é: "e\u0301" } },
  { data: { n: [1e308, -1e308, 5e-324, 1e-7, 9007199254740991, 0.1, -0] } },
  { data: { processing_time_ms: 1.7976931348623157e308 }, type: "intent_analysis_complete" },
  { data: { processing_time_ms: 1.7976931348623157e308 }, type: "intent_analysis_complete" },
  { data: { processing_time_ms: 5e-324, confidence_score: 1 }, type: "intent_analysis_complete" },
  { data: { wait_ms: 1e300 }, type: "call_answered" },
  { data: { response_ms: 1e300, sentiment: -1 }, type: "conversation_message" },
  { data: { processing_time_ms: "inf", response_ms: {}, wait_ms: [1], sentiment: "NaN", score: "1e999" }, type: "x" },
  { data: { score: 5 }, type: "feedback_received" },
  { data: { metric: "m", value: -1.7976931348623157e308 }, type: "metric_update" },
  { data: { text: "x".repeat(60_000) } },
  { data: { text: "\u0001".repeat(10_000) } },
];

test("extreme values, odd text and a thousand generated events come back from the store as they were sent", async () => {
  const generated = fc.sample(goodEvent, { numRuns: 1_000, seed: 7 });
  const sent = [
    ...EXTREME.map((fields, i) => ({ id: `extreme-${i}`, type: "x", location_id: "here", ...fields })),
    ...generated,
  ];
  const accepted = acceptEvents({ events: sent, unread: new Map(), inexact: new Map() }, context());
  expect(accepted.rejections).toEqual([]);
  expect(accepted.rows).toBe(sent.length);

  const store = await openTestStore();
  const applied = await store.apply({
    seq: 1,
    checksum: 1,
    lines: [accepted.lines],
    rows: accepted.rows,
    suspects: [],
  });
  expect(applied.inserted).toBe(sent.length);

  const columns =
    "id, type, time, location_id, bot_id, contact_id, conversation_id, value::VARCHAR AS value, duration_ms, success, data::VARCHAR AS data";
  const rows = await store.rows<Record<string, unknown>>(`SELECT ${columns} FROM events`, []);
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const line of linesOf(accepted)) {
    const row = byId.get(line.id) ?? {};
    for (const field of [
      "id",
      "type",
      "time",
      "location_id",
      "bot_id",
      "contact_id",
      "conversation_id",
      "duration_ms",
      "success",
    ]) {
      expect(row[field] ?? null).toEqual(line[field] ?? null);
    }
    expect(row.value === null ? null : Number(row.value)).toBe(line.value === undefined ? null : Number(line.value));
    expect(typeof row.data === "string" ? JSON.parse(row.data) : null).toEqual(line.data ?? null);
  }
});
