/** Filters in words, for the bar above a page. */
import type { FilterChip } from "../../../views/parts/filter-bar.ts";
import type { ViewQuery } from "../../../views/parts/query.ts";
import { dimensionLabel } from "../../catalogue/dimensions.ts";

const OPS: Readonly<Record<string, string>> = {
  eq: "is",
  ne: "is not",
  in: "is one of",
  gt: "over",
  gte: "at least",
  lt: "under",
  lte: "at most",
  contains: "contains",
};

/** Those of the address, which were checked already. */
export function chipsOf({ filters }: Pick<ViewQuery, "filters">): readonly FilterChip[] {
  return filters.map((filter) => {
    const [, field = "", op = "", value = ""] = /^([^:]*):([^:]*)(?::(.*))?$/su.exec(filter) ?? [];
    if (op === "exists")
      return { filter, field: dimensionLabel(field), op: "is", value: value === "false" ? "not given" : "given" };
    return { filter, field: dimensionLabel(field), op: OPS[op] ?? op, value: value.replaceAll(",", ", ") };
  });
}
