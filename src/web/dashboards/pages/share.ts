/** `/dashboards/:id/share`: public links made and revoked. */
import { sharePage } from "../../../../views/dashboards/share.ts";
import { day, yearOf } from "../../../../views/format.ts";
import type { Errors } from "../../../../views/parts/settings.ts";
import type { Dashboard, DashboardShare } from "../../../control/dashboards.ts";
import type { Caller } from "../../../control/types.ts";
import { timezoneOf } from "../../../report/common.ts";
import { seesLocation } from "../../access.ts";
import type { Parts } from "../../parts.ts";
import { formOf, htmlResponse, seeOther, textField } from "../../request.ts";
import { type Route, route } from "../../route.ts";
import { doneText, faultsOf, readForm } from "../../settings/form.ts";
import { shellUser } from "../../shell-user.ts";
import { shareUrl } from "../address.ts";
import { addShare, revokeShare } from "../changes.ts";
import { ownDashboard } from "../rights.ts";
import { LASTS, newShare, seesShare, stateOf } from "../shapes.ts";

const ID = { id: "The dashboard." };
const FAULTS: Errors = {
  name: "Use at most 80 characters.",
  locations: "Choose at least one location.",
  lasts: "Choose one of the list.",
};
type Typed = { name: string; locations: readonly string[]; lasts: string };
const UNTYPED: Typed = { name: "", locations: [], lasts: "30d" };

export function sharePages(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/dashboards/:id/share",
      access: "export",
      tag: "Page",
      summary: "The public links of a dashboard.",
      params: ID,
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: ({ request, caller, params }) =>
        htmlResponse(pageOf(parts, request, caller, ownDashboard(parts, caller, params.id), {})),
    }),

    route({
      method: "POST",
      path: "/dashboards/:id/share",
      access: "export",
      tag: "Page",
      summary: "Makes a public link.",
      params: ID,
      body: "own",
      answers: { 200: { description: "The page with the link, once.", type: "text/html" } },
      handle: async ({ request, server, caller, params }) => {
        const dashboard = ownDashboard(parts, caller, params.id);
        const form = await formOf(request);
        const typed = {
          name: textField(form, "name"),
          locations: form.getAll("locations"),
          lasts: form.get("lasts") ?? "",
        };
        const { data, errors } = readForm(newShare, typed, FAULTS);
        let made: string | null = null;
        const faults =
          errors ??
          (await faultsOf(() => {
            const { token } = addShare(parts, { request, server, caller }, dashboard.dashboard_id, data);
            made = shareUrl(parts, request, token);
          }));
        const shown = faults ? { typed, errors: faults } : { made };
        // It holds a secret: nobody between may keep it.
        return htmlResponse(pageOf(parts, request, caller, dashboard, shown), faults ? 422 : 200, {
          "cache-control": "no-store",
        });
      },
    }),

    route({
      method: "POST",
      path: "/dashboards/:id/shares/:share_id/removal",
      access: "export",
      tag: "Page",
      summary: "Revokes a public link.",
      params: { ...ID, share_id: "The link." },
      body: "own",
      answers: { 303: { description: "Revoked." } },
      handle: ({ request, server, caller, params }) => {
        revokeShare(parts, { request, server, caller }, params.id, params.share_id);
        return seeOther(`/dashboards/${params.id}/share?done=removed`);
      },
    }),
  ];
}

function pageOf(
  parts: Parts,
  request: Request,
  caller: Caller,
  dashboard: Dashboard,
  { typed = UNTYPED, errors = {}, made = null }: { typed?: Typed; errors?: Errors; made?: string | null },
) {
  const { dashboard_id, name, location_id } = dashboard;
  const seen = parts.control
    .locations()
    .filter((one) => seesLocation(caller, one.location_id) && [null, one.location_id].includes(location_id));
  const [only] = seen.length === 1 ? seen : [];
  const ticked = typed.locations.length === 0 && only ? [only.location_id] : typed.locations;
  return sharePage({
    user: shellUser(parts, request),
    dashboard_id,
    name,
    items: parts.control
      .dashboardShares(dashboard_id)
      .filter(seesShare(caller))
      .map((share) => itemOf(parts, caller, share)),
    locations: seen,
    lasts: Object.entries(LASTS).map(([key, { label }]) => ({ key, label })),
    typed: { ...typed, locations: ticked },
    made,
    errors,
    done: doneText(request),
  });
}

function itemOf(parts: Parts, caller: Caller, share: DashboardShare) {
  const now = parts.now();
  const timezone = timezoneOf(parts.control, caller.locations);
  const on = (time: number): string => day(time, timezone, yearOf(now, timezone));
  const state = stateOf(share, now);
  const { share_id, name, locations, created_by_name, expires_at, revoked_at, last_used_at } = share;
  return {
    share_id,
    name,
    locations: locations.map((place) => parts.control.location(place)?.name ?? place).join(", "),
    by: created_by_name,
    when:
      state === "revoked"
        ? `Revoked ${on(revoked_at ?? now)}`
        : state === "expired"
          ? `Over since ${on(expires_at)}`
          : `Until ${on(expires_at)}`,
    used: last_used_at === null ? "Never" : on(last_used_at),
    state,
  };
}
