/** The envelope as a schema: what GET /v1/event-types and the API description show. Ingest checks the same by hand, for speed; a test holds the two together. */
import { z } from "zod";

const name = z.string().max(128).nullish();

export const envelope = z.strictObject({
  type: z
    .string()
    .regex(/^[a-z][a-z0-9_.:-]{0,63}$/)
    .describe("See the catalogue; unknown types are kept."),
  id: z
    .string()
    .min(1)
    .max(128)
    .nullish()
    .describe("Unique per location: your idempotency key. Missing: made by the server."),
  time: z.iso
    .datetime({ offset: true })
    .nullish()
    .describe("RFC 3339 with Z or an offset, to the microsecond. Missing: time of receipt."),
  location_id: z.string().min(1).max(64).nullish().describe("May be left out when the key is bound to one location."),
  bot_id: name,
  contact_id: name,
  conversation_id: name,
  value: z
    .union([z.string().regex(/^-?\d+(\.\d+)?$/), z.number()])
    .nullish()
    .describe("Money with at most 4 places; send it as text beyond 15 digits."),
  currency: z.string().length(3).nullish().describe("ISO 4217. Missing: the location's."),
  duration_ms: z.number().min(0).nullish(),
  success: z.boolean().nullish(),
  data: z.record(z.string(), z.unknown()).nullish().describe("Everything else: up to 64 KiB, 16 levels deep."),
});
