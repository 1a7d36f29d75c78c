import { type Html, html } from "../html.ts";
import { layout, type ShellUser, setupShell } from "../layout.ts";

export type DocsTab = "api" | "events" | "kpis";

const TABS: readonly { tab: DocsTab; href: string; label: string }[] = [
  { tab: "api", href: "/docs", label: "API" },
  { tab: "events", href: "/docs/events", label: "Events" },
  { tab: "kpis", href: "/docs/kpis", label: "KPIs" },
];

export interface DocsShellProps {
  /** Null for a reader who has not signed in. */
  user: ShellUser | null;
  tab: DocsTab;
  title: string;
  lede: string;
  body: Html;
}

/** A page of the documentation: within the app for those who are signed in, alone for others. */
export function docsShell({ user, tab, title, lede, body }: DocsShellProps): Html {
  const content = html`<div class="doc">
    <div class="page-head"><h1>${title}</h1><p class="sub">${lede}</p></div>
    <nav class="tabs" aria-label="Documentation">${TABS.map(
      (one) => html`<a href="${one.href}"${one.tab === tab && html` aria-current="page"`}>${one.label}</a>`,
    )}<a href="/openapi.json">OpenAPI</a></nav>
    ${body}
  </div>`;
  const scripts = ["js/copy.js", "js/docs.js"];
  return user
    ? layout({ title, user, nav: "docs", scripts, body: content })
    : setupShell({ title, body: content, scripts });
}
