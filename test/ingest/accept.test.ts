/** What an accepted event becomes, and what becomes of a batch; accept-refused.test.ts has the ways to be refused. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { envelope } from "../../src/catalogue/events/envelope.ts";
import { eventTypes } from "../../src/catalogue/events.ts";
import { parseInstant } from "../../src/catalogue/time.ts";
import { type AcceptContext, acceptEvents, acceptRows } from "../../src/ingest/accept.ts";
import { fingerprint } from "../../src/ingest/fingerprint.ts";
import { goodEvent, nested } from "../support/bodies.ts";
import { context, LIMITS, linesOf, NOW, post } from "../support/ingest.ts";

type Raw = Record<string, unknown>;
const GOOD = { id: "good", type: "x", location_id: "here" };
const HOUR_US = 3_600_000_000;

test("an event that is no object is refused without a field", () => {
  const outcome = accepted([null, 5, "x", true, [], [GOOD]]);
  expect(outcome.rejections.map(({ field, code }) => [field, code])).toEqual(Array(6).fill([null, "field_invalid"]));
});

test("a refusal never repeats what was sent", async () => {
  const secret = "s3cr3t-value";
  for (const field of ["type", "time", "value", "currency", "duration_ms", "success", "data"]) {
    const outcome = await post(JSON.stringify({ ...GOOD, [field]: secret.toUpperCase() }));
    expect(JSON.stringify("status" in outcome ? outcome : outcome.rejections)).not.toContain(secret.toUpperCase());
  }
});

const KEPT: readonly { name: string; sent: Raw | string; line: Raw }[] = [
  { name: "nothing but a type", sent: {}, line: { type: "x", time: NOW, received_at: NOW, location_id: "here" } },
  {
    name: "nulls are absent",
    sent: { time: null, bot_id: null, value: null, currency: null, duration_ms: null, success: null, data: null },
    line: { time: NOW },
  },
  { name: "empty names are absent", sent: { bot_id: "", contact_id: "", conversation_id: "" }, line: {} },
  { name: "128 emoji are 128 characters", sent: { bot_id: "😀".repeat(128) }, line: { bot_id: "😀".repeat(128) } },
  {
    name: "microseconds and offset",
    sent: { time: "2026-02-01T01:00:00.123456+01:00" },
    line: { time: Date.UTC(2026, 1, 1) * 1000 + 123_456 },
  },
  { name: "exactly an hour ahead", sent: { time: "2026-03-01T13:00:00Z" }, line: { time: NOW + HOUR_US } },
  {
    name: "a hundred years ago",
    sent: { time: "1926-03-01T13:00:00Z" },
    line: { time: Date.UTC(1926, 2, 1, 13) * 1000 },
  },
  { name: "a value in the location's currency", sent: { value: "12.50" }, line: { value: "12.5", currency: "USD" } },
  {
    name: "another location's currency",
    sent: { value: 3, location_id: "there" },
    line: { value: "3", currency: "EUR" },
  },
  { name: "a value's own currency", sent: { value: 0.1, currency: "GBP" }, line: { value: "0.1", currency: "GBP" } },
  { name: "a value of 0", sent: { type: "deal_closed", value: 0 }, line: { value: "0", currency: "USD" } },
  { name: "a number with an exponent", sent: '"value":1.5e3', line: { value: "1500" } },
  { name: "a number with many zeros", sent: '"value":450000.0000000000000', line: { value: "450000" } },
  { name: "a long number that is no value of the event", sent: '"data":{"value":1234567890.12345678}', line: {} },
  { name: "the largest value as text", sent: { value: "99999999999999.9999" }, line: { value: "99999999999999.9999" } },
  { name: "a currency without value", sent: { currency: "EUR" }, line: { currency: "EUR" } },
  { name: "a refund, either sign", sent: { type: "refund_issued", value: "15.30" }, line: { value: "-15.3" } },
  {
    name: "a refund that is negative already",
    sent: { type: "refund_issued", value: -15.3 },
    line: { value: "-15.3" },
  },
  { name: "a false success", sent: { success: false }, line: { success: false } },
  { name: "a duration of 0", sent: { duration_ms: 0 }, line: { duration_ms: 0 } },
  { name: "16 levels of data", sent: { data: nested(16) }, line: { data: nested(16) } },
  { name: "empty data", sent: { data: {} }, line: { data: {} } },
  {
    name: "control characters and backslashes",
    sent: { data: { a: "\u0001\n\\u0000" } },
    line: { data: { a: "\u0001\n\\u0000" } },
  },
  { name: "a whole surrogate pair, escaped", sent: '"data":{"a":"\\ud83d\\ude00"}', line: { data: { a: "😀" } } },
  {
    name: "an unknown type",
    sent: { type: "roof_inspected:v2", data: { roof: 1 } },
    line: { type: "roof_inspected:v2", data: { roof: 1 } },
  },
  {
    name: "further keys of a known type",
    sent: { type: "lead_created", data: { source: "ad", extra: [1] } },
    line: { data: { source: "ad", extra: [1] } },
  },
  {
    name: "a lead without source",
    sent: { type: "lead_created", data: { source: null } },
    line: { data: { source: null } },
  },
  { name: "a lead without data", sent: { type: "lead_created" }, line: { type: "lead_created" } },
  {
    name: "an alias, and the employee as bot",
    sent: { type: "ai:activity", data: { ai_employee: "luna", activity_type: "call" } },
    line: { type: "ai_activity", bot_id: "luna" },
  },
  {
    name: "a bot beside the employee",
    sent: { type: "ai_activity", bot_id: "jade", data: { ai_employee: "luna", activity_type: "call" } },
    line: { bot_id: "jade" },
  },
  {
    name: "a metric in data",
    sent: { type: "metrics:update", data: { metric: "m", value: 0.123456 } },
    line: { type: "metric_update", data: { metric: "m", value: 0.123456 } },
  },
  {
    name: "a metric in the envelope",
    sent: { type: "metric_update", value: 0.123456, data: { metric: "m" } },
    line: { data: { metric: "m", value: 0.123456 } },
  },
];
for (const { name, sent, line } of KEPT) {
  test(`kept: ${name}`, async () => {
    const body =
      typeof sent === "string"
        ? `{"id":"k","type":"x","location_id":"here",${sent}}`
        : JSON.stringify({ ...GOOD, ...sent });
    const outcome = await post(body);
    if ("status" in outcome) throw new Error(outcome.detail);
    expect(outcome.rejections).toEqual([]);
    const [kept = {}] = linesOf(outcome);
    expect(kept).toMatchObject(line);
    expect(Object.values(kept)).not.toContain(null);
    expect(kept.fingerprint).toBe(fingerprint(String(kept.location_id), String(kept.id)));
  });
}

test("a reported metric is no money", () => {
  const [line = {}] = linesOf(accepted([{ ...GOOD, type: "metric_update", value: 5, data: { metric: "m" } }]));
  expect("value" in line || "currency" in line).toBe(false);
});

test("every example of the catalogue is accepted", () => {
  const outcome = accepted(eventTypes.map(({ example }) => ({ ...example, location_id: "here" })));
  expect(outcome.rejections).toEqual([]);
  expect(linesOf(outcome).map(({ type }) => type)).toEqual(eventTypes.map(({ type }) => type));
});

test("a key bound to one location gives it, and takes no other", () => {
  const bound = context({ location_id: "there", locations: ["there"] });
  const outcome = accepted(
    [{ type: "x" }, { type: "x", location_id: "there" }, { type: "x", location_id: "here" }],
    bound,
  );
  expect(linesOf(outcome).map(({ location_id }) => location_id)).toEqual(["there", "there"]);
  expect(outcome.rejections).toMatchObject([{ index: 2, field: "location_id", code: "location_forbidden" }]);
});

test("a caller of all locations may name any", () => {
  const outcome = accepted([{ type: "x", location_id: "new" }, GOOD], context({ locations: null }));
  expect(outcome.location_ids).toEqual(["new", "here"]);
});

test("a refused event is filed only under a location that the caller may use", () => {
  const bad = { type: "X" };
  const filed = (raw: unknown, given: Partial<AcceptContext>) =>
    accepted([raw], context(given)).rejected_raw[0]?.location_id;
  expect(filed({ ...bad, location_id: "here" }, {})).toBe("here");
  expect(filed({ ...bad, location_id: "elsewhere" }, {})).toBeNull();
  expect(filed({ ...bad, location_id: "elsewhere" }, { locations: null })).toBe("elsewhere");
  expect(filed({ ...bad, location_id: "elsewhere" }, { location_id: "there", locations: ["there"] })).toBe("there");
  expect(filed(bad, {})).toBeNull();
  expect(filed(5, {})).toBeNull();
});

test("the same id in the same location counts once, in another location again; a refused one claims nothing", () => {
  const sent = [
    { ...GOOD, value: "bad" },
    GOOD,
    { ...GOOD, value: 5 },
    { ...GOOD, location_id: "there" },
    { type: "x", location_id: "here" },
    { type: "x", location_id: "here" },
  ];
  const outcome = accepted(sent);
  expect(outcome.repeated).toBe(1);
  expect(linesOf(outcome).map(({ id, location_id }) => `${location_id} ${id}`)).toEqual([
    "here good",
    "there good",
    "here made-1",
    "here made-2",
  ]);
  expect(outcome.rows).toBe(4);
  expect([...outcome.fingerprints]).toEqual(linesOf(outcome).map((line) => Number(line.fingerprint)));
});

test("nothing in, nothing out", () => {
  expect(accepted([])).toMatchObject({
    rows: 0,
    repeated: 0,
    location_ids: [],
    rejections: [],
    rejected_raw: [],
    lines: new Uint8Array(),
  });
});

test("a refused event's text is kept for the quarantine, with an inexact number as it was written", async () => {
  const body = '[{"type":"x","location_id":"here","value":12345678901234567.5}]';
  const outcome = await post(body);
  expect("status" in outcome ? outcome : outcome.rejected_raw[0]?.raw).toBe(body.slice(1, -1));
});

test("rows of an import are events with microseconds for a time", () => {
  const row = { ...GOOD, time: 1_000_001, contact_id: null, value: "450000.0000", data: { grade: 7 } };
  const [line = {}] = linesOf(acceptRows([row], context()));
  expect(line).toEqual({
    id: "good",
    type: "x",
    time: 1_000_001,
    location_id: "here",
    value: "450000",
    currency: "USD",
    data: { grade: 7 },
    received_at: NOW,
    fingerprint: fingerprint("here", "good"),
  });
  const bad = acceptRows(
    [
      { ...row, time: "2026-01-01T00:00:00Z" },
      { ...row, time: 1.5 },
      { ...row, time: NOW + HOUR_US + 1 },
    ],
    context(),
  );
  expect(bad.rejections.map(({ code }) => code)).toEqual(["time_invalid", "time_invalid", "time_in_future"]);
});

test("a generated event keeps every field as it was sent", () => {
  fc.assert(
    fc.property(goodEvent, (sent) => {
      const [line = {}] = linesOf(accepted([sent]));
      for (const field of ["id", "contact_id", "success", "duration_ms"]) {
        // JSON has no minus zero.
        expect(line[field] ?? null).toEqual(sent[field] === 0 ? 0 : (sent[field] ?? null));
      }
      if (typeof sent.time === "string") expect(line.time).toBe(parseInstant(sent.time));
      if (sent.type !== "metric_update")
        expect(line.data ?? null).toEqual(JSON.parse(JSON.stringify(sent.data ?? null)));
    }),
    { numRuns: 500 },
  );
});

test("the published schema of the envelope takes what accept takes", () => {
  fc.assert(
    fc.property(goodEvent, (sent) =>
      expect(envelope.safeParse(JSON.parse(JSON.stringify(sent))).error).toBeUndefined(),
    ),
  );
});

test("the fingerprint is a safe integer that never changes", () => {
  expect(fingerprint("jorge_main", "event-1")).toBe(PINNED);
  const seen = new Set<number>();
  for (let i = 0; i < 200_000; i++) seen.add(fingerprint("jorge_main", `order-${i}`));
  expect(seen.size).toBe(200_000);
  expect([...seen].every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
});

const PINNED = 4813294955920162;

function accepted(events: unknown[], given: AcceptContext = context({ limits: LIMITS })) {
  return acceptEvents({ events, unread: new Map(), inexact: new Map() }, given);
}
