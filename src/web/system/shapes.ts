/** What `/api/system` and `/api/system/logs` answer. */
import { z } from "zod";
import { LOG_LEVELS } from "../../observe/log-tail.ts";
import { instantShape } from "../bi/shapes.ts";

const count = z.int().min(0);
const status = z.enum(["healthy", "degraded", "critical"]);
const rate = z.number().min(0).nullable();

const ingest = z.strictObject({
  accepted: count.describe("Since the start, as the next two."),
  duplicates: count,
  rejected: count,
  quarantined: count.describe("Kept now."),
  per_s: rate.describe("Accepted a second, over the last ten."),
  quarters: z.array(count).describe("Events by their own time in the last 96 quarters of an hour, oldest first."),
  queue_rows: count,
  queue_bytes: count,
  oldest_pending: instantShape.nullable(),
  lag_p50_ms: rate.describe("From event to receipt, last 24 h."),
  lag_p95_ms: rate,
});
const store = z.strictObject({
  events: count,
  file_bytes: count.nullable(),
  journal_bytes: count,
  journal_seq: count,
  applied_seq: count,
  disk_free_bytes: count.nullable(),
  disk_bytes: count.nullable(),
  disk_free_bytes_min: count.describe("Below it ingest answers 503."),
  oldest: instantShape.nullable(),
  newest: instantShape.nullable(),
  rollups: z
    .array(z.strictObject({ name: z.string(), rows: count }))
    .nullable()
    .describe("null, as what else only a question can tell: the store did not answer in time."),
  memory_bytes: count.nullable().describe("Of the database."),
  memory_bytes_max: count,
});
const sockets = z.strictObject({
  pages: z.array(z.strictObject({ view: z.string(), clients: count })),
  channels: z.array(z.strictObject({ channel: z.string(), clients: count, lagging: count })),
  pushes: count.describe("Since the start."),
  pushes_per_s: rate,
  lag_p95_ms: rate.describe("From a commit to the push of what it changed."),
  dropped: count.describe("Clients cut off since the start, as they did not read."),
});
const question = z.strictObject({ route: z.string(), timeframe: z.string(), hits: count, took_ms: z.number().min(0) });
const cache = z.strictObject({
  hit_rate: rate,
  hits: count,
  misses: count,
  entries: count,
  bytes: count,
  bytes_max: count,
  slowest: z.array(question),
});
const job = z.strictObject({
  name: z.string(),
  every_s: z.number(),
  ran_at: instantShape.nullable(),
  next_at: instantShape.nullable(),
  took_ms: z.number().min(0).nullable(),
  runs: count,
  failures: count,
  failed: z.boolean().describe("The last run."),
});
const task = z.strictObject({
  job_id: z.string(),
  kind: z.string(),
  status: z.enum(["queued", "running", "done", "failed"]),
  progress: z.number().min(0).max(1),
  queued_at: instantShape,
  finished_at: instantShape.nullable(),
});
const sample = z.strictObject({ at: instantShape, status, reasons: z.array(z.string()) });

export const systemShape = z.strictObject({
  generated_at: instantShape,
  version: z.string(),
  commit: z.string(),
  runtime: z.string(),
  database: z.string(),
  uptime_s: count,
  status,
  checks: z.record(z.string(), z.looseObject({ status })),
  figures: z
    .strictObject({
      ingest,
      store,
      sockets,
      cache,
      jobs: z.array(job),
      tasks: z.array(task),
      history: z.array(sample).describe("A sample every 30 s, oldest first."),
      memory_bytes: count.describe("Of the process."),
      cpu: z.number().nullable().describe("Share of all cores in the last 30 s."),
      log_lines_dropped: count,
    })
    .nullable()
    .describe("null for those who do not see all locations: they are of the whole appliance."),
});
export type SystemState = z.infer<typeof systemShape>;

export const logsQuery = z.strictObject({
  level: z.enum(LOG_LEVELS).default("info").describe("This level and worse."),
  search: z.string().max(200).default(""),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

export const logsShape = z.strictObject({
  written: z.boolean().describe("False: this appliance writes no log file."),
  partial: z.boolean().describe("There is more than was looked through."),
  lines: z
    .array(
      z.strictObject({
        time: z.string(),
        level: z.enum(LOG_LEVELS),
        message: z.string(),
        fields: z.record(z.string(), z.unknown()),
      }),
    )
    .describe("Newest first."),
});
