/** The models of the ensemble, as a table: what each is called, what it learns from a past, and how it goes on from there. */
import { autoregress, burg } from "./burg.ts";
import { decompose, reseason, type Seasons } from "./decomposition.ts";
import { at, mean, winsorised } from "./numbers.ts";
import { changesOf, logsOf, longOrder, type Past, withoutSeasons } from "./past.ts";
import { fitSmoothing, smooth, startOf } from "./smoothing.ts";
import { fitTheta, theta } from "./theta.ts";

/**
 * Goes on from each of the ends (ascending) of a past that begins as the fitted one did and may be longer. What it says at
 * an end follows from the values before it alone.
 */
export type Ahead = (past: Float64Array, ends: readonly number[], horizon: number) => Float64Array[];

export interface Member {
  name: string;
  /** Null where the past does not allow it. */
  fit(past: Past): Ahead | null;
}

const SHORT_ORDER = 12;
/** Tries of the simplex for each fit of exponential smoothing. */
const TRIES = 50;
/** Changes so many robust standard deviations from the median are pulled in to there. */
const UNUSUAL = 4;
const RECENT_SEASONS = 3;
const RECENT_FADING = 0.7;

export const MEMBERS: readonly Member[] = [
  { name: "damped trend", fit: (past) => onLogs(past, (own) => damped(own.values, own.steady())) },
  { name: "theta", fit: thetaOf },
  { name: "theta of logs", fit: (past) => (past.shift !== null ? onLogs(past, thetaOf) : null) },
  {
    name: "short autoregression",
    fit(past) {
      const seasons = past.steady();
      const { chosen } = burg(withoutSeasons(past.values, seasons), SHORT_ORDER);
      return seasonally(
        seasons,
        each((values, horizon) => autoregress(chosen, values, horizon)),
      );
    },
  },
  {
    name: "long autoregression",
    fit: (past) =>
      onLogs(past, (own) => {
        const { chosen } = burg(own.values, longOrder(own));
        return each((values, horizon) => autoregress(chosen, values, horizon));
      }),
  },
  { name: "autoregression of changes", fit: changes },
  { name: "autoregression of changes of logs", fit: (past) => (past.shift !== null ? onLogs(past, changes) : null) },
  { name: "seasonal smoothing", fit: seasonalSmoothing },
  { name: "decomposition with damped trend", fit: (past) => damped(past.values, past.fading()) },
  {
    name: "last season",
    // Never out of reach: something is always said.
    fit: ({ periods }) => each((past, horizon) => repeatSeason(past, periods.at(-1) ?? 1, horizon)),
  },
  { name: "recent seasons", fit: (past) => onLogs(past, recentSeasons) },
];

/** The only model of a history that is too short for the others. */
export function seasonalNaive(period: number): Member {
  return {
    name: period > 1 ? "seasonal naive" : "naive",
    fit: () => each((past, horizon) => repeatSeason(past, period, horizon)),
  };
}

/**
 * The seasonal naive forecast (Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", 3rd ed., 5.2): each step
 * repeats the value of the last season at the same place.
 */
export function repeatSeason(past: Float64Array, period: number, horizon: number): Float64Array {
  const n = past.length;
  const ahead = new Float64Array(horizon);
  for (let h = 0; h < horizon; h++) ahead[h] = at(past, Math.max(0, n + h - period * Math.ceil((h + 1) / period)));
  return ahead;
}

/** One end after the other, for models that have nothing to carry from one to the next. */
function each(one: (past: Float64Array, horizon: number) => Float64Array): Ahead {
  return (past, ends, horizon) => ends.map((end) => one(past.subarray(0, end), horizon));
}

/** A model of the logs: multiplied seasons and growth are sums there. */
function onLogs(past: Past, fit: (past: Past) => Ahead | null): Ahead | null {
  const ahead = fit(past.logs());
  const { shift } = past;
  if (ahead === null || shift === null) return ahead;
  return (values, ends, horizon) =>
    ahead(logsOf(values, shift), ends, horizon).map((said) => said.map((value) => Math.exp(value) - shift));
}

function seasonally(seasons: Seasons | null, ahead: Ahead): Ahead {
  if (seasons === null) return ahead;
  return (past, ends, horizon) =>
    ahead(withoutSeasons(past, seasons), ends, horizon).map((said, index) => reseason(said, ends[index] ?? 0, seasons));
}

function damped(values: Float64Array, seasons: Seasons | null): Ahead {
  const own = withoutSeasons(values, seasons);
  const start = { ...startOf(own, 10), seasons: [] };
  const how = fitSmoothing(own, start, false, TRIES);
  return seasonally(seasons, (past, ends, horizon) => smooth(past, start, how, ends, horizon).ahead);
}

function thetaOf(past: Past): Ahead {
  const seasons = past.fading();
  const alpha = fitTheta(withoutSeasons(past.values, seasons));
  return seasonally(seasons, (values, ends, horizon) => theta(values, alpha, ends, horizon));
}

function seasonalSmoothing({ values, periods }: Past): Ahead | null {
  const longest = periods.at(-1);
  if (longest === undefined) return null;
  const seasons = decompose(values, periods, { multiplicative: false, fading: 1 });
  const start = { ...startOf(withoutSeasons(values, seasons), longest), seasons: seasons.effects };
  const how = fitSmoothing(values, start, true, TRIES);
  return (past, ends, horizon) => smooth(past, start, how, ends, horizon).ahead;
}

/**
 * An autoregression of the changes from value to value, added up from the last: it has no mean to return to, but a drift.
 * It learns from changes pulled in to what is usual, and goes on from those that were.
 */
function changes(own: Past): Ahead {
  const model = burg(winsorised(changesOf(own.values), UNUSUAL), longOrder(own)).chosen;
  return each((past, horizon) => {
    const ahead = autoregress(model, changesOf(past), horizon);
    let level = at(past, past.length - 1);
    for (let h = 0; h < horizon; h++) {
      level += at(ahead, h);
      ahead[h] = level;
    }
    return ahead;
  });
}

/** The shape of the last seasons, later ones weighing more, each against its own beginning, on the level of the last season. */
function recentSeasons({ periods }: Past): Ahead | null {
  const period = periods.at(-1);
  if (period === undefined) return null;
  return each((past, horizon) => {
    const n = past.length;
    const count = Math.min(RECENT_SEASONS, Math.floor(n / period) - 1);
    const ahead = new Float64Array(horizon);
    let whole = 0;
    for (let back = 1; back <= count; back++) {
      const weight = RECENT_FADING ** back;
      const end = n - back * period;
      const level = mean(past, end - period, end);
      whole += weight;
      for (let h = 0; h < horizon; h++) {
        const place = end + (h % period);
        ahead[h] = at(ahead, h) + weight * (at(past, place) - level);
      }
    }
    const level = mean(past, n - period, n);
    for (let h = 0; h < horizon; h++) ahead[h] = at(ahead, h) / whole + level;
    return ahead;
  });
}
