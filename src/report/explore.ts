/**
 * One figure, looked at from any side: over time, by a dimension, by the hours of the week, down to the events behind a point.
 * It must never let one failed part take the others with it.
 */
import { type Bucket, bucketsOf, previousOf } from "../catalogue/period.ts";
import type { Grain, Kpi } from "../catalogue/types.ts";
import type { Answer } from "../store/store.ts";
import { type Framed, framed, type ReportParts } from "./common.ts";
import { extentElsewhere } from "./elsewhere.ts";
import { type Explained, explained, type Opened, openedPoint, type Point } from "./explore/behind.ts";
import { grainsFor } from "./explore/grains.ts";
import { type HeatCell, heatOf } from "./explore/heat.ts";
import { type ExploreSplit, exploreSplit } from "./explore/split.ts";
import { figuresFrom, type KpiFigure } from "./kpis.ts";
import { attempted, type OverviewAsked, type Part } from "./overview.ts";

export interface ExploreAsked extends OverviewAsked {
  kpi: Kpi;
  /** A dimension; null: it is not split. */
  by: string | null;
  /** Null, or one that does not fit: the timeframe's own. */
  grain: Grain | null;
  /** By hour and weekday. */
  heat: boolean;
  /** The events of a point, how the figure comes about, or neither. */
  open: { events: Point } | "definition" | null;
}

export interface Explore {
  /** Its frame has the grain that is shown. */
  framed: Framed;
  /** Those that the timeframe can be shown by, finest first; `usual`: where none was chosen. */
  grains: readonly Grain[];
  usual: Grain;
  previous: { from: number; to: number } | null;
  buckets: readonly Bucket[];
  kpi: Kpi;
  figure: Part<KpiFigure>;
  split: Part<ExploreSplit> | null;
  heat: Part<readonly HeatCell[]> | null;
  /** Its value is null where the point is not in the timeframe. */
  opened: Part<Opened | null> | null;
  explained: Part<Explained> | null;
  /** When there are events, but none in this timeframe: from when to when they are. */
  elsewhere: { first: number; last: number } | null;
}

/** Everything on the page. `log` hears what failed. */
export async function exploreReport(
  parts: ReportParts,
  asked: ExploreAsked,
  log: (what: string, error: unknown) => void,
): Promise<Explore> {
  const { kpi, by, open, compare, personal = false } = asked;
  const point = open !== null && typeof open === "object" ? open.events : null;
  const given = await framed(parts, asked);
  const grains = grainsFor(given.scope);
  const usual = given.frame.grain;
  const grain = asked.grain !== null && grains.includes(asked.grain) ? asked.grain : usual;
  const resolved = { ...given, frame: { ...given.frame, grain } };
  const { frame, scope, timezone } = resolved;
  const compares = compare && frame.name !== "all";
  const buckets = bucketsOf(grain, timezone, scope.from, scope.to);
  const attempt = attempted(log);
  const asking = parts.store.ask({ ...scope, kpis: [kpi], by: [], grain });
  const figure = await attempt("figure", figureOf(parts, resolved, asked, asking));
  const currency = figure.ok ? (figure.value.currency ?? null) : null;
  const isEmpty = figure.ok && Number(figure.value.value ?? 0) === 0;
  const [split, heat, opened, why, elsewhere] = await Promise.all([
    by === null
      ? null
      : attempt("split", exploreSplit(parts, resolved, { kpi, by, compares, currency, personal }, asking)),
    asked.heat ? attempt("heat", heatOf(parts, resolved, kpi, currency)) : null,
    point
      ? attempt("events", openedPoint(parts, resolved, { kpi, buckets, personal, now: asked.now }, point, currency))
      : null,
    open === "definition"
      ? attempt(
          "definition",
          asking.then((answer) => explained(parts, resolved, kpi, asked, answer)),
        )
      : null,
    isEmpty ? attempt("extent", extentElsewhere(parts, asked)) : null,
  ]);
  return {
    framed: resolved,
    grains: grains.includes(usual) ? grains : [usual, ...grains],
    usual,
    previous: compares ? previousOf(scope) : null,
    buckets,
    kpi,
    figure,
    split,
    heat,
    opened,
    explained: why,
    elsewhere: elsewhere?.ok ? elsewhere.value : null,
  };
}

async function figureOf(
  parts: ReportParts,
  resolved: Framed,
  { kpi, compare, currency }: ExploreAsked,
  asking: Promise<Answer>,
): Promise<KpiFigure> {
  const { scope, frame } = resolved;
  const [current, previous] = await Promise.all([
    asking,
    compare && frame.name !== "all"
      ? parts.store.ask({ ...scope, ...previousOf(scope), kpis: [kpi], by: [], grain: frame.grain })
      : null,
  ]);
  const shown = { kpis: [kpi], trends: true, previous_trends: true, ...(currency === null ? {} : { currency }) };
  const figure = figuresFrom(parts, resolved, shown, current, previous)[kpi.key];
  if (!figure) throw new Error("a KPI that was asked for is missing in the answer");
  return figure;
}
