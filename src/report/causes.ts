/** What made an anomaly: the segments that were themselves most unlike what they usually are, down two levels. */
import { type Cause, causesOf, causesOfRate, type RatePart } from "../analysis/cause.ts";
import { isPersonalField } from "../catalogue/personal.ts";
import type { Filter } from "../catalogue/types.ts";
import type { Store } from "../store/store.ts";
import type { Found } from "./anomalies.ts";
import { dimensionsFor, rawIsCheap } from "./causes/dimensions.ts";
import { type Around, type Segment, segmentsOfEvents, segmentsOfRollup, wholeOf } from "./causes/parts.ts";
import type { Framed, ReportParts } from "./common.ts";
import { amountsOf } from "./forecast.ts";
import type { Amount } from "./kpis.ts";
import { maskedCell } from "./personal.ts";
import { textOf } from "./read-answer.ts";
import { botFilter } from "./watching/filter.ts";
import { kindOf, type WatchGrain } from "./watching/kinds.ts";
import { splittable } from "./watching/splittable.ts";

export interface CauseFigure {
  /** As filters name it: "bot_id", "data.source". */
  dimension: string;
  /** Null: events without one. */
  key: string | null;
  /** Its value less what is usual for it, in the KPI's unit. */
  contribution: Amount;
  /** Of the whole deviation; above 1 where others went against it. */
  share: number | null;
  /** The segment inside of which this one was looked for; null on the first level. */
  within: { dimension: string; key: string | null } | null;
}

interface Asked {
  grain: WatchGrain;
  anomalies: readonly Found[];
  personal: boolean;
}

type Scope = Omit<Framed["scope"], "from" | "to">;

const CAUSES_MAX = 5;
/** Anomalies that are looked into at once: enough to keep the readers busy, and to leave some to others. */
const AT_ONCE = 2;
const WITHIN_MAX = 2;
/** Of a dimension that is to tell of a rate, on average. */
const EVENTS_A_SEGMENT = 2;
/** Less of the deviation than this is not looked into. */
const SHARE_WITHIN_MIN = 0.3;
/** Less of the deviation than this explains nothing. */
const SHARE_TOLD_MIN = 0.1;
/** Causes of anomalies that were looked for lately, by everything they depend on. */
const REMEMBERED_MAX = 1_000;
const remembered = new WeakMap<Store["ask"], Map<string, readonly Cause[]>>();

