import type { FiguresShell } from "../figures.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { csrfField } from "../parts/field.ts";
import { queryText, swapLink } from "../parts/query.ts";
import { type ExploreShown, exploreTitle } from "./shown.ts";

/** Questions that were kept under a name, as tabs. */
export function savedTabs({ saved }: FiguresShell): Html {
  if (saved.length === 0) return html``;
  return html`<nav class="tabs saved-tabs" aria-label="Saved views">${saved.map(
    ({ name, href, current, by }) =>
      html`<a ${swapLink(href)}${current && html` aria-current="true"`}${by !== null && html` title="Shared by ${by}"`}>${name}</a>`,
  )}</nav>`;
}

/** Keeps what is shown under a name, or takes what is kept away. */
export function saveMenu(shown: ExploreShown, { saved, user }: FiguresShell): Html {
  const { query, exports } = shown;
  if (!exports) return html``;
  const current = saved.find((tab) => tab.current) ?? null;
  const text = queryText(query, { own: keptOwn(query.own) });
  return html`<details class="menu menu-end" id="save-menu">
    <summary class="btn">${icon("i-bookmark")}${current === null ? "Save view" : "Saved"}</summary>
    <div class="menu-panel save-panel">
      <form method="post" action="/saved-views">${csrfField(user.csrf)}<input type="hidden" name="path" value="${query.path}"><input type="hidden" name="query" value="${text}">
        <label for="save-name">Name</label>
        <span class="filter-other-row"><input class="input" id="save-name" name="name" required maxlength="80" autocomplete="off" value="${current === null ? exploreTitle(shown) : ""}"><button class="btn btn-primary" type="submit">Save</button></span>
        <label class="check"><input type="checkbox" name="shared" value="true">Everyone here sees it</label>
      </form>
      <hr class="menu-rule"><a class="menu-item" href="${addHref(shown)}">${icon("i-layout-grid")}Add to a dashboard</a>
      ${current?.removable && html`<hr class="menu-rule"><form method="post" action="/saved-views/${current.saved_view_id}/removal">${csrfField(user.csrf)}<input type="hidden" name="path" value="${query.path}"><input type="hidden" name="query" value="${text}"><button class="menu-item" type="submit">${icon("i-x")}Remove “${current.name}”</button></form>`}
    </div>
  </details>`;
}

/** What is open beside the page is no part of what is kept. */
export function keptOwn(own: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(own).filter(([name]) => !["open", "segment", "cursor"].includes(name)));
}

/** What is shown, as a card of a dashboard; its timeframe is then the dashboard's. */
function addHref({ own: { kpi, by, kind, grain }, query }: ExploreShown): string {
  const params = new URLSearchParams({ kpi, kind });
  if (by !== null) params.set("by", by);
  if (grain !== null) params.set("grain", grain);
  for (const filter of query.filters) params.append("filter", filter);
  return `/dashboards/add?${params}`;
}
