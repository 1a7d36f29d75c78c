/**
 * `bun run bench`: starts the compiled executable, loads it from other processes, prints a table and writes JSON.
 * --quick (under 3 minutes), --only NAME, --json FILE, --huge (100 million events, too), --soak (a page open for half an hour).
 * `bun run bench insight` scores the analysis on public data instead, see insight/main.ts.
 */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { benchInsight } from "./insight/main.ts";
import { scalingSvg } from "./scaling.ts";
import { EXECUTABLE } from "./server.ts";
import type { Result, Scale, Workload } from "./workload.ts";
import { API } from "./workloads/api.ts";
import { PUBLIC_CHANNELS } from "./workloads/channels.ts";
import { EXPORTS } from "./workloads/exports.ts";
import { IMPORT } from "./workloads/import.ts";
import { INGEST_BATCHES, INGEST_SINGLES, INGEST_WHILE_READING } from "./workloads/ingest.ts";
import { EVENT_TO_SCREEN, SOCKETS } from "./workloads/live.ts";
import { PAGE, PAGE_SOAK } from "./workloads/page.ts";
import { OVERVIEW, START_MEMORY_DISK } from "./workloads/store.ts";

const WORKLOADS: readonly Workload[] = [
  INGEST_BATCHES,
  INGEST_SINGLES,
  INGEST_WHILE_READING,
  IMPORT,
  EXPORTS,
  EVENT_TO_SCREEN,
  SOCKETS,
  PUBLIC_CHANNELS,
  OVERVIEW,
  API,
  START_MEMORY_DISK,
  PAGE,
  PAGE_SOAK,
];

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    huge: { type: "boolean", default: false },
    soak: { type: "boolean", default: false },
    only: { type: "string" },
    json: { type: "string" },
  },
});
if (positionals[0] === "insight") {
  const { only, json } = flags;
  const missed = await benchInsight({
    ...(only === undefined ? {} : { only }),
    ...(json === undefined ? {} : { json }),
  });
  process.exit(missed === null || missed === 0 ? 0 : 1);
}
if (positionals.length > 0)
  fail(`no bench ${positionals[0]}; there is insight, and without a word the load on the executable`);
if (!existsSync(EXECUTABLE)) fail(`${EXECUTABLE} is not there: run "bun run build" first`);
const chosen = WORKLOADS.filter((workload) => flags.only === undefined || workload.name === flags.only);
if (chosen.length === 0) fail(`no workload ${flags.only}; there are ${WORKLOADS.map((each) => each.name).join(", ")}`);

const scale: Scale = { quick: flags.quick, huge: flags.huge, soak: flags.soak, rounds: flags.quick ? 1 : 3 };
const results: Result[] = [];
for (const workload of chosen) {
  for (const result of await workload.run(scale)) {
    results.push(result);
    console.log(line(result));
  }
}

const git = Bun.spawnSync(["git", "rev-parse", "--short=12", "HEAD"], { cwd: import.meta.dir });
const report = {
  date: new Date().toISOString(),
  machine: `${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`,
  commit: git.stdout.toString().trim(),
  results,
};
const folder = join(import.meta.dir, "results");
mkdirSync(folder, { recursive: true });
writeFileSync(flags.json ?? join(folder, "latest.json"), JSON.stringify(report, null, 2));
const picture = scalingSvg(results);
if (picture !== null) writeFileSync(join(folder, "scaling.svg"), picture);
appendFileSync(join(import.meta.dir, "history.ndjson"), `${JSON.stringify(report)}\n`);

function line(result: Result): string {
  const figure = `${format(result.value)} ${result.unit}`;
  const beside =
    result.yardstick === null ? "" : `, yardstick ${format(result.yardstick)}, ratio ${result.ratio?.toFixed(2)}`;
  const note = result.note === undefined ? "" : `\n      ${result.note}`;
  return `${result.met ? "met " : "MISS"}  ${result.workload}: ${figure}${beside} (goal: ${result.goal})${note}`;
}

function format(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: value < 100 ? 2 : 0 });
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
