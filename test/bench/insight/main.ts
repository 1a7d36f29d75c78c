/**
 * `bun run bench insight`: what the analysis is worth on public data, each row beside its gate, its aim and what others
 * published. --only nab|business|forecasts|conversion|alerts|watch, --json FILE. A whole run writes docs/benchmarks.md.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { alertRows } from "./alerts.ts";
import { businessRows } from "./business.ts";
import { conversionRows } from "./conversion.ts";
import { type Part, rowLine, written } from "./document.ts";
import { forecastRows } from "./forecasts.ts";
import { nabRows } from "./nab.ts";
import { BENCH_DIR, type InsightRow } from "./row.ts";
import { watchRows } from "./watch.ts";

const ROOT = resolve(import.meta.dir, "../../..");

const PARTS: readonly { name: string; title: string; rows: () => Promise<InsightRow[]> }[] = [
  { name: "nab", title: "Anomalies on NAB", rows: nabRows },
  { name: "business", title: "Anomalies of daily business series", rows: businessRows },
  { name: "forecasts", title: "Forecasts", rows: forecastRows },
  { name: "conversion", title: "Conversion and churn", rows: conversionRows },
  { name: "alerts", title: "Alerts", rows: alertRows },
  { name: "watch", title: "The live watch", rows: watchRows },
];

/** How many rows missed their gate; null where it could not be run, with the reason printed. */
export async function benchInsight(flags: { only?: string; json?: string }): Promise<number | null> {
  if (BENCH_DIR === null) {
    console.log("bench insight: skipped, as its public data (../shared/bench, beside the repository) is not here");
    return null;
  }
  const chosen = PARTS.filter(({ name }) => flags.only === undefined || name === flags.only);
  if (chosen.length === 0) {
    console.error(`no part ${flags.only}; there are ${PARTS.map(({ name }) => name).join(", ")}`);
    return 1;
  }
  const parts: Part[] = [];
  for (const { name, title, rows } of chosen) {
    const part = { name, title, rows: await rows() };
    parts.push(part);
    console.log(`${title}\n${part.rows.map(rowLine).join("\n")}`);
  }
  const facts = {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: `${cpus().length} x ${cpus()[0]?.model ?? "unknown"}, Bun ${Bun.version}`,
  };
  if (flags.only === undefined) writeFileSync(join(ROOT, "docs/benchmarks.md"), written(parts, facts));
  if (flags.json !== undefined) writeFileSync(flags.json, JSON.stringify({ ...facts, parts }, null, 2));
  return parts
    .flatMap(({ rows }) => rows)
    .filter(({ value, gate, better }) => (better === "up" ? value < gate : value > gate)).length;
}

/** With a "+" where the tree differs from it: figures of uncommitted code say so. */
function commit(): string {
  const git = (...args: string[]): string =>
    Bun.spawnSync(["git", ...args], { cwd: ROOT })
      .stdout.toString()
      .trim();
  return `${git("rev-parse", "--short=12", "HEAD")}${git("status", "--porcelain", "src", "test") === "" ? "" : "+"}`;
}
