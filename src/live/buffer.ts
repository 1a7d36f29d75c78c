/** The newest frames of a channel, for those who were away for a moment. */
export interface Kept {
  seq: number;
  text: string;
}

export interface BufferLimits {
  frames_max: number;
  age_ms_max: number;
  bytes_max: number;
}

export interface FrameBuffer {
  add(frame: Kept): void;
  /** The frames behind this one, oldest first; null when one of them is gone, or when the number is none of ours. */
  after(seq: number): readonly Kept[] | null;
  /** Here something is missing: nobody can go on from before it. */
  cut(): void;
  /** Of the newest frame. */
  readonly seq: number;
}

/** `first_seq` is the number of the last frame before any; `now` in milliseconds. */
export function createBuffer(first_seq: number, limits: BufferLimits, now: () => number): FrameBuffer {
  let frames: (Kept & { at: number })[] = [];
  let bytes = 0;
  let seq = first_seq;

  function trim(): void {
    const oldest = now() - limits.age_ms_max;
    let gone = 0;
    for (const { at, text } of frames) {
      const fits = frames.length - gone <= limits.frames_max && bytes <= limits.bytes_max && at >= oldest;
      if (fits) break;
      bytes -= text.length;
      gone++;
    }
    if (gone > 0) frames = frames.slice(gone);
  }

  return {
    add(frame) {
      frames.push({ ...frame, at: now() });
      bytes += frame.text.length;
      seq = frame.seq;
      trim();
    },
    after(known) {
      trim();
      const missed = seq - known;
      if (missed < 0 || missed > frames.length) return null;
      return frames.slice(frames.length - missed);
    },
    cut() {
      frames = [];
      bytes = 0;
      seq++;
    },
    get seq() {
      return seq;
    },
  };
}
