/** `/dashboards`: those that somebody may see, and what changes one as a whole. */
import { dashboardListPage } from "../../../../views/dashboards/list.ts";
import { day, yearOf } from "../../../../views/format.ts";
import type { Errors } from "../../../../views/parts/settings.ts";
import type { Dashboard } from "../../../control/dashboards.ts";
import type { Caller } from "../../../control/types.ts";
import { timezoneOf } from "../../../report/common.ts";
import { cardsOfTemplate, TEMPLATES } from "../../../report/dashboard/templates.ts";
import { maskedText } from "../../../report/personal.ts";
import type { Parts } from "../../parts.ts";
import { formOf, htmlResponse, seeOther, textField } from "../../request.ts";
import { type Route, route } from "../../route.ts";
import { doneText, faultsOf } from "../../settings/form.ts";
import { shellUser } from "../../shell-user.ts";
import { addDashboard, duplicateDashboard, removeDashboard } from "../changes.ts";
import { mayChange, readerOf, seesDashboard } from "../rights.ts";
import { newDashboard, stateOf } from "../shapes.ts";

const ID = { id: "The dashboard." };

export function dashboardListPages(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/dashboards",
      access: "read",
      tag: "Page",
      summary: "Dashboards that people made.",
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: ({ request, caller }) => htmlResponse(pageOf(parts, request, caller)),
    }),

    route({
      method: "POST",
      path: "/dashboards",
      access: "export",
      tag: "Page",
      summary: "Makes a dashboard, empty or from a template.",
      body: "own",
      answers: { 303: { description: "Made." } },
      handle: async ({ request, server, caller }) => {
        const key = textField(await formOf(request), "template");
        const template = TEMPLATES.find((one) => one.key === key);
        const { name = "New dashboard", description = "" } = template ?? {};
        let made: Dashboard | null = null;
        const errors = await faultsOf(() => {
          const given = newDashboard.parse({ name, description });
          made = addDashboard(parts, { request, server, caller }, { ...given, cards: [...cardsOfTemplate(key)] });
        });
        if (errors) return htmlResponse(pageOf(parts, request, caller, errors), 409);
        return seeOther(`/dashboards/${idOf(made)}/edit`);
      },
    }),

    route({
      method: "POST",
      path: "/dashboards/:id/duplicate",
      access: "export",
      tag: "Page",
      summary: "Makes a copy of a dashboard.",
      params: ID,
      body: "own",
      answers: { 303: { description: "Made." } },
      handle: ({ request, server, caller, params }) =>
        seeOther(`/dashboards/${duplicateDashboard(parts, { request, server, caller }, params.id).dashboard_id}/edit`),
    }),

    route({
      method: "POST",
      path: "/dashboards/:id/removal",
      access: "export",
      tag: "Page",
      summary: "Deletes a dashboard.",
      params: ID,
      body: "own",
      answers: { 303: { description: "Deleted." } },
      handle: ({ request, server, caller, params }) => {
        removeDashboard(parts, { request, server, caller }, params.id);
        return seeOther("/dashboards?done=removed");
      },
    }),
  ];
}

function pageOf(parts: Parts, request: Request, caller: Caller, errors: Errors = {}) {
  const seen = parts.control.dashboards().filter((one) => seesDashboard(parts, caller, one));
  const now = parts.now();
  const timezone = timezoneOf(parts.control, caller.locations);
  const shown = readerOf(caller).personal ? (text: string): string => text : maskedText;
  return dashboardListPage({
    user: shellUser(parts, request),
    items: seen.map((one) => ({
      dashboard_id: one.dashboard_id,
      name: shown(one.name),
      description: shown(one.description),
      owner: one.owner_name,
      mine: one.owner_id === caller.id,
      visible: one.visible,
      links: mayChange(parts, caller, one) ? holding(parts, one.dashboard_id, now) : 0,
      location: one.location_id === null ? null : (parts.control.location(one.location_id)?.name ?? one.location_id),
      changed: day(one.updated_at, timezone, yearOf(now, timezone)),
      cards: one.cards,
    })),
    templates: TEMPLATES,
    makes: caller.scopes.includes("export"),
    done: doneText(request),
    errors,
  });
}

function holding(parts: Parts, dashboard_id: string, now: number): number {
  return parts.control.dashboardShares(dashboard_id).filter((share) => stateOf(share, now) === "holds").length;
}

function idOf(made: Dashboard | null): string {
  if (!made) throw new Error("a dashboard was neither made nor refused");
  return made.dashboard_id;
}
