/** Every way an event can be refused: exact code and field, and the good ones beside it are kept. */
import { expect, test } from "bun:test";
import { envelope } from "../../src/catalogue/events/envelope.ts";
import { nested } from "../support/bodies.ts";
import { linesOf, NOW, post } from "../support/ingest.ts";

type Raw = Record<string, unknown>;
const GOOD = { id: "good", type: "x", location_id: "here" };

/** `sent` is laid over a good event; undefined takes a field away. As text where JavaScript could not say it. */
const REFUSED: readonly { name: string; sent: Raw | string; field: string | null; code: string }[] = [
  { name: "no type", sent: { type: undefined }, field: "type", code: "field_missing" },
  { name: "a null type", sent: { type: null }, field: "type", code: "field_missing" },
  { name: "an empty type", sent: { type: "" }, field: "type", code: "type_invalid" },
  { name: "a type with a capital", sent: { type: "Lead" }, field: "type", code: "type_invalid" },
  { name: "a type that begins with a digit", sent: { type: "1x" }, field: "type", code: "type_invalid" },
  { name: "a type with a space", sent: { type: "a b" }, field: "type", code: "type_invalid" },
  { name: "a type with a newline at its end", sent: { type: "lead_created\n" }, field: "type", code: "type_invalid" },
  { name: "a type of 65", sent: { type: "x".repeat(65) }, field: "type", code: "type_invalid" },
  { name: "a type that is a number", sent: { type: 5 }, field: "type", code: "type_invalid" },
  { name: "an empty id", sent: { id: "" }, field: "id", code: "field_invalid" },
  { name: "an id of 129", sent: { id: "x".repeat(129) }, field: "id", code: "field_invalid" },
  { name: "an id that is a number", sent: { id: 7 }, field: "id", code: "field_invalid" },
  { name: "a time without offset", sent: { time: "2026-02-01T00:00:00" }, field: "time", code: "time_invalid" },
  { name: "a time that is a number", sent: { time: 1772366400 }, field: "time", code: "time_invalid" },
  { name: "an empty time", sent: { time: "" }, field: "time", code: "time_invalid" },
  { name: "a day that does not exist", sent: { time: "2026-02-29T00:00:00Z" }, field: "time", code: "time_invalid" },
  { name: "a leap second", sent: { time: "2016-12-31T23:59:60Z" }, field: "time", code: "time_invalid" },
  { name: "nanoseconds", sent: { time: "2026-02-01T00:00:00.123456789Z" }, field: "time", code: "time_invalid" },
  {
    name: "an hour and a microsecond ahead",
    sent: { time: "2026-03-01T13:00:00.000001Z" },
    field: "time",
    code: "time_in_future",
  },
  { name: "the year 9999", sent: { time: "9999-12-31T23:59:59Z" }, field: "time", code: "time_in_future" },
  { name: "no location", sent: { location_id: undefined }, field: "location_id", code: "field_missing" },
  { name: "an empty location", sent: { location_id: "" }, field: "location_id", code: "field_invalid" },
  { name: "a location of 65", sent: { location_id: "x".repeat(65) }, field: "location_id", code: "field_invalid" },
  { name: "a location that is a number", sent: { location_id: 1 }, field: "location_id", code: "field_invalid" },
  {
    name: "a location of others",
    sent: { location_id: "elsewhere" },
    field: "location_id",
    code: "location_forbidden",
  },
  { name: "a bot of 129", sent: { bot_id: "x".repeat(129) }, field: "bot_id", code: "field_invalid" },
  { name: "a contact that is a number", sent: { contact_id: 17 }, field: "contact_id", code: "field_invalid" },
  {
    name: "a conversation that is an object",
    sent: { conversation_id: {} },
    field: "conversation_id",
    code: "field_invalid",
  },
  { name: "a value that is no number", sent: { value: "lots" }, field: "value", code: "value_invalid" },
  { name: "an empty value", sent: { value: "" }, field: "value", code: "value_invalid" },
  { name: "a value of 5 places", sent: { value: "1.00001" }, field: "value", code: "value_invalid" },
  { name: "a number of 5 places", sent: { value: 1.00001 }, field: "value", code: "value_invalid" },
  {
    name: "a value of 15 digits before the point",
    sent: { value: "100000000000000" },
    field: "value",
    code: "value_invalid",
  },
  { name: "a number of 16 digits", sent: { value: 1234567890123456 }, field: "value", code: "value_invalid" },
  { name: "a sum that floating point spoilt", sent: { value: 0.1 + 0.2 }, field: "value", code: "value_invalid" },
  { name: "a value with a comma", sent: { value: "1,5" }, field: "value", code: "value_invalid" },
  { name: "a value with an exponent, as text", sent: { value: "1e3" }, field: "value", code: "value_invalid" },
  { name: "a value that is true", sent: { value: true }, field: "value", code: "value_invalid" },
  { name: "an infinite value", sent: '"value":1e999', field: "value", code: "value_invalid" },
  {
    name: "a number that only looks as if a double held it",
    sent: '"value":450000.00000000001',
    field: "value",
    code: "value_invalid",
  },
  {
    name: "a long number with white space about",
    sent: '"value" :\n -123456789012.34567',
    field: "value",
    code: "value_invalid",
  },
  { name: "a currency in lower case", sent: { currency: "usd" }, field: "currency", code: "field_invalid" },
  { name: "a currency that does not exist", sent: { currency: "XYZ" }, field: "currency", code: "field_invalid" },
  { name: "an empty currency", sent: { currency: "" }, field: "currency", code: "field_invalid" },
  { name: "a negative duration", sent: { duration_ms: -1 }, field: "duration_ms", code: "field_invalid" },
  { name: "a duration as text", sent: { duration_ms: "5" }, field: "duration_ms", code: "field_invalid" },
  { name: "an infinite duration", sent: '"duration_ms":1e999', field: "duration_ms", code: "field_invalid" },
  { name: "a success as text", sent: { success: "true" }, field: "success", code: "field_invalid" },
  { name: "a success of 1", sent: { success: 1 }, field: "success", code: "field_invalid" },
  { name: "data that is an array", sent: { data: [] }, field: "data", code: "field_invalid" },
  { name: "data that is text", sent: { data: "{}" }, field: "data", code: "field_invalid" },
  { name: "data of 17 levels", sent: { data: nested(17) }, field: "data", code: "too_deep" },
  {
    name: "arrays count as levels",
    sent: `"data":{"a":${"[".repeat(16)}${"]".repeat(16)}}`,
    field: "data",
    code: "too_deep",
  },
  {
    name: "data that grows beyond 64 KiB as JSON",
    sent: `"data":{"a":[${"1e20,".repeat(10_000)}1]}`,
    field: "data",
    code: "too_large",
  },
  { name: "the key __proto__", sent: '"data":{"a":{"__proto__":1}}', field: "data.a.__proto__", code: "field_invalid" },
  { name: "the key constructor", sent: { data: { constructor: 1 } }, field: "data.constructor", code: "field_invalid" },
  {
    name: "the key prototype in an array",
    sent: { data: { a: [0, { prototype: 1 }] } },
    field: "data.a.1.prototype",
    code: "field_invalid",
  },
  { name: "__proto__ in the envelope", sent: '"__proto__":{"type":"y"}', field: "__proto__", code: "field_invalid" },
  { name: "an infinite number in data", sent: '"data":{"a":{"b":1e999}}', field: "data.a.b", code: "field_invalid" },
  { name: "half a surrogate pair in data", sent: '"data":{"a":["\\ud800"]}', field: "data.a.0", code: "field_invalid" },
  { name: "half a surrogate pair in a key", sent: '"data":{"\\udc00":1}', field: "data.\ufffd", code: "field_invalid" },
  { name: "half a surrogate pair in the bot", sent: '"bot_id":"x\\ud83d"', field: "bot_id", code: "field_invalid" },
  { name: "NUL in the id", sent: '"id":"a\\u0000b"', field: "id", code: "field_invalid" },
  {
    name: "NUL in the location",
    sent: '"location_id":"he\\u0000re"',
    field: "location_id",
    code: "location_forbidden",
  },
  { name: "NUL in data", sent: '"data":{"a":"\\u0000"}', field: "data.a", code: "field_invalid" },
  { name: "NUL in a key", sent: '"data":{"a\\u0000":1}', field: "data.a\ufffd", code: "field_invalid" },
  { name: "an unknown field", sent: { surprise: 1 }, field: "surprise", code: "field_invalid" },
  { name: "a time of receipt", sent: { received_at: NOW }, field: "received_at", code: "field_invalid" },
  { name: "a timestamp", sent: { timestamp: "2026-01-01T00:00:00Z" }, field: "timestamp", code: "field_invalid" },
  { name: "a deal without value", sent: { type: "deal_closed" }, field: "value", code: "field_missing" },
  {
    name: "a refund with a null value",
    sent: { type: "refund_issued", value: null },
    field: "value",
    code: "field_missing",
  },
  {
    name: "a score beyond 100",
    sent: { type: "lead_scored", data: { score: 101 } },
    field: "data.score",
    code: "field_invalid",
  },
  {
    name: "a score as text",
    sent: { type: "lead_scored", data: { score: "80" } },
    field: "data.score",
    code: "field_invalid",
  },
  { name: "no score", sent: { type: "lead_scored" }, field: "data.score", code: "field_missing" },
  {
    name: "a null score",
    sent: { type: "lead_scored", data: { score: null } },
    field: "data.score",
    code: "field_missing",
  },
  {
    name: "an unknown temperature",
    sent: { type: "jorge_qualification_progress", data: { seller_temperature: "boiling" } },
    field: "data.seller_temperature",
    code: "field_invalid",
  },
  {
    name: "half a question",
    sent: { type: "jorge_qualification_progress", data: { current_question: 1.5 } },
    field: "data.current_question",
    code: "field_invalid",
  },
  {
    name: "a fifth question",
    sent: { type: "jorge_qualification_progress", data: { questions_answered: 5 } },
    field: "data.questions_answered",
    code: "field_invalid",
  },
  {
    name: "a sequence of 4 days",
    sent: { type: "lead_bot_sequence_update", data: { sequence_day: 4, action_type: "sms_sent" } },
    field: "data.sequence_day",
    code: "field_invalid",
  },
  {
    name: "a confidence above 1",
    sent: { type: "intent_analysis_complete", data: { confidence_score: 1.01 } },
    field: "data.confidence_score",
    code: "field_invalid",
  },
  {
    name: "a feature that is no text",
    sent: { type: "intent_analysis_complete", data: { ml_features_triggered: ["a", 5] } },
    field: "data.ml_features_triggered.1",
    code: "field_invalid",
  },
  {
    name: "feedback of 0",
    sent: { type: "feedback_received", data: { score: 0 } },
    field: "data.score",
    code: "field_invalid",
  },
  {
    name: "a metric without number",
    sent: { type: "metric_update", data: { metric: "m" } },
    field: "data.value",
    code: "field_missing",
  },
  {
    name: "a metric with two numbers",
    sent: { type: "metric_update", value: 1, data: { metric: "m", value: 2 } },
    field: "value",
    code: "value_invalid",
  },
  {
    name: "a metric that is text",
    sent: { type: "metrics:update", value: "high", data: { metric: "m" } },
    field: "value",
    code: "value_invalid",
  },
  {
    name: "an employee with an endless name",
    sent: { type: "ai_activity", data: { activity_type: "call", ai_employee: "x".repeat(129) } },
    field: "data.ai_employee",
    code: "field_invalid",
  },
  {
    name: "the first of many errors: type before id",
    sent: { type: "X", id: 5, time: 5, location_id: 5 },
    field: "type",
    code: "type_invalid",
  },
  {
    name: "the first of many errors: id before time",
    sent: { id: 5, time: 5, location_id: 5 },
    field: "id",
    code: "field_invalid",
  },
  {
    name: "the first of many errors: time before location",
    sent: { time: 5, location_id: 5, value: "x" },
    field: "time",
    code: "time_invalid",
  },
  {
    name: "the first of many errors: value before data",
    sent: { value: "x", success: 5, data: [] },
    field: "value",
    code: "value_invalid",
  },
];
for (const { name, sent, field, code } of REFUSED) {
  test(`refused with ${code} ${field}: ${name}`, async () => {
    const bad =
      typeof sent === "string"
        ? `{"type":"x","location_id":"here",${sent}}`
        : JSON.stringify({ ...GOOD, id: "bad", ...sent });
    const outcome = await post(`[${JSON.stringify(GOOD)},${bad},${JSON.stringify({ ...GOOD, id: "good-2" })}]`);
    if ("status" in outcome) throw new Error(outcome.detail);
    expect(outcome.rejections).toMatchObject([{ index: 1, field, code: code as "too_deep" }]);
    expect(linesOf(outcome).map(({ id }) => id)).toEqual(["good", "good-2"]);
    expect(outcome.rejections[0]?.detail.length).toBeLessThan(300);
  });
}

test("the published schema of the envelope refuses what accept refuses for its form", () => {
  const forms = ["type_invalid", "field_invalid"];
  for (const { sent, field, code } of REFUSED) {
    if (
      typeof sent === "string" ||
      !forms.includes(code) ||
      field === null ||
      field.includes(".") ||
      field === "currency"
    )
      continue;
    expect(envelope.safeParse(JSON.parse(JSON.stringify({ ...GOOD, ...sent }))).success).toBe(false);
  }
});
