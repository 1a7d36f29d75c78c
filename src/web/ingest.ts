/** POST /v1/events: where bots report. The statuses are the contract's table, one branch each. */
import { z } from "zod";
import { envelope } from "../catalogue/events/envelope.ts";
import type { Settings } from "../config.ts";
import { bytesOf } from "./body.ts";
import { Problem } from "./errors.ts";
import { idempotently } from "./idempotency.ts";
import { answerOf } from "./ingest-answer.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";

const waitQuery = z.object({
  wait: z
    .enum(["true", "false"], "wait is true or false.")
    .default("false")
    .describe("true: answers only once the events are visible, with exact duplicates."),
});

const cloudEvent = z
  .looseObject({ specversion: z.literal("1.0"), id: z.string(), source: z.string(), type: z.string() })
  .describe("A CloudEvent: source is the bot, subject the contact; also in binary mode, by ce-* headers.");

const counts = { accepted: z.int().min(0), duplicates: z.int().min(0), rejected: z.int().min(0) };
export const takenShape = z.strictObject({ ...counts, rejected: z.literal(0) });
export const partlyShape = z.strictObject({
  ...counts,
  errors: z.array(
    z.strictObject({
      index: z.int().min(0),
      id: z.string().nullable(),
      field: z.string().nullable(),
      code: z.string(),
      detail: z.string(),
    }),
  ),
});

/** `/v1/events`. */
export function ingestRoutes(parts: Parts): readonly Route[] {
  const repeatable = idempotently(parts);
  return [
    route({
      method: "POST",
      path: "/v1/events",
      access: "ingest",
      tag: "Ingest",
      summary: "Takes events; answers once they are on disk.",
      description:
        "One event, a list of them, {batch}, NDJSON or CloudEvents; plain or in gzip, deflate, br or zstd. Idempotency-Key makes the request repeatable for 24 hours.",
      query: waitQuery,
      body: "own",
      bodies: {
        "application/json": z.union([envelope, z.array(envelope), z.strictObject({ batch: z.array(envelope) })]),
        "application/x-ndjson": z.string().describe("One event a line."),
        "application/cloudevents+json": cloudEvent,
        "application/cloudevents-batch+json": z.array(cloudEvent),
      },
      example: {
        query: "wait=true",
        body: [
          {
            id: "docs-1",
            type: "lead_created",
            location_id: "docs",
            bot_id: "lead-bot",
            contact_id: "contact-1",
            data: { source: "website" },
          },
        ],
      },
      answers: {
        200: { description: "The same with wait=true: visible, and duplicates exact.", schema: takenShape },
        202: { description: "All accepted or already known, on disk.", schema: takenShape },
        207: { description: "Some rejected; they are in the quarantine.", schema: partlyShape },
      },
      handle: async ({ request, caller, query }) => {
        const body = await readBody(request, parts.settings);
        const given = { body, headers: readHeaders(request.headers), caller, wait: query.wait === "true" };
        const idempotency_key = request.headers.get("idempotency-key");
        if (idempotency_key === null) return answerOf(await parts.ingest.accept(given)).response();
        return await repeatable(given, idempotency_key, async (id_seed) =>
          answerOf(await parts.ingest.accept({ ...given, id_seed })),
        );
      },
    }),
  ];
}

/** Requests up to this size are always read: others that send slowly must not shut them out. */
const SMALL_BYTES = 256 * 1024;

/** What all requests of one appliance together are reading now. */
const readings = new WeakMap<Settings, { bytes: number }>();

/** The body as it was sent, never more of it than the limit; and of all large ones together never more than the queue may hold. */
export async function readBody(request: Request, settings: Settings): Promise<Uint8Array> {
  const { ingest_body_bytes_max, ingest_queue_bytes_max } = settings;
  const reading = readings.get(settings) ?? { bytes: 0 };
  readings.set(settings, reading);
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
    return await bytesOf(request, ingest_body_bytes_max, () => tooLarge(ingest_body_bytes_max));
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
