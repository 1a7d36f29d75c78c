/**
 * The editor of a dashboard. Without script each card has a form that is saved at once; with it cards are dragged and moved
 * by keyboard, and all is saved together (public/js/dashboard-edit.js).
 */
import { COLUMNS } from "../../src/catalogue/grid.ts";
import type { CardKind } from "../../src/control/dashboard-cards.ts";
import type { AnsweredCard } from "../../src/report/dashboard.ts";
import { CHART_SCRIPTS } from "../charts/chart.ts";
import { type Html, html } from "../html.ts";
import { type IconName, icon } from "../icons.ts";
import { layout, type ShellUser } from "../layout.ts";
import { csrfField } from "../parts/field.ts";
import { type Errors, formNote } from "../parts/settings.ts";
import { type CardContext, cardTitle, dashboardCard } from "./card.ts";
import { type CardFormProps, cardForm } from "./card-form.ts";
import { inOrder } from "./page.ts";

export interface Sizes {
  w: number;
  h: number;
  least: { w: number; h: number };
}

export interface DashboardEditProps {
  user: ShellUser;
  dashboard_id: string;
  name: string;
  description: string;
  visible: "private" | "roles" | "everyone";
  roles: readonly string[];
  location_id: string | null;
  locations: readonly { location_id: string; name: string }[];
  revision: number;
  cards: readonly AnsweredCard[];
  sizes: Readonly<Record<CardKind, Sizes>>;
  context: Pick<CardContext, "now" | "locationName">;
  /** The card whose settings are open; null: the choice of a kind. */
  form: CardFormProps | null;
  /** The dashboard's own settings are open. */
  about: boolean;
  errors: Errors;
  done: string | null;
}

export const KINDS: readonly { kind: CardKind; label: string; icon: IconName; what: string }[] = [
  { kind: "kpi", label: "Figure", icon: "i-activity", what: "One KPI with its change, trend and target" },
  {
    kind: "chart",
    label: "Chart",
    icon: "i-chart-spline",
    what: "A KPI over time, by a dimension, or by the hours of the week",
  },
  { kind: "table", label: "Table", icon: "i-table-2", what: "Some KPIs by a dimension" },
  { kind: "funnel", label: "Funnel", icon: "i-funnel", what: "How many came how far" },
  { kind: "insights", label: "What to see to", icon: "i-lightbulb", what: "Anomalies, silent bots, targets in danger" },
  { kind: "feed", label: "Activity", icon: "i-inbox", what: "The newest events" },
  { kind: "bots", label: "Bots", icon: "i-bot", what: "Which are there, and how they are" },
  { kind: "text", label: "Text", icon: "i-type", what: "A heading, a note, a list, links" },
];

export function dashboardEditPage(props: DashboardEditProps): Html {
  const { user, dashboard_id, name, revision, cards, done, errors, sizes } = props;
  const at = `/dashboards/${dashboard_id}`;
  return layout({
    title: `Edit ${name}`,
    user,
    nav: "dashboards",
    scripts: [...CHART_SCRIPTS, "js/dashboard-edit.js"],
    body: html`<div class="page-head"><h1>${name}</h1><p class="sub"><span class="edit-how-wide">Drag a card by its head, or focus it and use the arrow keys; with Shift they resize, Delete removes.</span><span class="edit-how-narrow">The pencil of a card has its settings and its place.</span></p>
      <div class="btn-group page-actions">
        <a class="btn edit-to-panel" href="#edit-panel">${icon("i-plus")}Add</a>
        <a class="btn" href="${at}/edit?about=1">${icon("i-sliders-horizontal")}Settings</a>
        <button class="btn needs-script" type="button" data-edit-undo disabled>${icon("i-undo-2")}Undo</button>
        <a class="btn" href="${at}" data-edit-leave>Done</a>
        <button class="btn btn-primary needs-script" type="button" data-edit-save disabled>Save</button>
      </div></div>
      ${formNote(done, errors.form)}
      <div class="edit-note" data-edit-note role="status"></div>
      <p class="vh" data-edit-say aria-live="polite"></p>
      <div class="dash dash-edit" id="dash" data-dashboard="${dashboard_id}" data-revision="${revision}" data-csrf="${user.csrf}" data-sizes="${JSON.stringify(sizes)}">${inOrder(cards).map((answered) => editCard(answered, props.context, dashboard_id))}</div>
      <div class="panel edit-empty"${cards.length > 0 && html` hidden`} data-edit-empty><div class="state">${icon("i-layout-grid", "i i-l")}<h3>An empty page</h3><p>Choose what to put on it.</p></div></div>`,
    aside: panel(props),
  });
}

