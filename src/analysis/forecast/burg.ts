/**
 * Autoregression by Burg's method (Burg 1975, "Maximum Entropy Spectral Analysis"): each order's reflection coefficient
 * minimises forward and backward errors together, so that the model is stable however many lags it has.
 */
import { at, clamp, mean } from "./numbers.ts";

export interface Autoregression {
  mean: number;
  /** By lag, 1 first. */
  coefficients: Float64Array;
}

/** One run gives every order on its way. */
export interface Burg {
  /** Of the order asked for. */
  whole: Autoregression;
  /** Of the order up to it that AICc (Hurvich and Tsai 1989) likes best. */
  chosen: Autoregression;
}

export function burg(values: Float64Array, order: number): Burg {
  const n = values.length;
  const middle = mean(values);
  const forward = new Float64Array(n);
  const backward = new Float64Array(n);
  let variance = 0;
  for (let t = 0; t < n; t++) {
    const value = at(values, t) - middle;
    forward[t] = value;
    backward[t] = value;
    variance += (value * value) / n;
  }
  const most = clamp(order, 0, Math.max(0, n - 2));
  const now = new Float64Array(most);
  const before = new Float64Array(most);
  let chosen = new Float64Array(0);
  let best = n * Math.log(variance) + (2 * n) / Math.max(1, n - 2);
  let above = 0;
  let below = 0;
  for (let t = 1; t < n; t++) {
    above += at(forward, t) * at(backward, t - 1);
    below += at(forward, t) ** 2 + at(backward, t - 1) ** 2;
  }
  for (let k = 0; k < most; k++) {
    if (!(below > 1e-300)) break;
    const reflection = (2 * above) / below;
    for (let i = 0; i < k; i++) before[i] = at(now, i);
    for (let i = 0; i < k; i++) now[i] = at(before, i) - reflection * at(before, k - 1 - i);
    now[k] = reflection;
    // From the last backwards, as each step reads its neighbour of the order before; the sums are of the order after.
    above = 0;
    below = 0;
    let later = 0;
    for (let t = n - 1; t > k; t--) {
      const f = at(forward, t);
      const b = at(backward, t - 1);
      const newer = b - reflection * f;
      backward[t] = newer;
      if (t < n - 1) {
        above += later * newer;
        below += later * later + newer * newer;
      }
      later = f - reflection * b;
      forward[t] = later;
    }
    variance *= 1 - reflection * reflection;
    const score = n * Math.log(variance) + (2 * n * (k + 2)) / Math.max(1, n - k - 3);
    if (score < best) {
      best = score;
      chosen = now.slice(0, k + 1);
    }
  }
  return { whole: { mean: middle, coefficients: now }, chosen: { mean: middle, coefficients: chosen } };
}

export function autoregress(model: Autoregression, values: Float64Array, horizon: number): Float64Array {
  const { coefficients } = model;
  const lags = coefficients.length;
  const window = new Float64Array(lags + horizon);
  for (let i = 0; i < lags; i++) {
    const place = values.length - lags + i;
    window[i] = place < 0 ? 0 : at(values, place) - model.mean;
  }
  const ahead = new Float64Array(horizon);
  for (let step = 0; step < horizon; step++) {
    let value = 0;
    for (let lag = 0; lag < lags; lag++) value += at(coefficients, lag) * at(window, lags + step - 1 - lag);
    window[lags + step] = value;
    ahead[step] = value + model.mean;
  }
  return ahead;
}
