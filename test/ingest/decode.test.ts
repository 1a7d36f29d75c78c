/** Every form and every way a body can be wrong as a whole: exact statuses. */
import { expect, test } from "bun:test";
import { decodeBody } from "../../src/ingest/decode.ts";
import { nested } from "../support/bodies.ts";
import { LIMITS, linesOf, post } from "../support/ingest.ts";

const JSON_TYPE = { "content-type": "application/json" };
const LINES_TYPE = { "content-type": "application/x-ndjson" };
const EVENT = '{"id":"a","type":"x","location_id":"here"}';
const OTHER = '{"id":"b","type":"x","location_id":"here"}';

const FORMS: readonly { name: string; body: string; headers?: Record<string, string>; ids: readonly string[] }[] = [
  { name: "one object", body: EVENT, ids: ["a"] },
  { name: "an array", body: `[${EVENT},${OTHER}]`, ids: ["a", "b"] },
  { name: "a batch", body: `{"batch":[${EVENT},${OTHER}]}`, ids: ["a", "b"] },
  { name: "white space all around", body: ` \r\n\t[ ${EVENT} , ${OTHER} ]\n `, ids: ["a", "b"] },
  { name: "a byte order mark", body: `\ufeff${EVENT}`, ids: ["a"] },
  { name: "an empty array", body: "[]", ids: [] },
  { name: "an empty batch", body: '{"batch":[]}', ids: [] },
  { name: "a batch key written twice: the last wins", body: `{"batch":[${EVENT}],"batch":[${OTHER}]}`, ids: ["b"] },
  {
    name: "an id written twice: the last wins",
    body: '{"id":"a","id":"c","type":"x","location_id":"here"}',
    ids: ["c"],
  },
  { name: "a batch key in escapes", body: `{"\\u0062atch":[${EVENT}]}`, ids: ["a"] },
  { name: "charset utf-8", body: EVENT, headers: { "content-type": 'Application/JSON; Charset="UTF-8"' }, ids: ["a"] },
  {
    name: "a parameter that means nothing",
    body: EVENT,
    headers: { "content-type": "application/json; profile=x" },
    ids: ["a"],
  },
  { name: "identity encoding", body: EVENT, headers: { ...JSON_TYPE, "content-encoding": "identity" }, ids: ["a"] },
  { name: "lines", body: `${EVENT}\n${OTHER}\n`, headers: LINES_TYPE, ids: ["a", "b"] },
  { name: "lines without the last newline", body: `${EVENT}\n${OTHER}`, headers: LINES_TYPE, ids: ["a", "b"] },
  {
    name: "lines of Windows, with blank ones",
    body: `\r\n${EVENT}\r\n\r\n  \r\n${OTHER}\r\n\r\n`,
    headers: LINES_TYPE,
    ids: ["a", "b"],
  },
  { name: "lines with a mark", body: `\ufeff${EVENT}\n${OTHER}`, headers: LINES_TYPE, ids: ["a", "b"] },
  { name: "no lines", body: "", headers: LINES_TYPE, ids: [] },
  { name: "only blank lines", body: "\n\r\n \n", headers: LINES_TYPE, ids: [] },
  {
    name: "the separators U+2028 and U+2029 inside a line",
    body: '{"id":"a\u2028\u2029","type":"x","location_id":"here"}',
    headers: LINES_TYPE,
    ids: ["a\u2028\u2029"],
  },
];
for (const { name, body, headers, ids } of FORMS) {
  test(`is read: ${name}`, async () => {
    const outcome = await post(body, headers);
    if ("status" in outcome) throw new Error(outcome.detail);
    expect(outcome.rejections).toEqual([]);
    expect(linesOf(outcome).map(({ id }) => id)).toEqual([...ids]);
  });
}

