import { type Html, html } from "./html.ts";
import { layout, type ShellUser } from "./layout.ts";
import { type FilterField, type FilterFormProps, fieldList, filterForm } from "./parts/filter-form.ts";
import { type ViewQuery, viewHref } from "./parts/query.ts";

/** The form that sets a filter as a page of its own: what its menu leads to without script. */
export function filterPage(props: {
  user: ShellUser;
  query: ViewQuery;
  fields: readonly FilterField[];
  form: FilterFormProps | null;
}): Html {
  const { user, query, fields, form } = props;
  const title = form ? `Filter by ${form.label.toLowerCase()}` : "Filter";
  return layout({
    title,
    user,
    nav: null,
    body: html`<div class="page-head"><h1>${title}</h1><p class="sub">Values of the period in force, the most frequent first.</p><div class="btn-group page-actions"><a class="btn" href="${viewHref(query)}">Back without it</a></div></div>
      <section class="panel filter-alone" aria-label="${title}"><div class="filter-panel" id="filter-panel">${form ? filterForm(form) : fieldList(query, fields)}</div></section>`,
  });
}
