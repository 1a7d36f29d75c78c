/** A row of the goals table of `bun run bench insight`, and where the public data lies. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";

export interface InsightRow {
  /** What was measured: "M4 Weekly, OWA". */
  what: string;
  value: number;
  /** "" for a bare number, "%", "ms". */
  unit: string;
  better: "up" | "down";
  /** What must be reached; NaN for a row shown for honesty only. */
  gate: number;
  aim: number | null;
  /** Who holds it: the published figures, as text. */
  published: string;
  note?: string;
}

/** The public data and its scorers, beside the repository; null where they are not. */
export const BENCH_DIR: string | null = benchDir(resolve(import.meta.dir, "../../../../shared/bench"));

function benchDir(folder: string): string | null {
  return existsSync(folder) ? folder : null;
}
