/** The edge against 6,000 generated bodies: it never throws, never loses a good event, and never keeps what it cannot give back. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { fingerprint } from "../../src/ingest/fingerprint.ts";
import { type Body, readableBody, wildBody } from "../support/bodies.ts";
import { LIMITS, linesOf, post } from "../support/ingest.ts";

/** Small enough that a run is short, large enough that every limit but the count is met. */
const limits = { ...LIMITS, body_bytes_max: 1024 * 1024 };

test("3,000 readable bodies: every good event is kept, every bad one is refused by itself", async () => {
  await fc.assert(fc.asyncProperty(readableBody, check), { numRuns: 3_000 });
}, 120_000);

test("3,000 wild bodies: an answer for each, and what is accepted reads back", async () => {
  await fc.assert(fc.asyncProperty(wildBody, check), { numRuns: 3_000 });
}, 120_000);

test("2,500 hostile bodies leave memory where it was", async () => {
  const hostile = [
    new TextEncoder().encode("[".repeat(500_000)),
    new TextEncoder().encode(`[${'{"a":'.repeat(1_000)}1${"}".repeat(1_000)}]`),
    new TextEncoder().encode(JSON.stringify([{ type: "x", data: { text: "x".repeat(200_000) } }])),
  ];
  const round = async (times: number): Promise<number> => {
    for (let i = 0; i < times; i++)
      await post(hostile[i % hostile.length] ?? "", { "content-type": "application/json" }, { limits });
    Bun.gc(true);
    return process.memoryUsage().rss;
  };
  const before = await round(500);
  const after = await round(2_000);
  expect(after - before).toBeLessThan(20 * 1024 * 1024);
}, 120_000);

async function check({ bytes, headers, good, bad }: Body): Promise<void> {
  const outcome = await post(bytes, headers, { limits });
  if ("status" in outcome) {
    expect([400, 413, 415]).toContain(outcome.status);
    expect(good).toBeNull();
    return;
  }
  const lines = linesOf(outcome);
  expect(lines.length).toBe(outcome.rows);
  expect(outcome.fingerprints.length).toBe(outcome.rows);
  expect(outcome.rejected_raw.length).toBe(outcome.rejections.length);
  for (const [i, line] of lines.entries()) {
    expect(line.fingerprint).toBe(outcome.fingerprints[i] ?? -1);
    expect(fingerprint(String(line.location_id), String(line.id))).toBe(Number(line.fingerprint));
    expect(Number.isSafeInteger(line.time)).toBe(true);
  }
  if (good !== null) expect(lines.map(({ id }) => id)).toEqual([...good]);
  if (bad !== null) expect(outcome.rejections.length).toBe(bad);
}
