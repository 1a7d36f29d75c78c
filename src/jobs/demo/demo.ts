/**
 * The demo: a labelled location whose bots are simulated. History goes in as an import does, what follows is posted
 * by HTTP with a key, as real bots do.
 * It must never touch another location, and never be mistaken for one: everything of it is in the location `demo`.
 */
import type { Control } from "../../control/control.ts";
import type { Ingest } from "../../ingest/ingest.ts";
import { chatterAt, chatterPause } from "./chatter.ts";
import { type PlannedEvent, planDay, ZONE_HOURS } from "./plan.ts";
import { randomOf } from "./random.ts";

export const DEMO_LOCATION = "demo";

export interface DemoParts {
  control: Control;
  ingest: Ingest;
  /** Microseconds since the epoch. */
  now: () => number;
  log: (level: "info" | "warn" | "error", message: string) => void;
}

const HISTORY_DAYS = 90;
const DAY_MS = 86_400_000;
const PIECE_ROWS = 10_000;
const RETRY_MS = 2_000;
/** The demo's first day, so that a restart goes on with the same days. */
const FIRST_DAY = "demo_first_day";
/** Up to when everything planned is stored (ms), so that a restart adds what is missing and nothing twice. */
const FILLED_TO = "demo_filled_to";
const KEY_NAME = "Demo bots (simulated)";
const POST_MS_MAX = 15_000;

/** The demo at work over an ingest: who removes it must be able to end it first, wherever it was started. */
const RUNNING = new WeakMap<Ingest, { stop(): Promise<void> }>();

/** Fills in the history in the background, then posts what happens from now on to `url`. */
export function startDemo(parts: DemoParts, url: string): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = live(parts, url, stopping.signal).catch((error) => {
    if (!stopping.signal.aborted)
      parts.log("error", `the demo stopped: ${error instanceof Error ? error.message : error}`);
  });
  const demo = {
    async stop() {
      stopping.abort();
      await running;
    },
  };
  RUNNING.set(parts.ingest, demo);
  return demo;
}

/**
 * Takes the demo away: events, rollups, location, key. Journaled, so it stays away after a rebuild; a start with --demo
 * makes a new one.
 */
export async function removeDemo({ control, ingest }: Pick<DemoParts, "control" | "ingest">): Promise<void> {
  await RUNNING.get(ingest)?.stop();
  for (const key of control.keys()) if (key.location_id === DEMO_LOCATION) control.removeKey(key.key_id);
  await ingest.removeLocation(DEMO_LOCATION);
  for (const name of [FIRST_DAY, FILLED_TO]) control.setFact(name, "");
}

async function live(parts: DemoParts, url: string, signal: AbortSignal): Promise<void> {
  const { control, now } = parts;
  control.ensureLocation(DEMO_LOCATION, {
    name: "Demo data (simulated)",
    timezone: "America/Los_Angeles",
    currency: "USD",
    demo: true,
  });
  control.setTarget({ kpi: "revenue", location_id: DEMO_LOCATION, value: "180000000" });
  control.setTarget({ kpi: "commission", location_id: DEMO_LOCATION, value: "11000000" });
  const today = localDay(now() / 1_000);
  const since = Number(control.fact(FIRST_DAY) || today - HISTORY_DAYS + 1);
  control.setFact(FIRST_DAY, String(since));
  const from_ms = await fillHistory(parts, since, signal);
  const { key } = freshKey(control);
  await Promise.all([
    postLive(parts, { url, key }, since, from_ms, signal),
    postChatter(parts, { url, key }, from_ms, signal),
  ]);
}

