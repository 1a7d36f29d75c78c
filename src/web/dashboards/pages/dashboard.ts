/** `/dashboards/:id`: a page of figures whose cards somebody chose. */
import { z } from "zod";
import {
  type DashboardOwn,
  dashboardFragments,
  dashboardPage,
  goneFragment,
  type ShownDashboard,
} from "../../../../views/dashboards/page.ts";
import type { FiguresShell } from "../../../../views/figures.ts";
import type { Dashboard } from "../../../control/dashboards.ts";
import type { Caller } from "../../../control/types.ts";
import { maskedText } from "../../../report/personal.ts";
import { requireCaller, seesPersonal } from "../../access.ts";
import { type DeclaredPage, figuresPage } from "../../figures/page.ts";
import { type Route, route } from "../../route.ts";
import { dashboardFigures } from "../asked.ts";
import { mayChange, readerOf, seenDashboard, seesDashboard } from "../rights.ts";

const VIEW = "dashboard";
const PATH = "/dashboards/:id";
const own = z.object({ id: z.string(), revision: z.coerce.number().int().min(0).optional().catch(undefined) });

/** What is shown depends on who looks: the page is declared anew for each. */
export const DASHBOARD: DeclaredPage = {
  view: VIEW,
  path: PATH,
  route: (parts): Route =>
    route({
      method: "GET",
      path: PATH,
      access: "read",
      tag: "Page",
      summary: "A dashboard.",
      params: { id: "The dashboard." },
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: ({ request, params }) => DASHBOARD.answer(parts, request, params),
    }),
  answer(parts, request, params = {}) {
    const caller = requireCaller(parts, request, "read");
    const { dashboard_id, revision } = seenDashboard(parts, caller, params.id ?? "");
    // The live view is told which cards the page has.
    return pageFor(caller, dashboard_id).answer(parts, request, { id: dashboard_id, revision: String(revision) });
  },
  moving(parts, caller, request) {
    const id = new URL(request.url).searchParams.get("id") ?? "";
    const { owner_id } = seenDashboard(parts, caller, id);
    const view = pageFor(caller, id).moving(parts, caller, request);
    return {
      ...view,
      // Who sees it by another right may see it longer.
      key: `${view.key} ${caller.role} ${caller.id === owner_id || caller.kind === "key" ? caller.id : ""}`,
      fragments: async () => {
        const dashboard = parts.control.dashboard(id);
        if (!dashboard || !seesDashboard(parts, caller, dashboard)) return [goneFragment().text];
        return view.fragments();
      },
    };
  },
};

function pageFor(caller: Caller, dashboard_id: string): DeclaredPage {
  return figuresPage<ShownDashboard, DashboardOwn>({
    view: VIEW,
    path: PATH,
    summary: "A dashboard.",
    own,
    report: async (parts, asked) => {
      const dashboard = seenDashboard(parts, caller, dashboard_id);
      return {
        ...(await dashboardFigures(parts, dashboard, asked, readerOf(caller))),
        dashboard: shownHead(dashboard, caller),
        changeable: mayChange(parts, caller, dashboard),
      };
    },
    // Feeds and statuses move by themselves, and cards have timeframes of their own.
    kept: () => ({
      of: [dashboard_id, caller.role, caller.id],
      subject: { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, lasts_ms: 5_000 },
    }),
    dear: true,
    page: (shown, shell) => {
      const place = lockOf(shell, shown.report.dashboard.location_id);
      return dashboardPage({ ...shown, query: { ...shown.query, own: {}, ...place.query } }, place.shell);
    },
    fragments: (shown) => dashboardFragments({ ...shown, query: { ...shown.query, own: {} } }),
  });
}

/** Its place is not the reader's to choose where the dashboard is locked to one. */
function lockOf(shell: FiguresShell, location_id: string | null) {
  if (location_id === null) return { shell, query: {} };
  const locations = shell.controls.locations.filter((one) => one.location_id === location_id);
  return { shell: { ...shell, controls: { ...shell.controls, locations } }, query: { location_id } };
}

function shownHead(dashboard: Dashboard, caller: Caller): ShownDashboard["dashboard"] {
  const { dashboard_id, name, description, revision, owner_name, visible, location_id } = dashboard;
  const shown = seesPersonal(caller) ? (text: string): string => text : maskedText;
  return {
    dashboard_id,
    name: shown(name),
    description: shown(description),
    revision,
    owner_name,
    visible,
    location_id,
  };
}
