import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { layout, type ShellUser } from "../layout.ts";
import { csrfField } from "../parts/field.ts";

export interface DashboardAddProps {
  user: ShellUser;
  /** What will be added, in words. */
  what: string;
  /** The fields of the card's form. */
  fields: readonly (readonly [string, string])[];
  dashboards: readonly { dashboard_id: string; name: string; cards: number }[];
  /** Why nothing can be added; null when it can. */
  wrong: string | null;
}

/** Where a card that was put together elsewhere is to stand. */
export function dashboardAddPage({ user, what, fields, dashboards, wrong }: DashboardAddProps): Html {
  return layout({
    title: "Add to a dashboard",
    user,
    nav: "dashboards",
    body: html`<div class="page-head"><h1>Add to a dashboard</h1><p class="sub">${what}</p></div>
    <section class="panel dash-add" aria-label="Choice of a dashboard">${
      wrong !== null
        ? html`<div class="state">${icon("i-circle-alert", "i i-l")}<h3>This cannot be a card</h3><p>${wrong}</p></div>`
        : html`<form class="form" method="post" action="/dashboards/add">${csrfField(user.csrf)}${fields.map(
            ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
          )}
      <div class="field"><label for="add-dashboard">Dashboard</label><select class="input" id="add-dashboard" name="dashboard_id">${dashboards.map(
        ({ dashboard_id, name, cards }) => html`<option value="${dashboard_id}">${name} (${cards})</option>`,
      )}<option value="">A new dashboard</option></select></div>
      <div class="field"><label for="add-title">Title</label><input class="input" id="add-title" name="title" maxlength="80"><p class="hint">Empty: as its contents say.</p></div>
      <div class="btn-group"><button class="btn btn-primary" type="submit">Add the card</button></div>
    </form>`
    }</section>`,
  });
}
