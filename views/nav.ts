import { type Html, html } from "./html.ts";
import { type IconName, icon } from "./icons.ts";

export type NavKey = PageKey | SettingsKey;
type PageKey =
  | "overview"
  | "revenue"
  | "bots"
  | "leads"
  | "funnels"
  | "dashboards"
  | "explore"
  | "insights"
  | "alerts"
  | "reports"
  | "system"
  | "docs";
type SettingsKey = "account" | "users" | "keys" | "locations" | "rules" | "targets" | "kpis" | "quarantine" | "audit";

interface NavItem {
  key: PageKey | "settings";
  label: string;
  href: string;
  icon: IconName;
  /** The part of the navigation that it stands in; a heading begins each. */
  part?: "Analyse" | "More";
  /** In the bar of phones; what is not stands behind its last entry. */
  primary?: true;
  /** A page of figures: it takes the filters in force along. */
  figures?: true;
}

/** The navigation: one line a page, and only pages that exist. */
const NAV: readonly NavItem[] = [
  { key: "overview", label: "Overview", href: "/", icon: "i-layout-dashboard", figures: true, primary: true },
  { key: "revenue", label: "Revenue", href: "/revenue", icon: "i-circle-dollar-sign", figures: true },
  { key: "bots", label: "Bots", href: "/bots", icon: "i-bot", figures: true, primary: true },
  { key: "leads", label: "Leads", href: "/leads", icon: "i-users", figures: true, primary: true },
  { key: "funnels", label: "Funnels", href: "/funnels", icon: "i-funnel", figures: true },
  { key: "dashboards", label: "Dashboards", href: "/dashboards", icon: "i-layout-grid" },
  {
    key: "explore",
    label: "Explore",
    href: "/explore",
    icon: "i-chart-spline",
    figures: true,
    primary: true,
    part: "Analyse",
  },
  { key: "insights", label: "Insights", href: "/insights", icon: "i-lightbulb", part: "Analyse" },
  { key: "alerts", label: "Alerts", href: "/alerts", icon: "i-bell", part: "Analyse" },
  { key: "reports", label: "Reports", href: "/reports", icon: "i-file-text", part: "Analyse" },
  { key: "system", label: "System", href: "/system", icon: "i-server", part: "Analyse" },
  { key: "settings", label: "Settings", href: "/settings/account", icon: "i-sliders-horizontal", part: "More" },
  { key: "docs", label: "Docs", href: "/docs", icon: "i-braces", part: "More" },
];

/** The pages behind "Settings": tabs above each of them. */
const SETTINGS: readonly { key: SettingsKey; label: string; admin?: true }[] = [
  { key: "account", label: "Your account" },
  { key: "users", label: "Users", admin: true },
  { key: "keys", label: "API keys", admin: true },
  { key: "locations", label: "Locations", admin: true },
  { key: "rules", label: "Commission", admin: true },
  { key: "targets", label: "Targets", admin: true },
  { key: "kpis", label: "KPIs" },
  { key: "quarantine", label: "Quarantine" },
  { key: "audit", label: "Audit log", admin: true },
];

/** The pages of the navigation, for search. */
export function navPages(): readonly { label: string; href: string }[] {
  return NAV.filter(({ key }) => key !== "settings").map(({ label, href }) => ({ label, href }));
}

/** The pages of the settings that this person may open. */
export function settingsPages(admin: boolean): readonly { label: string; href: string }[] {
  return SETTINGS.filter(({ admin: only }) => admin || !only).map(({ key, label }) => ({
    label,
    href: `/settings/${key}`,
  }));
}

export interface NavProps {
  current: NavKey | null;
  /** Alerts that are open. */
  open_alerts?: number | undefined;
  /** The filters in force, as a query string. */
  carried: string;
  /** What stands at its foot: the pulse of incoming events. */
  foot?: Html | undefined;
}

/**
 * The main navigation: a column, a rail of icons below 1080 px, a bar at the bottom on phones, whose last entry opens the
 * rest. Without script that entry leads to the navigation itself, which then stands open.
 */
export function nav({ current, open_alerts, carried, foot }: NavProps): Html {
  const page = SETTINGS.some(({ key }) => key === current) ? "settings" : current;
  return html`<nav class="nav" id="nav" aria-label="Main">
    <a class="brand" href="/" aria-label="Bellwether, overview"><svg class="brand-mark" aria-hidden="true"><use href="#brand"/></svg><span class="brand-name">Bellwether</span></a>
    <ul>${NAV.map((item, i) => navItem(item, carried, item.key === page, item.part !== NAV[i - 1]?.part, item.key === "alerts" ? alertCount(open_alerts ?? 0) : null))}
    <li class="is-primary nav-more"><a class="nav-item" href="#nav" role="button" data-nav-more aria-expanded="false">${icon("i-menu")}<span class="nav-label">More</span></a></li></ul>
    ${foot}
  </nav>`;
}

/** The way from one page of the settings to another; nothing elsewhere. */
export function settingsTabs(current: NavKey | null, admin: boolean): Html | null {
  if (!SETTINGS.some(({ key }) => key === current)) return null;
  const items = SETTINGS.filter(({ admin: only }) => admin || !only);
  return html`<nav class="tabs settings-tabs" aria-label="Settings">${items.map(
    ({ key, label }) => html`<a href="/settings/${key}"${key === current && html` aria-current="page"`}>${label}</a>`,
  )}</nav>`;
}

/** How many alerts are open, beside their entry; a fragment of its own, nothing where there is none. */
export function alertCount(open: number): Html {
  return html`<span class="nav-count is-alert" id="nav-alerts">${open > 0 && html`${open}<span class="vh"> open</span>`}</span>`;
}

function navItem(
  { label, href, icon: name, part, figures, primary }: NavItem,
  carried: string,
  current: boolean,
  begins: boolean,
  count: Html | null,
): Html {
  return html`${begins && part && html`<li class="nav-sep"><span class="nav-sep-label">${part}</span></li>`}
    <li${primary && html` class="is-primary"`}><a class="nav-item" href="${figures ? href + carried : href}"${current && html` aria-current="page"`}>${icon(name)}<span class="nav-label">${label}</span>${count}</a></li>`;
}
