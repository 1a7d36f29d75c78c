/** `/`, once there are events: the command center. */
import { z } from "zod";
import { overviewFragments, overviewPage } from "../../../views/overview.ts";
import type { Funnel } from "../../report/funnel.ts";
import { type Overview, overviewReport } from "../../report/overview.ts";
import type { Ahead } from "../../report/revenue-chart.ts";
import { createKept, type Kept } from "../kept.ts";
import { createLater, type Later } from "../later.ts";
import type { Parts } from "../parts.ts";
import { figuresPage, touchLater } from "./page.ts";

/** The chart's grain; the activity's: of which bot, of which type, and how far back. */
const own = z.object({
  grain: z.enum(["day", "week", "month"]).nullable().catch(null).default(null),
  feed_bot: z.string().min(1).max(256).nullable().catch(null).default(null),
  feed_type: z.string().min(1).max(128).nullable().catch(null).default(null),
  feed_rows: z.enum(["10", "50"]).catch("10").default("10"),
});

const KEPT_MS = 5_000;

export const OVERVIEW = figuresPage<Overview, z.output<typeof own>>({
  view: "overview",
  path: "/",
  summary: "The overview, or the wait for a first event.",
  own,
  report: (parts, asked, { grain, feed_bot, feed_type, feed_rows }) =>
    overviewReport(
      parts,
      asked,
      logOf(parts),
      (key, ask) => funnelsOf(parts).take(key, ask, (wait_ms) => touchLater(parts, wait_ms)),
      {
        feed: { bot_id: feed_bot, type: feed_type, rows: Number(feed_rows) },
        grain,
        aheadOf: (key, ask) => aheadsOf(parts).take(key, logged(parts, ask), () => touchLater(parts, 0)),
      },
    ),
  elsewhere: ({ elsewhere }) => elsewhere,
  // Bots fall silent and events grow old by the clock alone, and of every time: not only of the timeframe.
  kept: (own) => ({
    of: own,
    subject: { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, lasts_ms: KEPT_MS },
  }),
  page: overviewPage,
  fragments: overviewFragments,
});

const funnels = new WeakMap<Parts, Kept<Funnel>>();

/** Of one appliance. */
function funnelsOf(parts: Parts): Kept<Funnel> {
  const kept = funnels.get(parts) ?? createKept<Funnel>();
  funnels.set(parts, kept);
  return kept;
}

/** Nobody waits for it: what fails is for the log. */
function logged<T>(parts: Parts, ask: () => Promise<T>): () => Promise<T> {
  return () =>
    ask().catch((error) => {
      logOf(parts)("forecast", error);
      throw error;
    });
}

const aheads = new WeakMap<Parts, Later<Ahead | null>>();

function aheadsOf(parts: Parts): Later<Ahead | null> {
  const known = aheads.get(parts) ?? createLater<Ahead | null>();
  aheads.set(parts, known);
  return known;
}

function logOf({ log }: Parts): (what: string, error: unknown) => void {
  return (what, error) =>
    log("error", `overview: ${what} failed`, { error: error instanceof Error ? error.message : String(error) });
}
