/**
 * Decode: from a request's bytes and headers to raw events, one for one.
 * It must never judge an event's fields (accept does) and never let one unreadable event take the others with it.
 */
import type { Rejection } from "../catalogue/event.ts";
import { fromBinaryMode, fromCloudEvent, isBinaryMode } from "./cloudevents.ts";
import { bad, cut, type Decoded, type DecodeLimits, eventTooLarge, ofMisfit, rawText, tooDeep } from "./decoded.ts";
import { decompress, tooLarge, type Unreadable } from "./decompress.ts";
import { decodeJson, decodeLines, isBlank, parseJson, scanLimits } from "./json.ts";
import { scanJson } from "./scan.ts";

export type { Decoded, DecodeLimits } from "./decoded.ts";
export type { Unreadable } from "./decompress.ts";

/** All forms of the contract: one event, an array, a batch, NDJSON and CloudEvents (structured, batched, binary), compressed or not. */
export async function decodeBody(
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
  limits: DecodeLimits,
): Promise<Decoded | Unreadable> {
  if (body.length > limits.body_bytes_max) return tooLarge(limits.body_bytes_max);
  const form = formOf(headers, body.length === 0);
  if (typeof form !== "string") return form;
  const encoding = headers["content-encoding"];
  const plain = encoding === undefined ? body : await decompress(body, encoding, limits.body_bytes_max);
  if (!(plain instanceof Uint8Array)) return plain;
  return FORMS[form](withoutMark(plain), limits, headers);
}

type Form = "json" | "lines" | "cloudevent" | "cloudevents" | "binary";

const FORMS: Readonly<
  Record<
    Form,
    (bytes: Uint8Array, limits: DecodeLimits, headers: Readonly<Record<string, string>>) => Decoded | Unreadable
  >
> = {
  json: decodeJson,
  lines: decodeLines,
  cloudevent: (bytes, limits) => cloudEvents(bytes, limits, false),
  cloudevents: (bytes, limits) => cloudEvents(bytes, limits, true),
  binary: decodeBinary,
};

const FORM_OF_TYPE: ReadonlyMap<string, Form> = new Map([
  ["application/json", "json"],
  ["application/x-ndjson", "lines"],
  ["application/ndjson", "lines"],
  ["application/cloudevents+json", "cloudevent"],
  ["application/cloudevents-batch+json", "cloudevents"],
]);
const CHARSETS: ReadonlySet<string> = new Set(["utf-8", "utf8", "us-ascii"]);

function formOf(headers: Readonly<Record<string, string>>, empty: boolean): Form | Unreadable {
  const content_type = headers["content-type"]?.trim() ?? "";
  const binary = isBinaryMode(headers);
  if (content_type === "") return binary && empty ? "binary" : unsupported("The request has no Content-Type.");
  const [name = "", ...parameters] = content_type.split(";").map((part) => part.trim().toLowerCase());
  const form = FORM_OF_TYPE.get(name);
  if (form === undefined) return unsupported("This Content-Type is not known here.");
  const charset = parameters
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice(8)
    .replaceAll('"', "");
  if (charset !== undefined && !CHARSETS.has(charset)) return unsupported("Only UTF-8 is read.");
  if (!binary || form === "cloudevent" || form === "cloudevents") return form;
  return form === "json" ? "binary" : unsupported("The data of a CloudEvent in binary mode is application/json.");
}

function unsupported(why: string): Unreadable {
  const remedy =
    "Send Content-Type application/json, application/x-ndjson, application/cloudevents+json or application/cloudevents-batch+json, in UTF-8.";
  return { status: 415, title: "Content-Type not supported", detail: `${why} ${remedy}` };
}

function cloudEvents(bytes: Uint8Array, limits: DecodeLimits, batched: boolean): Decoded | Unreadable {
  const first = bytes.find((byte) => byte > 0x20);
  if (batched !== (first === 0x5b) && (first === 0x5b || first === 0x7b)) {
    return bad(
      batched
        ? "A CloudEvents batch is a JSON array."
        : "One CloudEvent is a JSON object; arrays are application/cloudevents-batch+json.",
    );
  }
  const decoded = decodeJson(bytes, limits);
  if ("status" in decoded) return decoded;
  const unread = new Map(decoded.unread);
  const events = decoded.events.map((sent, index) => {
    if (unread.has(index)) return null;
    const read = fromCloudEvent(sent);
    if ("event" in read) return read.event;
    unread.set(index, { rejection: ofMisfit(index, sent, read.misfit), raw: cut(JSON.stringify(sent), limits) });
    return null;
  });
  return { events, unread, inexact: decoded.inexact };
}

function decodeBinary(
  bytes: Uint8Array,
  limits: DecodeLimits,
  headers: Readonly<Record<string, string>>,
): Decoded | Unreadable {
  const whole = { index: 0, from: 0, to: bytes.length };
  const raw = rawText(bytes, whole, limits);
  const only = (refused: Rejection): Decoded => ({
    events: [null],
    unread: new Map([[0, { rejection: refused, raw }]]),
    inexact: new Map(),
  });
  if (bytes.length > limits.event_bytes_max) return only(eventTooLarge(0, limits));

  let data: unknown;
  if (!isBlank(bytes, whole)) {
    const scan = scanJson(bytes, 0, bytes.length, { ...scanLimits(limits), events_max: Number.MAX_SAFE_INTEGER });
    if (scan.hopeless || scan.too_deep.length > 0) return only(tooDeep(0, limits));
    const parsed = parseJson(bytes);
    if ("status" in parsed) return parsed;
    data = parsed.value;
  }
  const read = fromBinaryMode(headers, data);
  if ("misfit" in read) return only(ofMisfit(0, { id: headers["ce-id"] }, read.misfit));
  return { events: [read.event], unread: new Map(), inexact: new Map() };
}

/** Without the byte order mark that some Windows tools put in front. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
