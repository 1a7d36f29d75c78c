import { StoreDamaged } from "../store/errors.ts";
import type { Applied, ApplyGroup, Store } from "../store/store.ts";
import type { Instruction } from "./instructions.ts";
import { splitLines } from "./lines.ts";
import type { Entry } from "./queue.ts";

type Log = (level: "info" | "warn" | "error", message: string) => void;

export interface ApplyOptions {
  store: Store;
  log: Log;
  /** An event that the database refuses, whatever is tried: kept for people, its frame counts as applied. */
  onPoison: (line: Uint8Array, why: string) => void;
  wait?: (ms: number) => Promise<void>;
}

/** The store does not take events at the moment; nothing was applied beyond its state. */
export class StoreRefuses extends Error {}

const RETRY_AFTER_MS = [50, 250, 1000];
/** Single events of one group that may be given up: more than that is no bad event but a bad database. */
const POISON_MAX = 100;

/** Applies whole frames in one transaction, in order. Throws StoreRefuses when the database takes nothing at all, StoreDamaged when it never will. */
export async function applyEntries(entries: readonly Entry[], options: ApplyOptions): Promise<Applied> {
  const wait = options.wait ?? Bun.sleep;
  let why = "";
  const instruction = entries[0]?.instruction;
  for (const pause of [0, ...RETRY_AFTER_MS]) {
    if (pause > 0) await wait(pause);
    const group = groupOf(entries);
    try {
      return await (instruction === undefined ? options.store.apply(group) : follow(options.store, instruction, group));
    } catch (error) {
      if (error instanceof StoreDamaged) throw error;
      why = textOf(error);
      options.log("warn", `a group of ${group.rows} events up to frame ${group.seq} was not applied: ${why}`);
      // From here on parts of it may be in: every event is looked up before it goes in again.
      for (const entry of entries) entry.suspects = range(0, entry.rows);
    }
  }
  if (instruction !== undefined) throw new StoreRefuses(why);
  try {
    return await applyInParts(groupOf(entries), why, options);
  } catch (error) {
    throw error instanceof StoreDamaged ? error : new StoreRefuses(textOf(error));
  }
}

function follow(store: Store, instruction: Instruction, group: ApplyGroup): Promise<Applied> {
  if ("removes" in instruction) return store.removeLocation(instruction.removes, group);
  return store.eraseContact(instruction.erases, group);
}

/** The frames as one group, their suspects counted through. */
export function groupOf(entries: readonly Entry[]): ApplyGroup {
  const suspects: number[] = [];
  let rows = 0;
  for (const entry of entries) {
    for (const ordinal of entry.suspects ?? []) suspects.push(rows + ordinal);
    rows += entry.rows;
  }
  const last = entries.at(-1);
  if (last === undefined) throw new Error("a group has at least one frame");
  return { seq: last.seq, checksum: last.chain, lines: entries.map(({ lines }) => lines), rows, suspects };
}

/**
 * Finds the events that the database refuses by halving, so that one bad event holds nobody up. The state moves to the
 * group's end only with the last part: a crash between replays the group, and what is in already is found as known.
 */
async function applyInParts(group: ApplyGroup, why: string, options: ApplyOptions): Promise<Applied> {
  const { store, log, onPoison } = options;
  if (!(await takesAnything(store))) throw new StoreRefuses(why);
  const lines = group.lines.flatMap(splitLines);
  const poison: { line: Uint8Array; why: string }[] = [];
  const parts: Applied[] = [];

  async function applyPart(from: number, to: number): Promise<void> {
    const { seq, checksum } = store.state;
    const part = lines.slice(from, to);
    try {
      const suspects = range(0, part.length);
      const applied = await store.apply({ seq, checksum, lines: part, rows: part.length, suspects });
      parts.push({ ...applied, duplicates: applied.duplicates.map((ordinal) => ordinal + from) });
    } catch (error) {
      const [line] = part;
      if (part.length > 1) {
        const middle = from + Math.floor(part.length / 2);
        await applyPart(from, middle);
        await applyPart(middle, to);
      } else if (line !== undefined && poison.length < POISON_MAX && (await takesAnything(store))) {
        poison.push({ line, why: textOf(error) });
      } else throw error;
    }
  }

  await applyPart(0, lines.length);
  const end = await store.apply({ seq: group.seq, checksum: group.checksum, lines: [], rows: 0, suspects: [] });
  for (const { line, why } of poison) {
    log("error", `the database refuses an event up to frame ${group.seq}; it is in the quarantine: ${why}`);
    onPoison(line, why);
  }
  return joined(parts, end);
}

/** A transaction that changes nothing: whether the database works at all. */
async function takesAnything(store: Store): Promise<boolean> {
  const { seq, checksum } = store.state;
  return await store.apply({ seq, checksum, lines: [], rows: 0, suspects: [] }).then(
    () => true,
    () => false,
  );
}

function joined(parts: readonly Applied[], end: Applied): Applied {
  const touched = parts.map((part) => part.touched).filter(({ location_ids }) => location_ids.length > 0);
  return {
    state: end.state,
    inserted: parts.reduce((sum, part) => sum + part.inserted, 0),
    duplicates: parts.flatMap((part) => part.duplicates),
    touched: {
      location_ids: [...new Set(touched.flatMap(({ location_ids }) => location_ids))],
      types: [...new Set(touched.flatMap(({ types }) => types))],
      time_min: touched.length === 0 ? 0 : Math.min(...touched.map(({ time_min }) => time_min)),
      time_max: touched.length === 0 ? 0 : Math.max(...touched.map(({ time_max }) => time_max)),
    },
  };
}

/** The database quotes what it cannot read; a log must not hold what events say, as erasing a contact would not find it there. */
function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0]?.replaceAll(/"[^"]*"?|'[^']*'?/g, "…") ?? "";
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
