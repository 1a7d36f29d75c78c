/**
 * A page of figures, declared: its address, the report it is made from, how it looks and what of it moves.
 * Its route and its live view derive from the declaration; nothing about a page is written twice.
 */
import type { z } from "zod";
import type { FiguresShell, Shown } from "../../../views/figures.ts";
import { partial } from "../../../views/figures.ts";
import { isoDay, yearOf } from "../../../views/format.ts";
import type { Html } from "../../../views/html.ts";
import { alertCount } from "../../../views/nav.ts";
import { queryText } from "../../../views/parts/query.ts";
import type { Caller } from "../../control/types.ts";
import { annotationsIn } from "../../report/annotations.ts";
import type { Framed } from "../../report/common.ts";
import { extentElsewhere } from "../../report/elsewhere.ts";
import { requireCaller, seesLocation, seesPersonal } from "../access.ts";
import { type About, keptReport } from "../bi/answer.ts";
import { filterFields } from "../filter-form.ts";
import { createKept, type Kept } from "../kept.ts";
import type { Parts } from "../parts.ts";
import { htmlResponse, seeOther } from "../request.ts";
import { type Route, route } from "../route.ts";
import { savedTabs } from "../saved-views.ts";
import { shellUser } from "../shell-user.ts";
import { canonicalAddress, keepQuery, withoutForms } from "./address.ts";
import { type FiguresAsked, type FiguresGiven, figuresGiven } from "./asked.ts";
import { chipsOf } from "./filters.ts";
import { locationNames } from "./location-names.ts";
import { noticesOf } from "./notices.ts";
import { presetsShown } from "./preset-menu.ts";
import { leftNotice } from "./query-words.ts";
import { namedRanges } from "./ranges.ts";

export interface FiguresPage<Report extends { framed: Framed }, Own> {
  /** The name of its live view. */
  view: string;
  path: string;
  summary: string;
  params?: Readonly<Record<string, string>>;
  /** What only this page has in its address. */
  own: z.ZodType<Own>;
  /** `caller`: of one who asks for the page, or watches it. What is kept, and what moves, must be the same for all who see the same. */
  report(parts: Parts, asked: FiguresAsked, own: Own, caller: Caller): Promise<Report>;
  /** The same for what is pushed, where what changes slowly may be kept a while; left out: `report`. */
  moving?(parts: Parts, asked: FiguresAsked, own: Own): Promise<Report>;
  /** Where events lie when none are in the timeframe, where the report knows by itself whether there are any. */
  elsewhere?(report: Report): Shown<Report>["elsewhere"];
  page(shown: Shown<Report, Own>, shell: FiguresShell): Html;
  /** What of it moves, one element a fragment. */
  fragments(shown: Shown<Report, Own>): readonly Html[];
  /** On page loads its report is kept as long as the API would keep it; what it depends on beside the shared query. */
  kept?(own: Own, parts: Parts, asked: FiguresAsked): Pick<About, "of" | "kpis" | "subject">;
  /** Its report costs much: while it is watched it is made anew for a twentieth of the time at most. */
  dear?: true;
}

/** A page whose types are settled: what the registry holds. */
export interface DeclaredPage {
  view: string;
  /** As it was declared, with `:name` for parts that vary. */
  path: string;
  route(parts: Parts): Route;
  answer(parts: Parts, request: Request, params?: Readonly<Record<string, string>>): Promise<Response>;
  moving(parts: Parts, caller: Caller, request: Request): MovingView;
}

/** A view as a socket watches it and polling asks for it. */
export interface MovingView {
  /** The same for all who see the same. */
  key: string;
  locations: readonly string[] | null;
  fragments: () => Promise<readonly string[]>;
}

