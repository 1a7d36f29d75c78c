/**
 * `/share/:token`: a dashboard without a sign-in. The token is all that its visitor has, and it is looked at with every request:
 * a link that is over or revoked ends with the next question of the page, five seconds later. No socket: nothing outlives it.
 * It must never show a location that the link does not name, nor anything personal, and never tell one bad token from another.
 */
import { z } from "zod";
import {
  endedNote,
  kioskPage,
  publicPage,
  type StandingOne,
  standingFragments,
} from "../../../../views/dashboards/standing.ts";
import { html, trusted } from "../../../../views/html.ts";
import { documentOf } from "../../../../views/layout.ts";
import { TIMEFRAMES } from "../../../catalogue/period.ts";
import type { Dashboard, DashboardShare } from "../../../control/dashboards.ts";
import { maskedText } from "../../../report/personal.ts";
import type { FiguresAsked } from "../../figures/asked.ts";
import { createKept } from "../../kept.ts";
import type { Parts } from "../../parts.ts";
import { htmlResponse, queryOf } from "../../request.ts";
import { type Route, route } from "../../route.ts";
import { dashboardFigures } from "../asked.ts";
import { shareNow } from "../changes.ts";
import { standingVersion } from "../standing-version.ts";
import { rotateShape, themeShape } from "./kiosk.ts";

const TOKEN = { token: "The link’s token." };
/** Whatever else stands in the address is left alone: nothing but the timeframe is its visitor's to choose. */
const pageQuery = z.object({
  timeframe: z.enum(TIMEFRAMES).catch("30d"),
  rotate: rotateShape,
  theme: themeShape,
  screens: z.literal("1").optional().catch(undefined),
});
type Asked = z.output<typeof pageQuery>;

/** Nobody finds these by searching, nobody between keeps them, and no other site learns where its visitor came from. */
const HEADERS = { "x-robots-tag": "noindex, nofollow, noarchive", "cache-control": "no-store" };

export function publicPages(parts: Parts): readonly Route[] {
  const kept = createKept<readonly string[]>();
  return [
    route({
      method: "GET",
      path: "/share/:token",
      access: "public",
      tag: "Page",
      summary: "A dashboard by its public link.",
      params: TOKEN,
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: async ({ request, params }) => {
        const asked = queryOf(request, pageQuery);
        const shown = await shownBy(parts, params.token, asked);
        if (!shown) return ended();
        const path = `/share/${params.token}`;
        const { timeframe, theme = "system" } = asked;
        const fragments = `${path}/fragments?timeframe=${timeframe}`;
        return htmlResponse(publicPage({ ...shown, path, timeframe, fragments, socket: null, theme }), 200, HEADERS);
      },
    }),

    route({
      method: "GET",
      path: "/share/:token/kiosk",
      access: "public",
      tag: "Page",
      summary: "The same on a television.",
      params: TOKEN,
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: async ({ request, params }) => {
        const asked = queryOf(request, pageQuery);
        const shown = await shownBy(parts, params.token, asked);
        if (!shown) return ended();
        const { timeframe, theme = "dark", rotate } = asked;
        const fragments = `/share/${params.token}/fragments?timeframe=${timeframe}&screens=1`;
        return htmlResponse(kioskPage({ ...shown, fragments, socket: null, theme, rotate_s: rotate }), 200, HEADERS);
      },
    }),

    route({
      method: "GET",
      path: "/share/:token/fragments",
      access: "public",
      tag: "Page",
      summary: "What of it moves, asked every few seconds.",
      params: TOKEN,
      query: "own",
      answers: { 200: { description: "The fragments.", type: "text/html" } },
      handle: async ({ request, params }) => {
        const asked = queryOf(request, pageQuery);
        const link = shareNow(parts, params.token);
        if (!link) return ended();
        // A hundred visitors of one link cost as much as one.
        const key = JSON.stringify([link.share.share_id, link.dashboard.revision, asked.timeframe, asked.screens]);
        const fragments = await kept.take(
          key,
          () => fragmentsOf(parts, link, asked),
          () => {},
        );
        return htmlResponse(html`${trusted(fragments.join("\n"))}`, 200, HEADERS);
      },
    }),
  ];
}

interface Link {
  share: DashboardShare;
  dashboard: Dashboard;
}

/** The same for each that does not hold. */
function ended(): Response {
  const page = documentOf({ title: "This link does not hold", theme: "system", scripts: [], body: endedNote() });
  return htmlResponse(page, 404, HEADERS);
}

async function shownBy(parts: Parts, token: string, asked: Asked) {
  const link = shareNow(parts, token);
  return link && shownOf(parts, link, asked);
}

async function fragmentsOf(parts: Parts, link: Link, asked: Asked): Promise<readonly string[]> {
  return standingFragments(await shownOf(parts, link, asked), asked.screens === "1").map(({ text }) => text);
}

async function shownOf(parts: Parts, { share, dashboard }: Link, { timeframe }: Asked) {
  const { locations } = share;
  const [only] = locations.length === 1 ? locations : [];
  const now = parts.now();
  const asked: FiguresAsked = {
    timeframe,
    timezone: null,
    location_id: only ?? null,
    locations,
    filters: [],
    personal: false,
    now,
    compare: true,
    currency: null,
  };
  const report = await dashboardFigures(parts, dashboard, asked, { locations, personal: false });
  const name = maskedText(dashboard.name);
  const one: StandingOne = { key: "s", name, description: maskedText(dashboard.description), report };
  const nameOf = (place: string): string => parts.control.location(place)?.name ?? place;
  return {
    ones: [one],
    now,
    locationName: locations.length > 1 ? nameOf : null,
    version: standingVersion(parts, [dashboard]),
  };
}
