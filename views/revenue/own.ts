/** What only Revenue has in its address. */
import type { Measure, RevenuePage } from "../../src/report/revenue-page.ts";
import type { Shown } from "../figures.ts";

export interface RevenueOwn {
  /** What the chart and the tables show. */
  measure: Measure;
}

export type RevenueShown = Shown<RevenuePage, RevenueOwn>;
