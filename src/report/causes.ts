/** What made an anomaly: the bots, sources and types that were themselves most unlike what they usually are. */
import { median } from "../analysis/anomalies.ts";
import type { Grain, Kpi } from "../catalogue/types.ts";
import { QuestionFault } from "../store/query/fault.ts";
import type { Answer } from "../store/store.ts";
import type { Framed, ReportParts } from "./common.ts";
import { amountsOf } from "./forecast.ts";
import type { History } from "./history.ts";
import type { Amount } from "./kpis.ts";
import { maskedCell } from "./personal.ts";
import { recordsOf, shareOf, textOf } from "./read-answer.ts";

export interface Cause {
  dimension: "bot_id" | "source" | "type";
  /** Null: events without one. */
  key: string | null;
  /** Its value less what is usual for it, in the KPI's unit. */
  contribution: Amount;
  /** Of the whole deviation; above 1 where others went against it. Medians do not add up, so neither do these. */
  share: number | null;
}

/** An anomaly whose cause is looked for. */
export interface Caused {
  kpi: Kpi;
  currency: string | null;
  /** Of its bucket. */
  index: number;
  value: number;
  expected: number;
}

interface Around {
  grain: Grain;
  slots: readonly number[];
  history: History;
  personal: boolean;
}

interface Split {
  dimension: Cause["dimension"];
  field: string;
  /** KPIs that it can tell something about. */
  of: (kpi: Kpi) => boolean;
}

const SPLITS: readonly Split[] = [
  { dimension: "bot_id", field: "bot_id", of: () => true },
  { dimension: "type", field: "type", of: ({ key }) => ["revenue", "bot_events", "bot_errors"].includes(key) },
  // Only these events say where their contact came from. Read from the events, so the few that need it.
  { dimension: "source", field: "data.source", of: ({ key }) => key === "revenue" || key === "leads" },
];
/** Values at the same time of the week that make what is usual for a part. */
const USUAL_OF = 4;
/** So far back from the newest anomaly causes are looked for; older ones have none. */
const BUCKETS_MAX = { hour: 31 * 24, day: 120 } as const;
const ROWS_MAX = 50_000;
const CAUSES_MAX = 5;
/** Less of the deviation than this explains nothing. */
const SHARE_MIN = 0.1;
const WEEK_SLOTS = { hour: 168, day: 7 } as const;

/** For each anomaly its causes, the largest first; one question a dimension. */
export async function causesOf(
  parts: ReportParts,
  framed: Framed,
  around: Around,
  anomalies: readonly Caused[],
): Promise<readonly (readonly Cause[])[]> {
  if (anomalies.length === 0) return [];
  const found = await Promise.all(SPLITS.map((split) => causesBy(parts, framed, around, anomalies, split)));
  return anomalies.map((_, index) =>
    found
      .flatMap((each) => each[index] ?? [])
      .sort((one, other) => (other.share ?? 0) - (one.share ?? 0))
      .slice(0, CAUSES_MAX),
  );
}

async function causesBy(
  { store }: ReportParts,
  { scope }: Framed,
  { grain, slots, history, personal }: Around,
  anomalies: readonly Caused[],
  { dimension, field, of }: Split,
): Promise<readonly (readonly Cause[])[]> {
  const unit = grain === "hour" ? "hour" : "day";
  const newest = Math.max(...anomalies.map(({ index }) => index));
  const reach = USUAL_OF * WEEK_SLOTS[unit];
  const near = anomalies.filter(({ kpi, index }) => of(kpi) && index > newest - BUCKETS_MAX[unit] + reach);
  if (near.length === 0) return [];
  const oldest = Math.min(...near.map(({ index }) => index));
  const from = history.buckets[Math.max(0, oldest - reach)]?.start ?? scope.from;
  const to = history.buckets[newest]?.end ?? scope.to;
  const kpis = [...new Set(near.map(({ kpi }) => kpi))];
  const order = kpis.map(({ key }) => ({ by: key, dir: "desc" }) as const);
  const answer = await orNothing(
    store.ask({ ...scope, from, to, kpis, by: [field], grain: unit, order, limit: ROWS_MAX }),
  );
  if (!answer) return [];
  const parts = partsOf(answer, field, history);
  return anomalies.map((anomaly) => {
    if (!near.includes(anomaly)) return [];
    const same = sameSlots(slots, anomaly.index);
    return explained(anomaly, parts, same).map(({ key, ...rest }) => ({
      dimension,
      key: personal || key === null ? key : textOf(maskedCell(key)),
      ...rest,
    }));
  });
}

/** More parts than an answer holds: then there is no telling which of them it was. */
async function orNothing(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof QuestionFault) return null;
    throw error;
  }
}

/** One part of a KPI in one currency, by bucket; buckets without it are missing. */
interface Part {
  key: string | null;
  currency: string | null;
  values: Readonly<Record<string, ReadonlyMap<number, number>>>;
}

function partsOf(answer: Answer, field: string, { buckets }: History): readonly Part[] {
  const places = new Map(buckets.map(({ start }, index) => [start, index]));
  const kpis = answer.columns.filter(({ kind }) => kind === "kpi").map(({ name }) => name);
  const groups = Map.groupBy(recordsOf(answer), ({ currency, cells }) =>
    JSON.stringify([cells[field] ?? null, currency]),
  );
  return [...groups.values()].flatMap((rows): Part[] => {
    const [first] = rows;
    if (!first) return [];
    const values = kpis.map((name) => {
      const known = rows.flatMap(({ cells }): [number, number][] => {
        const place = places.get(Date.parse(String(cells.t)) * 1_000);
        return place === undefined ? [] : [[place, Number(cells[name] ?? 0)]];
      });
      return [name, new Map(known)] as const;
    });
    return [{ key: textOf(first.cells[field]), currency: first.currency, values: Object.fromEntries(values) }];
  });
}

/** The last buckets before one at the same time of the week. */
function sameSlots(slots: readonly number[], index: number): readonly number[] {
  const same: number[] = [];
  for (let at = index - 1; at >= 0 && same.length < USUAL_OF; at--) if (slots[at] === slots[index]) same.push(at);
  return same;
}

function explained(
  { kpi, currency, index, value, expected }: Caused,
  parts: readonly Part[],
  same: readonly number[],
): readonly Omit<Cause, "dimension">[] {
  const deviation = value - expected;
  const amount = amountsOf(kpi.unit);
  const own = parts.filter((part) => kpi.unit !== "money" || part.currency === currency);
  // Counts stand beside each currency: once is enough.
  const seen = new Set<string | null>();
  return own.flatMap((part) => {
    const values = part.values[kpi.key];
    if (!values || seen.has(part.key)) return [];
    seen.add(part.key);
    const usual = median(same.map((at) => values.get(at) ?? 0));
    const contribution = (values.get(index) ?? 0) - usual;
    const share = shareOf(contribution, deviation);
    return share === null || share < SHARE_MIN ? [] : [{ key: part.key, contribution: amount(contribution), share }];
  });
}
