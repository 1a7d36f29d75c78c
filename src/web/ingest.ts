/** POST /v1/events: where bots report. The statuses are the contract's table, one branch each. */
import { Elysia } from "elysia";
import { requireCaller } from "./access.ts";
import { Problem } from "./errors.ts";
import { idempotently } from "./idempotency.ts";
import { answerOf } from "./ingest-answer.ts";
import type { Parts } from "./parts.ts";
import { quarantineRoutes } from "./quarantine.ts";

/** `/v1/events` and `/v1/quarantine`. */
export function ingestRoutes(parts: Parts) {
  const reading = { bytes: 0 };
  const repeatable = idempotently(parts);
  return new Elysia({ name: "ingest" }).use(quarantineRoutes(parts)).post(
    "/v1/events",
    async ({ request }) => {
      const caller = requireCaller(parts, request, "ingest");
      const body = await readBody(request, parts.settings, reading);
      const given = { body, headers: readHeaders(request.headers), caller, wait: waits(request.url) };
      const idempotency_key = request.headers.get("idempotency-key");
      if (idempotency_key === null) return answerOf(await parts.ingest.accept(given)).response();
      return await repeatable(given, idempotency_key, async (id_seed) =>
        answerOf(await parts.ingest.accept({ ...given, id_seed })),
      );
    },
    { parse: "none" },
  );
}

/** Requests up to this size are always read: others that send slowly must not shut them out. */
const SMALL_BYTES = 256 * 1024;

/** The body as it was sent, never more of it than the limit; and of all large ones together never more than the queue may hold. */
async function readBody(
  request: Request,
  { ingest_body_bytes_max, ingest_queue_bytes_max }: Parts["settings"],
  reading: { bytes: number },
): Promise<Uint8Array> {
  const length = request.headers.get("content-length");
  // Of unknown length: as much as it may become.
  const announced = length === null ? ingest_body_bytes_max : Number(length);
  if (announced > ingest_body_bytes_max) throw tooLarge(ingest_body_bytes_max);
  const reserved = announced > SMALL_BYTES ? announced : 0;
  if (reserved > 0 && reading.bytes > 0 && reading.bytes + reserved > ingest_queue_bytes_max) {
    const detail = "Too many large requests are being read; send smaller ones.";
    throw new Problem({ status: 503, title: "Not now", detail, headers: { "retry-after": "2" } });
  }
  reading.bytes += reserved;
  try {
    return length === null ? await readStream(request, ingest_body_bytes_max) : await request.bytes();
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem({
      status: 400,
      title: "Body cannot be read",
      detail: "The connection ended before the body did.",
    });
  } finally {
    reading.bytes -= reserved;
  }
}

/** A body of unknown length: given up at the first byte beyond the limit. */
async function readStream(request: Request, bytes_max: number): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array(0);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of request.body) {
    bytes += piece.length;
    if (bytes > bytes_max) throw tooLarge(bytes_max);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function tooLarge(bytes_max: number): Problem {
  const detail = `A request may have ${Math.floor(bytes_max / 1024)} KiB; send the events in parts.`;
  return new Problem({ status: 413, title: "Too large", detail });
}

/** Only what ingest looks at: nearly all requests carry no CloudEvent in their headers. */
function readHeaders(headers: Headers): Record<string, string> {
  if (headers.has("ce-specversion") || headers.has("ce-id") || headers.has("ce-type")) {
    return Object.fromEntries([...headers].map(([name, value]) => [name.toLowerCase(), value]));
  }
  const read: Record<string, string> = {};
  const content_type = headers.get("content-type");
  const content_encoding = headers.get("content-encoding");
  if (content_type !== null) read["content-type"] = content_type;
  if (content_encoding !== null) read["content-encoding"] = content_encoding;
  return read;
}

function waits(url: string): boolean {
  const at = url.indexOf("?");
  if (at === -1) return false;
  const wait = new URLSearchParams(url.slice(at + 1)).get("wait");
  if (wait === null || wait === "false") return false;
  if (wait === "true") return true;
  throw new Problem({
    status: 422,
    title: "Invalid fields",
    errors: [{ field: "wait", code: "invalid", detail: "wait is true or false." }],
  });
}
