/** Small arithmetic on number arrays that the models share. */

/** The element, 0 outside: the loops of this folder keep their indexes inside. */
export function at(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}

export function sum(values: Float64Array, from = 0, to = values.length): number {
  let total = 0;
  for (let i = from; i < to; i++) total += at(values, i);
  return total;
}

export function mean(values: Float64Array, from = 0, to = values.length): number {
  return to > from ? sum(values, from, to) / (to - from) : 0;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

export function median(values: Float64Array): number {
  return at(values.toSorted(), values.length >> 1);
}

/** Pulled in to so many robust standard deviations (1.4826 median absolute deviations) around the median. */
export function winsorised(values: Float64Array, times: number): Float64Array {
  const middle = median(values);
  const reach = times * 1.4826 * median(values.map((value) => Math.abs(value - middle)));
  return reach > 0 ? values.map((value) => clamp(value, middle - reach, middle + reach)) : values;
}
