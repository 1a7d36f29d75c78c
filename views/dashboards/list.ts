import type { Place } from "../../src/catalogue/grid.ts";
import { rowsOf } from "../../src/catalogue/grid.ts";
import { counted } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { layout, type ShellUser } from "../layout.ts";
import { csrfField } from "../parts/field.ts";
import { type Errors, formNote } from "../parts/settings.ts";

export interface DashboardItem {
  dashboard_id: string;
  name: string;
  description: string;
  owner: string;
  mine: boolean;
  visible: "private" | "roles" | "everyone";
  /** Links that hold. */
  links: number;
  location: string | null;
  changed: string;
  cards: readonly (Place & { kind: string })[];
}

export interface DashboardListProps {
  user: ShellUser;
  items: readonly DashboardItem[];
  templates: readonly {
    key: string;
    name: string;
    description: string;
    cards: readonly (Place & { kind: string })[];
  }[];
  /** May make dashboards. */
  makes: boolean;
  done: string | null;
  errors: Errors;
}

const VISIBLE: Readonly<Record<DashboardItem["visible"], string>> = {
  private: "Only you",
  roles: "Some roles",
  everyone: "Everyone",
};

/** All dashboards that somebody may see, and what to begin a new one with. */
export function dashboardListPage({ user, items, templates, makes, done, errors }: DashboardListProps): Html {
  return layout({
    title: "Dashboards",
    user,
    nav: "dashboards",
    body: html`<div class="page-head"><h1>Dashboards</h1><p class="sub">${items.length === 0 ? "Pages that you put together from cards" : counted(items.length, "dashboard")}</p>${
      makes &&
      items.length > 0 &&
      html`<div class="btn-group page-actions"><a class="btn btn-primary" href="#new">${icon("i-plus")}New dashboard</a></div>`
    }</div>
    ${formNote(done, errors.form)}
    ${items.length > 0 ? html`<ul class="dlist">${items.map(item)}</ul>` : nothing(makes)}
    ${makes && beginnings(templates, user.csrf)}`,
  });
}

function item({
  dashboard_id,
  name,
  description,
  owner,
  mine,
  visible,
  links,
  location,
  changed,
  cards,
}: DashboardItem): Html {
  const facts = [
    counted(cards.length, "card"),
    mine ? VISIBLE[visible] : `By ${owner}`,
    location,
    links > 0 ? counted(links, "public link") : null,
  ].filter((fact) => fact !== null);
  return html`<li class="panel ditem"><a class="ditem-link" href="/dashboards/${dashboard_id}">${thumbnail(cards)}<span class="ditem-name">${name}</span></a>${description !== "" && html`<p class="dim">${description}</p>`}<p class="ditem-facts">${facts.join(" · ")}</p><p class="ditem-facts">Changed ${changed}</p></li>`;
}

function nothing(makes: boolean): Html {
  return html`<div class="panel"><div class="state">${icon("i-layout-grid", "i i-l")}<h3>No dashboard yet</h3><p>${
    makes ? "Begin with one of those below, or with an empty page." : "Nobody has shared a dashboard with you yet."
  }</p></div></div>`;
}

function beginnings(templates: DashboardListProps["templates"], csrf: string): Html {
  const one = (key: string, name: string, description: string, cards: readonly (Place & { kind: string })[]): Html =>
    html`<li class="panel ditem"><form method="post" action="/dashboards">${csrfField(csrf)}<input type="hidden" name="template" value="${key}"><button class="ditem-link" type="submit">${thumbnail(cards)}<span class="ditem-name">${name}</span></button></form><p class="dim">${description}</p></li>`;
  return html`<h2 class="mt-4 mb-3" id="new">New dashboard</h2>
    <ul class="dlist">${one("", "Empty", "Nothing on it yet: add figures, charts, tables, funnels and text.", [])}${templates.map(
      ({ key, name, description, cards }) => one(key, name, description, cards),
    )}</ul>`;
}

/** Where the cards stand, small. */
function thumbnail(cards: readonly (Place & { kind: string })[]): Html {
  const rows = Math.max(6, Math.min(rowsOf(cards), 12));
  const shown = cards.filter(({ y }) => y < rows);
  return html`<svg class="dthumb" viewBox="0 0 120 ${rows * 8}" preserveAspectRatio="xMidYMin slice" aria-hidden="true">${shown.map(
    ({ kind, x, y, w, h }) =>
      html`<rect class="dthumb-card" x="${x * 10 + 1}" y="${y * 8 + 1}" width="${w * 10 - 2}" height="${h * 8 - 2}" rx="1.5"/>${mark(kind, x * 10 + 4, y * 8 + 4, w * 10 - 8, h * 8 - 8)}`,
  )}</svg>`;
}

/** A few strokes that say what kind of card it is. */
function mark(kind: string, x: number, y: number, w: number, h: number): Html {
  const low = y + h;
  switch (kind) {
    case "kpi":
      return html`<path class="dthumb-ink" d="M${x} ${y + 2}h${w / 2.5}"/><path class="dthumb-line" d="M${x} ${low}l${w / 3} -3l${w / 3} 1.5l${w / 3} -3"/>`;
    case "chart":
      return html`<path class="dthumb-line" d="M${x} ${low - h / 4}l${w / 4} -${h / 3}l${w / 4} ${h / 5}l${w / 4} -${h / 4}l${w / 4} ${h / 8}"/>`;
    case "funnel":
      return html`<path class="dthumb-bar" d="M${x} ${y + 2}h${w}M${x} ${y + 2 + h / 3}h${w * 0.7}M${x} ${y + 2 + (h * 2) / 3}h${w * 0.4}"/>`;
    default:
      return html`<path class="dthumb-ink" d="M${x} ${y + 2}h${w}M${x} ${y + 2 + h / 3}h${w}M${x} ${y + 2 + (h * 2) / 3}h${w * 0.6}"/>`;
  }
}
