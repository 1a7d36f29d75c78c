/**
 * A dashboard that stands by itself: a public link, or a television. No navigation, nobody's name; it says how old its
 * figures are, and heals itself (public/js/standing.js).
 */
import type { Placed } from "../../src/catalogue/grid.ts";
import { rowsOf, screensOf } from "../../src/catalogue/grid.ts";
import type { AnsweredCard, DashboardReport } from "../../src/report/dashboard.ts";
import { CHART_SCRIPTS } from "../charts/chart.ts";
import { partial, periodWords } from "../figures.ts";
import { clockTime } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { documentOf } from "../layout.ts";
import type { Theme } from "../parts/theme-menu.ts";
import { type CardContext, dashboardCard } from "./card.ts";
import { cardPartial, inOrder } from "./page.ts";

/** One of the dashboards that stand there in turn. */
export interface StandingOne {
  key: string;
  name: string;
  description: string;
  report: DashboardReport;
}

export interface StandingProps {
  ones: readonly StandingOne[];
  now: number;
  locationName: CardContext["locationName"];
  /** Of the program and what is on the page: another one means that the page is to be loaded again. */
  version: string;
  /** Asked for fragments; `socket`: where a session lets one be opened. */
  fragments: string;
  socket: string | null;
  theme: Theme;
}

export interface KioskProps extends StandingProps {
  /** Seconds that each screen is shown. */
  rotate_s: number;
}

export interface PublicProps extends StandingProps {
  path: string;
  timeframe: string;
}

/** Rows of cards on one screen of a television. */
const SCREEN_ROWS = 8;
/** Fewer would make a figure as high as the wall. */
const SCREEN_ROWS_MIN = 4;
const TIMEFRAMES: readonly (readonly [string, string])[] = [
  ["24h", "24h"],
  ["7d", "7d"],
  ["30d", "30d"],
  ["90d", "90d"],
  ["1y", "1y"],
  ["all", "All"],
];
const SCRIPTS = ["vendor/htmx.min.js", ...CHART_SCRIPTS, "js/standing.js"];

/** What a link shows: the dashboard, its period, how old it is. Only the timeframe is its visitor's to choose. */
export function publicPage(props: PublicProps): Html {
  const { ones, path, timeframe, theme } = props;
  const [one] = ones;
  if (!one) throw new Error("a public page without a dashboard");
  return documentOf({
    title: one.name,
    theme,
    scripts: SCRIPTS,
    body: html`<div class="standing public" ${standing(props)}>
      ${lostNote()}
      <header class="public-head"><h1>${one.name}</h1>${period(one, props)}
        <div class="seg" role="group" aria-label="Timeframe">${TIMEFRAMES.map(
          ([value, words]) =>
            html`<a href="${path}?timeframe=${value}"${value === timeframe && html` aria-current="true"`}>${words}</a>`,
        )}</div>${state(props)}</header>
      <main class="page" id="content">${one.description !== "" && html`<p class="dash-about">${one.description}</p>`}
        <div class="dash" id="dash">${inOrder(one.report.cards).map((answered) => dashboardCard(answered, contextOf(props, one)))}</div></main>
      <footer class="setup-foot"><span>Bellwether · read only</span></footer>
    </div>`,
  });
}

/** Every screen of every dashboard; the script shows one after the other, without it they stand below each other. */
export function kioskPage(props: KioskProps): Html {
  const { ones, rotate_s, theme } = props;
  const screens = ones.flatMap((one) =>
    screensFor(one).map((cards, index, all) => ({ one, cards, index, of: all.length })),
  );
  return documentOf({
    title: ones.map(({ name }) => name).join(", "),
    theme,
    scripts: SCRIPTS,
    body: html`<div class="standing kiosk" ${standing(props)} data-rotate="${rotate_s}">
      ${lostNote()}
      <main class="kiosk-screens" id="content">${screens.map(
        ({ one, cards, index, of }) =>
          html`<section class="kiosk-screen" data-screen aria-label="${one.name}${of > 1 && html`, screen ${index + 1} of ${of}`}">
          <header class="kiosk-head"><h1>${one.name}</h1>${index === 0 && period(one, props)}</header>
          <div class="dash kiosk-grid" data-rows="${Math.max(SCREEN_ROWS_MIN, rowsOf(cards.map(({ card }) => card)))}">${cards.map((answered) => dashboardCard(answered, contextOf(props, one)))}</div></section>`,
      )}</main>
      <footer class="kiosk-foot">${state(props)}<span class="kiosk-dots" aria-hidden="true">${screens.length > 1 && screens.map(() => html`<i data-dot></i>`)}</span><time class="kiosk-clock num" data-clock-now></time></footer>
    </div>`,
  });
}

/** What of it moves, for both: cards, periods, and how old all is. */
export function standingFragments(
  props: Omit<StandingProps, "fragments" | "socket" | "theme">,
  screens: boolean,
): readonly Html[] {
  return [
    ...props.ones.flatMap((one) => {
      const cards = screens ? screensFor(one).flat() : one.report.cards;
      return [
        partial(periodId(one), period(one, props)),
        ...cards.map((answered) => cardPartial(answered, contextOf(props, one))),
      ];
    }),
    partial("standing-state", state(props)),
  ];
}

/** Said in place of figures that nobody may see any more. */
export function endedNote(): Html {
  return html`<main class="setup-main" id="content"><div class="state">${icon("i-link", "i i-l")}<h1>This link does not hold</h1><p>It is over, it was revoked, or it never was. Ask whoever gave it to you for another.</p></div></main>`;
}

function standing({ fragments, socket, version }: StandingProps): Html {
  return html`id="standing" data-fragments="${fragments}"${socket !== null && html` data-socket="${socket}"`} data-version="${version}"`;
}

function lostNote(): Html {
  return html`<div class="banner standing-lost" id="standing-lost" role="status" hidden>${icon("i-wifi-off")}<p><b data-lost-title>Not connected.</b> <span data-lost-text></span></p></div>`;
}

/** When the figures were made; the script counts their age from it. */
function state({ now, version, ones }: Pick<StandingProps, "now" | "version" | "ones">): Html {
  const timezone = ones[0]?.report.framed.timezone ?? "UTC";
  return html`<p class="standing-state num" id="standing-state" data-as-of="${Math.floor(now / 1_000)}" data-version="${version}"><span class="pulse" aria-hidden="true"></span>As of ${clockTime(now, timezone)}<span data-standing-age></span></p>`;
}

function period(one: StandingOne, { now }: Pick<StandingProps, "now">): Html {
  return html`<p id="${periodId(one)}" class="standing-period">${periodWords(one.report.framed, one.report.previous, now)}</p>`;
}

function periodId({ key }: StandingOne): string {
  return `period-${key}`;
}

function contextOf(
  { now, locationName }: Pick<StandingProps, "now" | "locationName">,
  { key }: StandingOne,
): CardContext {
  return { now, locationName, prefix: key, retry: null, linked: false };
}

function screensFor({ report }: StandingOne): readonly (readonly AnsweredCard[])[] {
  const placed = report.cards.map(({ card }): Placed => ({ id: card.id, x: card.x, y: card.y, w: card.w, h: card.h }));
  return screensOf(placed, SCREEN_ROWS).map((screen) =>
    screen.flatMap(({ id, x, y, w, h }) => {
      const answered = report.cards.find(({ card }) => card.id === id);
      return answered ? [{ ...answered, card: { ...answered.card, x, y, w, h } }] : [];
    }),
  );
}
