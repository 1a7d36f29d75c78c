/** `/dashboards/:id/edit`: cards put on a dashboard, moved and changed. */
import { z } from "zod";
import { type CardFormProps, cardForm } from "../../../../views/dashboards/card-form.ts";
import { dashboardEditPage, editCard, KINDS } from "../../../../views/dashboards/edit.ts";
import { type Html, html } from "../../../../views/html.ts";
import type { Errors } from "../../../../views/parts/settings.ts";
import { dimensionLabel, isDimension } from "../../../catalogue/dimensions.ts";
import { eventTypes } from "../../../catalogue/events.ts";
import { KPIS } from "../../../catalogue/kpis.ts";
import type { DashboardCard } from "../../../control/dashboard-cards.ts";
import { cardSchema } from "../../../control/dashboard-cards.ts";
import type { Dashboard } from "../../../control/dashboards.ts";
import type { Caller } from "../../../control/types.ts";
import { definedKpis } from "../../../report/custom-kpis.ts";
import { SIZES } from "../../../report/dashboard/templates.ts";
import { seesLocation } from "../../access.ts";
import { fieldProblem } from "../../bi/input.ts";
import type { FiguresAsked } from "../../figures/asked.ts";
import type { Parts } from "../../parts.ts";
import { formOf, htmlResponse, queryOf } from "../../request.ts";
import { type Route, route } from "../../route.ts";
import { doneText } from "../../settings/form.ts";
import { shellUser } from "../../shell-user.ts";
import { dashboardFigures } from "../asked.ts";
import { freshCard, kindNamed, typedCard } from "../card-typed.ts";
import { ownDashboard, readerOf } from "../rights.ts";

const ID = { id: "The dashboard." };
const pageQuery = z.object({
  card: z.string().max(64).optional().catch(undefined),
  add: z.string().max(32).optional().catch(undefined),
  about: z.string().max(8).optional().catch(undefined),
});

/** What the page shows beside the cards. */
export interface EditShown {
  form?: Pick<CardFormProps, "card" | "fresh"> | null;
  about?: boolean;
  errors?: Errors;
}

export function dashboardEditPages(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/dashboards/:id/edit",
      access: "export",
      tag: "Page",
      summary: "The editor of a dashboard.",
      params: ID,
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: ({ request, caller, params }) => {
        const dashboard = ownDashboard(parts, caller, params.id);
        const { card: card_id, add, about } = queryOf(request, pageQuery);
        const kind = kindNamed(add ?? null);
        const known = dashboard.cards.find(({ id }) => id === card_id);
        const form = known ? { card: known, fresh: false } : kind ? { card: freshCard(kind), fresh: true } : null;
        return editPage(parts, request, caller, dashboard, { form, about: about !== undefined });
      },
    }),

    route({
      method: "POST",
      path: "/dashboards/:id/preview",
      access: "export",
      tag: "Page",
      summary: "A card as it would be, for the editor: nothing is kept.",
      params: ID,
      body: "own",
      answers: { 200: { description: "The card.", type: "text/html" } },
      handle: async ({ request, caller, params }) => {
        const dashboard = ownDashboard(parts, caller, params.id);
        const form = await formOf(request);
        const { card, errors } = typedCard(form);
        if (!card)
          return htmlResponse(html`${Object.values(errors)[0]}`, 422, { "x-field": Object.keys(errors)[0] ?? "form" });
        const { cards } = await figuresOf(parts, caller, { ...dashboard, cards: [card] });
        const [answered] = cards;
        return htmlResponse(answered ? editCard(answered, contextOf(parts, caller), dashboard.dashboard_id) : html``);
      },
    }),

    route({
      method: "POST",
      path: "/dashboards/:id/card-form",
      access: "export",
      tag: "Page",
      summary: "The settings of a card that the editor holds, or of a new one.",
      params: ID,
      body: "own",
      answers: { 200: { description: "The form.", type: "text/html" } },
      handle: async ({ request, caller, params }) => {
        const dashboard = ownDashboard(parts, caller, params.id);
        const form = await formOf(request);
        const kind = kindNamed(form.get("kind"));
        const card = kind ? freshCard(kind) : cardIn(form.get("card"));
        return htmlResponse(cardForm(formProps(parts, request, caller, dashboard, { card, fresh: kind !== null }, {})));
      },
    }),
  ];
}

/** The editor, with what is open in its panel. */
export async function editPage(
  parts: Parts,
  request: Request,
  caller: Caller,
  dashboard: Dashboard,
  { form = null, about = false, errors = {} }: EditShown,
): Promise<Response> {
  const { dashboard_id, name, description, visible, roles, location_id, revision } = dashboard;
  const { cards } = await figuresOf(parts, caller, dashboard);
  const page: Html = dashboardEditPage({
    user: shellUser(parts, request),
    dashboard_id,
    name,
    description,
    visible,
    roles,
    location_id,
    locations: parts.control.locations().filter((one) => seesLocation(caller, one.location_id)),
    revision,
    // As they are kept: what is masked here would be kept masked.
    cards: cards.map((answered) => ({
      ...answered,
      card: dashboard.cards.find(({ id }) => id === answered.card.id) ?? answered.card,
    })),
    sizes: SIZES,
    context: contextOf(parts, caller),
    form: form && formProps(parts, request, caller, dashboard, form, errors),
    about,
    errors,
    done: doneText(request),
  });
  return htmlResponse(page, Object.keys(errors).length === 0 ? 200 : 422);
}

function formProps(
  parts: Parts,
  request: Request,
  caller: Caller,
  { dashboard_id, revision }: Dashboard,
  { card, fresh }: Pick<CardFormProps, "card" | "fresh">,
  errors: Errors,
): CardFormProps {
  const kpis = [...KPIS, ...definedKpis(parts.control, { location_id: null, locations: caller.locations })];
  return {
    heading: KINDS.find(({ kind }) => kind === card.kind)?.label ?? "Card",
    dashboard_id,
    csrf: shellUser(parts, request).csrf,
    revision,
    card,
    fresh,
    kpis: kpis.map(({ key, label }) => ({ key, label })),
    dimensions: DIMENSIONS,
    types: eventTypes.map(({ type }) => type),
    errors,
  };
}

/** Those that some KPI of the catalogue makes sense by. */
const DIMENSIONS: CardFormProps["dimensions"] = [...new Set(KPIS.flatMap(({ dimensions }) => dimensions))]
  .filter(isDimension)
  .map((field) => ({ field, label: dimensionLabel(field) }))
  .sort((one, other) => (one.label < other.label ? -1 : 1));

/** The figures of the last 30 days: what the page will show is chosen there. */
function figuresOf(parts: Parts, caller: Caller, dashboard: Dashboard) {
  const reader = readerOf(caller);
  const asked: FiguresAsked = {
    timeframe: "30d",
    timezone: null,
    location_id: null,
    locations: reader.locations,
    filters: [],
    personal: reader.personal,
    now: parts.now(),
    compare: true,
    currency: null,
  };
  return dashboardFigures(parts, dashboard, asked, reader);
}

function contextOf(parts: Parts, caller: Caller) {
  const names = new Map(parts.control.locations().map(({ location_id, name }) => [location_id, name]));
  const several = (caller.locations ?? [...names.keys()]).length > 1;
  return { now: parts.now(), locationName: several ? (id: string) => names.get(id) ?? id : null };
}

/** A card as the editor holds it. Throws Problem 422. */
function cardIn(json: string | null): DashboardCard {
  try {
    return cardSchema.parse(JSON.parse(json ?? ""));
  } catch {
    throw fieldProblem("card", "This is no card.");
  }
}
