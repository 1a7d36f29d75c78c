/** CloudEvents 1.0 in its three modes. */
import { expect, test } from "bun:test";
import { linesOf, post } from "../support/ingest.ts";

const ONE = { "content-type": "application/cloudevents+json; charset=utf-8" };
const MANY = { "content-type": "application/cloudevents-batch+json" };
const FULL = {
  specversion: "1.0",
  id: "ce-1",
  type: "deal_closed",
  time: "2026-02-01T08:00:00+01:00",
  source: "seller-bot",
  subject: "contact-17",
  locationid: "here",
  conversationid: "conv-4",
  value: "450000.00",
  currency: "EUR",
  durationms: 1500,
  success: true,
  datacontenttype: "application/json",
  data: { zipcode: "98103" },
};
const EVENT = {
  id: "ce-1",
  type: "deal_closed",
  time: Date.UTC(2026, 1, 1, 7) * 1000,
  location_id: "here",
  bot_id: "seller-bot",
  contact_id: "contact-17",
  conversation_id: "conv-4",
  value: "450000",
  currency: "EUR",
  duration_ms: 1500,
  success: true,
  data: { zipcode: "98103" },
};

test("structured: every attribute has its field", async () => {
  expect(await eventsOf(JSON.stringify(FULL), ONE)).toMatchObject([EVENT]);
});

test("batched: each is an event", async () => {
  expect(await eventsOf(JSON.stringify([FULL, { ...FULL, id: "ce-2" }]), MANY)).toMatchObject([
    EVENT,
    { ...EVENT, id: "ce-2" },
  ]);
  expect(await eventsOf("[]", MANY)).toEqual([]);
});

test("binary: attributes are headers, percent-encoded, and the data is the body", async () => {
  const attributes = Object.entries(FULL).filter(([name]) => name !== "data" && name !== "datacontenttype");
  const headers = Object.fromEntries(attributes.map(([name, value]) => [`ce-${name}`, String(value)]));
  headers["ce-subject"] = "Zo%C3%AB";
  expect(await eventsOf('{"zipcode":"98103"}', { ...headers, "content-type": "application/json" })).toMatchObject([
    { ...EVENT, contact_id: "Zoë" },
  ]);
});

test("binary without data needs no content type", async () => {
  const headers = {
    "ce-specversion": "1.0",
    "ce-type": "x",
    "ce-id": "1",
    "ce-source": "bot",
    "ce-locationid": "here",
  };
  expect(await eventsOf("", headers)).toMatchObject([{ id: "1", type: "x", bot_id: "bot" }]);
});

test("extensions and schemas that the event has no field for are kept under data.ce", async () => {
  const sent = { ...FULL, dataschema: "https://example.com/s", traceparent: "00-1-2-03", sampledrate: 5 };
  expect(await eventsOf(JSON.stringify(sent), ONE)).toMatchObject([
    {
      data: { zipcode: "98103", ce: { dataschema: "https://example.com/s", traceparent: "00-1-2-03", sampledrate: 5 } },
    },
  ]);
});

test("null attributes are absent, and an unknown type is kept", async () => {
  const sent = {
    specversion: "1.0",
    id: "1",
    type: "com.example.thing",
    source: "x",
    locationid: "here",
    time: null,
    data: null,
    subject: null,
  };
  const [event = {}] = await eventsOf(JSON.stringify(sent), ONE);
  expect(event).toMatchObject({ type: "com.example.thing", bot_id: "x" });
  expect("data" in event || "contact_id" in event).toBe(false);
});

