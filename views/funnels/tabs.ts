import { type Html, html } from "../html.ts";
import { sharedText, type ViewQuery } from "../parts/query.ts";

/** The two ways to look at how contacts go on. */
export function funnelTabs(current: "funnels" | "retention", query: ViewQuery): Html {
  const shared = sharedText(query);
  return html`<nav class="tabs" aria-label="Funnels and retention"><a href="/funnels${shared}"${current === "funnels" && html` aria-current="page"`}>Funnels</a><a href="/retention${shared}"${current === "retention" && html` aria-current="page"`}>Retention</a></nav>`;
}