const UNREADABLE: readonly {
  name: string;
  body: string | Uint8Array;
  headers?: Record<string, string>;
  status: number;
}[] = [
  { name: "an empty body", body: "", status: 400 },
  { name: "white space", body: " \n", status: 400 },
  { name: "only a byte order mark", body: "\ufeff", status: 400 },
  { name: "null", body: "null", status: 400 },
  { name: "a number", body: "0", status: 400 },
  { name: "a string", body: '"event"', status: 400 },
  { name: "true", body: "true", status: 400 },
  { name: "NaN", body: "NaN", status: 400 },
  { name: "half an object", body: '{"type":"x"', status: 400 },
  { name: "half an array", body: `[${EVENT}`, status: 400 },
  { name: "a trailing comma", body: `[${EVENT},]`, status: 400 },
  { name: "two objects in a row", body: `${EVENT}${OTHER}`, status: 400 },
  { name: "lines sent as JSON", body: `${EVENT}\n${OTHER}`, status: 400 },
  { name: "single quotes", body: "{'type':'x'}", status: 400 },
  { name: "a comment", body: `${EVENT} // hello`, status: 400 },
  { name: "a raw newline in a string", body: '{"type":"a\nb"}', status: 400 },
  { name: "a bad escape", body: '{"type":"\\x41"}', status: 400 },
  { name: "a number with a leading zero", body: '{"type":"x","value":01}', status: 400 },
  { name: "a form body called JSON", body: "type=x&id=1", status: 400 },
  { name: "UTF-16", body: new Uint8Array(Buffer.from(`\ufeff${EVENT}`, "utf16le")), status: 400 },
  { name: "invalid UTF-8", body: Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), status: 400 },
  { name: "an overlong encoding", body: Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), status: 400 },
  { name: "a surrogate in UTF-8", body: Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), status: 400 },
  { name: "a batch that is no array", body: '{"batch":{}}', status: 400 },
  { name: "a batch with something beside it", body: `{"batch":[${EVENT}],"api_key":"k"}`, status: 400 },
  { name: "half a million open brackets", body: "[".repeat(500_000), status: 400 },
  { name: "half a million open objects", body: '{"a":'.repeat(500_000), status: 400 },
  {
    name: "depth beside the batch",
    body: `{"batch":[${EVENT}],"x":${"[".repeat(500)}${"]".repeat(500)}}`,
    status: 400,
  },
  { name: "no content type", body: EVENT, headers: {}, status: 415 },
  { name: "an empty content type", body: EVENT, headers: { "content-type": " " }, status: 415 },
  { name: "plain text", body: EVENT, headers: { "content-type": "text/plain" }, status: 415 },
  { name: "a form", body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" }, status: 415 },
  {
    name: "a multipart form",
    body: EVENT,
    headers: { "content-type": "multipart/form-data; boundary=x" },
    status: 415,
  },
  { name: "XML", body: "<a/>", headers: { "content-type": "application/xml" }, status: 415 },
  { name: "two content types", body: EVENT, headers: { "content-type": "application/json, text/plain" }, status: 415 },
  {
    name: "another charset",
    body: EVENT,
    headers: { "content-type": "application/json; charset=iso-8859-1" },
    status: 415,
  },
  { name: "an unknown encoding", body: EVENT, headers: { ...JSON_TYPE, "content-encoding": "lzma" }, status: 415 },
  {
    name: "an encoding called constructor",
    body: EVENT,
    headers: { ...JSON_TYPE, "content-encoding": "constructor" },
    status: 415,
  },
  { name: "stacked encodings", body: EVENT, headers: { ...JSON_TYPE, "content-encoding": "gzip, br" }, status: 415 },
  {
    name: "a body that is not what its encoding says",
    body: EVENT,
    headers: { ...JSON_TYPE, "content-encoding": "gzip" },
    status: 400,
  },
  { name: "one byte over the size limit", body: " ".repeat(LIMITS.body_bytes_max + 1), status: 413 },
  { name: "one event over the count limit", body: `[${"1,".repeat(10_000)}1]`, status: 413 },
  { name: "one event over the count limit in a batch", body: `{"batch":[${"1,".repeat(10_000)}1]}`, status: 413 },
  { name: "one line over the count limit", body: "1\n".repeat(10_001), headers: LINES_TYPE, status: 413 },
];
for (const { name, body, headers, status } of UNREADABLE) {
  test(`${status}: ${name}`, async () => {
    const outcome = await post(body, headers);
    if (!("status" in outcome)) throw new Error("it was read");
    expect(outcome.status).toBe(status as 400);
    expect(outcome.title.length).toBeGreaterThan(5);
    expect(outcome.detail).toMatch(/[.!]$/);
  });
}

test("as many events as the limit allows are read, and a body as large", async () => {
  const many = await post(`[${"1,".repeat(9_999)}1]`);
  expect("status" in many ? many : many.rejections.length).toBe(10_000);
  const large = await post(EVENT + " ".repeat(LIMITS.body_bytes_max - EVENT.length));
  expect("status" in large ? large : large.rows).toBe(1);
});

