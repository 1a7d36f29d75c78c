/** A signal with its own past: how far beyond everything it did before it is now. */
import { createRecord, type RecordOptions } from "./record.ts";
import type { Signal } from "./signals.ts";
import { createUsual } from "./usual.ts";

export interface Member {
  name: string;
  /**
   * Natural logarithm of the signal over what it must pass, 0 below that. `least` is what is too small to be news. Remembers
   * the bucket only if `keep`.
   */
  step(value: number, expected: number, least: number, keep: boolean): number;
  /** How far below and above the signal must be for `step` to answer `excess`. */
  reach(excess: number, least: number): { below: number; above: number };
}

export interface MemberOptions {
  name: string;
  signal: Signal;
  /** So many times the median of its own size is nothing special, whatever the record. */
  usual: number;
  /** What is too small to be news: this multiple of what that is for a value. */
  least: number;
  /** The signal's own smallest size of note. */
  fixed: number;
  /** Records of its own for above and below: where falls and rises are of different kinds. */
  sided: boolean;
  /** Only what moved tells how far it usually moves. */
  moving: boolean;
  record: RecordOptions;
  /** So many sizes make their median. */
  memory: number;
}

/** Of the highest ever, on either side: what is smaller is its echo, while the series comes to terms with it. */
const ECHO_SHARE = 1 / 8;

export function createMember(options: MemberOptions): Member {
  const { name, signal, usual, least: share, fixed, sided, moving } = options;
  const above = createRecord(options.record);
  const below = sided ? createRecord(options.record) : above;
  const sizes = createUsual(options.memory);
  const floorOf = (least: number): number =>
    Math.max(
      fixed,
      share * least,
      usual * (sizes.median() ?? 0),
      ECHO_SHARE * Math.max(above.highest(), below.highest()),
    );

  return {
    name,
    step(value, expected, least, keep) {
      const now = signal.step(value, expected, keep);
      const size = Math.abs(now);
      const floor = floorOf(least);
      if (keep && (size > 0 || !moving)) sizes.learn(size);
      if (!sided) return above.step(size, floor, keep);
      const up = above.step(Math.max(0, now), floor, keep);
      const down = below.step(Math.max(0, -now), floor, keep);
      return Math.max(up, down);
    },
    reach: (excess, least) => ({
      below: below.reach(excess, floorOf(least)),
      above: above.reach(excess, floorOf(least)),
    }),
  };
}
