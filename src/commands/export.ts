/**
 * `export`: what pages show, as a file. Whoever holds the store writes it among the temporary files; this verb takes it
 * from there to where it was asked for, so that it works beside a running server and without one.
 */
import { createReadStream, createWriteStream, rmSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { dataPaths } from "../config.ts";
import type { Caller } from "../control/types.ts";
import { EXPORT_BEGUN, EXPORT_ENDED } from "../report/exports/recent.ts";
import type { Task } from "../socket.ts";
import type { Parts } from "../web/parts.ts";
import { UsageError } from "./arguments.ts";
import { auditCommand, systemUser } from "./audited.ts";
import { needData, runTask } from "./data.ts";
import { type Call, CommandFailed, say, type Verb } from "./verb.ts";

/** Flags whose values go to the export as they are; each is the parameter of the same name. */
const OWN = ["kpi", "by", "grain", "order", "limit", "search", "steps", "window", "birth", "return"] as const;

export const EXPORT_VERB: Verb = {
  name: "export",
  summary:
    "Writes what pages show to a file: events, query, contacts, drill-down, funnel, retention, anomalies, alerts or audit, or what the address of a page shows.",
  usage: "QUERY|ADDRESS [--format csv] [--timeframe 30d] [--location ID] [--kpi K --by D --grain G] [--out FILE]",
  flags: [
    { name: "format", value: "F", doc: "csv, xlsx, json, ndjson or parquet. Default: csv." },
    { name: "timeframe", value: "T", doc: "24h, 7d, 30d, 90d, 1y or all. Default: 30d." },
    { name: "from", value: "TIME", doc: "With --to, instead of a timeframe: RFC 3339, included." },
    { name: "to", value: "TIME", doc: "RFC 3339, not included." },
    { name: "timezone", value: "ZONE", doc: "IANA zone of days and weeks. Default: the location's, else UTC." },
    { name: "location", value: "ID", doc: "One location. Default: all of them." },
    { name: "filter", value: "F:OP:V", doc: "field:op:value, may be repeated.", repeats: true },
    { name: "kpi", value: "K,…", doc: "KPIs of query and drill-down; of events: those behind one." },
    { name: "by", value: "D,…", doc: "Dimensions." },
    { name: "grain", value: "G", doc: "minute, hour, day, week, month, quarter or year." },
    { name: "order", value: "COLUMN:DIR", doc: "Order of a query: revenue:desc." },
    { name: "limit", value: "N", doc: "Rows of a query at most." },
    { name: "search", value: "TEXT", doc: "Part of a contact's id." },
    { name: "event-data", value: "json|columns", doc: "Of events: data as JSON, or a column a field." },
    { name: "steps", value: "TYPE,…", doc: "Of a funnel." },
    { name: "window", value: "14d", doc: "Of a funnel." },
    { name: "birth", value: "TYPE", doc: "Of retention." },
    { name: "return", value: "TYPE", doc: "Of retention." },
    { name: "bom", value: null, doc: "CSV begins with a byte order mark." },
    { name: "out", value: "FILE", doc: "Where it goes. Default: standard output." },
  ],
  run: exportVerb,
};

const inputSchema = z.object({ what: z.string(), search: z.string() });
const answerSchema = z.object({
  file: z.string(),
  name: z.string(),
  title: z.string(),
  format: z.string(),
  rows: z.number(),
  bytes: z.number(),
});

/** The part that the holder of the store does. What is asked wrongly is said as the API says it. */
export function exportTask(parts: Parts): Task {
  return async (input) => {
    const { prepareExport } = await import("../web/export/prepared.ts");
    const { exportOfView } = await import("../web/export/views.ts");
    const { what, search } = inputSchema.parse(input);
    const given = new URLSearchParams(search);
    const view = exportOfView(what);
    if (!view && what.includes("/")) throw new CommandFailed(`${what} is the address of no page that shows rows`);
    // What the flags say counts more than what the address does.
    const merged = view ? mergedWith(view.search, given) : given;
    const named = view?.what ?? what;
    const prepared = await prepareExport(parts, COMMAND, named, merged, new AbortController().signal).catch(inWords);
    const request_id = Bun.randomUUIDv7();
    const details = { request_id, ...prepared.details };
    auditCommand(parts.control, EXPORT_BEGUN, { object: named, location_id: prepared.location_id, details });
    const file = join(dataPaths(parts.settings.data).temp, `export-${Bun.randomUUIDv7()}.${prepared.format}`);
    try {
      const bytes = await written(prepared.bytes(), file);
      const { file_name: name, title, format, rows, location_id } = prepared;
      const outcome = { request_id, outcome: "done", format, rows, bytes };
      auditCommand(parts.control, EXPORT_ENDED, { object: named, location_id, details: outcome });
      return { file, name, title, format, rows, bytes };
    } catch (error) {
      rmSync(file, { force: true });
      const outcome = { request_id, outcome: "failed", format: prepared.format };
      auditCommand(parts.control, EXPORT_ENDED, { object: named, location_id: prepared.location_id, details: outcome });
      throw error;
    }
  };
}

/** Whoever may open the data directory may read all of it. */
const COMMAND: Caller = {
  kind: "user",
  id: "command",
  name: systemUser(),
  role: "owner",
  scopes: ["read", "export", "admin"],
  locations: null,
};

function mergedWith(view: URLSearchParams, given: URLSearchParams): URLSearchParams {
  const names = new Set(given.keys());
  return new URLSearchParams([...[...view].filter(([name]) => !names.has(name)), ...given]);
}

async function inWords(error: unknown): Promise<never> {
  const { Problem } = await import("../web/errors.ts");
  if (!(error instanceof Problem)) throw error;
  const { title, detail, errors = [] } = error.body;
  const fields = errors.map(({ field, detail }) => `${field ?? "query"}: ${detail}`);
  throw new CommandFailed(fields.length > 0 ? fields.join("; ") : (detail ?? title));
}

async function written(pieces: AsyncGenerator<Uint8Array>, file: string): Promise<number> {
  let bytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      bytes += piece.length;
      yield piece;
    }
  };
  await pipeline(counted, createWriteStream(file, { mode: 0o600 }));
  return bytes;
}

