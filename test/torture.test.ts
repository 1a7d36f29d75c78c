import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { torture } from "./torture.ts";

/** Five in CI; `bun scripts/torture.ts --rounds 200` for the rest. */
const ROUNDS = 5;

test(`in ${ROUNDS} lives that end with kill -9 nothing acknowledged is lost, nothing counts twice`, async () => {
  const data = mkdtempSync(join(tmpdir(), "bellwether-torture-"));
  const report = await torture({
    command: [process.execPath, join(import.meta.dir, "../src/main.ts")],
    data,
    rounds: ROUNDS,
    seed: 7,
    log: () => undefined,
  });
  expect(report).toMatchObject({ lost: [], doubled: 0, disagreeing: [] });
  expect(report.acknowledged).toBeGreaterThan(50);
  rmSync(data, { recursive: true, force: true });
}, 180_000);
