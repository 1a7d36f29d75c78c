/** What can be done with a refused event: look again, write it anew, send it again, drop it. The API and the page both do it here. */
import type { Rejection } from "../catalogue/event.ts";
import type { QuarantineFilter, QuarantineRow } from "../control/control.ts";
import type { Caller } from "../control/types.ts";
import type { IngestOutcome } from "../ingest/ingest.ts";
import { seesLocation } from "./access.ts";
import { audited } from "./audit.ts";
import { Problem } from "./errors.ts";
import type { Parts } from "./parts.ts";

/** Who does it, and by which request. */
export interface Doing {
  request: Request;
  server: Bun.Server<unknown> | null;
  caller: Caller;
}

export interface Replayed {
  /** How many the filter finds, before anything was done. */
  matched: number;
  /** Accepted or known already; they are gone from the quarantine. */
  replayed: number;
  /** Refused once more; they stay. */
  refused: number;
  /** Not tried: beyond the limit of one request, or sent away because the queue is full. */
  remaining: number;
}

/** Of one request, so that it ends within its time. */
const REPLAYS_MAX = 1_000;
/** At once: they share the journal's syncs. */
const ABREAST = 32;
const JSON_HEADERS = { "content-type": "application/json" };

/** A row that the caller may not see is not there for them: throws Problem 404. */
export function rowOf(parts: Parts, caller: Caller, id: string): QuarantineRow {
  const row = /^\d{1,15}$/.test(id) ? parts.control.quarantinedRow(Number(id)) : null;
  const seen = row?.location_id == null ? caller.locations === null : seesLocation(caller, row.location_id);
  if (row !== null && seen) return row;
  throw new Problem({ status: 404, title: "Not found", detail: "There is no such event in the quarantine." });
}

/** What would be refused of it now: empty when it would be accepted. Throws Problem for what cannot be read as one event. */
export async function checkText(
  parts: Parts,
  caller: Caller,
  { location_id }: QuarantineRow,
  text: string,
): Promise<readonly Rejection[]> {
  const body = new TextEncoder().encode(located(text, location_id));
  const checked = await parts.ingest.check({ body, headers: JSON_HEADERS, caller });
  if (checked.kind === "unreadable") {
    const { status, title, detail } = checked;
    throw new Problem({ status, title, detail });
  }
  if (checked.events === 1) return checked.rejected;
  throw new Problem({
    status: 422,
    title: "Invalid fields",
    detail: "Write one event.",
    errors: [{ field: null, code: "invalid", detail: "One refused event is mended by one event." }],
  });
}

/** The same of a row as it stands; text that cannot be read is refused like a field. */
export async function checkRow(parts: Parts, caller: Caller, row: QuarantineRow): Promise<readonly Rejection[]> {
  try {
    return await checkText(parts, caller, row, row.raw);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const detail = error.body.detail ?? error.body.title;
    return [{ index: 0, id: null, field: null, code: "field_invalid", detail }];
  }
}

/** Keeps the text in the place of what was sent. Throws Problem 413, or for what cannot be read as one event. */
export async function mend(
  parts: Parts,
  by: Doing,
  row: QuarantineRow,
  text: string,
): Promise<{ row: QuarantineRow; errors: readonly Rejection[] }> {
  checkSize(parts, text);
  const errors = await checkText(parts, by.caller, row, text);
  const mended = parts.control.mendQuarantined(row.quarantine_id, text) ?? row;
  audited(parts, by, "quarantine_mended", about(row, { accepted_now: errors.length === 0 }));
  return { row: mended, errors };
}

/** Sends it again, as it stands or as `text` says; gone from the quarantine once it is accepted. */
export async function replay(parts: Parts, by: Doing, row: QuarantineRow, text: string): Promise<IngestOutcome> {
  checkSize(parts, text);
  const outcome = await send(parts, by.caller, row, text, true);
  const whole = isWhole(outcome);
  if (whole) parts.control.dropQuarantined(row.quarantine_id);
  audited(parts, by, "quarantine_replayed", about(row, { accepted: whole }));
  return outcome;
}

export function drop(parts: Parts, by: Doing, row: QuarantineRow): void {
  parts.control.dropQuarantined(row.quarantine_id);
  audited(parts, by, "quarantine_dropped", about(row, {}));
}

/** Sends again what the filter finds, the newest first. */
export async function replayAll(parts: Parts, by: Doing, filter: QuarantineFilter): Promise<Replayed> {
  const { control } = parts;
  parts.ingest.flushQuarantine();
  const matched = control.quarantinedCount(filter);
  const rows = control.quarantined({ ...filter, limit: REPLAYS_MAX });
  const done = { replayed: 0, refused: 0 };
  for (let at = 0; at < rows.length; at += ABREAST) {
    const some = rows.slice(at, at + ABREAST);
    const outcomes = await Promise.all(some.map((row) => send(parts, by.caller, row, row.raw, false)));
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.kind === "shed") continue;
      if (!isWhole(outcome)) done.refused++;
      else if (control.dropQuarantined(some[index]?.quarantine_id ?? 0)) done.replayed++;
    }
    if (outcomes.some(({ kind }) => kind === "shed")) break;
  }
  const result = { matched, ...done, remaining: Math.max(0, matched - done.replayed - done.refused) };
  audited(parts, by, "quarantine_replayed", { ...scopeOf(filter), details: { ...filterDetails(filter), ...result } });
  return result;
}

/** Drops what the filter finds; how many that was. */
export function dropAll(parts: Parts, by: Doing, filter: QuarantineFilter): number {
  const dropped = parts.control.dropAllQuarantined(filter);
  audited(parts, by, "quarantine_dropped", { ...scopeOf(filter), details: { ...filterDetails(filter), dropped } });
  return dropped;
}

function send(parts: Parts, caller: Caller, row: QuarantineRow, text: string, wait: boolean): Promise<IngestOutcome> {
  const body = new TextEncoder().encode(located(text, row.location_id));
  return parts.ingest.accept({ body, headers: JSON_HEADERS, caller, wait, quarantine: false });
}

function isWhole(outcome: IngestOutcome): boolean {
  return outcome.kind === "taken" && outcome.rejected.length === 0;
}

function checkSize({ settings }: Parts, text: string): void {
  const { event_bytes_max } = settings;
  if (Buffer.byteLength(text) <= event_bytes_max) return;
  const detail = `An event may take ${Math.floor(event_bytes_max / 1024)} KiB.`;
  throw new Problem({ status: 413, title: "Too large", detail });
}

function about({ quarantine_id, location_id }: QuarantineRow, details: Record<string, boolean>) {
  return { object: String(quarantine_id), location_id, details };
}

function scopeOf({ locations }: QuarantineFilter): { location_id: string | null } {
  return { location_id: locations?.length === 1 ? (locations[0] ?? null) : null };
}

function filterDetails({ code, received_before }: QuarantineFilter) {
  return { code: code ?? null, received_before: received_before ?? null };
}

/**
 * The event with the location that its sender's key stood for. Spliced in as text: parsed and written anew, a number
 * could lose digits.
 */
function located(text: string, location_id: string | null): string {
  if (location_id === null) return text;
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof event !== "object" || event === null || Array.isArray(event) || "location_id" in event) return text;
  const rest = text.trim().slice(1);
  return `{"location_id":${JSON.stringify(location_id)}${rest.trim() === "}" ? "" : ","}${rest}`;
}
