/** /v1/quarantine: refused events, to be looked at, mended and sent again. */
import { z } from "zod";
import { REJECTION_CODES } from "../catalogue/event.ts";
import { formatInstant, parseInstant } from "../catalogue/time.ts";
import type { QuarantineFilter, QuarantineRow } from "../control/control.ts";
import type { Caller } from "../control/types.ts";
import { maskedRaw, maskedText } from "../report/personal.ts";
import { locationsOf, seesPersonal } from "./access.ts";
import { instantShape } from "./bi/shapes.ts";
import { Problem } from "./errors.ts";
import { partlyShape, readBody, takenShape } from "./ingest.ts";
import { answerOf } from "./ingest-answer.ts";
import { checkRow, drop, dropAll, mend, replay, replayAll, rowOf } from "./mending.ts";
import type { Parts } from "./parts.ts";
import { mediaType } from "./request.ts";
import { type Route, route } from "./route.ts";

const code = z.enum(REJECTION_CODES);
const before = z
  .string()
  .max(64)
  .transform((text, context) => {
    const instant = parseInstant(text);
    if (instant !== null) return instant;
    context.addIssue({ code: "custom", message: "Use an RFC 3339 instant, such as 2026-01-31T00:00:00Z." });
    return z.NEVER;
  });
const filterSchema = z.strictObject({
  location_id: z.string().min(1).max(64).optional(),
  code: code.optional(),
  before: before.optional(),
});
const listQuery = filterSchema.extend({
  cursor: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
const replayBody = filterSchema;
const dropBody = filterSchema.extend({ all: z.literal(true).optional() });

const rowFields = {
  quarantine_id: z.int().min(1),
  received_at: instantShape,
  mended_at: instantShape.nullable(),
  location_id: z.string().nullable(),
  index: z.int().min(0),
  id: z.string().nullable(),
  field: z.string().nullable(),
  code,
  detail: z.string(),
  raw: z.string(),
};
const rowShape = z.strictObject(rowFields);
const checkedShape = z.strictObject({
  ...rowFields,
  errors: z.array(z.strictObject({ field: z.string().nullable(), code, detail: z.string() })),
});
const count = z.int().min(0);

const ID = { id: "quarantine_id of the event." };
const anEvent = { "application/json": z.looseObject({}).describe("The event as it should be.") };

/** `/v1/quarantine` and what is under it. */
export function quarantineRoutes(parts: Parts): readonly Route[] {
  const { control } = parts;
  return [
    route({
      method: "GET",
      path: "/v1/quarantine",
      access: "read",
      tag: "Ingest",
      summary: "Refused events, newest first.",
      query: listQuery,
      answers: {
        200: {
          description: "A page of them; raw is masked for those who may not see what is personal.",
          schema: z.strictObject({ quarantined: z.array(rowShape), next_cursor: z.string().nullable() }),
        },
      },
      handle: ({ caller, query: { cursor, limit, ...given } }) => {
        parts.ingest.flushQuarantine();
        const rows = control.quarantined({
          ...filterOf(caller, given),
          limit: limit + 1,
          ...(cursor === undefined ? {} : { before: cursor }),
        });
        const page = rows.slice(0, limit);
        const next_cursor = rows.length > limit ? String(page.at(-1)?.quarantine_id ?? "") : null;
        return { quarantined: page.map((row) => rowJson(caller, row)), next_cursor };
      },
    }),

    route({
      method: "GET",
      path: "/v1/quarantine/:id",
      access: "read",
      tag: "Ingest",
      summary: "One refused event, and what would still be wrong with it.",
      params: ID,
      answers: { 200: { description: "errors is empty when it would be accepted now.", schema: checkedShape } },
      handle: async ({ caller, params }) => {
        const row = rowOf(parts, caller, params.id);
        return { ...rowJson(caller, row), errors: (await checkRow(parts, caller, row)).map(errorJson) };
      },
    }),

    route({
      method: "PUT",
      path: "/v1/quarantine/:id",
      access: "ingest",
      tag: "Ingest",
      summary: "Mends a refused event: the body takes the place of what was sent. It is not sent again yet.",
      params: ID,
      body: "own",
      bodies: anEvent,
      answers: { 200: { description: "As kept now, and what would still be wrong.", schema: checkedShape } },
      handle: async ({ request, server, params, caller }) => {
        const found = rowOf(parts, caller, params.id);
        const text = await textOf(parts, request);
        const { row, errors } = await mend(parts, { request, server, caller }, found, text);
        return { ...rowJson(caller, row), errors: errors.map(errorJson) };
      },
    }),

    route({
      method: "POST",
      path: "/v1/quarantine/:id/replay",
      access: "ingest",
      tag: "Ingest",
      summary: "Sends a refused event again, as it stands or mended by the body.",
      params: ID,
      body: "own",
      bodies: anEvent,
      answers: {
        200: { description: "Accepted and visible; it is gone from the quarantine.", schema: takenShape },
        202: { description: "Accepted, not visible yet; it is gone from the quarantine.", schema: takenShape },
        207: { description: "The body had several events, and some were refused.", schema: partlyShape },
      },
      handle: async ({ request, server, params, caller }) => {
        const row = rowOf(parts, caller, params.id);
        const mended = new TextDecoder().decode(await readBody(request, parts.settings));
        const text = mended.trim() === "" ? row.raw : mended;
        return answerOf(await replay(parts, { request, server, caller }, row, text)).response();
      },
    }),

    route({
      method: "DELETE",
      path: "/v1/quarantine/:id",
      access: "ingest",
      tag: "Ingest",
      summary: "Drops a refused event.",
      params: ID,
      answers: { 204: { description: "It is gone." } },
      handle: ({ request, server, params, caller }) => {
        drop(parts, { request, server, caller }, rowOf(parts, caller, params.id));
        return new Response(null, { status: 204 });
      },
    }),

    route({
      method: "POST",
      path: "/v1/quarantine/replay",
      access: "ingest",
      tag: "Ingest",
      summary: "Sends all refused events again that a filter finds, up to 1,000 at once.",
      body: replayBody,
      answers: {
        200: {
          description: "What became of them; remaining were not tried.",
          schema: z.strictObject({ matched: count, replayed: count, refused: count, remaining: count }),
        },
      },
      handle: ({ request, server, caller, body }) =>
        replayAll(parts, { request, server, caller }, filterOf(caller, body)),
    }),

    route({
      method: "POST",
      path: "/v1/quarantine/drop",
      access: "ingest",
      tag: "Ingest",
      summary: "Drops all refused events that a filter finds; all: true stands for no filter.",
      body: dropBody,
      answers: { 200: { description: "How many are gone.", schema: z.strictObject({ dropped: count }) } },
      handle: ({ request, server, caller, body: { all, ...given } }) => {
        if (all === undefined && Object.keys(given).length === 0)
          throw new Problem({
            status: 422,
            title: "Invalid fields",
            detail: "Name a code, a location or a time, or say all.",
            errors: [{ field: "all", code: "missing", detail: "Without a filter, all must be true." }],
          });
        return { dropped: dropAll(parts, { request, server, caller }, filterOf(caller, given)) };
      },
    }),
  ];
}

/** Throws Problem 403 for a location that the caller may not see. */
export function filterOf(caller: Caller, given: z.output<typeof filterSchema>): QuarantineFilter {
  const { location_id, code, before } = given;
  return {
    locations: locationsOf(caller, location_id),
    ...(code === undefined ? {} : { code }),
    ...(before === undefined ? {} : { received_before: before }),
  };
}

/** What of it the caller may see. */
export function shownRow(caller: Caller, row: QuarantineRow): QuarantineRow {
  if (seesPersonal(caller)) return row;
  const { id } = row.reason;
  return { ...row, raw: maskedRaw(row.raw), reason: { ...row.reason, id: id === null ? null : maskedText(id) } };
}

function rowJson(caller: Caller, row: QuarantineRow) {
  const { quarantine_id, received_at, mended_at, location_id, reason, raw } = shownRow(caller, row);
  const { index, id, field, code, detail } = reason;
  const times = {
    received_at: formatInstant(received_at),
    mended_at: mended_at === null ? null : formatInstant(mended_at),
  };
  return { quarantine_id, ...times, location_id, index, id, field, code, detail, raw };
}

function errorJson({ field, code, detail }: QuarantineRow["reason"]) {
  return { field, code, detail };
}

async function textOf(parts: Parts, request: Request): Promise<string> {
  if (mediaType(request) !== "application/json")
    throw new Problem({ status: 415, title: "Unsupported content type", detail: "Send application/json." });
  return new TextDecoder().decode(await readBody(request, parts.settings));
}
