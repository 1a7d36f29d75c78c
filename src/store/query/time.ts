/** Time in SQL: instants, local time, and the label of the bucket that an instant lies in (catalogue/period). */
import { type Bucket, isFine, type Stretch, stretchesOf } from "../../catalogue/period.ts";
import type { Grain } from "../../catalogue/types.ts";

/** How a question's zone and grain are written as SQL over a TIMESTAMP expression. */
export interface TimeSql {
  /** Microseconds: the bucket's label. */
  label: (time: string) => string;
  hourOfDay: (time: string) => string;
  /** 1 is Monday, 7 Sunday. */
  dayOfWeek: (time: string) => string;
}

const FINE = { minute: 60_000_000, hour: 3_600_000_000 } as const;
const DAY = 86_400_000_000;
/** The bucket before the first is looked at, too; the longest is a leap year. */
const MARGIN = 368 * DAY;

/** For times from before the range (as long as it is, and a bucket more) to its end. */
export function timeSqlOf(timezone: string, grain: Grain | null, from: number, to: number): TimeSql {
  const margin = grain === null || grain === "year" || grain === "quarter" ? MARGIN : 33 * DAY;
  const stretches = stretchesOf(timezone, grain === null ? from - (to - from) : from - margin, to);
  const local = (time: string): string => choose(time, stretches, (stretch) => moved(time, stretch.offset));
  return {
    label: (time) => (grain === null ? "0" : `epoch_us(${labelSql(time, grain, stretches)})`),
    hourOfDay: (time) => `hour(${local(time)})`,
    dayOfWeek: (time) => `isodow(${local(time)})`,
  };
}

/** The label among a few buckets that are known to hold every row: comparisons instead of calendar arithmetic. */
export function labelAmong(time: string, buckets: readonly Bucket[]): string {
  const last = buckets.at(-1);
  const branches = buckets
    .slice(0, -1)
    .map(({ end, label }) => ` WHEN ${time} < ${instantSql(end)} THEN ${label}::BIGINT`);
  const rest = `${last?.label ?? 0}::BIGINT`;
  return branches.length === 0 ? rest : `CASE${branches.join("")} ELSE ${rest} END`;
}

/** SQL of an instant. */
export function instantSql(us: number): string {
  return `make_timestamp(${Math.trunc(us)})`;
}

function labelSql(time: string, grain: Grain, stretches: readonly Stretch[]): string {
  if (isFine(grain)) {
    const step = FINE[grain];
    if (stretches.every(({ offset }) => offset % step === 0)) return `date_trunc('${grain}', ${time})`;
    return choose(time, stretches, ({ start, offset }) => {
      const floored = moved(`date_trunc('${grain}', ${moved(time, offset)})`, -offset);
      return Number.isFinite(start) ? `greatest(${floored}, ${instantSql(start)})` : floored;
    });
  }
  const local = choose(time, stretches, ({ offset, floor }) => {
    const shifted = moved(time, offset);
    return Number.isFinite(floor) ? `greatest(${shifted}, ${instantSql(floor)})` : shifted;
  });
  return `date_trunc('${grain}', ${local})::TIMESTAMP`;
}

/** One CASE over the stretches; nothing when the zone has one offset throughout. */
function choose(time: string, stretches: readonly Stretch[], sql: (stretch: Stretch) => string): string {
  const [first, ...later] = stretches;
  if (!first) return time;
  let branches = "";
  let current = first;
  for (const stretch of later) {
    branches += ` WHEN ${time} < ${instantSql(stretch.start)} THEN ${sql(current)}`;
    current = stretch;
  }
  return branches === "" ? sql(first) : `(CASE${branches} ELSE ${sql(current)} END)`;
}

function moved(time: string, us: number): string {
  return us === 0 ? time : `(${time} + to_microseconds(${us}))`;
}
