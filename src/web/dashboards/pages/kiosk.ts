/** `/dashboards/:id/kiosk`: dashboards on a television, for as long as somebody's session holds. */
import { z } from "zod";
import { kioskPage, type StandingOne, standingFragments } from "../../../../views/dashboards/standing.ts";
import { queryText } from "../../../../views/parts/query.ts";
import type { Caller } from "../../../control/types.ts";
import { maskedText } from "../../../report/personal.ts";
import { requireCaller } from "../../access.ts";
import { type FiguresAsked, figuresGiven } from "../../figures/asked.ts";
import type { DeclaredPage } from "../../figures/page.ts";
import type { Parts } from "../../parts.ts";
import { htmlResponse } from "../../request.ts";
import { type Route, route } from "../../route.ts";
import { shellUser } from "../../shell-user.ts";
import { dashboardFigures } from "../asked.ts";
import { readerOf, seenDashboard } from "../rights.ts";
import { standingVersion } from "../standing-version.ts";

const PATH = "/dashboards/:id/kiosk";
/** Beside the first. */
const WITH_MAX = 9;

export const rotateShape = z.coerce.number().int().min(5).max(3_600).catch(30);
export const themeShape = z.enum(["system", "light", "dark", "contrast"]).optional().catch(undefined);
const own = z.object({
  id: z.string(),
  rotate: rotateShape,
  theme: themeShape,
  with: z
    .string()
    .max(600)
    .default("")
    .transform((text) =>
      text
        .split(",")
        .filter((id) => id !== "")
        .slice(0, WITH_MAX),
    ),
});
type Own = z.output<typeof own>;

export const KIOSK: DeclaredPage = {
  view: "kiosk",
  path: PATH,
  route: (parts): Route =>
    route({
      method: "GET",
      path: PATH,
      access: "read",
      tag: "Page",
      summary: "Dashboards on a television.",
      params: { id: "The first dashboard; `with=` names others." },
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: ({ request, params }) => KIOSK.answer(parts, request, params),
    }),
  async answer(parts, request, params = {}) {
    const caller = requireCaller(parts, request, "read");
    const given = figuresGiven(parts, caller, { path: PATH, own }, new URL(request.url).searchParams, params);
    const ones = await onesOf(parts, caller, given.asked, given.own);
    const address = `?${new URLSearchParams({ view: "kiosk", ...params })}${queryText(given.query).replace("?", "&")}`;
    return htmlResponse(
      kioskPage({
        ones,
        ...contextOf(parts, caller, given.asked),
        version: versionOf(parts, caller, given.own),
        fragments: `/fragments${address}`,
        socket: `/live${address}`,
        theme: given.own.theme ?? shellUser(parts, request).theme,
        rotate_s: given.own.rotate,
      }),
    );
  },
  moving(parts, caller, request) {
    const given = figuresGiven(parts, caller, { path: PATH, own }, new URL(request.url).searchParams, {});
    // Throws for what they may not see.
    versionOf(parts, caller, given.own);
    const locations = given.asked.location_id === null ? given.asked.locations : [given.asked.location_id];
    const rights = [locations, given.asked.personal, caller.locations, caller.role, caller.id];
    return {
      key: `kiosk ${JSON.stringify(rights)} ${given.query.path}${queryText(given.query)}`,
      locations,
      fragments: async () => {
        const asked = { ...given.asked, now: parts.now() };
        const version = versionOf(parts, caller, given.own);
        const shown = {
          ones: await onesOf(parts, caller, asked, given.own),
          ...contextOf(parts, caller, asked),
          version,
        };
        return standingFragments(shown, true).map(({ text }) => text);
      },
    };
  },
};

function onesOf(parts: Parts, caller: Caller, asked: FiguresAsked, { id, with: others }: Own): Promise<StandingOne[]> {
  const reader = readerOf(caller);
  const shown = reader.personal ? (text: string): string => text : maskedText;
  return Promise.all(
    idsOf(id, others).map(async (dashboard_id, index) => {
      const dashboard = seenDashboard(parts, caller, dashboard_id);
      const report = await dashboardFigures(parts, dashboard, asked, reader);
      return { key: `k${index}`, name: shown(dashboard.name), description: shown(dashboard.description), report };
    }),
  );
}

/** Throws Problem 404 for one that they may not see. */
function versionOf(parts: Parts, caller: Caller, { id, with: others }: Own): string {
  return standingVersion(
    parts,
    idsOf(id, others).map((dashboard_id) => seenDashboard(parts, caller, dashboard_id)),
  );
}

function idsOf(id: string, others: readonly string[]): readonly string[] {
  return [...new Set([id, ...others])];
}

function contextOf(parts: Parts, caller: Caller, { now, location_id }: FiguresAsked) {
  const names = new Map(parts.control.locations().map((one) => [one.location_id, one.name]));
  const several = location_id === null && (caller.locations ?? [...names.keys()]).length > 1;
  return { now, locationName: several ? (place: string) => names.get(place) ?? place : null };
}
