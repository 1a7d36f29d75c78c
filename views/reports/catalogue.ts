import type { ExportName } from "../../src/web/export/registry.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { EXPORT_FORMATS, type ExportOffer, exportHref } from "../parts/export-menu.ts";
import { sharedText } from "../parts/query.ts";
import type { ReportsShown } from "../reports.ts";

/** What needs no choice of its own; a second way to have it where there is one. */
const PLAIN: readonly ExportOffer[] = [
  { title: "Events", what: "events" },
  { title: "Events, data in columns", what: "events", own: { data: "columns" } },
  { title: "Contacts", what: "contacts" },
  { title: "Anomalies", what: "anomalies" },
  { title: "Alerts", what: "alerts" },
  { title: "Audit log", what: "audit" },
];
/** What is put together on a page of its own. */
const BUILT: Partial<Record<ExportName, string>> = {
  funnel: "/funnels",
  retention: "/retention",
  "drill-down": "/explore",
};

/** A row a kind of file: what a row of it is, and its formats. */
export function catalogue({ report, query }: ReportsShown): Html {
  const summaries = new Map(report.offers.map(({ name, summary }) => [name, summary]));
  const plain = PLAIN.filter(({ what }) => summaries.has(what));
  const built = report.offers.flatMap(({ name, label, summary }) =>
    BUILT[name] ? [{ label, summary, href: BUILT[name] }] : [],
  );
  return html`<section class="panel" aria-labelledby="files-h">
    <header class="panel-head"><h2 id="files-h">Files</h2><span class="meta">With the timeframe, location and filters above</span></header>
    <ul class="report-list">
      ${plain.map(
        (
          offer,
        ) => html`<li><div><h3>${offer.title}</h3><p>${offer.own?.data === "columns" ? "The same rows, with a column for each field of data." : summaries.get(offer.what)}</p></div>
          <div class="btn-group">${EXPORT_FORMATS.map(
            ({ format, label }) =>
              html`<a class="btn btn-small" href="${exportHref(query, offer, format)}">${label}<span class="vh">: ${offer.title}</span></a>`,
          )}</div></li>`,
      )}
      ${built.map(
        ({ label, summary, href }) => html`<li><div><h3>${label}</h3><p>${summary}</p></div>
          <div class="btn-group"><a class="btn btn-small btn-quiet" href="${href}${sharedText(query)}">Choose on its page<span class="vh">: ${label}</span>${icon("i-chevron-right", "i i-s")}</a></div></li>`,
      )}
    </ul>
  </section>`;
}
