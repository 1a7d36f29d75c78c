import type { FormatName } from "../../src/export/formats.ts";
import type { ExportName } from "../../src/web/export/registry.ts";
import type { Shown } from "../figures.ts";
import { counted } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { queryText, type ViewQuery } from "./query.ts";

/** One kind of rows that a page can hand out. */
export interface ExportOffer {
  /** "Revenue by bot, by day", "Events". */
  title: string;
  what: ExportName;
  /** Its own parameters, as the API spells them; what is null is left out. */
  own?: Readonly<Record<string, string | null>>;
  /** How many there will be, where that is known already. */
  rows?: number;
  /** Where it is of another query than the page's: one filter more. */
  query?: Partial<ViewQuery>;
}

/** The formats in the order of the menu, each with what it is good for. */
export const EXPORT_FORMATS: readonly { format: FormatName; label: string; note: string }[] = [
  { format: "csv", label: "CSV", note: "any tool" },
  { format: "xlsx", label: "Excel", note: ".xlsx" },
  { format: "json", label: "JSON", note: "as the API" },
  { format: "parquet", label: "Parquet", note: "typed" },
];

/**
 * What a page shows, as files with its timeframe, location and filters in force: plain links, which work without script.
 * `more`: further items, such as pictures of a chart. Null for those who may not export.
 */
export function exportMenu(
  { query, exports }: Pick<Shown<unknown, unknown>, "query" | "exports">,
  offers: readonly ExportOffer[],
  more: Html | null = null,
): Html | null {
  if (!exports) return null;
  return html`<details class="menu menu-end export-menu" id="export-menu">
    <summary class="btn">${icon("i-download")}Export${icon("i-chevron-down", "i i-s")}</summary>
    <div class="menu-panel menu-scroll">
      ${offers.map((offer, at) => html`${at > 0 && html`<hr class="menu-rule">`}${offered(query, offer, offers.length === 1)}`)}
      ${more && html`<hr class="menu-rule">${more}`}
    </div>
  </details>`;
}

/** One kind of rows as a list; several as a line of formats each. */
function offered(query: ViewQuery, offer: ExportOffer, alone: boolean): Html {
  const { title, rows } = offer;
  const head = html`<p class="menu-title">${title}${rows !== undefined && html`, ${counted(rows, "row")}`}</p>`;
  const link = (format: FormatName, text: Html | string, end: Html | null): Html =>
    html`<a class="menu-item" href="${exportHref(query, offer, format)}">${end && icon("i-table-2")}<span>${text}<span class="vh">, ${title}</span></span>${end}</a>`;
  if (alone)
    return html`${head}${EXPORT_FORMATS.map(({ format, label, note }) => link(format, label, html`<span class="end">${note}</span>`))}`;
  return html`${head}<div class="menu-formats">${EXPORT_FORMATS.map(({ format, label }) => link(format, label, null))}</div>`;
}

/** The address of a file. */
export function exportHref(
  query: ViewQuery,
  { what, own = {}, query: change = {} }: ExportOffer,
  format: FormatName,
): string {
  const kept = { ...query, ...change, compare: true, currency: null, own: {} };
  const params = new URLSearchParams(queryText(kept));
  for (const [name, value] of Object.entries(own)) if (value !== null) params.set(name, value);
  params.set("format", format);
  return `/api/export/${what}?${params}`;
}
