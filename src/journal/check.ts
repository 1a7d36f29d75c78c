/** The whole record, read and checked without opening it for writing: nothing is cut off, sealed or mended. */
import { diskFiles, type Files } from "./files.ts";
import type { Damage } from "./journal.ts";
import { readFrames } from "./read.ts";
import { listSegments, segmentName } from "./segment.ts";

export interface JournalCheck {
  segments: number;
  bytes: number;
  frames: number;
  /** Of the last sound frame; 0 when there is none. */
  last_seq: number;
  /** Running checksum after the frame that was asked for; null when it is not there. */
  chain: number | null;
  damages: readonly Damage[];
  /** Bytes of an unfinished frame at the very end: never acknowledged, and cut off at the next start. */
  unfinished: string | null;
}

/**
 * Reads every segment. `to`: the last durable frame of a running server, what is behind it is being written; null when
 * nobody writes. `at`: the frame whose running checksum is wanted; null for the last one.
 */
export async function checkJournal(given: {
  dir: string;
  to: number | null;
  at: number | null;
  files?: Files;
}): Promise<JournalCheck> {
  const { dir, to, at, files = diskFiles } = given;
  const { segments } = await listSegments(dir, files);
  const found: Damage[] = [];
  const onDamage = (damage: Damage): void => void found.push(damage);
  const reading = { dir, files, segments, after: 0, to: to ?? Number.POSITIVE_INFINITY, onDamage };
  let frames = 0;
  let last_seq = 0;
  let chain: number | null = at === null || at === 0 ? 0 : null;
  for await (const frame of readFrames(reading)) {
    frames++;
    last_seq = frame.seq;
    if (at === null || frame.seq === at) chain = frame.chain;
  }
  const last = segmentName(segments.at(-1)?.first ?? 0, false);
  // Without an end to read to, the reader misses everything behind the last frame.
  const damages = found.filter(({ seq_to }) => seq_to !== Number.POSITIVE_INFINITY);
  const end = damages.find((damage) => isTail(damage, last));
  return {
    segments: segments.length,
    bytes: segments.reduce((sum, segment) => sum + segment.bytes, 0),
    frames,
    last_seq,
    chain,
    damages: damages.filter((damage) => damage !== end),
    unfinished: to === null && end ? end.what : null,
  };
}

/** Behind the last sound frame of the segment that is written to: no number is missing, so nothing that was acknowledged is. */
function isTail({ segment, seq_from, what }: Damage, last: string): boolean {
  return segment === last && seq_from === null && what.endsWith("are no frame");
}
