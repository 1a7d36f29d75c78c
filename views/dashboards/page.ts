/** A dashboard that somebody made, as its readers see it. */
import { readingOrder } from "../../src/catalogue/grid.ts";
import type { AnsweredCard, DashboardReport } from "../../src/report/dashboard.ts";
import { CHART_SCRIPTS } from "../charts/chart.ts";
import { elsewhereNotice, type FiguresShell, figuresLayout, partial, periodLine, type Shown } from "../figures.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { csrfField } from "../parts/field.ts";
import { sharedText, viewLink } from "../parts/query.ts";
import { type CardContext, cardElement, dashboardCard } from "./card.ts";

/** What a page of a dashboard is made from, beside its figures. */
export interface DashboardOwn {
  /** The revision that the page was made from; null: the newest. */
  revision?: number | undefined;
}

export interface ShownDashboard extends DashboardReport {
  dashboard: {
    dashboard_id: string;
    name: string;
    description: string;
    revision: number;
    owner_name: string;
    location_id: string | null;
    visible: "private" | "roles" | "everyone";
  };
  /** Its reader may change it. */
  changeable: boolean;
}

export type DashboardShown = Shown<ShownDashboard, DashboardOwn>;

export function dashboardPage(shown: DashboardShown, shell: FiguresShell): Html {
  const { report, query, exports } = shown;
  const { dashboard, changeable } = report;
  const at = `/dashboards/${dashboard.dashboard_id}`;
  return figuresLayout({
    title: dashboard.name,
    nav: "dashboards",
    query,
    shell,
    sub: periodLine(report.framed, report.previous, shown.now),
    actions: html`<a class="btn" href="${at}/kiosk${sharedText(query)}">${icon("i-tv")}Kiosk</a>${
      changeable
        ? html`<a class="btn" href="${at}/share">${icon("i-link")}Share</a><a class="btn btn-primary" href="${at}/edit">${icon("i-pencil")}Edit</a>`
        : exports &&
          html`<form method="post" action="${at}/duplicate">${csrfField(shell.user.csrf)}<button class="btn" type="submit">${icon("i-copy")}Make a copy</button></form>`
    }`,
    scripts: CHART_SCRIPTS,
    body: html`${elsewhereNotice(shown, report.framed.timezone)}
      ${dashboard.description !== "" && html`<p class="dash-about">${dashboard.description}</p>`}
      ${cardGrid(shown)}`,
  });
}

/** The moving parts: each card; all of them where the page was made from another revision. */
export function dashboardFragments(shown: DashboardShown): readonly Html[] {
  const { report, own } = shown;
  const head = [
    partial("period", periodLine(report.framed, report.previous, shown.now)),
    partial("notice", elsewhereNotice(shown, report.framed.timezone)),
  ];
  if (own.revision !== report.dashboard.revision) return [...head, partial("dash", cardGrid(shown))];
  const context = contextOf(shown);
  return [...head, ...report.cards.map((answered) => cardPartial(answered, context))];
}

export function cardPartial(answered: AnsweredCard, context: CardContext): Html {
  return partial(cardElement(answered.card.id, context.prefix), dashboardCard(answered, context));
}

/** In place of everything, once it is gone or no longer shared. */
export function goneFragment(): Html {
  return partial(
    "dash",
    html`<div class="dash-none" id="dash"><div class="state">${icon("i-lock", "i i-l")}<h3>This dashboard is gone</h3><p>It was deleted, or it is no longer shared with you.</p><div class="btn-group"><a class="btn btn-small" href="/dashboards">All dashboards</a></div></div></div>`,
  );
}

function cardGrid(shown: DashboardShown): Html {
  const { report } = shown;
  if (report.cards.length === 0) return noCards(report);
  const context = contextOf(shown);
  return html`<div class="dash" id="dash">${inOrder(report.cards).map((answered) => dashboardCard(answered, context))}</div>`;
}

function noCards({ dashboard, changeable }: ShownDashboard): Html {
  return html`<div class="dash-none" id="dash"><div class="state">${icon("i-layout-grid", "i i-l")}<h3>No cards yet</h3><p>A dashboard shows what is put on it: figures, charts, tables, funnels, text.</p>${
    changeable &&
    html`<div class="btn-group"><a class="btn btn-small btn-primary" href="/dashboards/${dashboard.dashboard_id}/edit">Add cards</a></div>`
  }</div></div>`;
}

/** As cards are read: the order of the keyboard, and on phones. */
export function inOrder(cards: readonly AnsweredCard[]): readonly AnsweredCard[] {
  const order = readingOrder(cards.map(({ card }) => card));
  return order.flatMap((card) => cards.find((answered) => answered.card === card) ?? []);
}

function contextOf({ query, now, locationName }: DashboardShown): CardContext {
  return { now, locationName, prefix: "", retry: viewLink(query, {}), linked: true };
}
