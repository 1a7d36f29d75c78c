/**
 * What every page of figures has in common: its shell, its period, its filters, and what it says when there is nothing.
 * It must never ask a question: a page is made from one report.
 */
import type { PageAnnotation } from "../src/report/annotations.ts";
import type { Framed } from "../src/report/common.ts";
import { clockTime, day, yearOf } from "./format.ts";
import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";
import { layout, type ShellUser } from "./layout.ts";
import type { NavKey } from "./nav.ts";
import { type ControlsProps, controls } from "./parts/controls.ts";
import { csrfField } from "./parts/field.ts";
import { type FilterBarProps, filterBar } from "./parts/filter-bar.ts";
import { type LiveProps, liveBanner, liveState } from "./parts/live-state.ts";
import { type ViewQuery, viewLink } from "./parts/query.ts";

/** What a page of figures and its moving parts are made from. */
export interface Shown<Report, Own = Readonly<Record<string, never>>> {
  report: Report;
  query: ViewQuery;
  /** What only this page has in its address, parsed. */
  own: Own;
  /** How a location is called; null when the page shows one location only. */
  locationName: ((location_id: string) => string) | null;
  /** What is personal may be shown. */
  personal: boolean;
  /** May take rows away with them, and keep things. */
  exports: boolean;
  /** Events there are, but none in this timeframe: from when to when; microseconds. */
  elsewhere: { first: number; last: number } | null;
  /** What the team noted about the timeframe, of the locations that are shown. */
  notes: readonly PageAnnotation[];
  now: number;
}

/** What stands around every page of figures. */
export interface FiguresShell {
  user: ShellUser;
  controls: Omit<ControlsProps, "query">;
  filters: Omit<FilterBarProps, "query">;
  live: LiveProps;
  /** The figures hold simulated ones: who may remove them is offered that. */
  demo: { removable: boolean } | null;
  /** In the head of a print: whose figures these are. */
  scope: string;
  /** Whoever looks sees every location, those to come included. */
  everywhere: boolean;
  /** By age. */
  saved: readonly SavedTab[];
}

/** A question of this page that was kept under a name. */
export interface SavedTab {
  saved_view_id: string;
  name: string;
  href: string;
  /** It is what is shown. */
  current: boolean;
  /** Of another person: whose. */
  by: string | null;
  /** Theirs to take away. */
  removable: boolean;
}

export interface FiguresLayoutProps {
  title: string;
  nav: NavKey | null;
  query: ViewQuery;
  shell: FiguresShell;
  /** Beside the title: the period, mostly periodLine(). */
  sub: Html;
  /** At the end of the head: buttons and menus. */
  actions?: Html | null;
  /** At the foot of the navigation. */
  navFoot?: Html;
  /** Modules of public/js beside those of every page. */
  scripts?: readonly string[];
  body: Html;
  /** Beside the page: the one thing that is looked at. */
  aside?: Html | null;
}

/** The shell, the filters and the head around the body of a page of figures. */
export function figuresLayout({ title, nav, query, shell, sub, actions, body, ...rest }: FiguresLayoutProps): Html {
  const { user, live, demo, scope } = shell;
  return layout({
    title,
    user,
    nav,
    query,
    controls: controls({ query, ...shell.controls }),
    live: liveState(live),
    banner: liveBanner(),
    ...rest,
    body: html`<div class="page-head" data-print="${scope}"><h1>${title}</h1>${sub}${actions && html`<div class="btn-group page-actions">${actions}</div>`}</div>
      ${filterBar({ query, ...shell.filters })}
      ${demo && demoNotice(demo.removable, user.csrf)}
      ${body}`,
  });
}

/** An element that htmx morphs into the one with this id. */
export function partial(id: string, content: Html): Html {
  return html`<hx-partial hx-target="#${id}" hx-swap="outerMorph">${content}</hx-partial>`;
}

/** "Dec 28 – Jan 26 against Nov 28 – Dec 27 · Europe/Berlin"; moves as `period`. */
export function periodLine(framed: Framed, previous: { from: number; to: number } | null, now: number): Html {
  return html`<p class="sub" id="period">${periodWords(framed, previous, now)}</p>`;
}

/** The same in words alone. */
export function periodWords(framed: Framed, previous: { from: number; to: number } | null, now: number): string {
  const { frame, timezone } = framed;
  const period = periodText(framed, now);
  const against = previous ? ` against ${span(previous, frame.name === "24h", timezone, now)}` : "";
  return `${period}${against} · ${timezone.replaceAll("_", " ")}`;
}

/** "Dec 28 – Jan 26". */
export function periodText({ frame, scope, timezone }: Framed, now: number): string {
  return span(scope, frame.name === "24h", timezone, now);
}

function span({ from, to }: { from: number; to: number }, hours: boolean, timezone: string, now: number): string {
  const year = yearOf(now, timezone);
  const last = to - 1;
  if (hours)
    return `${day(from, timezone, year)}, ${clockTime(from, timezone, false)} – ${day(to, timezone, year)}, ${clockTime(to, timezone, false)}`;
  const [first, end] = [day(from, timezone, year), day(last, timezone, year)];
  return first === end ? first : `${first} – ${end}`;
}

/** "previous 30 days", in words; null when nothing is compared. */
export function previousName({ frame }: Framed, compares: boolean): string | null {
  if (!compares || frame.name === "all") return null;
  const named: Readonly<Record<string, string>> = {
    "24h": "24 hours",
    "7d": "7 days",
    "30d": "30 days",
    "90d": "90 days",
    "1y": "year",
  };
  return `previous ${named[frame.name] ?? "period"}`;
}

/** Events there are, but none here: says where, one click away; moves as `notice`. */
export function elsewhereNotice(
  { elsewhere, query, now }: Pick<Shown<unknown>, "elsewhere" | "query" | "now">,
  timezone: string,
): Html {
  if (!elsewhere) return html`<div id="notice"></div>`;
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
