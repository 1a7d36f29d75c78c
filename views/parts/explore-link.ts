import { type ViewQuery, viewHref } from "./query.ts";

/** The address of Explore with one figure, and with the period, the filters and the currency that are in force. */
export function exploreHref(
  query: ViewQuery,
  own: Readonly<Record<string, string>>,
  change: Partial<Omit<ViewQuery, "path" | "own">> = {},
): string {
  return viewHref(query, { ...change, path: "/explore", own });
}
