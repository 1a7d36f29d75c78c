/** Generated request bodies for ingest, good and bad, as a stranger's program might send them. Used in-process and against a live server. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { eventTypes } from "../../src/catalogue/events.ts";

export interface Body {
  bytes: Uint8Array<ArrayBuffer>;
  headers: Record<string, string>;
  /** Ids that must be accepted whatever stands beside them; null when the body as a whole may be unreadable. */
  good: readonly string[] | null;
  /** How many events must be refused; null when unknown. */
  bad: number | null;
}

type Raw = Record<string, unknown>;

const unique = fc.uuid({ version: 7 });
const name = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }).filter((text) => !text.includes("\u0000"));
const instant = fc
  .date({ min: new Date("1990-01-01T00:00:00Z"), max: new Date("2025-12-31T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString());
const amount = fc.oneof(
  fc.integer({ min: -(10 ** 12), max: 10 ** 12 }),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 13n), max: 10n ** 13n }), fc.integer({ min: 0, max: 9999 }))
    .map(([whole, places]) => `${whole}.${places}`),
);
const freeData = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 12 }).filter((key) => !["__proto__", "constructor", "prototype"].includes(key)),
  fc.oneof(
    name,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(name, { maxLength: 3 }),
  ),
  { maxKeys: 4 },
);

/** An event that must be accepted: of the catalogue (its example) or of no known type, with any optional fields. */
export const goodEvent: fc.Arbitrary<Raw> = fc
  .record(
    {
      id: unique,
      base: fc.oneof(
        fc.constantFrom(...eventTypes.map(({ example }) => example)),
        fc.record({ type: fc.stringMatching(/^x[a-z0-9_.:-]{0,20}$/), data: freeData }),
      ),
      time: instant,
      bot_id: fc.option(name),
      contact_id: fc.option(name),
      value: fc.option(amount),
      duration_ms: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
      success: fc.option(fc.boolean()),
    },
    { requiredKeys: ["id", "base"] },
  )
  .map(({ base, ...rest }) => {
    const needed = { ...base, location_id: "here" };
    // A type that needs its value keeps the example's when the generator has none.
    if (rest.value === null || rest.value === undefined || base.type === "metric_update") delete rest.value;
    return { ...needed, ...rest };
  });

/** An event that must be refused, whatever else it is. */
export const badEvent: fc.Arbitrary<unknown> = fc.oneof(
  fc.oneof(fc.constant(null), fc.integer(), name, fc.boolean(), fc.array(fc.integer(), { maxLength: 3 })),
  spoilt({ type: fc.oneof(fc.constant(null), fc.constant("Lead Created"), fc.constant(""), fc.integer()) }),
  spoilt({ id: fc.oneof(fc.constant(""), fc.constant("x".repeat(129)), fc.integer(), fc.constant({})) }),
  spoilt({
    time: fc.oneof(
      fc.constant("2026-02-30T00:00:00Z"),
      fc.constant("yesterday"),
      fc.integer(),
      fc.constant("9999-01-01T00:00:00Z"),
    ),
  }),
  spoilt({ location_id: fc.oneof(fc.constant("elsewhere"), fc.constant("x".repeat(65)), fc.integer()) }),
  spoilt({ bot_id: fc.oneof(fc.constant("x".repeat(129)), fc.integer(), fc.constant([])) }),
  spoilt({ currency: fc.oneof(fc.constant("usd"), fc.constant("DOLLARS"), fc.integer()) }),
  spoilt({ duration_ms: fc.oneof(fc.constant(-1), fc.constant("12")) }),
  spoilt({ success: fc.oneof(fc.constant("true"), fc.constant(1)) }),
  spoilt({ data: fc.oneof(fc.constant([]), fc.constant("text"), fc.integer()) }),
  spoilt({ surprise: fc.anything().filter((value) => JSON.stringify(value) !== undefined) }),
  fc.constantFrom("\ud800", "a\u0000b").map((text) => ({ type: "x", location_id: "here", data: { deep: [{ text }] } })),
  fc.integer({ min: 17, max: 60 }).map((levels) => ({ type: "x", location_id: "here", data: nested(levels) })),
  fc.constant({ type: "x", location_id: "here", data: { text: "x".repeat(70_000) } }),
);

/** A readable body in any form, with any encoding: its good events must all be kept. */
export const readableBody: fc.Arbitrary<Body> = fc
  .record({
    events: fc.array(
      fc.oneof({ weight: 3, arbitrary: goodEvent.map(good) }, { weight: 1, arbitrary: badEvent.map(bad) }),
      { maxLength: 12 },
    ),
    form: fc.constantFrom("array", "batch", "lines", "single"),
    encoding: fc.constantFrom("", "identity", "gzip", "deflate", "raw", "br", "zstd"),
    mark: fc.boolean(),
  })
  .map(({ events, form, encoding, mark }) => {
    const sent = form === "single" ? events.slice(0, 1) : events;
    const values = sent.map(({ value }) => value);
    const text = form === "lines" ? values.map((value) => JSON.stringify(value)).join("\r\n\n") : wrapped(form, values);
    const bytes = new TextEncoder().encode((mark ? "\ufeff" : "") + text);
    // A lone value that is no object is no body at all.
    const readable = form !== "single" || (sent.length > 0 && isObject(values[0]));
    return {
      bytes: compressed(bytes, encoding),
      headers: {
        "content-type": form === "lines" ? "application/x-ndjson" : "application/json; charset=utf-8",
        ...(encoding === "" ? {} : { "content-encoding": encoding === "raw" ? "deflate" : encoding }),
      },
      good: readable ? sent.flatMap(({ id }) => (id === null ? [] : [id])) : null,
      bad: readable ? sent.filter(({ id }) => id === null).length : null,
    };
  });

