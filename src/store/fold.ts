/** Folding: many delta rows of a stretch of time become one row a key, without changing any sum over them. */
import type { Database } from "./duckdb.ts";
import type { RollupTable } from "./rollups.ts";

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
/** Weeks begin on Mondays; the epoch was a Thursday. */
const WEEK = { length: 7 * DAY_US, offset: 4 * DAY_US } as const;

/** Delta rows of one UTC day that are to be folded, and between which times they are. */
export interface DueDay {
  day: number;
  time_min: number;
  time_max: number;
  rows: number;
}

/** Half-open, microseconds, on whole hours. */
export interface FoldStretch {
  from: number;
  to: number;
  days: readonly DueDay[];
}

/** The days of one table that have had deltas since they were folded last. */
export interface FoldQueue {
  readonly rows: number;
  add(days: readonly DueDay[]): void;
  /** The fullest day and its neighbours, as long as they are due too and `rows_max` is kept. */
  take(rows_max: number): FoldStretch | null;
  /**
   * The same, but only a day whose deltas are at least as many as the rows they would be folded into (so that a day that
   * fills all day long is not read again and again), and only if no more than `rows_max` are to be read.
   */
  takeWorthwhile(rows_max: number): FoldStretch | null;
  /** How many rows a stretch has become. */
  folded(stretch: FoldStretch, rows: number): void;
  all(): readonly DueDay[];
  clear(): void;
}

export function foldQueue(): FoldQueue {
  const due = new Map<number, DueDay>();
  const folded = new Map<number, number>();
  let total = 0;
  function fullest(eligible: (day: DueDay) => boolean): DueDay | null {
    let most: DueDay | null = null;
    for (const entry of due.values()) if (entry.rows > (most?.rows ?? 0) && eligible(entry)) most = entry;
    return most;
  }
  function take(day: DueDay | null, rows_max: number): FoldStretch | null {
    if (day === null) return null;
    const days = withNeighbours(due, day, rows_max);
    for (const { day, rows } of days) {
      due.delete(day);
      total -= rows;
    }
    return stretchOf(days);
  }
  return {
    get rows() {
      return total;
    },
    add(days) {
      for (const { day, time_min, time_max, rows } of days) {
        const known = due.get(day);
        total += rows;
        due.set(day, {
          day,
          time_min: Math.min(time_min, known?.time_min ?? time_min),
          time_max: Math.max(time_max, known?.time_max ?? time_max),
          rows: rows + (known?.rows ?? 0),
        });
      }
    },
    take: (rows_max) =>
      take(
        fullest(() => true),
        rows_max,
      ),
    takeWorthwhile(rows_max) {
      const worthwhile = ({ day, rows }: DueDay): boolean => {
        const before = folded.get(day) ?? 0;
        return rows >= before && rows + before <= rows_max;
      };
      return take(fullest(worthwhile), rows_max);
    },
    folded({ days }, rows) {
      for (const { day } of days) folded.set(day, rows / days.length);
    },
    all: () => [...due.values()],
    clear() {
      due.clear();
      folded.clear();
      total = 0;
    },
  };
}

function withNeighbours(due: ReadonlyMap<number, DueDay>, fullest: DueDay, rows_max: number): DueDay[] {
  const days = [fullest];
  let rows = fullest.rows;
  for (const step of [-DAY_US, DAY_US]) {
    for (let day = fullest.day + step; ; day += step) {
      const neighbour = due.get(day);
      if (neighbour === undefined || rows + neighbour.rows > rows_max) break;
      rows += neighbour.rows;
      days.push(neighbour);
    }
  }
  return days;
}

function stretchOf(days: readonly DueDay[]): FoldStretch {
  const time_min = days.reduce((least, day) => Math.min(least, day.time_min), Number.POSITIVE_INFINITY);
  const time_max = days.reduce((most, day) => Math.max(most, day.time_max), Number.NEGATIVE_INFINITY);
  return { from: Math.floor(time_min / HOUR_US) * HOUR_US, to: (Math.floor(time_max / HOUR_US) + 1) * HOUR_US, days };
}

/** Folds one stretch of a table in one transaction: add up, delete, insert. Returns the number of rows it has become. */
export function foldTable(database: Database, table: RollupTable, stretch: FoldStretch): Promise<number> {
  return database.transaction(() => fold(database, table, stretch));
}

async function fold(database: Database, table: RollupTable, { from, to }: FoldStretch): Promise<number> {
  const { length, offset } =
    table.bucket === "week" ? WEEK : { length: table.bucket === "day" ? DAY_US : HOUR_US, offset: 0 };
  const first = Math.floor((from - offset) / length) * length + offset;
  const end = Math.ceil((to - offset) / length) * length + offset;
  const range = `bucket >= make_timestamp(${first}) AND bucket < make_timestamp(${end})`;
  const keys = table.keys.join(", ");
  await database.executeOnce(
    `CREATE TEMP TABLE folded AS SELECT ${table.folded} FROM ${table.name} WHERE ${range} ` +
      `GROUP BY ${keys} ORDER BY ${keys}`,
  );
  const removed = await database.executeOnce(`DELETE FROM ${table.name} WHERE ${range}`);
  const added = await database.executeOnce(`INSERT INTO ${table.name} FROM folded`);
  if (added > removed) throw new Error(`folding ${table.name} would have made ${added} rows of ${removed}`);
  // Emptied before the commit, which would copy it.
  await database.executeOnce("DROP TABLE folded");
  return added;
}
