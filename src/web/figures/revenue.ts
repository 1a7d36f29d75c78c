/** `/revenue`: what came in, who and what brought it, what moved it, what comes next. */
import { z } from "zod";
import type { RevenueOwn } from "../../../views/revenue/own.ts";
import { revenueFragments, revenuePage } from "../../../views/revenue.ts";
import { REVENUE_KPIS } from "../../report/revenue.ts";
import { MEASURES, type RevenuePage, revenuePage as revenueOf } from "../../report/revenue-page.ts";
import { tickOf } from "../bi/insight-shapes.ts";
import { logOf } from "./bots.ts";
import { figuresPage } from "./page.ts";

export const REVENUE = figuresPage<RevenuePage, RevenueOwn>({
  view: "revenue",
  path: "/revenue",
  summary: "Revenue, commission, cost and margin: over time, by bot and source, what moved them, what comes next.",
  own: z.object({ measure: z.enum(MEASURES).default("revenue") }),
  report: (parts, asked, { measure }) => revenueOf(parts, { ...asked, measure }, logOf(parts, "revenue")),
  elsewhere: ({ elsewhere }) => elsewhere,
  page: revenuePage,
  fragments: revenueFragments,
  // The forecast looks back a year, and tells what is of now.
  kept: ({ measure }, _, asked) => ({
    of: [measure, tickOf(asked.now)],
    kpis: REVENUE_KPIS,
    subject: { from: Number.NEGATIVE_INFINITY },
  }),
  dear: true,
});