async function exportVerb(call: Call): Promise<number> {
  const { args } = call;
  const [what, ...more] = args.words;
  if (what === undefined || more.length > 0)
    throw new UsageError(
      'export what? Name it (events, query, contacts …) or give the address of a page ("/explore?kpi=revenue")',
    );
  const out = args.text("out");
  if (call.json && out === null) throw new UsageError("--json prints a report on standard output: add --out FILE");
  needData(call);
  const input = { what, search: searchOf(call).toString() };
  const answer = answerSchema.parse(await asked(call, input));
  try {
    await handOver(answer.file, out);
  } finally {
    rmSync(answer.file, { force: true });
  }
  const { file: _, ...report } = answer;
  if (out !== null)
    say(call, { ...report, out }, [`${answer.title}: ${answer.rows} rows, ${answer.bytes} bytes, in ${out}`]);
  return 0;
}

function searchOf({ args }: Call): URLSearchParams {
  const search = new URLSearchParams();
  const put = (name: string, value: string | null): void => void (value !== null && search.set(name, value));
  for (const name of ["format", "timeframe", "from", "to", "timezone", ...OWN]) put(name, args.text(name));
  put("location_id", args.text("location"));
  // --data is the data directory.
  put("data", args.text("event-data"));
  for (const filter of args.all("filter")) search.append("filter", filter);
  if (args.switched("bom")) search.set("bom", "true");
  return search;
}

async function asked(call: Call, input: z.infer<typeof inputSchema>): Promise<unknown> {
  try {
    return await runTask(call, "export", input, () => {});
  } catch (error) {
    if (error instanceof Error && !(error instanceof CommandFailed)) throw new CommandFailed(error.message);
    throw error;
  }
}

async function handOver(file: string, out: string | null): Promise<void> {
  const target = out === null ? process.stdout : createWriteStream(out);
  try {
    await pipeline(createReadStream(file), target, { end: out !== null });
  } catch (error) {
    // Whoever reads may have read enough: "| head".
    if (error instanceof Error && "code" in error && error.code === "EPIPE") return;
    throw new CommandFailed(error instanceof Error ? error.message : String(error));
  }
}
