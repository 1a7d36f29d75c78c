import { type Html, html } from "./html.ts";
import { type IconName, icon } from "./icons.ts";
import { layout, type ShellUser } from "./layout.ts";

export interface SearchResult {
  kind: string;
  label: string;
  detail: string;
  href: string;
}

/** As the palette has them. */
const ICONS: Readonly<Record<string, IconName>> = {
  page: "i-layout-dashboard",
  contact: "i-users",
  bot: "i-bot",
  dashboard: "i-layout-grid",
  preset: "i-bookmark",
  kpi: "i-activity",
  rule: "i-bell",
};

/** Search as a page: what its button leads to without script. */
export function searchPage(props: {
  user: ShellUser;
  q: string;
  results: readonly SearchResult[];
  complete: boolean;
}): Html {
  const { user, q, results, complete } = props;
  return layout({
    title: "Search",
    user,
    nav: null,
    body: html`<div class="page-head"><h1>Search</h1></div>
      <div class="search-page">
        <form method="get" action="/search" role="search"><label class="vh" for="q">Search pages, leads, bots and views</label><input class="input" id="q" name="q" type="search" value="${q}" maxlength="100" placeholder="Pages, leads, bots, KPIs, saved views"><button class="btn btn-primary" type="submit">Search</button></form>
        ${!complete && html`<p class="notice" role="status">${icon("i-clock")}The database is busy: bots and leads were not looked for. Try again.</p>`}
        <section class="panel" aria-label="Results">${
          results.length === 0
            ? html`<p class="palette-none">Nothing is called “${q}”. Try a part of the name.</p>`
            : html`<div class="search-list">${results.map(
                ({ kind, label, detail, href }) =>
                  html`<a class="menu-item" href="${href}">${icon(ICONS[kind] ?? "i-search")}<span class="filter-value">${label}</span><span class="end">${detail}</span></a>`,
              )}</div>`
        }</section>
      </div>`,
  });
}
