/** The forms of the editor: each is saved at once, so that it does without script. */
import { compacted, movedTo, placed, resizedTo } from "../../../catalogue/grid.ts";
import type { DashboardCard } from "../../../control/dashboard-cards.ts";
import type { Dashboard } from "../../../control/dashboards.ts";
import { SIZES } from "../../../report/dashboard/templates.ts";
import { Problem } from "../../errors.ts";
import type { Parts } from "../../parts.ts";
import { formOf, seeOther } from "../../request.ts";
import { type Route, route } from "../../route.ts";
import { faultsOf, readForm } from "../../settings/form.ts";
import { typedCard } from "../card-typed.ts";
import { type By, changeDashboard } from "../changes.ts";
import { ownDashboard } from "../rights.ts";
import { dashboardChange } from "../shapes.ts";
import { editPage } from "./edit.ts";

const ID = { id: "The dashboard." };
const CARD = { ...ID, card_id: "The card." };

export function dashboardEditForms(parts: Parts): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/dashboards/:id/cards",
      access: "export",
      tag: "Page",
      summary: "Puts a card on a dashboard.",
      params: ID,
      body: "own",
      answers: { 303: { description: "It is there." } },
      handle: async ({ request, server, caller, params }) => {
        const dashboard = ownDashboard(parts, caller, params.id);
        return kept(parts, { request, server, caller }, dashboard, true, (cards, card) => [
          ...cards,
          { ...card, ...placed(cards, card) },
        ]);
      },
    }),

    route({
      method: "POST",
      path: "/dashboards/:id/cards/:card_id",
      access: "export",
      tag: "Page",
      summary: "Changes a card of a dashboard.",
      params: CARD,
      body: "own",
      answers: { 303: { description: "Changed." } },
      handle: async ({ request, server, caller, params }) => {
        const dashboard = ownDashboard(parts, caller, params.id);
        requireCard(dashboard, params.card_id);
        return kept(parts, { request, server, caller }, dashboard, false, (cards, card) => {
          const changed = cards.map((one) =>
            one.id === card.id ? { ...card, x: one.x, y: one.y, w: one.w, h: one.h } : one,
          );
          const sized = resizedTo(changed, card.id, card, SIZES[card.kind].least);
          return movedTo(sized, card.id, card);
        });
      },
    }),

    route({
      method: "POST",
      path: "/dashboards/:id/cards/:card_id/removal",
      access: "export",
      tag: "Page",
      summary: "Takes a card off a dashboard.",
      params: CARD,
      body: "own",
      answers: { 303: { description: "It is gone." } },
      handle: async ({ request, server, caller, params }) => {
        const dashboard = ownDashboard(parts, caller, params.id);
        requireCard(dashboard, params.card_id);
        const revision = revisionOf(await formOf(request), dashboard);
        const cards = [...compacted(dashboard.cards.filter(({ id }) => id !== params.card_id))];
        changeDashboard(parts, { request, server, caller }, dashboard.dashboard_id, { revision, cards });
        return seeOther(`/dashboards/${dashboard.dashboard_id}/edit`);
      },
    }),

    route({
      method: "POST",
      path: "/dashboards/:id/settings",
      access: "export",
      tag: "Page",
      summary: "Names a dashboard, and says who sees it.",
      params: ID,
      body: "own",
      answers: { 303: { description: "Saved." } },
      handle: async ({ request, server, caller, params }) => {
        const dashboard = ownDashboard(parts, caller, params.id);
        const form = await formOf(request);
        const typed = {
          revision: revisionOf(form, dashboard),
          name: form.get("name") ?? "",
          description: form.get("description") ?? "",
          visible: form.get("visible") ?? dashboard.visible,
          roles: form.getAll("roles"),
          location_id: form.get("location_id") || null,
        };
        const { data, errors } = readForm(dashboardChange, typed, FAULTS);
        const faults =
          errors ??
          (await faultsOf(() => changeDashboard(parts, { request, server, caller }, dashboard.dashboard_id, data)));
        if (faults) return editPage(parts, request, caller, dashboard, { about: true, errors: faults });
        return seeOther(`/dashboards/${dashboard.dashboard_id}/edit?done=saved`);
      },
    }),
  ];
}

const FAULTS = {
  name: "Give it a name of at most 80 characters.",
  description: "Use at most 300 characters.",
  visible: "Choose one of the list.",
  roles: "Choose of the list.",
};

/** The form's card put among the others by `put`, and saved; what is wrong is said in the form. */
async function kept(
  parts: Parts,
  by: By,
  dashboard: Dashboard,
  fresh: boolean,
  put: (cards: readonly DashboardCard[], card: DashboardCard) => readonly DashboardCard[],
): Promise<Response> {
  const { dashboard_id } = dashboard;
  const form = await formOf(by.request);
  const revision = revisionOf(form, dashboard);
  const { card, errors } = typedCard(form);
  if (!card) {
    const known = dashboard.cards.find(({ id }) => id === form.get("id"));
    const said = Object.values(errors).join(" ");
    return editPage(parts, by.request, by.caller, dashboard, {
      form: known ? { card: known, fresh } : null,
      errors: known ? errors : { form: said },
    });
  }
  const read = readForm(dashboardChange, { revision, cards: put(dashboard.cards, card) }, {});
  const faults = read.errors ?? (await faultsOf(() => changeDashboard(parts, by, dashboard_id, read.data)));
  if (!faults) return seeOther(`/dashboards/${dashboard_id}/edit`);
  const form_fault = { form: Object.values(faults)[0] ?? "" };
  return editPage(parts, by.request, by.caller, dashboard, { form: { card, fresh }, errors: form_fault });
}

/** The revision that the form was made from. */
function revisionOf(form: URLSearchParams, { revision }: Dashboard): number {
  const given = Number(form.get("revision") ?? revision);
  return Number.isInteger(given) ? given : 0;
}

/** Throws Problem 404. */
function requireCard({ cards }: Dashboard, card_id: string): void {
  if (cards.some(({ id }) => id === card_id)) return;
  throw new Problem({ status: 404, title: "Not found", detail: "The dashboard has no such card." });
}
