/** `bun scripts/torture.ts [--rounds 200] [--seed N] [--executable dist/bellwether]`: kill -9 the server until it loses something. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { torture } from "../test/torture.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "200" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    executable: { type: "string" },
  },
});
const data = mkdtempSync(join(tmpdir(), "bellwether-torture-"));
const seed = Number(values.seed);
console.log(`seed ${seed}, data in ${data}`);
const report = await torture({
  command: values.executable === undefined ? [process.execPath, "src/main.ts"] : [values.executable],
  data,
  rounds: Number(values.rounds),
  seed,
  log: console.log,
});
console.log(JSON.stringify(report, null, 2));
const failed = report.lost.length > 0 || report.doubled > 0 || report.disagreeing.length > 0;
// What went wrong is worth a look; what went well is not.
if (!failed) rmSync(data, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
