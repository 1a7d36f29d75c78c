/**
 * Takes erased contacts' lines out of journal frames. Knows a contact by its salted hash, and quicker by its id while the
 * process that erased it still has that in memory.
 *
 * With a line goes every later one of the same (location_id, id), as far as the erasure reaches: it was dropped as a
 * repetition of the erased one, and without that it would count when the record is replayed.
 */
import type { Frame } from "../journal/journal.ts";
import { contactDigest, type DueErasure } from "../store/erasure.ts";
import { type Instruction, instructionOf } from "./instructions.ts";
import { splitLines } from "./lines.ts";

/** What was taken out for one erasure. */
export interface TakenOut {
  lines: number;
  frames: number;
  /** Journal frames, first and last; null when there was none. */
  first: number | null;
  last: number | null;
}

interface LineEraser {
  /** The payload without the lines; null when there was none. Frames must come in order. */
  change(frame: Frame): Promise<Uint8Array | null>;
  /** By the erasure's frame. */
  readonly taken: ReadonlyMap<number, TakenOut>;
}

interface Wanted {
  erasure: DueErasure;
  /** How its contact_id stands in a line; null when only the hash is known. */
  needle: Buffer | null;
  /** Who it is and is not, as far as the hash was computed. */
  known: Map<string, boolean>;
}

interface Event {
  id: string;
  location_id: string;
  contact_id: string | undefined;
  fingerprint: number;
}

/** Lines read one by one block the process; after so many bytes others get their turn. */
const TURN_BYTES = 256 * 1024;
const KNOWN_MAX = 100_000;

/** @param ids contact_ids by the erasure's frame, as far as they are known. */
export function lineEraser(due: readonly DueErasure[], ids: ReadonlyMap<number, string>): LineEraser {
  const wanted = due.map((erasure): Wanted => {
    const id = ids.get(erasure.seq);
    return { erasure, needle: id === undefined ? null : Buffer.from(JSON.stringify(id)), known: new Map() };
  });
  const taken = new Map(
    due.map(({ seq }): [number, TakenOut] => [seq, { lines: 0, frames: 0, first: null, last: null }]),
  );
  /** Erased events, by fingerprint: until which erasure an event of this id is a repetition. */
  const gone = new Map<number, Map<string, DueErasure>>();

  function forget(instruction: Instruction): void {
    if (!("removes" in instruction)) return;
    const prefix = `${instruction.removes}\u0000`;
    for (const events of gone.values()) {
      for (const key of events.keys()) if (key.startsWith(prefix)) events.delete(key);
    }
  }

  /** The erasure that this line falls to; null when it stays. */
  function erasureOf(line: Buffer, seq: number, open: readonly Wanted[]): DueErasure | null {
    const suspects = open.filter(({ needle }) => line.includes(needle ?? ANY_CONTACT));
    const repeated = gone.size > 0 && gone.has(fingerprintOf(line));
    if (suspects.length === 0 && !repeated) return null;
    const event: Event = JSON.parse(line.toString());
    const key = `${event.location_id}\u0000${event.id}`;
    // The earliest: until then its event was in the store.
    const own = earliest(suspects.filter((one) => isOf(one, event)).map(({ erasure }) => erasure));
    const first = gone.get(event.fingerprint)?.get(key);
    const earlier = first !== undefined && first.seq >= seq ? first : null;
    if (own === null) return earlier;
    const events = gone.get(event.fingerprint) ?? new Map<string, DueErasure>();
    gone.set(event.fingerprint, events);
    if (earlier === null) events.set(key, own);
    return own;
  }

  return {
    taken,
    async change({ seq, payload }) {
      const open = wanted.filter(({ erasure }) => seq <= erasure.seq);
      if (open.length === 0) return null;
      const instruction = instructionOf(payload);
      if (instruction !== null) {
        forget(instruction);
        return null;
      }
      const whole = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
      if (gone.size === 0 && !open.some(({ needle }) => whole.includes(needle ?? ANY_CONTACT))) return null;
      const kept: Uint8Array[] = [];
      const counted = new Set<number>();
      let lines = 0;
      let turn = TURN_BYTES;
      for (const line of splitLines(payload)) {
        const erasure = erasureOf(Buffer.from(line.buffer, line.byteOffset, line.length), seq, open);
        lines++;
        if (erasure === null) kept.push(line);
        else count(erasure.seq, seq, counted);
        turn -= line.length;
        if (turn > 0) continue;
        turn = TURN_BYTES;
        await new Promise((resolve) => setImmediate(resolve));
      }
      return kept.length === lines ? null : Buffer.concat(kept);
    },
  };

  function count(erasure: number, frame: number, counted: Set<number>): void {
    const so_far = taken.get(erasure);
    if (so_far === undefined) return;
    so_far.lines++;
    if (!counted.has(erasure)) so_far.frames++;
    counted.add(erasure);
    so_far.first ??= frame;
    so_far.last = frame;
  }
}

const ANY_CONTACT = Buffer.from('"contact_id":"');

function isOf({ erasure, known }: Wanted, { location_id, contact_id }: Event): boolean {
  if (location_id !== erasure.location_id || contact_id === undefined) return false;
  const before = known.get(contact_id);
  if (before !== undefined) return before;
  if (known.size >= KNOWN_MAX) known.clear();
  const is = contactDigest(erasure.salt, location_id, contact_id) === erasure.digest;
  known.set(contact_id, is);
  return is;
}

function earliest(due: readonly DueErasure[]): DueErasure | null {
  return due.reduce<DueErasure | null>((least, one) => (least === null || one.seq < least.seq ? one : least), null);
}

/** Accept writes it last, so that it is found without parsing; NaN where it is not. */
function fingerprintOf(line: Buffer): number {
  const at = line.lastIndexOf(FINGERPRINT);
  return at < 0 ? Number.NaN : Number.parseInt(line.toString("latin1", at + FINGERPRINT.length), 10);
}

const FINGERPRINT = Buffer.from('"fingerprint":');
