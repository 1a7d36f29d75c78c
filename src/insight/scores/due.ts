/** When models are trained: each location by itself every few hours, sooner when there is much new to learn from. */
import type { AskedBy, Tasks } from "../../jobs/background.ts";
import { PURPOSES, type Purpose, USUAL } from "../../report/scores/definition.ts";
import { modelInForce } from "../../report/scores/models.ts";
import { instantSql } from "../../store/query/time.ts";
import { type TrainingParts, trainModel } from "./train.ts";

export const TRAINING = "score_training";

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
/** So long a model is good enough, if there are events since. */
const EVERY_US = 6 * HOUR;
/** With so many new outcomes, and with a fifth of those it learned from, it is trained sooner; not sooner than this. */
const SOONER_US = HOUR;
const NEW_OUTCOMES_MIN = 30;
const NEW_OUTCOMES_SHARE = 0.2;
/** Locations that are looked at in one turn. */
const LOOKED_AT_MAX = 20;

/** Begins the training that is most overdue, unless one is under way. */
export async function trainDue(parts: TrainingParts & { tasks: Tasks }): Promise<void> {
  const busy = parts.tasks
    .jobs()
    .some(({ kind, status }) => kind === TRAINING && (status === "queued" || status === "running"));
  if (busy) return;
  const location_id = await dueLocation(parts);
  if (location_id === null) return;
  parts.tasks.start(trainingOf(parts, [location_id], { kind: "system", id: TRAINING }, location_id));
}

/** Work for the background: every model of these locations. */
export function trainingOf(
  parts: TrainingParts,
  location_ids: readonly string[],
  by: AskedBy,
  location_id: string | null,
) {
  return {
    kind: TRAINING,
    location_id,
    by,
    async run(progress: (share: number) => void, signal: AbortSignal) {
      const counts = { kept: 0, worse: 0, refused: 0, failed: 0 };
      const all = location_ids.flatMap((id) => PURPOSES.map((purpose) => ({ id, purpose })));
      for (const [index, { id, purpose }] of all.entries()) {
        signal.throwIfAborted();
        counts[await trained(parts, id, purpose, signal)]++;
        progress((index + 1) / all.length);
      }
      return counts;
    },
  };
}

/** A failure of one must not keep the others from their turn. */
async function trained(parts: TrainingParts, location_id: string, purpose: Purpose, signal: AbortSignal) {
  try {
    return await trainModel(parts, location_id, purpose, signal);
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    const nothing = { seen_at: null, rows: 0, positives: 0 };
    parts.control.noteScoreTrial({
      location_id,
      purpose,
      ...nothing,
      outcome: "failed",
      reason: `The training failed: ${why.slice(0, 200)}`,
    });
    return "failed" as const;
  }
}

async function dueLocation(parts: TrainingParts): Promise<string | null> {
  const { control, now } = parts;
  const tried = Map.groupBy(control.scoreTrials(), ({ location_id }) => location_id);
  const rested = control
    .locations()
    .map(({ location_id }) => {
      const trials = tried.get(location_id) ?? [];
      return {
        location_id,
        tried_at: trials.length < PURPOSES.length ? 0 : Math.min(...trials.map(({ tried_at }) => tried_at)),
        seen_at: Math.max(0, ...trials.map(({ seen_at }) => seen_at ?? 0)),
      };
    })
    .filter(({ tried_at }) => now() - tried_at >= SOONER_US);
  const fresh = rested.find(({ tried_at }) => tried_at === 0);
  if (fresh) return fresh.location_id;
  // Others at each turn: those in which nothing happens must not keep the rest from being looked at.
  const turn = rested.length === 0 ? 0 : (Math.floor(now() / MINUTE) * LOOKED_AT_MAX) % rested.length;
  for (const one of [...rested.slice(turn), ...rested.slice(0, turn)].slice(0, LOOKED_AT_MAX)) {
    const { events, outcomes } = await newSince(parts, one);
    if (now() - one.tried_at >= EVERY_US ? events > 0 : isMuch(parts, one.location_id, outcomes))
      return one.location_id;
  }
  return null;
}

function isMuch({ control }: TrainingParts, location_id: string, outcomes: number): boolean {
  const learned = modelInForce(control, location_id, "conversion")?.kept.positives ?? 0;
  return outcomes >= Math.max(NEW_OUTCOMES_MIN, learned * NEW_OUTCOMES_SHARE);
}

async function newSince(
  { store, control, now }: TrainingParts,
  { location_id, seen_at }: { location_id: string; seen_at: number },
): Promise<{ events: number; outcomes: number }> {
  const { target } = modelInForce(control, location_id, "conversion")?.definition ?? USUAL.conversion;
  const [row] = await store.rows<{ events: number; outcomes: number }>(
    `SELECT count(*) AS events, count(*) FILTER (list_contains($2, type)) AS outcomes FROM events
     WHERE location_id = $1 AND contact_id IS NOT NULL AND time > ${instantSql(seen_at)} AND time <= ${instantSql(now())}`,
    [location_id, target],
  );
  return row ?? { events: 0, outcomes: 0 };
}
