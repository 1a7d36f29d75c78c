import type { Framed } from "../src/report/common.ts";
import type { RecentExport } from "../src/report/exports/recent.ts";
import type { ExportName } from "../src/web/export/registry.ts";
import { elsewhereNotice, type FiguresShell, figuresLayout, periodLine, type Shown } from "./figures.ts";
import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";
import { catalogue } from "./reports/catalogue.ts";
import { figuresForm } from "./reports/figures-form.ts";
import { recentPanel } from "./reports/recent.ts";

export interface Reports {
  framed: Framed;
  /** What the user may take, in the order of the page. */
  offers: readonly { name: ExportName; label: string; summary: string }[];
  kpis: readonly { key: string; label: string }[];
  dimensions: readonly { name: string; label: string }[];
  /** The list holds everybody's exports, not only the user's own. */
  all: boolean;
  recent: readonly (RecentExport & { label: string; location: string | null })[];
}

export type ReportsShown = Shown<Reports, object>;

/** What can be taken away with the filters in force, and what was. Works without script. */
export function reportsPage(shown: ReportsShown, shell: FiguresShell): Html {
  const { report, query, now, exports } = shown;
  return figuresLayout({
    title: "Reports",
    nav: "reports",
    query,
    shell,
    sub: periodLine(report.framed, null, now),
    body: html`${elsewhereNotice(shown, report.framed.timezone)}
      ${exports ? html`<div class="grid"><div class="stack span-7">${catalogue(shown)}</div><div class="stack span-5">${figuresForm(shown)}${elsewherePanel()}</div></div>` : notAllowed()}
      ${recentPanel(shown)}`,
  });
}

function notAllowed(): Html {
  return html`<section class="panel"><div class="state">${icon("i-lock", "i i-l")}<h3>Files are for analysts</h3><p>Your role may look at everything here, not take it away. Ask an admin for the role analyst.</p></div></section>`;
}

/** What belongs to a chart or a page is taken there. */
function elsewherePanel(): Html {
  return html`<section class="panel" aria-labelledby="elsewhere-h">
    <header class="panel-head"><h2 id="elsewhere-h">Pictures and paper</h2></header>
    <ul class="panel-body report-hints">
      <li>${icon("i-chart-area")}<span><b>A chart as PNG or SVG</b><br>In the menu at the head of the chart.</span></li>
      <li>${icon("i-file-text")}<span><b>A page on paper or as PDF</b><br>Print it in your browser: menus stay away, colours fit paper.</span></li>
      <li>${icon("i-download")}<span><b>Exactly what a page shows</b><br>Export, at the head of the page, with its own choices.</span></li>
    </ul>
  </section>`;
}
