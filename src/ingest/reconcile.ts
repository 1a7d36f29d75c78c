import { chainOf, linkOf } from "../journal/frame.ts";
import type { Damage, Journal } from "../journal/journal.ts";
import type { AppliedState } from "../store/store.ts";

type Log = (level: "info" | "warn" | "error", message: string) => void;

/**
 * What the store needs to agree with the record: nothing but the frames after its own, everything anew, or everything
 * once more on top of what it has (when the record alone would not give it all).
 */
export type Agreement = "continue" | "rebuild" | "overlay";

/** The store may hold frames whose end of the record was lost: their numbers must not be given again. Before anything is appended. */
export function resumeNumbering(journal: Journal, state: AppliedState, log: Log): void {
  if (state.seq <= journal.seq) return;
  log(
    "error",
    `the journal ends at frame ${journal.seq}, the database holds ${state.seq}: the end of the record was lost, ` +
      "its events are safe in the database; make a backup",
  );
  journal.resumeAt(state.seq, state.checksum);
}

/** Compares the store's last frame with the record's frame of that number. */
export async function compare(journal: Journal, state: AppliedState, log: Log): Promise<Agreement> {
  if (state.seq === 0 || (state.seq === journal.seq && state.checksum === journal.chain)) return "continue";
  if (await follows(journal, state, log)) return "continue";
  log("error", `the database and the journal disagree about frame ${state.seq}`);
  if (await isComplete(journal)) {
    log("error", "the record is complete: the database is rebuilt from it");
    return "rebuild";
  }
  log("error", "the record is not complete: what it has and the database lacks is added, nothing is removed");
  return "overlay";
}

async function follows(journal: Journal, state: AppliedState, log: Log): Promise<boolean> {
  for await (const frame of journal.read(state.seq - 1, () => undefined)) {
    if (frame.seq === state.seq) return frame.chain === state.checksum;
    if (frame.seq === state.seq + 1) return frame.chain === chainOf(state.checksum, linkOf(frame));
    break;
  }
  log("warn", `frame ${state.seq} is not in the journal: the database's state cannot be checked against it`);
  return true;
}

async function isComplete(journal: Journal): Promise<boolean> {
  const damaged: Damage[] = [];
  for await (const _frame of journal.read(0, (damage) => damaged.push(damage))) if (damaged.length > 0) return false;
  return damaged.length === 0;
}
