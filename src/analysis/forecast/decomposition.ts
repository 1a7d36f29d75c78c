/**
 * Seasons of several lengths taken out of a series one after the other, twice over, as MSTL does with STL (Cleveland,
 * Cleveland, McRae and Terpenning 1990; Bandara, Hyndman and Bergmeir 2021), with a moving average as the trend and, for
 * each place of a season, an average in which later cycles weigh more.
 */
import { at, clamp, mean, median } from "./numbers.ts";

/** Values so many robust standard deviations from the median of their place are pulled in to there. */
const UNUSUAL = 3;

export interface Seasons {
  multiplicative: boolean;
  /** By period, the effect of each place: added, or multiplied. */
  effects: readonly Float64Array[];
}

export interface DecompositionOptions {
  multiplicative: boolean;
  /** What a cycle weighs less for each cycle that followed it: 1 for all alike. */
  fading: number;
}

export function decompose(values: Float64Array, periods: readonly number[], options: DecompositionOptions): Seasons {
  const { multiplicative } = options;
  const n = values.length;
  const work = multiplicative ? values.map((value) => Math.log(value)) : values;
  const effects = periods.map((period) => new Float64Array(period));
  const rounds = periods.length > 1 ? 2 : 1;
  const longest = Math.max(...periods);
  for (let round = 0; round < rounds; round++) {
    for (const effect of effects) {
      const rest = new Float64Array(n);
      rest.set(work);
      for (const other of effects) if (other !== effect) takeOut(rest, other);
      placeEffects(rest, round === 0 ? effect.length : longest, options.fading, effect);
    }
  }
  if (multiplicative)
    for (const effect of effects) for (let i = 0; i < effect.length; i++) effect[i] = Math.exp(at(effect, i));
  return { multiplicative, effects };
}

function takeOut(values: Float64Array, effect: Float64Array): void {
  for (let t = 0, place = 0; t < values.length; t++) {
    values[t] = at(values, t) - at(effect, place);
    if (++place === effect.length) place = 0;
  }
}

/** Effects of each place on what is left of a moving average over the given width. */
function placeEffects(values: Float64Array, width: number, fading: number, effect: Float64Array): void {
  const period = effect.length;
  const half = width >> 1;
  const trend = movingAverage(values, width);
  const rest = new Float64Array(values.length);
  for (let t = half; t < values.length - half; t++) rest[t] = at(values, t) - at(trend, t);
  pullIn(rest, period, half);
  const weights = new Float64Array(period);
  effect.fill(0);
  for (let t = half; t < values.length - half; t++) {
    const place = t % period;
    const weight = fading ** Math.floor((values.length - 1 - t) / period);
    weights[place] = at(weights, place) + weight;
    effect[place] = at(effect, place) + weight * at(rest, t);
  }
  for (let i = 0; i < period; i++) effect[i] = at(weights, i) > 0 ? at(effect, i) / at(weights, i) : 0;
  const middle = mean(effect);
  for (let i = 0; i < period; i++) effect[i] = at(effect, i) - middle;
}

/** One odd day must not become a season: each place's values are pulled in to what is usual around the place's median. */
function pullIn(rest: Float64Array, period: number, half: number): void {
  const medians = new Float64Array(period);
  for (let place = 0; place < period; place++) {
    const first = half + ((((place - half) % period) + period) % period);
    const count = Math.max(0, Math.ceil((rest.length - half - first) / period));
    const own = new Float64Array(count);
    for (let i = 0; i < count; i++) own[i] = at(rest, first + i * period);
    medians[place] = median(own);
  }
  const away = new Float64Array(Math.max(0, rest.length - 2 * half));
  for (let i = 0; i < away.length; i++) away[i] = Math.abs(at(rest, half + i) - at(medians, (half + i) % period));
  const reach = UNUSUAL * 1.4826 * median(away);
  if (reach === 0) return;
  for (let t = half; t < rest.length - half; t++) {
    const middle = at(medians, t % period);
    rest[t] = clamp(at(rest, t), middle - reach, middle + reach);
  }
}

/** Centred; of an even width the two ends count half. */
export function movingAverage(values: Float64Array, width: number): Float64Array {
  const n = values.length;
  const trend = new Float64Array(n);
  const half = width >> 1;
  const sums = new Float64Array(n + 1);
  for (let t = 0; t < n; t++) sums[t + 1] = at(sums, t) + at(values, t);
  for (let t = half; t < n - half; t++) {
    const whole = at(sums, t + half + 1) - at(sums, t - half);
    trend[t] = width % 2 === 1 ? whole / width : (whole - (at(values, t - half) + at(values, t + half)) / 2) / width;
  }
  return trend;
}

/** The series without its seasons. */
export function adjusted(values: Float64Array, seasons: Seasons): Float64Array {
  const out = values.slice();
  for (const effect of seasons.effects) {
    if (seasons.multiplicative)
      for (let t = 0; t < out.length; t++) out[t] = at(out, t) / (at(effect, t % effect.length) || 1);
    else takeOut(out, effect);
  }
  return out;
}

/** Puts the seasons back on what follows the value before `from`. */
export function reseason(ahead: Float64Array, from: number, seasons: Seasons): Float64Array {
  const out = ahead.slice();
  for (const effect of seasons.effects) {
    for (let h = 0; h < out.length; h++) {
      const by = at(effect, (from + h) % effect.length);
      out[h] = seasons.multiplicative ? at(out, h) * by : at(out, h) + by;
    }
  }
  return out;
}

/** Whether the autocorrelation a period apart is more than chance (the 90% test of the M3 and M4 competitions). */
export function isSeasonal(values: Float64Array, period: number): boolean {
  const n = values.length;
  if (period < 2 || n < 3 * period) return false;
  const middle = mean(values);
  let whole = 0;
  for (let t = 0; t < n; t++) whole += (at(values, t) - middle) ** 2;
  if (whole === 0) return false;
  let squares = 0;
  let last = 0;
  for (let lag = 1; lag <= period; lag++) {
    let shared = 0;
    for (let t = lag; t < n; t++) shared += (at(values, t) - middle) * (at(values, t - lag) - middle);
    last = shared / whole;
    if (lag < period) squares += last * last;
  }
  return Math.abs(last) > 1.645 * Math.sqrt((1 + 2 * squares) / n);
}
