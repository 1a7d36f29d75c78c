import type { Overview } from "../src/report/overview.ts";
import { CHART_SCRIPTS } from "./charts/chart.ts";
import { bucketEnds } from "./charts/data.ts";
import { annotateAction } from "./charts/noted.ts";
import {
  elsewhereNotice,
  type FiguresShell,
  figuresLayout,
  partial,
  periodLine,
  periodText,
  previousName,
  type Shown,
} from "./figures.ts";
import { type Html, html } from "./html.ts";
import { botsPanel } from "./parts/bots.ts";
import { type ExportOffer, exportMenu } from "./parts/export-menu.ts";
import { type FeedOwn, feedPanel } from "./parts/feed.ts";
import { funnelPanel } from "./parts/funnel.ts";
import { insightsPanel } from "./parts/insights-panel.ts";
import { kpiCard } from "./parts/kpi-card.ts";
import { pulseFoot } from "./parts/pulse.ts";
import { type RevenueView, revenueCharts } from "./parts/revenue-chart.ts";
import { revenuePanel } from "./parts/revenue-panel.ts";

type OverviewShown = Shown<Overview, FeedOwn>;

/** The overview, whole. */
export function overviewPage(shown: OverviewShown, shell: FiguresShell): Html {
  const { report, query, now } = shown;
  return figuresLayout({
    title: "Overview",
    nav: "overview",
    query,
    shell,
    sub: period(shown),
    actions: html`${annotate(shown, shell)}${exportMenu(shown, offers(shown))}`,
    navFoot: pulseFoot(report.pulse, now),
    scripts: CHART_SCRIPTS,
    body: html`${unfiltered(query)}${notice(shown)}
      ${kpis(shown)}
      <div class="grid mt-3">
        ${revenue(shown)}
        ${insightsPanel(query.location_id)}
        ${botsPanel(report.bots, now)}
        ${funnelPanel(report.funnel)}
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

function offers({ report }: OverviewShown): readonly ExportOffer[] {
  const kpi = report.cards.map(({ key }) => key).join(",");
  const { grain } = report.framed.frame;
  return [
    { title: "Key figures", what: "query", own: { kpi } },
    { title: `Key figures by ${grain}`, what: "query", own: { kpi, grain } },
    { title: "Events", what: "events" },
  ];
}

function period({ report, now }: OverviewShown): Html {
  return periodLine(report.framed, report.previous, now);
}

function notice(shown: OverviewShown): Html {
  return elsewhereNotice(shown, shown.report.framed.timezone);
}

function revenue(shown: OverviewShown): Html {
  return revenuePanel(shown.report, revenueView(shown));
}

function revenueView({ report, query, locationName, exports, notes, now }: OverviewShown): RevenueView {
  const { framed } = report;
  const whose = query.location_id ?? "All locations";
  const scope = `${whose} · ${periodText(framed, now)} · ${framed.timezone.replaceAll("_", " ")}`;
  return { framed, query, previous: previousOf(report), locationName, exports, notes, scope, now };
}

function annotate(shown: OverviewShown, shell: FiguresShell): Html | null {
  const { chart } = shown.report;
  return chart.ok ? annotateAction(revenueCharts(chart.value, revenueView(shown)).upper, shown, shell) : null;
}

function feed({ report, query, own, locationName, now }: OverviewShown): Html {
  const bots = report.bots.ok ? report.bots.value.bots.map(({ bot_id }) => bot_id) : [];
  return feedPanel({ feed: report.feed, timezone: report.framed.timezone, now, locationName, query, own, bots });
}

function kpis({ report, query, now }: OverviewShown): Html {
  const context = { previous: previousOf(report), partial: bucketEnds(report.buckets, report.framed, now), query };
  return html`<section class="kpis" id="kpis" aria-label="Key figures">${report.cards.map((card) => kpiCard(card, context))}</section>`;
}

function previousOf(report: Overview): string | null {
  return previousName(report.framed, report.previous !== null);
}

/** What the filters in force leave as it is: that must be said where it is seen. */
function unfiltered({ filters }: OverviewShown["query"]): Html | null {
  if (filters.every((filter) => /^(bot_id|location_id):/.test(filter))) return null;
  return html`<p class="filter-note">Not filtered: the state of bots (only filters on bots and locations count there) and events per minute.</p>`;
}
