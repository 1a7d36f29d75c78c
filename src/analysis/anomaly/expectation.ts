/**
 * What the next bucket should hold: the best of several simple guesses, by how well each did lately.
 * It must never look at the bucket it is asked about.
 */
import { createScale, type Scale, type ScaleKind } from "./scale.ts";
import { createUsual } from "./usual.ts";

export interface Expectation {
  /** On the scale; null before the first value. */
  now(): number | null;
  /** The bucket is over: its value, null for none. */
  learn(value: number | null): void;
}

/** Values at the same time that make what is usual then. */
const SAME_TIME = 8;
/** One value moves what is usual as if it were no further away than so many robust standard deviations. */
const CLIP = 3 * 1.4826;
/** Of the shortest period: errors that make their median. */
const ERROR_PERIODS = 12;
const ERRORS_MAX = 336;
/** Stand in for the shortest and the longest period where there is none. */
const LEVEL_SPAN = 7;
const MEMORY = 28;

interface Guess {
  now(): number | null;
  /** `most` is how far a value may move what is usual. */
  learn(scaled: number, most: number): void;
}

interface Tried {
  guess: Guess;
  /** Sum of absolute errors and their number, both fading. */
  error: number;
  tried: number;
}

/**
 * Follow the leader (Cesa-Bianchi and Lugosi, "Prediction, Learning, and Games", 2006, chapter 2) over the level of late and,
 * for each period, the mean at the same time, with and without how far the series was from it lately.
 */
export function createExpectation(periods: readonly number[], scale: Scale): Expectation {
  const shortest = periods[0] ?? LEVEL_SPAN;
  const memory = periods.at(-1) ?? MEMORY;
  let bucket = 0;
  const level = levelGuess(shortest, scale);
  const seasons = periods.flatMap((period) => {
    const season = seasonGuess(period, () => bucket % period, scale);
    // Before the season itself: the drift is told from what was expected, not from what has been learned since.
    return [driftingGuess(season, shortest), season];
  });
  const all: readonly Tried[] = [level, ...seasons].map((guess) => ({ guess, error: 0, tried: 0 }));
  const errors = createUsual(Math.min(ERRORS_MAX, ERROR_PERIODS * shortest));

  const now = (): number | null => {
    let best = level.now();
    let least = Infinity;
    for (const { guess, error, tried } of all) {
      const value = guess.now();
      // Half a period of luck is none.
      if (value === null || tried < shortest / 2 || error / tried >= least) continue;
      best = value;
      least = error / tried;
    }
    return best;
  };

  return {
    now,
    learn(value) {
      if (value !== null) {
        const scaled = scale.to(value);
        const expected = now();
        const usual = errors.median() ?? 0;
        if (expected !== null) errors.learn(Math.abs(scaled - expected));
        for (const one of all) {
          const guessed = one.guess.now();
          if (guessed !== null) {
            one.error += Math.abs(scaled - guessed);
            one.tried++;
            if (one.tried > memory) {
              one.error /= 2;
              one.tried /= 2;
            }
          }
          one.guess.learn(scaled, usual > 0 ? CLIP * usual : Infinity);
        }
      }
      bucket++;
    },
  };
}

function levelGuess(span: number, scale: Scale): Guess {
  let mean = 0;
  let count = 0;
  return {
    now: () => (count === 0 ? null : scale.to(mean)),
    // Not clipped: it is the one that follows when the series has gone elsewhere.
    learn(scaled) {
      count = Math.min(count + 1, span);
      const before = scale.to(mean);
      mean = scale.from(count === 1 ? scaled : before + (scaled - before) / count);
    },
  };
}

/** Means are kept as values, as the scale may still shift. */
function seasonGuess(period: number, slot: () => number, scale: Scale): Guess {
  const means = new Float64Array(period);
  const counts = new Uint8Array(period);
  return {
    now: () => ((counts[slot()] ?? 0) === 0 ? null : scale.to(means[slot()] ?? 0)),
    learn(scaled, most) {
      const count = Math.min((counts[slot()] ?? 0) + 1, SAME_TIME);
      const before = scale.to(means[slot()] ?? 0);
      counts[slot()] = count;
      means[slot()] = scale.from(count === 1 ? scaled : before + clip(scaled - before, most) / count);
    },
  };
}

function driftingGuess(season: Guess, span: number): Guess {
  let drift = 0;
  return {
    now() {
      const usual = season.now();
      return usual === null ? null : usual + drift;
    },
    learn(scaled) {
      const usual = season.now();
      if (usual !== null) drift += (scaled - usual - drift) / span;
    },
  };
}

function clip(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}

/** What the bucket after these should hold. */
export function expectedNext(
  values: readonly (number | null)[],
  kind: ScaleKind & { periods: readonly number[] },
): number {
  const scale = createScale(kind);
  const expectation = createExpectation(kind.periods, scale);
  for (const value of values) {
    expectation.learn(value);
    if (value !== null) scale.learn(value);
  }
  const usual = expectation.now();
  return usual === null ? 0 : scale.from(usual);
}
