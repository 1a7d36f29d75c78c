/** Import: the 541,909 order lines of online_retail against INSERT … SELECT in bare DuckDB. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { command } from "../server.ts";
import { median, type Result, repeat, type Workload } from "../workload.ts";

const FILE = resolve(import.meta.dir, "../../../../shared/data/online_retail/online_retail.parquet");
const MAP = resolve(import.meta.dir, "../../../docs/examples/online_retail.sql");

export const IMPORT: Workload = {
  name: "import",
  async run(scale): Promise<readonly Result[]> {
    if (!existsSync(FILE)) {
      console.log(`skip  import: ${FILE} is not here`);
      return [];
    }
    const yardstick = median(await repeat(scale.rounds, bareInsert));
    const value = median(await repeat(scale.rounds, importOnce));
    return [
      {
        workload: "import of online_retail, 541,909 rows",
        value,
        unit: "s",
        yardstick,
        ratio: value / yardstick,
        goal: "below 4 s",
        met: value < 4,
      },
    ];
  },
};

async function importOnce(): Promise<number> {
  const data = mkdtempSync(join(tmpdir(), "bellwether-import-"));
  const started = performance.now();
  await command("import", FILE, "--map", MAP, "--location", "retail", "--data", data, "--json");
  const seconds = (performance.now() - started) / 1_000;
  rmSync(data, { recursive: true, force: true });
  return seconds;
}

/** The map's rows into a table, and nothing else: no check, no journal, no rollup. */
async function bareInsert(): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), "bellwether-bare-"));
  const instance = await DuckDBInstance.create(join(dir, "bare.duckdb"), { threads: "2" });
  const connection = await instance.connect();
  const started = performance.now();
  await connection.run(`CREATE VIEW input AS SELECT * FROM '${FILE}'`);
  await connection.run(`CREATE TABLE events AS ${readFileSync(MAP, "utf8")}`);
  const seconds = (performance.now() - started) / 1_000;
  connection.closeSync();
  instance.closeSync();
  rmSync(dir, { recursive: true, force: true });
  return seconds;
}