const ONE_BAD: readonly {
  name: string;
  body: string;
  headers?: Record<string, string>;
  index: number;
  code: string;
}[] = [
  {
    name: "a line that is no JSON",
    body: `${EVENT}\n{"type":\n${OTHER}`,
    headers: LINES_TYPE,
    index: 1,
    code: "field_invalid",
  },
  {
    name: "an array as a line",
    body: `[${EVENT}]\n${EVENT}\n${OTHER}`,
    headers: LINES_TYPE,
    index: 0,
    code: "field_invalid",
  },
  {
    name: "a line that is too large",
    body: `${EVENT}\n${OTHER}\n{"a":"${"x".repeat(70_000)}"}`,
    headers: LINES_TYPE,
    index: 2,
    code: "too_large",
  },
  {
    name: "a line that is too deep",
    body: `${EVENT}\n${deep(1_000)}\n${OTHER}`,
    headers: LINES_TYPE,
    index: 1,
    code: "too_deep",
  },
  {
    name: "a line that is never closed",
    body: `${EVENT}\n${"[".repeat(1_000)}\n${OTHER}`,
    headers: LINES_TYPE,
    index: 1,
    code: "too_deep",
  },
  { name: "an element that is no object", body: `[${EVENT},7,${OTHER}]`, index: 1, code: "field_invalid" },
  {
    name: "an element that is too large",
    body: `[{"a":"${"x".repeat(70_000)}"},${EVENT},${OTHER}]`,
    index: 0,
    code: "too_large",
  },
  { name: "an element that is too deep", body: `[${EVENT},${deep(50_000)},${OTHER}]`, index: 1, code: "too_deep" },
  {
    name: "a batched element that is too deep",
    body: `{"batch":[${EVENT},${OTHER},${deep(50_000)}]}`,
    index: 2,
    code: "too_deep",
  },
  {
    name: "brackets in a string are no depth",
    body: `[${EVENT},{"type":"${"[{".repeat(500)}"},${OTHER}]`,
    index: 1,
    code: "type_invalid",
  },
  {
    name: "quotes in a string are no end",
    body: `[${EVENT},{"type":"\\"\\\\\\"[[["},${OTHER}]`,
    index: 1,
    code: "type_invalid",
  },
];
for (const { name, body, headers, index, code } of ONE_BAD) {
  test(`one bad event leaves the others: ${name}`, async () => {
    const outcome = await post(body, headers);
    if ("status" in outcome) throw new Error(outcome.detail);
    expect(linesOf(outcome).map(({ id }) => id)).toEqual(["a", "b"]);
    expect(outcome.rejections.map((rejection) => [rejection.index, rejection.code])).toEqual([
      [index, code as "too_deep"],
    ]);
    expect(outcome.rejected_raw.map(({ raw }) => raw.length <= LIMITS.event_bytes_max)).toEqual([true]);
  });
}

test("invalid UTF-8 in one line leaves the others", async () => {
  const encoder = new TextEncoder();
  const body = Buffer.concat([
    encoder.encode(`${EVENT}\n{"type":"`),
    Uint8Array.of(0xff),
    encoder.encode(`"}\n${OTHER}`),
  ]);
  const outcome = await post(new Uint8Array(body), LINES_TYPE);
  if ("status" in outcome) throw new Error(outcome.detail);
  expect(linesOf(outcome).map(({ id }) => id)).toEqual(["a", "b"]);
  expect(outcome.rejections).toMatchObject([{ index: 1, code: "field_invalid", field: null }]);
});

test("a single event that is too deep or too large is refused by itself", async () => {
  for (const [body, code] of [
    [deep(400_000), "too_deep"],
    [`{"type":"x","data":{"a":"${"x".repeat(70_000)}"}}`, "too_large"],
  ] as const) {
    const outcome = await post(body);
    expect("status" in outcome ? outcome : outcome.rejections).toMatchObject([{ index: 0, code }]);
  }
});

test("depth that the parser can bear is refused with the event's id", async () => {
  const outcome = await post(JSON.stringify([{ id: "deep", type: "x", location_id: "here", data: nested(17) }]));
  expect("status" in outcome ? outcome : outcome.rejections).toMatchObject([
    { id: "deep", field: "data", code: "too_deep" },
  ]);
});

test("an event that was never read keeps its text for the quarantine", async () => {
  const outcome = await post(`${EVENT}\n{"oops\n`, LINES_TYPE);
  expect("status" in outcome ? outcome : outcome.rejected_raw).toMatchObject([{ raw: '{"oops' }]);
});

test("the body that was handed in is left as it was", async () => {
  const bytes = new TextEncoder().encode(`[${deep(1_000)}]`);
  const before = bytes.slice();
  await decodeBody(bytes, JSON_TYPE, LIMITS);
  expect(bytes).toEqual(before);
});

function deep(levels: number): string {
  return `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
}
