/** What decoding comes to, and the refusals of events that could not even be read. */
import type { Rejection } from "../catalogue/event.ts";
import type { Misfit } from "./cloudevents.ts";
import type { Unreadable } from "./decompress.ts";
import type { Span } from "./scan.ts";

export interface DecodeLimits {
  events_max: number;
  body_bytes_max: number;
  event_bytes_max: number;
  depth_max: number;
}

/** An event that could not be read; `raw` is its text as sent, cut at the limit. */
export interface Unread {
  rejection: Rejection;
  raw: string;
}

export interface Decoded {
  /** One entry an event, in the order sent. Where `unread` has the index, the entry means nothing. */
  events: unknown[];
  unread: ReadonlyMap<number, Unread>;
  /** Raw text of events whose `value` is a number with more digits than a double holds. */
  inexact: ReadonlyMap<number, string>;
}

const UTF8_CUT = new TextDecoder("utf-8");

export function bad(detail: string): Unreadable {
  return { status: 400, title: "Body cannot be read", detail };
}

export function tooMany(limits: DecodeLimits): Unreadable {
  return {
    status: 413,
    title: "Too many events",
    detail: `A request may hold ${limits.events_max} events; send them in parts.`,
  };
}

export function rejection(index: number, field: string | null, code: Rejection["code"], detail: string): Rejection {
  return { index, id: null, field, code, detail };
}

export function tooDeep(index: number, limits: DecodeLimits): Rejection {
  return rejection(
    index,
    null,
    "too_deep",
    `The event is nested too deeply; \`data\` may be ${limits.depth_max} levels deep.`,
  );
}

export function eventTooLarge(index: number, limits: DecodeLimits): Rejection {
  return rejection(index, null, "too_large", `An event may take ${Math.floor(limits.event_bytes_max / 1024)} KiB.`);
}

export function ofMisfit(index: number, sent: unknown, misfit: Misfit): Rejection {
  const id = typeof sent === "object" && sent !== null && "id" in sent ? sent.id : null;
  return { index, id: typeof id === "string" && id.length > 0 && id.length <= 128 ? id : null, ...misfit };
}

export function rawText(bytes: Uint8Array, span: Span, limits: DecodeLimits): string {
  return UTF8_CUT.decode(bytes.subarray(span.from, Math.min(span.to, span.from + limits.event_bytes_max)));
}

export function cut(text: string, limits: DecodeLimits): string {
  return text.slice(0, limits.event_bytes_max);
}