const REFUSED: readonly { name: string; change: Record<string, unknown>; field: string; code: string }[] = [
  { name: "no specversion", change: { specversion: undefined }, field: "specversion", code: "field_missing" },
  { name: "another specversion", change: { specversion: "0.3" }, field: "specversion", code: "field_invalid" },
  { name: "no type", change: { type: undefined }, field: "type", code: "field_missing" },
  { name: "a type of another form", change: { type: "com.Example" }, field: "type", code: "type_invalid" },
  { name: "binary data", change: { data_base64: "AAAA" }, field: "data_base64", code: "field_invalid" },
  { name: "data that is no object", change: { data: "text" }, field: "data", code: "field_invalid" },
  {
    name: "data that is an array, with an extension",
    change: { data: [], extra: 1 },
    field: "data",
    code: "field_invalid",
  },
  { name: "the event's own field names", change: { location_id: "here" }, field: "location_id", code: "field_invalid" },
  { name: "a forbidden extension", change: { constructor: "x" }, field: "data.ce.constructor", code: "field_invalid" },
  {
    name: "a key ce in data beside extensions",
    change: { data: { ce: 1 }, extra: 1 },
    field: "data.ce",
    code: "field_invalid",
  },
  { name: "a duration that is no number", change: { durationms: "soon" }, field: "duration_ms", code: "field_invalid" },
  { name: "a success that is neither", change: { success: "yes" }, field: "success", code: "field_invalid" },
  { name: "an inexact value", change: { value: 1234567890123456 }, field: "value", code: "value_invalid" },
  { name: "a bad time", change: { time: "2026-02-30T00:00:00Z" }, field: "time", code: "time_invalid" },
  { name: "no location", change: { locationid: undefined }, field: "location_id", code: "field_missing" },
];
for (const { name, change, field, code } of REFUSED) {
  test(`refused with its field: ${name}`, async () => {
    const batch = [
      { ...FULL, ...change },
      { ...FULL, id: "good" },
    ];
    const outcome = await post(JSON.stringify(batch), MANY);
    if ("status" in outcome) throw new Error(outcome.detail);
    expect(outcome.rejections).toMatchObject([{ index: 0, id: "ce-1", field, code: code as "field_invalid" }]);
    expect(linesOf(outcome).map(({ id }) => id)).toEqual(["good"]);
  });
}

const HEADERS = {
  "ce-specversion": "1.0",
  "ce-type": "x",
  "ce-id": "1",
  "ce-locationid": "here",
  "content-type": "application/json",
};
const WHOLE: readonly { name: string; body: string; headers: Record<string, string>; is: unknown }[] = [
  { name: "an array as one", body: "[]", headers: ONE, is: { status: 400 } },
  { name: "an object as a batch", body: JSON.stringify(FULL), headers: MANY, is: { status: 400 } },
  { name: "broken JSON", body: "{", headers: ONE, is: { status: 400 } },
  { name: "a number", body: "5", headers: ONE, is: { status: 400 } },
  { name: "nothing", body: "", headers: MANY, is: { status: 400 } },
  {
    name: "binary with XML",
    body: "<a/>",
    headers: { ...HEADERS, "content-type": "application/xml" },
    is: { status: 415 },
  },
  {
    name: "binary with lines",
    body: "{}\n{}",
    headers: { ...HEADERS, "content-type": "application/x-ndjson" },
    is: { status: 415 },
  },
  {
    name: "binary with a body but no type",
    body: "{}",
    headers: { "ce-specversion": "1.0", "ce-type": "x" },
    is: { status: 415 },
  },
  { name: "binary with broken data", body: "{", headers: HEADERS, is: { status: 400 } },
  {
    name: "binary with an array",
    body: "[]",
    headers: HEADERS,
    is: { rejections: [{ id: "1", field: "data", code: "field_invalid" }] },
  },
  {
    name: "binary with deep data",
    body: "[".repeat(5_000),
    headers: HEADERS,
    is: { rejections: [{ code: "too_deep" }] },
  },
  {
    name: "binary with large data",
    body: " ".repeat(70_000),
    headers: HEADERS,
    is: { rejections: [{ code: "too_large" }] },
  },
  {
    name: "binary with bad percent-encoding",
    body: "{}",
    headers: { ...HEADERS, "ce-subject": "%ff" },
    is: { rejections: [{ field: "ce-subject", code: "field_invalid" }] },
  },
  {
    name: "binary without specversion",
    body: "{}",
    headers: { "ce-type": "x", "content-type": "application/json" },
    is: { rejections: [{ field: "specversion", code: "field_missing" }] },
  },
  {
    name: "binary with data as a header",
    body: "{}",
    headers: { ...HEADERS, "ce-data": "x" },
    is: { rejections: [{ field: "ce-data", code: "field_invalid" }] },
  },
];
for (const { name, body, headers, is } of WHOLE) {
  test(`as a whole: ${name}`, async () => expect(await post(body, headers)).toMatchObject(is as { status: 400 }));
}

test("structured wins over stray ce headers", async () => {
  expect(await eventsOf(JSON.stringify(FULL), { ...ONE, "ce-id": "other", "ce-specversion": "1.0" })).toMatchObject([
    { id: "ce-1" },
  ]);
});

async function eventsOf(body: string, headers: Record<string, string>): Promise<Record<string, unknown>[]> {
  const outcome = await post(body, headers);
  if ("status" in outcome) throw new Error(outcome.detail);
  expect(outcome.rejections).toEqual([]);
  return linesOf(outcome);
}
