import { type Html, html } from "../html.ts";
import { type LayoutProps, layout } from "../layout.ts";
import { type ControlsProps, locationMenu } from "../parts/controls.ts";
import { queryText, type ViewQuery } from "../parts/query.ts";

export type InsightsTab = "insights" | "contacts";

export interface InsightsShellProps extends Pick<LayoutProps, "user" | "scripts"> {
  tab: InsightsTab;
  query: ViewQuery;
  locations: ControlsProps["locations"];
  sub: string;
  content: Html;
}

const TABS: readonly { tab: InsightsTab; label: string; path: string }[] = [
  { tab: "insights", label: "What to see to", path: "/insights" },
  { tab: "contacts", label: "Contacts", path: "/insights/contacts" },
];

/** What both pages of insights have in common: the location, and the way to the other. */
export function insightsShell({ tab, query, locations, sub, content, ...rest }: InsightsShellProps): Html {
  return layout({
    ...rest,
    title: "Insights",
    nav: "insights",
    controls: locationMenu(query, locations),
    body: html`<div class="page-head"><h1>Insights</h1><p class="sub">${sub}</p></div>
    <nav class="tabs mb-3" aria-label="Insights">${TABS.map(
      (one) =>
        html`<a href="${one.path}${queryText(query)}"${one.tab === tab && html` aria-current="page"`}>${one.label}</a>`,
    )}</nav>
    ${content}`,
  });
}
