/**
 * An export on its way: in its turn, noted before its first byte and when it ends, as fast as it is taken and no faster.
 * It must never leave anything behind when whoever asked goes away.
 */
import { contentDisposition } from "../../export/file-name.ts";
import { EXPORT_BEGUN, EXPORT_ENDED } from "../../report/exports/recent.ts";
import { audited } from "../audit.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { requestId } from "../request.ts";
import type { PreparedExport } from "./prepared.ts";

interface Delivering {
  request: Request;
  server: Bun.Server<unknown> | null;
  what: string;
}

const running = new WeakMap<Parts, number>();
/** Seconds: a reader that takes nothing for so long is gone. */
const IDLE_S = 120;
/** Less waits for more: the first piece holds the first rows, so that what is wrong with them is said in time. */
const PIECE_BYTES = 64 * 1024;

/** Throws Problem; after that only the connection can tell that something went wrong. */
export async function deliverExport(
  parts: Parts,
  given: Delivering,
  prepare: (signal: AbortSignal) => Promise<PreparedExport>,
): Promise<Response> {
  const leave = enter(parts);
  const gone = new AbortController();
  const signal = AbortSignal.any([given.request.signal, gone.signal]);
  try {
    const prepared = await prepare(signal);
    const headers = headersOf(prepared);
    if (given.request.method === "HEAD") {
      leave();
      return new Response(null, { headers });
    }
    const noted = noteBegin(parts, given, prepared);
    const pieces = taken(prepared.bytes(), (outcome, bytes) => {
      leave();
      noted(outcome, bytes);
    });
    // What fails before the first byte is still a problem document.
    const first = await pieces.next();
    given.server?.timeout(given.request, IDLE_S);
    return new Response(streamOf(first, pieces, gone), { headers });
  } catch (error) {
    leave();
    throw error;
  }
}

/** Throws Problem 503 when too many are being written. The function that it returns may be called more than once. */
function enter(parts: Parts): () => void {
  const before = running.get(parts) ?? 0;
  if (before >= parts.settings.exports_at_once_max)
    throw new Problem({
      status: 503,
      title: "Too many exports at once",
      detail: "Others are being written. This one can be had when one of them is done; try again in a few seconds.",
      headers: { "retry-after": "5" },
    });
  running.set(parts, before + 1);
  let inside = true;
  return () => {
    if (inside) running.set(parts, (running.get(parts) ?? 1) - 1);
    inside = false;
  };
}

function headersOf({ media_type, file_name, rows }: PreparedExport): Record<string, string> {
  return {
    "content-type": media_type,
    "content-disposition": contentDisposition(file_name),
    "x-rows": String(rows),
    "cache-control": "private, no-store",
  };
}

type Outcome = "done" | "stopped" | "failed";

function noteBegin(
  parts: Parts,
  { request, server, what }: Delivering,
  { details, location_id, rows }: PreparedExport,
): (outcome: Outcome, bytes: number, error?: unknown) => void {
  const began = performance.now();
  const request_id = requestId(request);
  audited(parts, { request, server }, EXPORT_BEGUN, { object: what, location_id, details: { request_id, ...details } });
  return (outcome, bytes) => {
    const took_ms = Math.round(performance.now() - began);
    const { format = null } = details;
    const ended = { request_id, outcome, format, rows: outcome === "done" ? rows : null, bytes, took_ms };
    audited(parts, { request, server }, EXPORT_ENDED, { object: what, location_id, details: ended });
    if (outcome === "failed") parts.log("error", "an export broke off", { request_id, what, bytes });
  };
}

/** The same bytes in pieces that are worth sending; says how it ended, once. */
async function* taken(
  pieces: AsyncGenerator<Uint8Array>,
  ended: (outcome: Outcome, bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  let outcome: Outcome = "stopped";
  let waiting: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of pieces) {
      waiting.push(piece);
      size += piece.length;
      if (size < PIECE_BYTES) continue;
      bytes += size;
      yield waiting.length === 1 ? piece : Buffer.concat(waiting);
      waiting = [];
      size = 0;
    }
    bytes += size;
    if (size > 0) yield Buffer.concat(waiting);
    outcome = "done";
  } catch (error) {
    outcome = isAbort(error) ? "stopped" : "failed";
    throw error;
  } finally {
    ended(outcome, bytes);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && /abort/i.test(error.name + error.constructor.name);
}

/** Reads on when there is room, and stops all of it when nobody reads any more. */
function streamOf(
  first: IteratorResult<Uint8Array, unknown>,
  pieces: AsyncGenerator<Uint8Array>,
  gone: AbortController,
): ReadableStream<Uint8Array> {
  let next: IteratorResult<Uint8Array, unknown> | null = first;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = next ?? (await pieces.next());
          next = null;
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(error);
        }
      },
      async cancel() {
        gone.abort();
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
}
