/** `import`: history from files, by a SQL map. Through the running server when there is one. */
import { accessSync, constants, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { dataPaths } from "../config.ts";
import { isTimezone } from "../control/control.ts";
import type { Task } from "../socket.ts";
import type { Parts } from "../web/parts.ts";
import { UsageError } from "./arguments.ts";
import { auditCommand } from "./audited.ts";
import { progressBar, runTask } from "./data.ts";
import { type Call, CommandFailed, say, type Verb } from "./verb.ts";

export const IMPORT_VERB: Verb = {
  name: "import",
  summary:
    "Imports history from CSV, JSON, NDJSON or Parquet files. The map is a SQL query over the view input (all files; input_1, input_2 … one each) whose columns are named like the event.",
  usage: "FILES… --map MAP.sql --location ID [--dry-run]",
  flags: [
    { name: "map", value: "FILE", doc: "The map; see docs/examples for five.", required: true },
    { name: "location", value: "ID", doc: "The location that the events belong to.", required: true },
    { name: "timezone", value: "ZONE", doc: "IANA zone of times without one. Default: UTC." },
    { name: "csv-delim", value: "CHAR", doc: "Separator of CSV files. Default: found out." },
    {
      name: "dry-run",
      value: null,
      doc: "Reads and checks everything, shows the first events and errors, writes nothing.",
    },
  ],
  creates: true,
  run: importVerb,
};

const jobSchema = z.object({
  files: z.array(z.string()),
  map: z.string(),
  location_id: z.string(),
  timezone: z.string(),
  csv_delim: z.string().nullable(),
  dry_run: z.boolean(),
});

/** The part that the holder of the store does. */
export function importTask(parts: Parts): Task {
  return async (input, progress) => {
    const { importFiles } = await import("../ingest/import.ts");
    const job = jobSchema.parse(input);
    const report = await importFiles(parts, job, dataPaths(parts.settings.data).temp, progress);
    const { location_id, files } = job;
    const { accepted, duplicates, rejected } = report;
    const details = { files: files.length, accepted, duplicates, rejected };
    if (!job.dry_run) auditCommand(parts.control, "imported", { location_id, details });
    return report;
  };
}

async function importVerb(call: Call): Promise<number> {
  const { args } = call;
  if (args.words.length === 0)
    throw new UsageError("import which files? bellwether import FILES… --map MAP.sql --location ID");
  const map_file = args.text("map");
  const location_id = args.text("location");
  if (map_file === null) throw new UsageError("import needs --map MAP.sql, which says how columns become events");
  if (location_id === null || location_id.length > 64)
    throw new UsageError("import needs --location ID (1 to 64 characters)");
  const timezone = args.text("timezone") ?? "UTC";
  if (!isTimezone(timezone))
    throw new UsageError(`--timezone ${timezone} is no IANA time zone, such as America/Los_Angeles`);
  const files = args.words.map((file) => readable(file));
  const job = {
    files,
    map: readMap(map_file),
    location_id,
    timezone,
    csv_delim: args.text("csv-delim"),
    dry_run: args.switched("dry-run"),
  };
  const report = reportSchema.parse(await ask(call, job));
  say(call, report, lines(report, job.dry_run));
  return report.accepted + report.duplicates === 0 && report.rejected > 0 ? 1 : 0;
}

async function ask(call: Call, job: z.infer<typeof jobSchema>): Promise<unknown> {
  try {
    return await runTask(call, "import", job, progressBar(call, "Import"));
  } catch (error) {
    if (error instanceof Error && !(error instanceof CommandFailed)) throw new CommandFailed(error.message);
    throw error;
  }
}

const reportSchema = z.object({
  accepted: z.number(),
  duplicates: z.number(),
  rejected: z.number(),
  errors: z.array(
    z.object({
      row: z.number(),
      id: z.string().nullable(),
      field: z.string().nullable(),
      code: z.string(),
      detail: z.string(),
    }),
  ),
  events: z.array(z.unknown()).optional(),
});

function lines(report: z.infer<typeof reportSchema>, dry_run: boolean): readonly string[] {
  const count = (value: number) => value.toLocaleString("en-US");
  const head = dry_run
    ? `Dry run, nothing written: ${count(report.accepted)} events would be taken, ${count(report.rejected)} rows refused.`
    : `${count(report.accepted)} accepted, ${count(report.duplicates)} duplicates, ${count(report.rejected)} rejected.`;
  return [
    head,
    ...(report.events ?? []).map((event) => JSON.stringify(event)),
    ...report.errors.map(
      ({ row, field, code, detail }) => `row ${row}: ${code}${field === null ? "" : ` at ${field}`}: ${detail}`,
    ),
  ];
}

function readMap(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new CommandFailed(`the map ${path} cannot be read`);
  }
}

function readable(file: string): string {
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw new CommandFailed(`${file} is not there or cannot be read`);
  }
  return resolve(file);
}
