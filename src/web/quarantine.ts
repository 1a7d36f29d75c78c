/** /v1/quarantine: refused events, to be looked at, mended and sent again. */
import { Elysia } from "elysia";
import { z } from "zod";
import { formatInstant } from "../catalogue/time.ts";
import type { QuarantineRow } from "../control/control.ts";
import type { Caller } from "../control/types.ts";
import { locationsOf, requireCaller, seesLocation } from "./access.ts";
import { Problem } from "./errors.ts";
import { answerOf } from "./ingest-answer.ts";
import type { Parts } from "./parts.ts";
import { queryOf } from "./request.ts";

const querySchema = z.object({
  location_id: z.string().min(1).max(64).optional(),
  cursor: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

export function quarantineRoutes(parts: Parts) {
  const { control, ingest, settings } = parts;
  return new Elysia({ name: "quarantine" })
    .get("/v1/quarantine", ({ request }) => {
      const caller = requireCaller(parts, request, "read");
      const { location_id, cursor, limit } = queryOf(request, querySchema);
      const rows = control.quarantined({
        locations: locationsOf(caller, location_id),
        limit,
        ...(cursor === undefined ? {} : { before: cursor }),
      });
      const next_cursor = rows.length < limit ? null : String(rows.at(-1)?.quarantine_id ?? "");
      return { quarantined: rows.map(rowJson), next_cursor };
    })
    .post(
      "/v1/quarantine/:id/replay",
      async ({ request, params }) => {
        const caller = requireCaller(parts, request, "ingest");
        const row = rowOf(caller, params.id);
        const mended = await request.text();
        if (mended.length > settings.event_bytes_max) throw new Problem({ status: 413, title: "Too large" });
        const body = new TextEncoder().encode(located(mended.trim() === "" ? row.raw : mended, row.location_id));
        const headers = { "content-type": "application/json" };
        const outcome = await ingest.accept({ body, headers, caller, wait: true, quarantine: false });
        const whole = outcome.kind === "taken" && outcome.rejected.length === 0;
        if (whole) control.dropQuarantined(row.quarantine_id);
        return answerOf(outcome).response();
      },
      { parse: "none" },
    )
    .delete("/v1/quarantine/:id", ({ request, params }) => {
      const caller = requireCaller(parts, request, "ingest");
      control.dropQuarantined(rowOf(caller, params.id).quarantine_id);
      return new Response(null, { status: 204 });
    });

  /** A row that the caller may not see is not there for them. */
  function rowOf(caller: Caller, id: string): QuarantineRow {
    const row = /^\d{1,15}$/.test(id) ? control.quarantinedRow(Number(id)) : null;
    const seen = row?.location_id == null ? caller.locations === null : seesLocation(caller, row.location_id);
    if (row !== null && seen) return row;
    throw new Problem({ status: 404, title: "Not found", detail: "There is no such event in the quarantine." });
  }
}

function rowJson({ quarantine_id, received_at, location_id, reason, raw }: QuarantineRow) {
  const { index, id, field, code, detail } = reason;
  return { quarantine_id, received_at: formatInstant(received_at), location_id, index, id, field, code, detail, raw };
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
