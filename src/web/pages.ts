/** The pages of the dashboard: the overview, the wait for a first event, and the choice of theme. */
import { firstEventPage } from "../../views/first-event.ts";
import { isoDay } from "../../views/format.ts";
import type { ShellUser } from "../../views/layout.ts";
import { overviewPage } from "../../views/overview.ts";
import { queryText } from "../../views/parts/query.ts";
import { bucketsOf, isTimezone } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import { hasEvents } from "../report/first.ts";
import { isSecure, locationsOf, requireCaller, requireUser, seesLocation } from "./access.ts";
import { fieldProblem } from "./bi/input.ts";
import { firstKeys } from "./first-key.ts";
import type { Parts } from "./parts.ts";
import { formOf, htmlResponse, localPath } from "./request.ts";
import { type Route, route } from "./route.ts";
import { overviewAsked, overviewProps, waitProps } from "./views.ts";

/** `/` and `/settings/theme`. */
export function pageRoutes(parts: Parts): readonly Route[] {
  const keys = firstKeys(parts);
  return [
    route({
      method: "GET",
      path: "/",
      access: "read",
      tag: "Page",
      summary: "The overview, or the wait for a first event.",
      query: "own",
      answers: { 200: { description: "Done." } },
      handle: async ({ request, caller }) => {
        const params = new URL(request.url).searchParams;
        if (params.has("day_from") || params.has("day_to")) return rangeOfDays(params);
        // Any query says that someone wants the dashboard, even an empty one.
        if (params.size === 0 && !(await hasEvents(parts.store, locationsOf(caller, null)))) {
          return htmlResponse(await firstEvent(parts, request, keys.show(caller)));
        }
        keys.forget();
        return htmlResponse(await overview(parts, request));
      },
    }),

    route({
      method: "POST",
      path: "/settings/theme",
      access: "person",
      tag: "Page",
      summary: "Chooses the theme.",
      body: "own",
      answers: { 200: { description: "Done." } },
      handle: async ({ request }) => {
        const { user } = requireUser(parts, request);
        const theme = (await formOf(request)).get("theme");
        if (!isTheme(theme)) throw fieldProblem("theme", "Choose one of the list.");
        parts.control.setUser(user.user_id, { theme });
        const secure = isSecure(parts.settings) ? "; Secure" : "";
        const cookie = `bw_theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
        if (request.headers.has("hx-request"))
          return new Response(null, { status: 204, headers: { "set-cookie": cookie } });
        return new Response(null, { status: 303, headers: { location: cameFrom(request), "set-cookie": cookie } });
      },
    }),
  ];
}

/** The signed-in person for the shell of any page; throws Problem 401 for nobody and for keys. */
export function shellUser(parts: Parts, request: Request): ShellUser {
  const { user, csrf } = requireUser(parts, request);
  const { name, email, role, theme, locations } = user;
  return { name, email, role, theme, csrf, open_alerts: parts.control.openAlerts(locations) };
}

async function overview(parts: Parts, request: Request) {
  const caller = requireCaller(parts, request, "read");
  const { query, asked } = overviewAsked(parts, caller, request);
  const props = await overviewProps(parts, query, asked);
  const { scope, timezone } = props.report.framed;
  const locations = parts.control.locations().filter(({ location_id }) => seesLocation(caller, location_id));
  const view = `view=overview${queryText(query).replace("?", "&")}`;
  const shown = locations.find(({ location_id }) => location_id === query.location_id)?.name ?? "All locations";
  const simulated = locations.some(({ location_id, demo }) => demo && [null, location_id].includes(query.location_id));
  return overviewPage({
    ...props,
    user: shellUser(parts, request),
    controls: {
      locations,
      range: { first: isoDay(scope.from, timezone), last: isoDay(scope.to - 1, timezone) },
      timezone,
      timezones: [...new Set([...locations.map((location) => location.timezone), ...TIMEZONES])],
    },
    live: { socket: `/live?${view}`, fragments: `/fragments?${view}` },
    demo: simulated ? { removable: caller.scopes.includes("admin") } : null,
    scope: `${shown}, ${isoDay(scope.from, timezone)} to ${isoDay(scope.to - 1, timezone)}, ${timezone}`,
  });
}

async function firstEvent(parts: Parts, request: Request, key: string | null) {
  const { theme, csrf } = shellUser(parts, request);
  const caller = requireCaller(parts, request, "read");
  const visible = parts.control.locations().find(({ location_id }) => seesLocation(caller, location_id));
  const { public_url } = parts.settings;
  return firstEventPage({
    base_url: public_url === "" ? new URL(request.url).origin : public_url.replace(/\/$/, ""),
    key,
    // It is pasted into a shell: a name with anything else in it is not offered.
    location_id: visible && /^[\w.-]+$/.test(visible.location_id) ? visible.location_id : "main",
    live: { socket: "/live?view=first-event", fragments: "/fragments?view=first-event" },
    wait: await waitProps(parts, locationsOf(caller, null)),
    user: { theme, csrf },
    version: parts.version.version,
  });
}

/** From the days of a form to the address that says the same in instants. */
function rangeOfDays(params: URLSearchParams): Response {
  const timezone = params.get("timezone") ?? "UTC";
  if (!isTimezone(timezone)) throw fieldProblem("timezone", "Choose a time zone of the list.");
  const from = dayBounds("day_from", params.get("day_from"), timezone).start;
  const to = dayBounds("day_to", params.get("day_to"), timezone).end;
  if (to <= from) throw fieldProblem("day_to", "The last day must not be before the first.");
  const location = queryText({
    timeframe: null,
    from: formatInstant(from),
    to: formatInstant(to),
    location_id: params.get("location_id"),
    timezone,
    compare: params.get("compare") !== "off",
    currency: params.get("currency"),
  });
  return new Response(null, { status: 303, headers: { location: `/${location}` } });
}

function dayBounds(field: string, text: string | null, timezone: string): { start: number; end: number } {
  const noon = Date.parse(`${text ?? ""}T12:00:00Z`) * 1_000;
  if (!/^\d{4}-\d\d-\d\d$/.test(text ?? "") || Number.isNaN(noon)) throw fieldProblem(field, "Choose a day.");
  const DAY = 86_400_000_000;
  // Labels are local days written as UTC, so the right one is found whatever the zone's offset.
  const bucket = bucketsOf("day", timezone, noon - DAY, noon + DAY).find(({ label }) => label === noon - DAY / 2);
  if (!bucket) throw fieldProblem(field, "This day does not exist in the time zone.");
  return bucket;
}

function isTheme(theme: string | null): theme is "system" | "light" | "dark" | "contrast" {
  return theme === "system" || theme === "light" || theme === "dark" || theme === "contrast";
}

function cameFrom(request: Request): string {
  const referer = request.headers.get("referer");
  if (referer === null || !URL.canParse(referer)) return "/";
  const { pathname, search } = new URL(referer);
  return localPath(pathname + search);
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
