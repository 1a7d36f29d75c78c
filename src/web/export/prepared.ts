/** An export before its first byte: everything that may be wrong is found here, how much there is is known. */
import { z } from "zod";
import { isoDay } from "../../../views/format.ts";
import { formatInstant } from "../../catalogue/time.ts";
import type { Caller } from "../../control/types.ts";
import { fileName } from "../../export/file-name.ts";
import { FORMAT_NAMES, FORMATS, type FormatName } from "../../export/formats.ts";
import type { AboutExport } from "../../export/table.ts";
import { type ExportSource, TooManyRows } from "../../report/exports/source.ts";
import { expected } from "../bi/answer.ts";
import { askedOf, commonQuery, fieldProblem } from "../bi/input.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { paramsOf } from "../request.ts";
import { exportedAs } from "./registry.ts";

/** The parameters that all exports share. */
const exportQuery = commonQuery
  .pick({ timeframe: true, from: true, to: true, timezone: true, location_id: true, filter: true })
  .extend({
    format: z.enum(FORMAT_NAMES).default("csv"),
    bom: z
      .enum(["true", "false"])
      .default("false")
      .transform((text) => text === "true")
      .describe("CSV begins with a byte order mark, for spreadsheets that need one."),
  });
const SHARED: ReadonlySet<string> = new Set(Object.keys(exportQuery.shape));

export interface PreparedExport {
  format: FormatName;
  title: string;
  file_name: string;
  media_type: string;
  rows: number;
  location_id: string | null;
  /** For the audit log: never a filter's value. */
  details: Readonly<Record<string, string | number | null>>;
  /** Once only. */
  bytes: () => AsyncGenerator<Uint8Array>;
}

/** Throws Problem: what is asked wrongly, what is not theirs to take, more rows than the format holds. */
export async function prepareExport(
  parts: Parts,
  caller: Caller,
  what: string,
  search: URLSearchParams,
  signal: AbortSignal,
): Promise<PreparedExport> {
  const exported = exportedAs(what, caller);
  const own = new URLSearchParams([...search].filter(([name]) => !SHARED.has(name)));
  const shared = new URLSearchParams([...search].filter(([name]) => SHARED.has(name)));
  const { format, bom, filter, ...given } = paramsOf(shared, exportQuery);
  const asked = askedOf(parts, caller, given, filter, signal, "filter");
  const turn = () => exported.source(parts, asked, own);
  const source = await expected(few(parts.questions.run(`${caller.kind} ${caller.id}`, signal, turn)), "filter");
  const { table, title, framed } = source;
  const { media_type, rows_max, bytes } = FORMATS[format];
  if (rows_max !== null && table.rows > rows_max)
    throw fieldProblem(
      "format",
      `These are ${table.rows} rows, and ${format} holds ${rows_max}: take CSV or Parquet, or a shorter timeframe.`,
      "too_many",
    );
  const location = asked.location_id === null ? null : parts.control.location(asked.location_id);
  const about = aboutOf(
    source,
    shared.getAll("filter"),
    location?.name ?? "All that you may see",
    caller.name,
    asked.now,
  );
  const { from, to } = framed.scope;
  const days = { from: isoDay(from, framed.timezone), to: isoDay(to - 1, framed.timezone) };
  return {
    format,
    title,
    file_name: fileName({ title, location: location?.name ?? null, ...days, extension: format }),
    media_type,
    rows: table.rows,
    location_id: asked.location_id,
    details: { format, rows: table.rows, filters: filter.length, from: formatInstant(from), to: formatInstant(to) },
    bytes: () => bytes(table, { about, bom, store: parts.store, signal }),
  };
}

async function few(work: Promise<ExportSource>): Promise<ExportSource> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof TooManyRows)) throw error;
    throw new Problem({ status: 422, title: "Too many rows", detail: error.message });
  }
}

function aboutOf(
  { title, framed, definitions = [] }: ExportSource,
  filters: readonly string[],
  location: string,
  by: string,
  now: number,
): AboutExport {
  const { scope, timezone } = framed;
  const said = filters.map((filter) => ["Filter", filter] as const);
  return {
    title,
    timezone,
    lines: [
      ["From", `${formatInstant(scope.from)} (included)`],
      ["To", `${formatInstant(scope.to)} (not included)`],
      ["Time zone", timezone],
      ["Location", location],
      ...(said.length > 0 ? said : [["Filters", "None"] as const]),
      ["Made at", formatInstant(now)],
      ["Made by", by],
      ...definitions,
    ],
  };
}
