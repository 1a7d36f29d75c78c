/** `/api/export/…`: what pages show, as files. */
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { deliverExport } from "./delivery.ts";
import { prepareExport } from "./prepared.ts";
import { EXPORT_NAMES, EXPORTS } from "./registry.ts";

export function exportRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/export/:what",
      example: { params: { what: "query" }, query: "kpi=revenue,leads&by=bot_id&timeframe=7d&format=csv" },
      access: "export",
      tag: "BI",
      summary: "Rows as a file: CSV, Excel, JSON, NDJSON or Parquet.",
      description: `${Object.entries(EXPORTS)
        .map(
          ([name, { summary, own }]) =>
            `\`${name}\` (${Object.keys(own.shape).join(", ") || "no parameters of its own"}): ${summary}`,
        )
        .join(
          " ",
        )} All of them take format, timeframe or from and to, timezone, location_id and filter. Nothing is cut: what a format or an answer cannot hold is refused before the first byte. Rows are those of one moment; each export is in the audit log. X-Rows says how many there are. Cells of CSV that a spreadsheet would take for a formula begin with an apostrophe.`,
      params: { what: `One of ${EXPORT_NAMES.join(", ")}.` },
      query: "own",
      answers: { 200: { description: "The file.", type: "application/octet-stream" } },
      handle: ({ request, server, caller, params: { what } }) => {
        const { searchParams } = new URL(request.url);
        return deliverExport(parts, { request, server, what }, (signal) =>
          prepareExport(parts, caller, what, searchParams, signal),
        );
      },
    }),
  ];
}