/** The largest first, for each anomaly. What was looked for before and has not changed is not asked again. */
export async function causesFor(
  parts: Pick<ReportParts, "store">,
  scope: Scope,
  { grain, anomalies, personal }: Asked,
): Promise<ReadonlyMap<Found, readonly CauseFigure[]>> {
  const found = new Map<Found, readonly CauseFigure[]>();
  const waiting = [...anomalies];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      found.set(next, shown(await rememberedCauses(parts, scope, grain, next), next, personal));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

/** Events were taken away: what was found of them must not be told again. */
export function forgetCauses({ ask }: Pick<Store, "ask">): void {
  remembered.delete(ask);
}

async function rememberedCauses(
  parts: Pick<ReportParts, "store">,
  scope: Scope,
  grain: WatchGrain,
  anomaly: Found,
): Promise<readonly Cause[]> {
  const own = remembered.get(parts.store.ask) ?? new Map<string, readonly Cause[]>();
  remembered.set(parts.store.ask, own);
  const { series, bucket, judgement } = anomaly;
  const { locations, filters, timezone, rules } = scope;
  const about = [series.kpi.formula, series.currency, series.bot_id, grain, bucket.start];
  const key = JSON.stringify([locations, filters, timezone, rules, about, judgement.value, judgement.expected]);
  const before = own.get(key);
  if (before) return before;
  const causes = await causesIn(parts.store, scope, grain, anomaly);
  own.set(key, causes);
  for (const oldest of own.keys()) {
    if (own.size <= REMEMBERED_MAX) break;
    own.delete(oldest);
  }
  return causes;
}

async function causesIn(
  store: Store,
  scope: Scope,
  grain: WatchGrain,
  { series, bucket, judgement }: Found,
): Promise<readonly Cause[]> {
  const { kpi, currency, bot_id } = series;
  const pieces = splittable(kpi);
  if (!pieces) return [];
  const filters: readonly Filter[] = bot_id === undefined ? scope.filters : [...scope.filters, botFilter(bot_id)];
  const around: Around = { scope: { ...scope, filters }, kpi, pieces, currency, grain, bucket };
  const raw = await rawIsCheap(store, around);
  const fields = (await dimensionsFor(store, around, raw)).filter((field) => !isFixed(filters, field));
  const whole = await wholeOf(store, around);
  const look = async (filter: readonly Filter[], among: readonly string[]): Promise<readonly Segment[]> => {
    const inside = { ...around, scope: { ...around.scope, filters: [...filters, ...filter] } };
    if (raw) return segmentsOfEvents(store, inside, among);
    return (await Promise.all(among.map((field) => segmentsOfRollup(store, inside, field)))).flat();
  };
  const explain = (deviation: Deviation, segments: readonly Segment[], most: number): readonly Cause[] =>
    explained(around, deviation, segments, whole, most);
  const causes = explain(judgement, await look([], fields), CAUSES_MAX);
  const [first] = causes;
  // Inside of a segment a rate deviates from the segment's own, which is no part of the whole's deviation.
  if (!first || first.key === null || pieces.as === "rate" || (first.share ?? 0) < SHARE_WITHIN_MIN) return causes;
  const { dimension, key } = first;
  const others = fields.filter((field) => field !== dimension);
  const inner = await look([{ field: dimension, op: "eq", value: key }], others);
  const within = explain(first, inner, WITHIN_MAX).map(({ share: _, ...cause }): Cause => {
    // Of the whole, as the others.
    const deviation = judgement.value - judgement.expected;
    return { ...cause, share: deviation === 0 ? null : cause.contribution / deviation, within: { dimension, key } };
  });
  return [...causes, ...within];
}

interface Deviation {
  value: number;
  expected: number;
}

function explained(
  { kpi, grain, pieces }: Around,
  deviation: Deviation,
  segments: readonly Segment[],
  whole: readonly number[] | null,
  most: number,
): readonly Cause[] {
  const kind = kindOf(kpi, grain);
  if (pieces.as === "rate") {
    const parts = segments.map(({ figures: [numerators = [], denominators = []], ...segment }) => {
      return { ...segment, numerators, denominators };
    });
    return causesOfRate(deviation, parts.filter(hasShares(parts)), kind, most);
  }
  const parts = segments.map(({ figures: [own = [], events], ...segment }) => ({
    ...segment,
    values: own.map((value, at) => {
      const divisor = whole?.[at] ?? 1;
      return divisor === 0 ? 0 : (value * (events?.[at] ?? 1)) / divisor;
    }),
  }));
  return causesOf(deviation, parts, kind, most);
}

/** A segment of one event has no share of anything: a dimension that is mostly such (contacts) cannot tell of a rate. */
function hasShares(parts: readonly RatePart[]): (part: RatePart) => boolean {
  const counts = new Map<string, { segments: number; events: number }>();
  for (const { dimension, denominators } of parts) {
    const { segments, events } = counts.get(dimension) ?? { segments: 0, events: 0 };
    const last = denominators.at(-1) ?? 0;
    counts.set(dimension, { segments: segments + (last > 0 ? 1 : 0), events: events + last });
  }
  return ({ dimension }) => {
    const { segments, events } = counts.get(dimension) ?? { segments: 0, events: 0 };
    return events >= EVENTS_A_SEGMENT * segments;
  };
}

/** What is filtered by a single value has only one segment. */
function isFixed(filters: readonly Filter[], field: string): boolean {
  return filters.some((filter) => filter.field === field && (filter.op === "eq" || filter.op === "exists"));
}

/** Who may not see what is personal is not told of dimensions that are, nor of keys that look so. */
function shown(causes: readonly Cause[], { series }: Found, personal: boolean): readonly CauseFigure[] {
  const amount = amountsOf(series.kpi.unit);
  const mayBeTold = ({ dimension }: { dimension: string }): boolean => personal || !isPersonalField(dimension);
  const masked = (key: string | null): string | null => (personal || key === null ? key : textOf(maskedCell(key)));
  return causes
    .filter(({ share }) => share === null || share >= SHARE_TOLD_MIN)
    .filter((cause) => mayBeTold(cause) && (cause.within === undefined || mayBeTold(cause.within)))
    .map(({ dimension, key, contribution, share, within }) => ({
      dimension,
      key: masked(key),
      contribution: amount(contribution),
      share: share === null ? null : Math.round(share * 10_000) / 10_000,
      within: within ? { dimension: within.dimension, key: masked(within.key) } : null,
    }));
}
