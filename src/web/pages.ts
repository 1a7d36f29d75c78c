/** The pages of the dashboard: the overview, the wait for a first event, and the choice of theme. */
import { firstEventPage } from "../../views/first-event.ts";
import { hasEvents } from "../report/first.ts";
import { isSecure, locationsOf, requireCaller, requireUser, seesLocation } from "./access.ts";
import { fieldProblem } from "./bi/input.ts";
import { annotationFormRoutes } from "./figures/annotations.ts";
import { OVERVIEW } from "./figures/overview.ts";
import { figuresPages } from "./figures/pages.ts";
import { firstKeys } from "./first-key.ts";
import type { Parts } from "./parts.ts";
import { formOf, htmlResponse, localPath } from "./request.ts";
import { type Route, route } from "./route.ts";
import { shellUser } from "./shell-user.ts";
import { waitProps } from "./views.ts";

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
        // Any query says that someone wants the dashboard, even an empty one.
        if (params.size === 0 && !(await hasEvents(parts.store, locationsOf(caller, null)))) {
          return htmlResponse(await firstEvent(parts, request, keys.show(caller)));
        }
        keys.forget();
        return OVERVIEW.answer(parts, request);
      },
    }),

    ...figuresPages().map((page) => page.route(parts)),
    ...annotationFormRoutes(parts),

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

function isTheme(theme: string | null): theme is "system" | "light" | "dark" | "contrast" {
  return theme === "system" || theme === "light" || theme === "dark" || theme === "contrast";
}

function cameFrom(request: Request): string {
  const referer = request.headers.get("referer");
  if (referer === null || !URL.canParse(referer)) return "/";
  const { pathname, search } = new URL(referer);
  return localPath(pathname + search);
}
