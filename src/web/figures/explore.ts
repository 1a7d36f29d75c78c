/** `/explore`: one figure from any side, down to the raw events. */
import { z } from "zod";
import { type ExploreOwn, KINDS } from "../../../views/explore/own.ts";
import type { Explored } from "../../../views/explore/shown.ts";
import { exploreFragments, explorePage } from "../../../views/explore.ts";
import { isDimension } from "../../catalogue/dimensions.ts";
import { GRAINS } from "../../catalogue/period.ts";
import { parseInstant } from "../../catalogue/time.ts";
import type { Filter, Kpi } from "../../catalogue/types.ts";
import { freshnessOf } from "../../report/common.ts";
import { definedKpis } from "../../report/custom-kpis.ts";
import { dimensionsOf } from "../../report/explore/dimensions.ts";
import { type ExploreAsked, exploreReport } from "../../report/explore.ts";
import { eventCursor, nextCursor } from "../bi/events.ts";
import { allowFilters, allowSplits, fieldProblem, filterText, wantedKpis } from "../bi/input.ts";
import type { Parts } from "../parts.ts";
import type { FiguresAsked } from "./asked.ts";
import { logOf } from "./bots.ts";
import { figuresPage } from "./page.ts";

/** Events of a point, at first and with each step further. */
const EVENTS_SHOWN = 20;

const own = z.object({
  kpi: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/, "Use a key such as revenue.")
    .default("revenue"),
  by: left(z.string().max(256).refine(isDimension, "There is no such dimension.")),
  grain: left(z.enum(GRAINS)),
  kind: z.enum(KINDS).default("line"),
  order: left(
    z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}:(asc|desc)$/, "Write column:asc or column:desc.")
      .transform((text): NonNullable<ExploreOwn["order"]> => {
        const [by = "", dir] = text.split(":");
        return { by, dir: dir === "asc" ? "asc" : "desc" };
      }),
  ),
  open: left(z.union([z.enum(["definition", "events"]), bucketStart()])),
  segment: left(z.string().max(300)),
  cursor: left(z.string().max(1_024)),
  rows: left(z.literal("all")),
});

export const EXPLORE = figuresPage<Explored, ExploreOwn>({
  view: "explore",
  path: "/explore",
  summary: "Any figure by any dimension and grain, down to the raw events.",
  own,
  report: (parts, asked, own) => exploredOf(parts, asked, own),
  elsewhere: ({ elsewhere }) => elsewhere,
  page: explorePage,
  fragments: exploreFragments,
  kept: (own, parts, asked) => {
    const ends = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
    // A page of events is of the range that the first one had, wherever that is by now.
    return { of: own, kpis: [kpiOf(parts, asked, own)], ...(own.cursor === null ? {} : { subject: ends }) };
  },
  dear: true,
});

async function exploredOf(parts: Parts, asked: FiguresAsked, own: ExploreOwn): Promise<Explored> {
  const kpi = kpiOf(parts, asked, own);
  if (own.by !== null) allowSplits(asked, own.by);
  const report = await exploreReport(
    parts,
    { ...asked, kpi, by: own.by, grain: own.grain, heat: own.kind === "heat", open: openOf(asked, own) },
    logOf(parts, "explore"),
  );
  return {
    ...report,
    next: report.opened?.ok && report.opened.value ? nextCursor(report.opened.value.next) : null,
    custom: definedKpis(parts.control, asked),
    dimensions: dimensionsOf(kpi),
    freshness: freshnessOf(parts.ingest.stats().oldest_pending, asked.now),
  };
}

/** Throws Problem 422 for one that does not exist. */
function kpiOf(parts: Parts, asked: FiguresAsked, own: ExploreOwn): Kpi {
  const [kpi] = wantedKpis(parts, asked, [own.kpi], "kpi");
  if (!kpi) throw new Error("one KPI was asked for");
  return kpi;
}

function openOf(asked: FiguresAsked, { open, by, segment, cursor }: ExploreOwn): ExploreAsked["open"] {
  if (open === null || open === "definition") return open;
  const after = cursor === null ? null : eventCursor.safeParse(cursor);
  if (after?.success === false) throw fieldProblem("cursor", "This is no cursor of this list.");
  return {
    events: {
      t: open === "events" ? null : open,
      filter: segmentFilter(asked, by, segment),
      after: after?.data ?? null,
      limit: EVENTS_SHOWN,
    },
  };
}

/** A part is what a filter by the dimension lets through; the rest of them, and the figure as a whole, are no part. */
function segmentFilter(asked: FiguresAsked, by: string | null, segment: string | null): Filter | null {
  if (by === null || segment === null || !/^(eq:|exists:false$)/.test(segment)) return null;
  const read = filterText.safeParse(`${by}:${segment}`);
  if (!read.success) throw fieldProblem("segment", "There is no such part.");
  allowFilters(asked, [read.data], "segment");
  return read.data;
}

/** A parameter that may be left out or left empty, as forms do. */
function left<T extends z.ZodType>(schema: T) {
  return z
    .union([z.literal("").transform(() => null), schema])
    .nullable()
    .default(null);
}

function bucketStart() {
  return z
    .string()
    .max(64)
    .transform((text, context): number => {
      const us = parseInstant(text);
      if (us !== null) return us;
      context.addIssue({ code: "custom", message: "Use definition, events, or the start of a bucket in RFC 3339." });
      return z.NEVER;
    });
}
