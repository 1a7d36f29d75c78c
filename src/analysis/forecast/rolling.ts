/**
 * Every model at earlier ends of the history ("rolling origins", Tashman 2000, "Out-of-sample tests of forecasting
 * accuracy"): fitted a few times on what was known, and led on from each origin without a fit. What an origin could not
 * know never enters: neither its fit nor its season.
 */
import { learnEffects, withEffects, withoutEffects } from "./effects.ts";
import type { Member } from "./members.ts";
import { at } from "./numbers.ts";
import { pastOf } from "./past.ts";

export interface Rolling {
  /** Values known at each origin, ascending; the last is the whole history, which nothing is compared with. */
  origins: readonly number[];
  members: readonly string[];
  /** By member, by origin: what it said of the horizon; null where it could not. */
  said: readonly (readonly (Float64Array | null)[])[];
}

export interface RollingOptions {
  horizon: number;
  periods: readonly number[];
  /** Values behind the first fit, at least. */
  least: number;
  /** How many of the last values are forecast by the origins, and by how many origins. */
  span: number;
  count: number;
  fits: number;
  /** Labels of buckets, of the history and the horizon; null where nothing is known of any. */
  events: readonly (string | null)[] | null;
}

/** A model that says more than so many times what was ever seen is not heard. */
const REACH = 10;

export function roll(values: Float64Array, members: readonly Member[], options: RollingOptions): Rolling {
  const n = values.length;
  const { horizon } = options;
  const first = Math.max(options.least, n - options.span);
  const origins: number[] = [];
  const stride = Math.max(1, Math.ceil((n - first) / options.count));
  for (let end = n - stride; end >= first; end -= stride) origins.unshift(end);
  origins.push(n);
  const said: (Float64Array | null)[][] = members.map(() => []);
  const group = Math.max(1, Math.ceil((origins.length - 1) / options.fits));
  for (let from = 0; from < origins.length; ) {
    const to = from === origins.length - 1 ? origins.length : Math.min(from + group, origins.length - 1);
    const known = origins[from] ?? n;
    const { clean, put } = eventsOf(values, known, options);
    const past = pastOf(clean.subarray(0, known), options.periods);
    const ends = origins.slice(from, to);
    const before = clean.subarray(0, ends.at(-1));
    const reach = REACH * highest(clean.subarray(0, known));
    for (const [index, member] of members.entries()) {
      const ahead = member.fit(past)?.(before, ends, horizon) ?? [];
      for (const [place, end] of ends.entries()) {
        const own = ahead[place];
        said[index]?.push(own === undefined || !within(own, reach) ? null : put(own, end));
      }
    }
    from = to;
  }
  return { origins, members: members.map(({ name }) => name), said };
}

/** How known effects, learnt from the first values, are taken out of a past and put on what follows it. */
function eventsOf(
  values: Float64Array,
  known: number,
  { events, periods }: RollingOptions,
): { clean: Float64Array; put: (ahead: Float64Array, end: number) => Float64Array } {
  if (events === null) return { clean: values, put: (ahead) => ahead };
  const period = periods[0] ?? 1;
  const effects = learnEffects(values, events, known, period);
  return {
    clean: withoutEffects(values, events, known, effects, period),
    put: (ahead, end) => withEffects(ahead, end, events, effects),
  };
}

/** Whether all is finite and in reach: an exponent that ran away tells nothing. */
function within(ahead: Float64Array, reach: number): boolean {
  for (let h = 0; h < ahead.length; h++) if (!(Math.abs(at(ahead, h)) <= reach)) return false;
  return true;
}

function highest(values: Float64Array): number {
  let most = 0;
  for (let t = 0; t < values.length; t++) most = Math.max(most, Math.abs(at(values, t)));
  return most;
}