export function figuresPage<Report extends { framed: Framed }, Own>(page: FiguresPage<Report, Own>): DeclaredPage {
  const kept = new WeakMap<Parts, Kept<Report>>();
  const keptOf = (parts: Parts): Kept<Report> => {
    const known = kept.get(parts) ?? createKept<Report>();
    kept.set(parts, known);
    return known;
  };

  async function shownOf(
    parts: Parts,
    caller: Caller,
    { query, asked, own }: FiguresGiven<Own>,
    reportOf: () => Promise<Report>,
  ): Promise<Shown<Report, Own>> {
    const [report, found] = await Promise.all([
      reportOf(),
      page.elsewhere ? null : extentElsewhere(parts, asked).catch(() => null),
    ]);
    const names = new Map(parts.control.locations().map(({ location_id, name }) => [location_id, name]));
    const several = asked.location_id === null && (asked.locations ?? [...names.keys()]).length > 1;
    return {
      report,
      query,
      own,
      locationName: several ? (id) => names.get(id) ?? id : null,
      personal: seesPersonal(caller),
      exports: caller.scopes.includes("export"),
      elsewhere: page.elsewhere?.(report) ?? found,
      notes: annotationsIn(parts.control, report.framed, { personal: seesPersonal(caller), seen: caller.locations }),
      now: asked.now,
    };
  }

  async function answer(parts: Parts, request: Request, params: Readonly<Record<string, string>> = {}) {
    const caller = requireCaller(parts, request, "read");
    const search = new URL(request.url).searchParams;
    const given = figuresGiven(parts, caller, page, withoutForms(search), params);
    const better = canonicalAddress(parts, request, caller, given.query, search);
    if (better !== null) return seeOther(better);
    keepQuery(parts, request, given.query);
    const shown = await shownOf(parts, caller, given, () => reportFor(parts, request, given, caller));
    return htmlResponse(page.page(shown, shellOf(parts, request, caller, page.view, params, shown)));
  }

  function reportFor(
    parts: Parts,
    request: Request,
    { asked, own }: FiguresGiven<Own>,
    caller: Caller,
  ): Promise<Report> {
    if (!page.kept) return page.report(parts, asked, own, caller);
    const { of, ...subject } = page.kept(own, parts, asked);
    const about = { route: `page-${page.view}`, of: [of, asked.compare, asked.currency], ...subject };
    return keptReport(parts, request, { ...asked, signal: request.signal }, about, ({ signal }) =>
      page.report(parts, signal ? { ...asked, signal } : asked, own, caller),
    );
  }

  return {
    view: page.view,
    path: page.path,
    answer,
    route: (parts) =>
      route({
        method: "GET",
        path: page.path,
        access: "read",
        tag: "Page",
        summary: page.summary,
        ...(page.params ? { params: page.params } : {}),
        query: "own",
        answers: { 200: { description: "The page.", type: "text/html" } },
        handle: ({ request, params }) => answer(parts, request, params),
      }),
    moving(parts, caller, request) {
      const given = figuresGiven(parts, caller, page, new URL(request.url).searchParams, {});
      const { query, asked, own } = given;
      const locations = asked.location_id === null ? asked.locations : [asked.location_id];
      // Rights that change what is shown are told apart.
      const rights = [locations, asked.personal, caller.locations, caller.scopes.includes("export")];
      const key = `${page.view} ${JSON.stringify(rights)} ${query.path}${queryText(query)}`;
      return {
        key,
        locations,
        fragments: async () => {
          const now = parts.now();
          const report = (): Promise<Report> =>
            page.moving
              ? page.moving(parts, { ...asked, now }, own)
              : page.report(parts, { ...asked, now }, own, caller);
          const reportOf = (): Promise<Report> =>
            page.dear ? keptOf(parts).take(key, report, (wait_ms) => touchLater(parts, wait_ms)) : report();
          const shown = await shownOf(parts, caller, { query, own, asked: { ...asked, now } }, reportOf);
          const alerts = partial("nav-alerts", alertCount(parts.control.openAlerts(caller.locations)));
          const notices = partial("toast-source", await noticesOf(parts, caller, now));
          return [...page.fragments(shown), alerts, notices].map(({ text }) => text);
        },
      };
    },
  };
}

/** What stands around the page. */
function shellOf(
  parts: Parts,
  request: Request,
  caller: Caller,
  view: string,
  params: Readonly<Record<string, string>>,
  { report, query, now }: Shown<{ framed: Framed }, unknown>,
): FiguresShell {
  const { scope, timezone } = report.framed;
  const locations = parts.control.locations().filter(({ location_id }) => seesLocation(caller, location_id));
  const named = new URLSearchParams({ view, ...params }).toString();
  const address = named + queryText(query).replace("?", "&");
  const shown = locations.find(({ location_id }) => location_id === query.location_id)?.name ?? "All locations";
  const simulated = locations.some(({ location_id, demo }) => demo && [null, location_id].includes(query.location_id));
  const days = { first: isoDay(scope.from, timezone), last: isoDay(scope.to - 1, timezone) };
  return {
    user: shellUser(parts, request),
    controls: {
      locations,
      range: days,
      ranges: namedRanges(now, timezone),
      year: yearOf(now, timezone),
      timezone,
      timezones: [...new Set([...locations.map((location) => location.timezone), ...TIMEZONES])],
    },
    filters: {
      chips: chipsOf(query, locationNames(parts, caller)),
      fields: filterFields(caller),
      presets: presetsShown(parts, request, caller, query),
      notice: leftNotice(new URL(request.url).searchParams.get("preset_left")),
    },
    live: { socket: `/live?${address}`, fragments: `/fragments?${address}` },
    demo: simulated ? { removable: caller.scopes.includes("admin") } : null,
    scope: `${shown}, ${days.first} to ${days.last}, ${timezone}`,
    everywhere: caller.locations === null,
    saved: savedTabs(parts, caller, query.path, queryText(query)),
  };
}

const later = new WeakMap<Parts, ReturnType<typeof setTimeout>>();

/** What was shown from a kept answer is shown anew when it may be asked again. */
export function touchLater(parts: Parts, wait_ms: number): void {
  if (parts.hub.watchers() === 0 || later.has(parts)) return;
  const timer = setTimeout(() => {
    later.delete(parts);
    parts.hub.tick();
  }, wait_ms);
  timer.unref();
  later.set(parts, timer);
}

/** Offered in the form; the address takes any of the IANA database. */
const TIMEZONES = [
  "UTC",
  "America/Los_Angeles",
  "America/Denver",
  "America/Chicago",
  "America/New_York",
  "America/Sao_Paulo",
  "Europe/London",
  "Europe/Berlin",
  "Europe/Athens",
  "Africa/Johannesburg",
  "Asia/Dubai",
  "Asia/Kolkata",
  "Asia/Singapore",
  "Asia/Tokyo",
  "Australia/Sydney",
  "Pacific/Auckland",
];