/** Every planned event up to now that is not stored yet. Returns up to when. */
async function fillHistory(
  { control, ingest, now, log }: DemoParts,
  since: number,
  signal: AbortSignal,
): Promise<number> {
  const until = now() / 1_000;
  const after = Math.max(Number(control.fact(FILLED_TO) || 0), until - HISTORY_DAYS * DAY_MS);
  let rows: unknown[] = [];
  // What was booked the day before ends today.
  for (let day = Math.max(since, localDay(after) - 1); day <= localDay(until) && !signal.aborted; day++) {
    rows.push(
      ...planDay(day, since)
        .filter((event) => event.at > after && event.at <= until)
        .map(asRow),
    );
    if (rows.length < PIECE_ROWS && day < localDay(until)) continue;
    const outcome = await ingest.acceptRows(rows, DEMO_LOCATION);
    if (outcome.kind !== "taken") throw new Error(outcome.detail);
    rows = [];
  }
  if (signal.aborted) return until;
  control.setFact(FILLED_TO, String(until));
  log("info", "the demo's history is in place; its bots go on from here");
  return until;
}

/** Each event when its time comes, through the front door. Bookings of today's plan that end tomorrow come tomorrow. */
async function postLive(
  parts: DemoParts,
  door: Door,
  since: number,
  from_ms: number,
  signal: AbortSignal,
): Promise<void> {
  let after = from_ms;
  while (!signal.aborted && parts.control.location(DEMO_LOCATION) !== null) {
    const today = localDay(after);
    const coming = [today - 1, today, today + 1]
      .flatMap((day) => planDay(day, since))
      .filter((event) => event.at > after)
      .toSorted((one, other) => one.at - other.at);
    for (const event of coming.filter(({ at }) => localDay(at) === today)) {
      if (!(await until(event.at, parts.now, signal))) return;
      if (parts.control.location(DEMO_LOCATION) === null) return;
      if (!(await post(door, event, signal))) return;
      after = event.at;
      parts.control.setFact(FILLED_TO, String(after));
    }
    after = Math.max(after, (today + 1) * DAY_MS + ZONE_HOURS * 3_600_000 - 1);
    if (!(await until(after, parts.now, signal))) return;
  }
}

/** Small talk, one event after the other, by the rhythm of the day. */
async function postChatter({ now }: DemoParts, door: Door, from_ms: number, signal: AbortSignal): Promise<void> {
  const random = randomOf(from_ms);
  let at = from_ms;
  for (;;) {
    // After a machine's sleep it goes on from now: nobody missed the small talk.
    at = Math.max(at, now() / 1_000 - POST_MS_MAX) + chatterPause(random, at);
    if (!(await until(at, now, signal))) return;
    if (!(await post(door, chatterAt(random, at), signal))) return;
  }
}

/** Where events are posted, as any bot would. */
interface Door {
  url: string;
  key: string;
}

/** A new key at each start: only its hash is kept. */
function freshKey(control: Control): { key: string } {
  for (const { key_id, name } of control.keys()) if (name === KEY_NAME) control.removeKey(key_id);
  return control.addKey({ name: KEY_NAME, scopes: ["ingest"], location_id: DEMO_LOCATION });
}

/**
 * Until it is taken; false when it was stopped or the key is gone. A request under way is not cut off at the stop:
 * whoever removes the demo must know that nothing comes behind.
 */
async function post({ url, key }: Door, { at, ...event }: PlannedEvent, signal: AbortSignal): Promise<boolean> {
  const body = JSON.stringify({ ...event, time: new Date(at).toISOString() });
  while (!signal.aborted) {
    const answer = await fetch(`${url}/v1/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body,
      signal: AbortSignal.timeout(POST_MS_MAX),
    }).catch(() => null);
    await answer?.arrayBuffer().catch(() => null);
    if (answer?.status === 401 || answer?.status === 403) return false;
    if (answer !== null && answer.status < 500 && answer.status !== 429) return true;
    await Bun.sleep(RETRY_MS);
  }
  return false;
}

/** False when it was stopped before. */
async function until(at: number, now: () => number, signal: AbortSignal): Promise<boolean> {
  for (let left = at - now() / 1_000; left > 0 && !signal.aborted; left = at - now() / 1_000) {
    await Bun.sleep(Math.min(left, 250));
  }
  return !signal.aborted;
}

function asRow({ at, ...event }: PlannedEvent): unknown {
  return { ...event, time: at * 1_000 };
}

function localDay(ms: number): number {
  return Math.floor((ms - ZONE_HOURS * 3_600_000) / DAY_MS);
}
