/** What only Explore has in its address. */
import type { Grain } from "../../src/catalogue/types.ts";

export const KINDS = ["line", "bars", "stacked", "area", "heat", "table"] as const;
export type ExploreKind = (typeof KINDS)[number];

export interface ExploreOwn {
  kpi: string;
  by: string | null;
  grain: Grain | null;
  kind: ExploreKind;
  /** Of the table. */
  order: { by: string; dir: "asc" | "desc" } | null;
  /** What stands beside the page: how the figure comes about, the events of all of it, or those of a bucket (microseconds). */
  open: "definition" | "events" | number | null;
  /** Of which part: "eq:portal", "exists:false". */
  segment: string | null;
  cursor: string | null;
  /** Every row of the table, not only the first ones. */
  rows: "all" | null;
}
