import { type Html, html } from "../html.ts";

/** What a page of figures shows, as it stands in its address. What is null or the default is left out. */
export interface ViewQuery {
  timeframe: string | null;
  /** RFC 3339, with `to`, instead of a timeframe. */
  from: string | null;
  to: string | null;
  location_id: string | null;
  /** null: as the locations say. */
  timezone: string | null;
  compare: boolean;
  /** Of the chart, where there are several. */
  currency: string | null;
}

/** The query string, in one order: two addresses that mean the same are the same. */
export function queryText(query: ViewQuery, change: Partial<ViewQuery> = {}): string {
  const { timeframe, from, to, location_id, timezone, compare, currency } = { ...query, ...change };
  const params = new URLSearchParams();
  if (from !== null && to !== null) {
    params.set("from", from);
    params.set("to", to);
  } else if (timeframe !== null && timeframe !== "30d") params.set("timeframe", timeframe);
  if (location_id !== null) params.set("location_id", location_id);
  if (timezone !== null) params.set("timezone", timezone);
  if (!compare) params.set("compare", "off");
  if (currency !== null) params.set("currency", currency);
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/**
 * The attributes of a link to the same page with another query: a plain link, and with script a swap of what differs.
 * The whole shell is morphed, so that its controls and its live connection follow.
 */
export function viewLink(query: ViewQuery, change: Partial<ViewQuery>, path = "/"): Html {
  const href = path + queryText(query, change);
  return html`href="${href}" hx-get="${href}" hx-target=".app" hx-select=".app" hx-swap="outerMorph" hx-push-url="true"`;
}