/** A card in the editor: its handles around what its readers will see, which is not to be touched here. */
export function editCard(answered: AnsweredCard, context: DashboardEditProps["context"], dashboard_id: string): Html {
  const { card } = answered;
  const title = cardTitle(answered);
  const shown = dashboardCard(answered, { ...context, prefix: "", retry: null, linked: false });
  return html`<div class="ecard" id="edit-${card.id}" tabindex="0" role="group" aria-roledescription="card" aria-label="${title}, column ${card.x + 1} of ${COLUMNS}, row ${card.y + 1}, ${card.w} wide, ${card.h} high" data-card="${JSON.stringify(card)}" data-title="${title}" data-x="${card.x}" data-y="${card.y}" data-w="${card.w}" data-h="${card.h}">
    <div class="ecard-bar"><span class="ecard-grip needs-script" data-edit-grip aria-hidden="true">${icon("i-grip-vertical")}</span><span class="ecard-name">${title}</span><a class="btn btn-quiet btn-icon btn-small" href="/dashboards/${dashboard_id}/edit?card=${card.id}" data-edit-open>${icon("i-pencil")}<span class="vh">Settings of ${title}</span></a><button class="btn btn-quiet btn-icon btn-small needs-script" type="button" data-edit-remove>${icon("i-x")}<span class="vh">Remove ${title}</span></button></div>
    <div class="ecard-inside" inert>${shown}</div>
    <span class="ecard-size needs-script" data-edit-size aria-hidden="true"></span>
  </div>`;
}

function panel(props: DashboardEditProps): Html {
  const { form, about, dashboard_id } = props;
  const head = form ? form.heading : about ? "Settings of the dashboard" : "Add a card";
  return html`<aside class="inspector edit-panel" id="edit-panel" aria-labelledby="h-edit-panel">
    <div class="insp-head edit-panel-head"><h2 id="h-edit-panel">${head}</h2>${
      (form || about) &&
      html`<a class="btn btn-quiet btn-icon" href="/dashboards/${dashboard_id}/edit" data-edit-close>${icon("i-x")}<span class="vh">Close</span></a>`
    }</div>
    <div class="inspector-body" data-edit-body>${form ? cardForm(form) : about ? aboutForm(props) : kinds(dashboard_id)}</div>
  </aside>`;
}

/** What can be put on a dashboard. */
export function kinds(dashboard_id: string): Html {
  return html`<ul class="edit-kinds">${KINDS.map(
    ({ kind, label, icon: name, what }) =>
      html`<li><a class="edit-kind" href="/dashboards/${dashboard_id}/edit?add=${kind}" data-edit-add="${kind}">${icon(name)}<span><b>${label}</b><span class="dim">${what}</span></span></a></li>`,
  )}</ul>`;
}

const VISIBLE: readonly { value: DashboardEditProps["visible"]; label: string }[] = [
  { value: "private", label: "Only you and administrators" },
  { value: "roles", label: "The roles that are ticked" },
  { value: "everyone", label: "Everyone who shares a location with you" },
];
const ROLES = ["admin", "analyst", "viewer"];

function aboutForm(props: DashboardEditProps): Html {
  const { user, dashboard_id, name, description, visible, roles, location_id, locations, revision, errors } = props;
  const wrong = (field: string): Html | false =>
    errors[field] !== undefined &&
    html`<p class="err" id="about-${field}-err">${icon("i-circle-alert", "i i-s")}${errors[field]}</p>`;
  return html`<form class="form" method="post" action="/dashboards/${dashboard_id}/settings">
    ${csrfField(user.csrf)}<input type="hidden" name="revision" value="${revision}">
    <div class="field"><label for="about-name">Name</label><input class="input" id="about-name" name="name" value="${name}" maxlength="80" required>${wrong("name")}</div>
    <div class="field"><label for="about-description">Description</label><textarea class="input" id="about-description" name="description" rows="3" maxlength="300">${description}</textarea>${wrong("description")}</div>
    <fieldset class="field"><legend class="label">Who sees it</legend>${VISIBLE.map(
      ({ value, label }) =>
        html`<label class="check"><input type="radio" name="visible" value="${value}"${value === visible && html` checked`}>${label}</label>`,
    )}</fieldset>
    <fieldset class="field"><legend class="label">Roles</legend>${ROLES.map(
      (role) =>
        html`<label class="check"><input type="checkbox" name="roles" value="${role}"${roles.includes(role) && html` checked`}>${role.charAt(0).toUpperCase() + role.slice(1)}s</label>`,
    )}</fieldset>
    <div class="field"><label for="about-place">Location</label><select class="input" id="about-place" name="location_id"><option value="">What its reader chooses</option>${locations.map(
      (place) =>
        html`<option value="${place.location_id}"${place.location_id === location_id && html` selected`}>${place.name} alone</option>`,
    )}</select>${wrong("location_id")}</div>
    <button class="btn btn-primary" type="submit">Save settings</button>
  </form>
  <form class="form edit-danger" method="post" action="/dashboards/${dashboard_id}/removal">${csrfField(user.csrf)}<label class="check"><input type="checkbox" name="sure" required>Delete it for good</label><button class="btn" type="submit">${icon("i-trash-2")}Delete the dashboard</button><p class="hint">Its cards and its public links go with it. The figures stay.</p></form>`;
}
