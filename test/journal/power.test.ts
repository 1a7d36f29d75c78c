import { expect, test } from "bun:test";
import type { Journal } from "../../src/journal/journal.ts";
import { ForgetfulFiles } from "../support/forgetful_files.ts";
import { bytes, readAll, testJournal, text } from "../support/journals.ts";
import { seeded } from "../support/random.ts";

const ROUNDS = 300;
const DIR = "data/journal";

test(`no acknowledged frame is lost in ${ROUNDS} power losses`, async () => {
  let acknowledged = 0;
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const round = await losePower(seed, true);
    acknowledged += round.acknowledged;
    expect({ seed, lost: round.lost }).toEqual({ seed, lost: [] });
  }
  expect(acknowledged).toBeGreaterThan(ROUNDS * 10);
});

test("the same test sees frames lost when the syncs are taken out", async () => {
  let lost = 0;
  for (let seed = 1; seed <= 40; seed++) lost += (await losePower(seed, false)).lost.length;
  expect(lost).toBeGreaterThan(0);
});

/** Three lives of one journal, the power cut at a random moment of each. */
async function losePower(seed: number, syncs: boolean): Promise<{ acknowledged: number; lost: string[] }> {
  const random = seeded(seed);
  let files = new ForgetfulFiles();
  const acknowledged = new Map<number, string>();
  for (let life = 0; life < 3; life++) {
    files.syncs = syncs;
    const { journal } = await testJournal({ dir: DIR, files, segment_bytes: 3000 });
    const power = { on: true };
    await write({ journal, random, acknowledged, power }, 5 + Math.floor(random() * 60), life);
    // At once, while writes and sealing are under way; what the dead machine still says does not count.
    power.on = false;
    files = files.afterPowerLoss(random);
  }
  const { journal } = await testJournal({ dir: DIR, files, segment_bytes: 3000 });
  const found = new Map((await readAll(journal)).frames.map((frame) => [frame.seq, text(frame.payload)]));
  await journal.close();
  const lost = [...acknowledged].filter(([seq, content]) => found.get(seq) !== content).map(([seq]) => `frame ${seq}`);
  return { acknowledged: acknowledged.size, lost };
}

async function write(machine: Machine, turns: number, life: number): Promise<void> {
  const { journal, random, acknowledged, power } = machine;
  for (let turn = 0; turn < turns; turn++) {
    const content = `life ${life} turn ${turn} ${"x".repeat(Math.floor(random() * 400))}`;
    const { seq, durable } = journal.append(bytes(content));
    const note = durable.then(
      () => power.on && acknowledged.set(seq, content),
      () => undefined,
    );
    if (random() < 0.4) await note;
    if (random() < 0.2) await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Machine {
  journal: Journal;
  random: () => number;
  acknowledged: Map<number, string>;
  power: { on: boolean };
}
