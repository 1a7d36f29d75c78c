/** What the dialects of other products have in common: how their bodies are read, and how their names become event types. */
import { decompress, type Unreadable } from "../decompress.ts";
import { parseJson } from "../json.ts";
import { scanJson } from "../scan.ts";

/** An event as a sender of ours would post it; acceptance judges it like any other. */
export type Sent = Record<string, unknown>;

/** Attributes of traces nest a few levels; nothing honest comes near. */
const NESTING_MAX = 64;

/** The JSON of a body, decompressed within the limit; never parsed when it is nested absurdly. */
export async function readForeign(
  body: Uint8Array,
  encoding: string | undefined,
  bytes_max: number,
): Promise<{ value: unknown } | Unreadable> {
  const plain = await decompress(body, encoding, bytes_max);
  if (!(plain instanceof Uint8Array)) return plain;
  const limits = {
    nesting_max: NESTING_MAX,
    event_bytes_max: Number.MAX_SAFE_INTEGER,
    events_max: Number.MAX_SAFE_INTEGER,
    digits_max: Number.MAX_SAFE_INTEGER,
  };
  const { hopeless, too_deep } = scanJson(plain, 0, plain.length, limits);
  if (!hopeless && too_deep.length === 0) return parseJson(plain);
  return { status: 400, title: "Not JSON", detail: "The body is nested too deeply, or a bracket is never closed." };
}

/** "Order Completed" is `order_completed`; a name that is a type already stays as it is. */
export function eventTypeOf(name: unknown, otherwise: string): string {
  if (typeof name !== "string") return otherwise;
  if (/^[a-z][a-z0-9_.:-]{0,63}$/.test(name)) return name;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[_0-9]+|_+$/g, "")
    .slice(0, 64);
  return words === "" ? otherwise : words;
}

/** The first that is a text with something in it; numbers are ids, too. */
export function firstText(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number" && Number.isFinite(value)) return String(value);
  }
  return undefined;
}

/** The object, or an empty one for whatever else was sent. */
export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** The list, or none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Takes the named fields out of `from`; the first that has a value counts. */
export function taken(from: Record<string, unknown>, ...names: readonly string[]): unknown {
  let found: unknown;
  for (const name of names) {
    if (found === undefined && from[name] !== null) found = from[name];
    delete from[name];
  }
  return found;
}

/** Without the fields that have no value. */
export function present(event: Sent): Sent {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined));
}
