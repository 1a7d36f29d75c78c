/**
 * CloudEvents 1.0 to events: structured (JSON) and binary (headers) modes.
 * It must never drop an attribute: what the event has no field for is kept under `data.ce`.
 */

/** What is wrong with one event before it is even one. */
export interface Misfit {
  field: string | null;
  code: "field_missing" | "field_invalid";
  detail: string;
}

/** Attribute of the CloudEvent → field of the event. */
const FIELDS: Readonly<Record<string, string>> = {
  id: "id",
  type: "type",
  time: "time",
  source: "bot_id",
  subject: "contact_id",
  locationid: "location_id",
  conversationid: "conversation_id",
  value: "value",
  currency: "currency",
  durationms: "duration_ms",
  success: "success",
  data: "data",
};
/** Attributes that say how the event is packed, not what happened. */
const PACKING: ReadonlySet<string> = new Set(["specversion", "datacontenttype"]);
const ATTRIBUTE_NAME = /^[a-z0-9]{1,64}$/;
const NUMBER = /^\d+(\.\d+)?$/;

/** The event that a structured CloudEvent stands for. Anything but an object is handed on for accept to refuse. */
export function fromCloudEvent(sent: unknown): { event: unknown } | { misfit: Misfit } {
  if (typeof sent !== "object" || sent === null || Array.isArray(sent)) return { event: sent };
  const attributes = Object.entries(sent).filter(([, value]) => value !== null);
  const version = attributes.find(([name]) => name === "specversion")?.[1];
  if (version === undefined) return misfit("specversion", "field_missing", 'A CloudEvent says specversion "1.0".');
  if (version !== "1.0") return misfit("specversion", "field_invalid", 'Only specversion "1.0" is known.');

  const event: Record<string, unknown> = {};
  const extensions: Record<string, unknown> = {};
  for (const [name, value] of attributes) {
    if (PACKING.has(name)) continue;
    if (name === "data_base64")
      return misfit(name, "field_invalid", "Send `data` as JSON; binary data cannot be analysed.");
    if (!ATTRIBUTE_NAME.test(name)) {
      return misfit(
        name,
        "field_invalid",
        "Names of CloudEvents attributes are lower-case letters and digits (location_id is `locationid`).",
      );
    }
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (field === undefined) extensions[name] = value;
    else event[field] = typed(name, value);
  }
  return Object.keys(extensions).length === 0 ? { event } : withExtensions(event, extensions);
}

/** True when the headers carry a CloudEvent in binary mode. */
export function isBinaryMode(headers: Readonly<Record<string, string>>): boolean {
  return "ce-specversion" in headers || "ce-type" in headers || "ce-id" in headers;
}

/** The structured form of a CloudEvent whose attributes are headers; `data` is its parsed body. */
export function fromBinaryMode(
  headers: Readonly<Record<string, string>>,
  data: unknown,
): { event: unknown } | { misfit: Misfit } {
  const attributes: Record<string, unknown> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith("ce-")) continue;
    const text = unescaped(value);
    if (text === null) return misfit(header, "field_invalid", "The header's percent-encoding is not valid UTF-8.");
    attributes[header.slice(3)] = text;
  }
  if ("data" in attributes) return misfit("ce-data", "field_invalid", "In binary mode the data is the body.");
  return fromCloudEvent(data === undefined ? attributes : { ...attributes, data });
}

function misfit(field: string, code: Misfit["code"], detail: string): { misfit: Misfit } {
  return { misfit: { field, code, detail } };
}

/** Headers and many SDKs carry extensions as text only. What does not read as its type is left for accept to refuse. */
function typed(name: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (name === "durationms" && NUMBER.test(value)) return Number(value);
  if (name === "success" && (value === "true" || value === "false")) return value === "true";
  return value;
}

function withExtensions(
  event: Record<string, unknown>,
  extensions: Record<string, unknown>,
): { event: unknown } | { misfit: Misfit } {
  const data = event.data ?? {};
  if (typeof data !== "object" || Array.isArray(data)) return { event };
  if (Object.hasOwn(data, "ce"))
    return misfit("data.ce", "field_invalid", "The key `ce` is where further CloudEvents attributes are kept.");
  return { event: { ...event, data: { ...data, ce: extensions } } };
}

/** Percent-encoded UTF-8 (CloudEvents HTTP binding, section 3.1.3.2). */
function unescaped(value: string): string | null {
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}
