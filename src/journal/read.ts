import type { Files } from "./files.ts";
import { chainOf, linkOf, type Spoiled } from "./frame.ts";
import type { Damage, Frame } from "./journal.ts";
import { openSegment, type Segment, scanSegment, segmentName } from "./segment.ts";

interface Reading {
  dir: string;
  files: Files;
  /** As they were when the reading began. */
  segments: readonly Segment[];
  after: number;
  /** The last frame to give. */
  to: number;
  onDamage: (damage: Damage) => void;
}

/** Frames (after, to] in order. Each missing number is reported once, and so are bytes that are no frame. */
export async function* readFrames(reading: Reading): AsyncGenerator<Frame> {
  const { dir, files, segments, after, to } = reading;
  const place = { next: after + 1, chain: null };
  for (const [i, segment] of segments.entries()) {
    const until = Math.min(to, (segments[i + 1]?.first ?? Number.POSITIVE_INFINITY) - 1);
    if (until < place.next) continue;
    const { file, sealed } = await openSegment(dir, segment.first, files);
    try {
      const name = segmentName(segment.first, sealed);
      // Bytes behind the durable end are being written: they are not there yet.
      const size = sealed ? undefined : segment.bytes;
      const scan = scanSegment(file, sealed, place.next - 1, size);
      yield* inOrder(scan, { name, until, after }, place, reading.onDamage);
    } finally {
      await file.close();
    }
  }
  if (place.next <= to) {
    reading.onDamage({ segment: "", offset: 0, seq_from: place.next, seq_to: to, what: "segments are missing" });
  }
}

interface Place {
  next: number;
  chain: number | null;
}

async function* inOrder(
  scan: ReturnType<typeof scanSegment>,
  segment: { name: string; until: number; after: number },
  place: Place,
  onDamage: (damage: Damage) => void,
): AsyncGenerator<Frame> {
  const report = (seq_from: number | null, seq_to: number | null, offset: number, what: string): void =>
    onDamage({ segment: segment.name, offset, seq_from, seq_to, what });
  let spot: Spoiled | null = null;
  for await (const scanned of scan) {
    if ("spoiled" in scanned) {
      spot ??= scanned.spoiled;
      continue;
    }
    const { frame, end } = scanned;
    if (frame.seq > segment.until) break;
    if (frame.seq < place.next) {
      // Before the place asked for it is no concern of this reading; after it a number came twice.
      if (place.next > segment.after + 1) report(frame.seq, frame.seq, end, "a frame is out of order");
      spot = null;
      continue;
    }
    if (frame.seq > place.next) {
      report(
        place.next,
        frame.seq - 1,
        spot?.offset ?? end,
        spot === null ? "frames are missing" : "frames are damaged",
      );
      place.chain = null;
    } else if (spot !== null) report(null, null, spot.offset, `${spot.bytes} bytes are no frame`);
    spot = null;
    if (place.chain !== null && frame.chain !== chainOf(place.chain, linkOf(frame))) {
      report(null, null, end, `frame ${frame.seq} does not follow from the one before`);
    }
    place.next = frame.seq + 1;
    place.chain = frame.chain;
    yield frame;
  }
  if (place.next <= segment.until && Number.isFinite(segment.until)) {
    report(place.next, segment.until, spot?.offset ?? 0, spot === null ? "frames are missing" : "frames are damaged");
    place.next = segment.until + 1;
    place.chain = null;
  } else if (spot !== null) report(null, null, spot.offset, `${spot.bytes} bytes are no frame`);
}
