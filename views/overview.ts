import type { Overview } from "../src/report/overview.ts";
import {
  elsewhereNotice,
  type FiguresShell,
  figuresLayout,
  partial,
  periodLine,
  previousName,
  type Shown,
} from "./figures.ts";
import { type Html, html } from "./html.ts";
import { botsPanel } from "./parts/bots.ts";
import { partialEnds } from "./parts/chart-data.ts";
import { feedPanel } from "./parts/feed.ts";
import { funnelPanel } from "./parts/funnel.ts";
import { kpiCard } from "./parts/kpi-card.ts";
import { pulseFoot } from "./parts/pulse.ts";
import { viewLink } from "./parts/query.ts";
import { revenuePanel } from "./parts/revenue-panel.ts";

type OverviewShown = Shown<Overview>;

/** The overview, whole. */
export function overviewPage(shown: OverviewShown, shell: FiguresShell): Html {
  const { report, query, now } = shown;
  return figuresLayout({
    title: "Overview",
    nav: "overview",
    query,
    shell,
    sub: period(shown),
    navFoot: pulseFoot(report.pulse, now),
    scripts: ["vendor/uplot.min.js", "js/charts.js"],
    body: html`${notice(shown)}
      ${kpis(shown)}
      <div class="grid mt-3">
        ${revenue(shown)}
        ${funnelPanel(report.funnel)}
        ${botsPanel(report.bots, now)}
        ${feed(shown)}
      </div>`,
  });
}

/** The moving parts, one a fragment: each replaces what has its id, without a flicker. */
export function overviewFragments(shown: OverviewShown): readonly Html[] {
  const { report, now } = shown;
  return [
    partial("period", period(shown)),
    partial("notice", notice(shown)),
    partial("kpis", kpis(shown)),
    partial("revenue", revenue(shown)),
    partial("funnel", funnelPanel(report.funnel)),
    partial("bots", botsPanel(report.bots, now)),
    partial("feed", feed(shown)),
    partial("pulse", pulseFoot(report.pulse, now)),
  ];
}

function period({ report, now }: OverviewShown): Html {
  return periodLine(report.framed, report.previous, now);
}

function notice(shown: OverviewShown): Html {
  return elsewhereNotice(shown, shown.report.framed.timezone);
}

function revenue({ report, query }: OverviewShown): Html {
  return revenuePanel(report, query, previousOf(report));
}

function feed({ report, locationName, now }: OverviewShown): Html {
  return feedPanel({ feed: report.feed, timezone: report.framed.timezone, now, locationName });
}

function kpis({ report, query }: OverviewShown): Html {
  const context = { previous: previousOf(report), partial: partialEnds(report), retry: viewLink(query, {}) };
  return html`<section class="kpis" id="kpis" aria-label="Key figures">${report.cards.map((card) => kpiCard(card, context))}</section>`;
}

function previousOf(report: Overview): string | null {
  return previousName(report.framed, report.previous !== null);
}
