import { type Html, html } from "../html.ts";

/** What a page of figures shows, as it stands in its address. What is null or the default is left out. */
export interface ViewQuery {
  /** Of the page: its links lead back to it. */
  path: string;
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
  /** `field:op:value`, as the API takes them. */
  filters: readonly string[];
  /** What only this page has in its address, by parameter. */
  own: Readonly<Record<string, string>>;
}

/** Of a page whose address says nothing. */
export const NO_QUERY: Omit<ViewQuery, "path"> = {
  timeframe: null,
  from: null,
  to: null,
  location_id: null,
  timezone: null,
  compare: true,
  currency: null,
  filters: [],
  own: {},
};

/** The query string, in one order: two addresses that mean the same are the same. */
export function queryText(query: ViewQuery, change: Partial<ViewQuery> = {}): string {
  const { timeframe, from, to, location_id, timezone, compare, currency, filters, own } = { ...query, ...change };
  const params = new URLSearchParams();
  if (from !== null && to !== null) {
    params.set("from", from);
    params.set("to", to);
  } else if (timeframe !== null && timeframe !== "30d") params.set("timeframe", timeframe);
  if (location_id !== null) params.set("location_id", location_id);
  if (timezone !== null) params.set("timezone", timezone);
  if (!compare) params.set("compare", "off");
  if (currency !== null) params.set("currency", currency);
  for (const filter of filters) params.append("filter", filter);
  for (const name of Object.keys(own).sort()) params.set(name, own[name] ?? "");
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** What one page of figures hands on to another: everything but what is the page's own. */
export function sharedText(query: ViewQuery): string {
  return queryText(query, { own: {}, currency: null });
}

/** The address of the page with another query; what is its own goes on unless `change.own` says otherwise. */
export function viewHref(query: ViewQuery, change: Partial<ViewQuery> = {}): string {
  return (change.path ?? query.path) + queryText(query, change);
}

/** The same with some parameters of the page's own changed; null takes one away. */
export function ownHref(query: ViewQuery, change: Readonly<Record<string, string | null>>): string {
  return viewHref(query, { own: ownWith(query, change) });
}

/** The page's own parameters with some changed; null takes one away. */
export function ownWith(query: ViewQuery, change: Readonly<Record<string, string | null>>): Record<string, string> {
  const merged = Object.entries({ ...query.own, ...change });
  return Object.fromEntries(merged.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

/**
 * The attributes of a link to the same page with another query: a plain link, and with script a swap of what differs.
 * The whole shell is morphed, so that its controls and its live connection follow.
 */
export function viewLink(query: ViewQuery, change: Partial<ViewQuery>): Html {
  return swapLink(viewHref(query, change));
}

/** The same for an address that is made already; of a page of figures. */
export function swapLink(href: string): Html {
  return html`href="${href}" hx-get="${href}" hx-target=".app" hx-select=".app" hx-swap="outerMorph" hx-push-url="true"`;
}
