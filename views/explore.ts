import { CHART_SCRIPTS } from "./charts/chart.ts";
import { annotateAction } from "./charts/noted.ts";
import { exploreChartProps, explorePanel } from "./explore/chart.ts";
import { definitionDrawer } from "./explore/definition.ts";
import { eventsDrawer } from "./explore/events.ts";
import { exploreOffers } from "./explore/offers.ts";
import { queryBar } from "./explore/query-bar.ts";
import { savedTabs, saveMenu } from "./explore/saved.ts";
import type { ExploreShown } from "./explore/shown.ts";
import { exploreTable } from "./explore/table.ts";
import { elsewhereNotice, type FiguresShell, figuresLayout, partial, periodLine } from "./figures.ts";
import { type Html, html } from "./html.ts";
import { exportMenu } from "./parts/export-menu.ts";
import { viewLink } from "./parts/query.ts";

/** Any figure from any side, down to the raw events. */
export function explorePage(shown: ExploreShown, shell: FiguresShell): Html {
  const { report, query, now } = shown;
  return figuresLayout({
    title: "Explore",
    nav: "explore",
    query,
    shell,
    sub: periodLine(report.framed, report.previous, now),
    actions: html`${annotate(shown, shell)}${saveMenu(shown, shell)}${exportMenu(shown, exploreOffers(shown))}`,
    scripts: [...CHART_SCRIPTS, "js/inspector.js"],
    body: html`${savedTabs(shell)}
      ${notice(shown)}
      <div class="bar-row explore-bar">${queryBar(shown)}${currencies(shown)}</div>
      <div class="stack mt-3">${explorePanel(shown)}${exploreTable(shown)}</div>`,
    aside: eventsDrawer(shown) ?? definitionDrawer(shown),
  });
}

/** What moves; the events of a point stay as they were opened. */
export function exploreFragments(shown: ExploreShown): readonly Html[] {
  const { report, now } = shown;
  return [
    partial("period", periodLine(report.framed, report.previous, now)),
    partial("notice", notice(shown)),
    partial("explore-chart", explorePanel(shown)),
    partial("explore-table", exploreTable(shown)),
  ];
}

function annotate(shown: ExploreShown, shell: FiguresShell): Html | null {
  const drawn = exploreChartProps(shown);
  return drawn && annotateAction(drawn, shown, shell);
}

function notice(shown: ExploreShown): Html {
  return elsewhereNotice(shown, shown.report.framed.timezone);
}

/** Which currency, where there are several. */
function currencies({ report: { figure }, query }: ExploreShown): Html {
  if (!figure.ok) return html``;
  const { currencies: several = [], currency } = figure.value;
  if (several.length < 2) return html``;
  return html`<span class="seg" role="group" aria-label="Currency">${several.map(
    (one) =>
      html`<a ${viewLink(query, { currency: one.currency })}${one.currency === currency && html` aria-current="true"`}>${one.currency}</a>`,
  )}</span>`;
}