/** Places (as a share of the length) and the bytes that they get. */
const flips = fc.array(
  fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.integer({ min: 0, max: 255 })),
  { maxLength: 6 },
);

/** Anything at all: random bytes, broken JSON, odd headers, deep nesting, cut and flipped versions of readable bodies. */
export const wildBody: fc.Arbitrary<Body> = fc.oneof(
  fc.tuple(fc.uint8Array({ maxLength: 300 }), headers()).map(([bytes, sent]) => wild(bytes, sent)),
  fc.tuple(fc.json({ maxDepth: 6 }), headers()).map(([text, sent]) => wild(encode(text), sent)),
  fc
    .tuple(fc.string({ maxLength: 200, unit: fc.constantFrom(...'[]{}":,0129.eE+-\\u tfn\n') }), headers())
    .map(([text, sent]) => wild(encode(text), sent)),
  fc
    .tuple(
      fc.constantFrom("[", '{"a":', '[{"batch":', '{"batch":[', "[[],"),
      fc.integer({ min: 1, max: 50_000 }),
      headers(),
    )
    .map(([piece, times, sent]) => wild(encode(piece.repeat(times)), sent)),
  // Not compressed, so that a flipped byte is seen by the parser and not by a checksum.
  fc
    .tuple(fc.array(goodEvent, { minLength: 1, maxLength: 4 }), flips)
    .map(([events, places]) =>
      wild(flipped(encode(JSON.stringify(events)), places), { "content-type": "application/json" }),
    ),
  fc.tuple(fc.array(goodEvent, { minLength: 1, maxLength: 4 }), flips).map(([events, places]) =>
    wild(flipped(encode(events.map((event) => JSON.stringify(event)).join("\n")), places), {
      "content-type": "application/x-ndjson",
    }),
  ),
  fc.tuple(readableBody, flips).map(([body, places]) => wild(flipped(body.bytes, places), body.headers)),
  fc
    .tuple(readableBody, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([body, share]) => wild(body.bytes.slice(0, Math.floor(body.bytes.length * share)), body.headers)),
  fc.tuple(readableBody, headers()).map(([body, sent]) => wild(body.bytes, sent)),
);

export function nested(levels: number): Raw {
  let inner: Raw = {};
  for (let i = 1; i < levels; i++) inner = { a: inner };
  return inner;
}

export function compressed(bytes: Uint8Array, encoding: string): Uint8Array<ArrayBuffer> {
  const by: Readonly<Record<string, (input: Uint8Array) => Uint8Array>> = {
    gzip: gzipSync,
    deflate: deflateSync,
    raw: deflateRawSync,
    br: brotliCompressSync,
    zstd: zstdCompressSync,
  };
  return new Uint8Array(by[encoding]?.(bytes) ?? bytes);
}

function good(value: Raw): { value: unknown; id: string | null } {
  return { value, id: String(value.id) };
}

function bad(value: unknown): { value: unknown; id: string | null } {
  return { value, id: null };
}

function spoilt(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  return fc.tuple(goodEvent, fc.record(fields)).map(([event, wrong]) => ({ ...event, ...wrong }));
}

function wrapped(form: string, values: readonly unknown[]): string {
  if (form === "single") return JSON.stringify(values[0]) ?? "";
  return JSON.stringify(form === "batch" ? { batch: values } : values);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function headers(): fc.Arbitrary<Record<string, string>> {
  const content_type = fc.constantFrom(
    ...Array(8).fill("application/json"),
    "application/x-ndjson",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "application/json; charset=utf-16",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    ";;;",
  );
  const encoding = fc.constantFrom(...Array(20).fill("identity"), "gzip", "br", "zstd", "deflate", "gzip, br", "lzma");
  const attribute = fc.constantFrom(
    "lead_created",
    "1.0",
    "%zz",
    "%E2%82%AC",
    "2026-01-01T00:00:00Z",
    "here",
    "true",
    "",
  );
  return fc
    .record(
      {
        "content-type": content_type,
        "content-encoding": encoding,
        "ce-id": attribute,
        "ce-type": attribute,
        "ce-specversion": attribute,
        "ce-data": attribute,
      },
      { requiredKeys: [] },
    )
    .map((sent) =>
      Object.fromEntries(Object.entries(sent).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))),
    );
}

function wild(bytes: Uint8Array, sent: Record<string, string>): Body {
  return { bytes: new Uint8Array(bytes), headers: sent, good: null, bad: null };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function flipped(bytes: Uint8Array, flips: readonly (readonly [number, number])[]): Uint8Array {
  const copy = bytes.slice();
  for (const [place, byte] of flips) copy[Math.floor(place * copy.length)] = byte;
  return copy;
}
