/**
 * Kills the real server at random moments while bots post to it, starts it again, and counts: every acknowledged event
 * is there, none is there twice, and the rollups say what the raw events say.
 */
import { KPIS } from "../src/catalogue/kpis.ts";
import type { Store } from "../src/store/store.ts";
import { type Bots, postAsBots } from "./support/bots.ts";
import { kill, makeKey, spawnServer, storeOf, urlOf } from "./support/processes.ts";
import { seeded } from "./support/random.ts";

export interface TortureOptions {
  /** The server without its verb: ["bun", "src/main.ts"] or ["dist/bellwether"]. */
  command: readonly string[];
  /** An empty data directory. */
  data: string;
  rounds: number;
  seed: number;
  log: (line: string) => void;
}

export interface TortureReport {
  rounds: number;
  kills: number;
  acknowledged: number;
  stored: number;
  lost: readonly string[];
  doubled: number;
  /** KPIs whose rollup answer is not the raw one. */
  disagreeing: readonly string[];
  slowest_start_ms: number;
}

/** A whole count of what is stored is made after so many rounds, and after the last. */
const WHOLE_CHECK_EVERY = 20;
const LIFE_MS_MAX = 1_200;

export async function torture(options: TortureOptions): Promise<TortureReport> {
  const random = seeded(options.seed);
  const key = makeKey(options.data);
  const acknowledged = new Set<string>();
  const report = {
    kills: 0,
    slowest_start_ms: 0,
    lost: [] as string[],
    doubled: 0,
    disagreeing: [] as string[],
    stored: 0,
  };
  for (let round = 1; round <= options.rounds; round++) {
    const fresh = await oneLife(options, { random, key, round }, report);
    for (const id of fresh) acknowledged.add(id);
    const whole = round % WHOLE_CHECK_EVERY === 0 || round === options.rounds;
    const found = await settle(options, key, whole ? acknowledged : fresh, whole, report);
    options.log(
      `round ${round}: ${fresh.size} acknowledged, ${found} stored, ${report.lost.length} lost, ${report.doubled} doubled`,
    );
    if (report.lost.length > 0 || report.doubled > 0 || report.disagreeing.length > 0) break;
  }
  return { ...report, rounds: options.rounds, acknowledged: acknowledged.size };
}

interface Life {
  random: () => number;
  key: string;
  round: number;
}

/** Starts, posts, kills; sometimes it is killed again while it is still replaying. Returns what was acknowledged. */
async function oneLife(
  options: TortureOptions,
  { random, key, round }: Life,
  report: { kills: number; slowest_start_ms: number },
): Promise<Set<string>> {
  if (random() < 0.2) {
    const early = spawnServer(options);
    await Bun.sleep(random() * 400);
    await kill(early, "SIGKILL");
    report.kills++;
  }
  const server = spawnServer(options);
  const started_at = performance.now();
  const url = await urlOf(server);
  report.slowest_start_ms = Math.max(report.slowest_start_ms, performance.now() - started_at);
  const bots: Bots = postAsBots({ url, key, random, name: `r${round}` });
  await Bun.sleep(50 + random() * LIFE_MS_MAX);
  const politely = random() < 0.1;
  await kill(server, politely ? "SIGTERM" : "SIGKILL");
  if (!politely) report.kills++;
  return await bots.stop();
}

/** One more start that applies everything, then a look into the files themselves. */
async function settle(
  options: TortureOptions,
  key: string,
  expected: ReadonlySet<string>,
  whole: boolean,
  report: { lost: string[]; doubled: number; disagreeing: string[]; stored: number; slowest_start_ms: number },
): Promise<number> {
  const server = spawnServer(options);
  const url = await urlOf(server);
  await postMarker(url, key);
  await kill(server, "SIGTERM");
  const store = await storeOf(options.data);
  try {
    const rows = await store.rows<{ id: string; n: number }>(
      "SELECT location_id || '/' || id AS id, count(*) AS n FROM events GROUP BY ALL",
      [],
    );
    const stored = new Map(rows.map(({ id, n }) => [id, n]));
    for (const id of expected) if (!stored.has(id)) report.lost.push(id);
    report.doubled += rows.filter(({ n }) => n > 1).length;
    if (whole) report.disagreeing.push(...(await disagreeing(store)));
    report.stored = rows.length;
    return rows.length;
  } finally {
    await store.close();
  }
}

/** Counts and sums by bot and day, asked of both. */
async function disagreeing(store: Store): Promise<string[]> {
  const wrong: string[] = [];
  for (const key of ["events", "revenue", "leads", "messages", "bot_events"]) {
    const kpis = KPIS.filter((kpi) => kpi.key === key);
    const question = {
      kpis,
      by: ["bot_id"],
      grain: "day" as const,
      from: Date.UTC(2025, 0, 1) * 1000,
      to: Date.UTC(2030, 0, 1) * 1000,
      timezone: "UTC",
      locations: null,
      filters: [],
      rules: [],
    };
    const [raw, rollup] = await Promise.all([
      store.ask({ ...question, source: "raw" }),
      store.ask({ ...question, source: "rollup" }),
    ]);
    const same = Bun.deepEquals(sorted(raw.rows), sorted(rollup.rows)) && Bun.deepEquals(raw.totals, rollup.totals);
    if (!same || raw.rows.length === 0) wrong.push(key);
  }
  return wrong;
}

function sorted(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

/** Events are applied in order: once this one is visible, all before it are. */
async function postMarker(url: string, key: string): Promise<void> {
  const response = await fetch(`${url}/v1/events?wait=true`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ type: "marker", location_id: "marker" }),
  });
  if (response.status !== 200) throw new Error(`the marker was answered ${response.status}: ${await response.text()}`);
}
