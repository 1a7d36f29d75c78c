import type { Overview } from "../src/report/overview.ts";
import { clockTime, day, yearOf } from "./format.ts";
import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";
import { layout, type ShellUser } from "./layout.ts";
import { botsPanel } from "./parts/bots.ts";
import { partialEnds } from "./parts/chart-data.ts";
import { type ControlsProps, controls } from "./parts/controls.ts";
import { feedPanel } from "./parts/feed.ts";
import { csrfField } from "./parts/field.ts";
import { funnelPanel } from "./parts/funnel.ts";
import { kpiCard } from "./parts/kpi-card.ts";
import { type LiveProps, liveBanner, liveState } from "./parts/live-state.ts";
import { pulseFoot } from "./parts/pulse.ts";
import { type ViewQuery, viewLink } from "./parts/query.ts";
import { revenuePanel } from "./parts/revenue-panel.ts";

/** What the parts of the page are made from; the same for the page and for what is pushed. */
export interface OverviewProps {
  report: Overview;
  query: ViewQuery;
  /** How a location is called; null when the page shows one location only. */
  locationName: ((location_id: string) => string) | null;
}

export interface OverviewPageProps extends OverviewProps {
  user: ShellUser;
  controls: Omit<ControlsProps, "query">;
  live: LiveProps;
  /** The figures hold simulated ones: who may remove them is offered that. */
  demo: { removable: boolean } | null;
  /** In the head of a print: whose figures these are. */
  scope: string;
}

/** The overview, whole. */
export function overviewPage(props: OverviewPageProps): Html {
  const { report, query, user, live, scope, demo } = props;
  return layout({
    title: "Overview",
    user,
    nav: "overview",
    controls: controls({ query, ...props.controls }),
    live: liveState(live),
    navFoot: pulseFoot(report.pulse, report.now),
    banner: liveBanner(),
    scripts: ["vendor/uplot.min.js", "js/charts.js"],
    body: html`<div class="page-head" data-print="${scope}"><h1>Overview</h1>${periodLine(report)}</div>
      ${demo && demoNotice(demo.removable, user.csrf)}
      ${notice(report, query)}
      ${kpis(report, query)}
      <div class="grid mt-3">
        ${revenuePanel(report, query, previousName(report))}
        ${funnelPanel(report.funnel)}
        ${botsPanel(report.bots, report.now)}
        ${feed(props)}
      </div>`,
  });
}

/** The moving parts, one a fragment: each replaces what has its id, without a flicker. */
export function overviewFragments(props: OverviewProps): readonly Html[] {
  const { report, query } = props;
  return [
    partial("period", periodLine(report)),
    partial("notice", notice(report, query)),
    partial("kpis", kpis(report, query)),
    partial("revenue", revenuePanel(report, query, previousName(report))),
    partial("funnel", funnelPanel(report.funnel)),
    partial("bots", botsPanel(report.bots, report.now)),
    partial("feed", feed(props)),
    partial("pulse", pulseFoot(report.pulse, report.now)),
  ];
}

/** An element that htmx morphs into the one with this id. */
export function partial(id: string, content: Html): Html {
  return html`<hx-partial hx-target="#${id}" hx-swap="outerMorph">${content}</hx-partial>`;
}

function feed({ report, locationName }: OverviewProps): Html {
  return feedPanel({ feed: report.feed, timezone: report.framed.timezone, now: report.now, locationName });
}

function kpis(report: Overview, query: ViewQuery): Html {
  const context = { previous: previousName(report), partial: partialEnds(report), retry: viewLink(query, {}) };
  return html`<section class="kpis" id="kpis" aria-label="Key figures">${report.cards.map((card) => kpiCard(card, context))}</section>`;
}

/** "Dec 28 – Jan 26 against Nov 28 – Dec 27 · Europe/Berlin". */
function periodLine({ framed, previous, now }: Overview): Html {
  const { frame, timezone, scope } = framed;
  const period = span(scope, frame.name === "24h", timezone, now);
  const against = previous && html` against ${span(previous, frame.name === "24h", timezone, now)}`;
  return html`<p class="sub" id="period">${period}${against} · ${timezone.replaceAll("_", " ")}</p>`;
}

function span({ from, to }: { from: number; to: number }, hours: boolean, timezone: string, now: number): string {
  const year = yearOf(now, timezone);
  const last = to - 1;
  if (hours)
    return `${day(from, timezone, year)}, ${clockTime(from, timezone, false)} – ${day(to, timezone, year)}, ${clockTime(to, timezone, false)}`;
  const [first, end] = [day(from, timezone, year), day(last, timezone, year)];
  return first === end ? first : `${first} – ${end}`;
}

/** Events there are, but none here: says where, one click away. */
function notice({ elsewhere, framed, now }: Overview, query: ViewQuery): Html {
  if (!elsewhere) return html`<div id="notice"></div>`;
  const { timezone } = framed;
  const year = yearOf(now, timezone);
  return html`<div id="notice" class="notice" role="status">${icon("i-clock")}<p><b>Nothing in this period.</b> The events run from ${day(elsewhere.first, timezone, year)} to ${day(elsewhere.last, timezone, year)}.</p><a class="btn btn-small btn-primary" ${viewLink(query, { timeframe: "all", from: null, to: null })}>Show all of them</a></div>`;
}

/** Simulated figures must never pass for real ones. */
function demoNotice(removable: boolean, csrf: string): Html {
  return html`<div class="notice notice-demo" role="note">${icon("i-bot")}<p><b>Demo data is shown.</b> Simulated bots made it, and go on.</p>${
    removable &&
    html`<form method="post" action="/demo/removal">${csrfField(csrf)}<button class="btn btn-small" type="submit">Remove the demo</button></form>`
  }</div>`;
}

/** "previous 30 days", in words; null when nothing is compared. */
function previousName({ previous, framed }: Overview): string | null {
  if (!previous) return null;
  const named: Readonly<Record<string, string>> = {
    "24h": "24 hours",
    "7d": "7 days",
    "30d": "30 days",
    "90d": "90 days",
    "1y": "year",
  };
  return `previous ${named[framed.frame.name] ?? "period"}`;
}
