/** `/dashboards/add?kpi=…`: what was found in the explorer, put on a dashboard. */
import { dashboardAddPage } from "../../../../views/dashboards/add.ts";
import { dimensionLabel } from "../../../catalogue/dimensions.ts";
import { placed } from "../../../catalogue/grid.ts";
import type { DashboardCard } from "../../../control/dashboard-cards.ts";
import { knownKpi } from "../../../report/custom-kpis.ts";
import { Problem } from "../../errors.ts";
import type { Parts } from "../../parts.ts";
import { formOf, htmlResponse, seeOther } from "../../request.ts";
import { type Route, route } from "../../route.ts";
import { shellUser } from "../../shell-user.ts";
import { typedCard } from "../card-typed.ts";
import { addDashboard, changeDashboard } from "../changes.ts";
import { mayChange, ownDashboard, seesDashboard } from "../rights.ts";
import { newDashboard } from "../shapes.ts";

export function dashboardAddPages(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/dashboards/add",
      access: "export",
      tag: "Page",
      summary: "Which dashboard a card is to be put on.",
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: ({ request, caller }) => {
        const fields = cardFields(new URL(request.url).searchParams);
        const { card, errors } = typedCard(fields);
        const mine = parts.control
          .dashboards()
          .filter((one) => seesDashboard(parts, caller, one) && mayChange(parts, caller, one));
        const page = dashboardAddPage({
          user: shellUser(parts, request),
          what: card ? wordsOf(parts, caller.locations, card) : "",
          fields: [...fields],
          dashboards: mine.map(({ dashboard_id, name, cards }) => ({ dashboard_id, name, cards: cards.length })),
          wrong: errors ? (Object.values(errors)[0] ?? null) : null,
        });
        return htmlResponse(page, card ? 200 : 422);
      },
    }),

    route({
      method: "POST",
      path: "/dashboards/add",
      access: "export",
      tag: "Page",
      summary: "Puts a card on a dashboard, or on a new one.",
      body: "own",
      answers: { 303: { description: "It is there." } },
      handle: async ({ request, server, caller }) => {
        const form = await formOf(request);
        const { card, errors } = typedCard(form);
        if (!card)
          throw new Problem({ status: 422, title: "This cannot be a card", detail: Object.values(errors).join(" ") });
        const by = { request, server, caller };
        const chosen = form.get("dashboard_id") ?? "";
        if (chosen === "") {
          const name = wordsOf(parts, caller.locations, card);
          const given = newDashboard.parse({ name: name.slice(0, 80) });
          const made = addDashboard(parts, by, { ...given, cards: [{ ...card, x: 0, y: 0 }] });
          return seeOther(`/dashboards/${made.dashboard_id}/edit`);
        }
        const { cards, revision, dashboard_id } = ownDashboard(parts, caller, chosen);
        const next = [...cards, { ...card, ...placed(cards, card) }];
        changeDashboard(parts, by, dashboard_id, { revision, cards: next });
        return seeOther(`/dashboards/${dashboard_id}`);
      },
    }),
  ];
}

/** The explorer's parameters as the fields of a card's form: `kind` is how it is drawn, or "table" or "kpi". */
function cardFields(search: URLSearchParams): URLSearchParams {
  const fields = new URLSearchParams();
  const named = search.get("kind") ?? "line";
  const drawn = { lines: "line", bars: "bar", line: "line", bar: "bar", stacked: "stacked", heat: "heat" }[named];
  const kind = named === "table" || named === "kpi" || named === "funnel" ? named : "chart";
  fields.set("kind", kind);
  if (kind === "chart") fields.set("chart", drawn ?? "line");
  const kpis = search.getAll("kpi").flatMap((text) => text.split(","));
  for (const kpi of kpis) fields.append(kind === "table" ? "kpis" : "kpi", kpi);
  for (const name of ["by", "grain", "timeframe", "steps"]) {
    const value = search.get(name);
    if (value !== null) fields.set(name, value);
  }
  const filters = search.getAll("filter");
  if (filters.length > 0) fields.set("filters", filters.join("\n"));
  return fields;
}

function wordsOf({ control }: Parts, locations: readonly string[] | null, card: DashboardCard): string {
  const keys = card.kind === "table" ? card.kpis : "kpi" in card ? [card.kpi] : [];
  const labels = keys.map((key) => knownKpi(control, { location_id: null, locations }, key)?.label ?? key).join(", ");
  const by =
    "by" in card && card.by !== null && card.kind !== "funnel" ? ` by ${dimensionLabel(card.by).toLowerCase()}` : "";
  return `${labels || "Funnel"}${by}`;
}
