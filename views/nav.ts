import { type Html, html } from "./html.ts";
import { type IconName, icon } from "./icons.ts";

export type NavKey = "overview" | "insights" | "alerts" | "docs" | SettingsKey;
type SettingsKey = "account" | "users" | "keys" | "locations" | "rules" | "targets" | "kpis" | "quarantine" | "audit";

interface NavItem {
  key: NavKey;
  label: string;
  href: string;
  icon: IconName;
  /** The part of the navigation that it stands in; a heading begins each. */
  part?: "Analyse" | "Settings" | "Help";
  admin?: true;
  /** A page of figures: it takes the filters in force along. */
  figures?: true;
}

/** The navigation: one line a page, and only pages that exist. On phones, Settings are one entry, and tabs on their pages. */
const NAV: readonly NavItem[] = [
  { key: "overview", label: "Overview", href: "/", icon: "i-layout-dashboard", figures: true },
  { key: "insights", label: "Insights", href: "/insights", icon: "i-lightbulb" },
  { key: "alerts", label: "Alerts", href: "/alerts", icon: "i-bell" },
  { key: "account", label: "Your account", href: "/settings/account", icon: "i-user", part: "Settings" },
  { key: "users", label: "Users", href: "/settings/users", icon: "i-users", part: "Settings", admin: true },
  { key: "keys", label: "API keys", href: "/settings/keys", icon: "i-key-round", part: "Settings", admin: true },
  {
    key: "locations",
    label: "Locations",
    href: "/settings/locations",
    icon: "i-map-pin",
    part: "Settings",
    admin: true,
  },
  {
    key: "rules",
    label: "Commission",
    href: "/settings/rules",
    icon: "i-circle-dollar-sign",
    part: "Settings",
    admin: true,
  },
  { key: "targets", label: "Targets", href: "/settings/targets", icon: "i-target", part: "Settings", admin: true },
  { key: "kpis", label: "KPIs", href: "/settings/kpis", icon: "i-activity", part: "Settings" },
  { key: "quarantine", label: "Quarantine", href: "/settings/quarantine", icon: "i-inbox", part: "Settings" },
  { key: "audit", label: "Audit log", href: "/settings/audit", icon: "i-table-2", part: "Settings", admin: true },
  { key: "docs", label: "Docs", href: "/docs", icon: "i-braces", part: "Help" },
];

export interface NavProps {
  current: NavKey | null;
  /** May this user change settings? */
  admin: boolean;
  /** Alerts that are open. */
  open_alerts?: number | undefined;
  /** The filters in force, as a query string. */
  carried: string;
  /** What stands at its foot: the pulse of incoming events. */
  foot?: Html | undefined;
}

/** The main navigation: a column, a rail of icons below 1080 px, a bar at the bottom on phones. */
export function nav({ current, admin, open_alerts, carried, foot }: NavProps): Html {
  const items = NAV.filter((item) => admin || !item.admin);
  const settings = items.some(({ key, part }) => key === current && part === "Settings");
  return html`<nav class="nav" aria-label="Main">
    <a class="brand" href="/" aria-label="Bellwether, overview"><svg class="brand-mark" aria-hidden="true"><use href="#brand"/></svg><span class="brand-name">Bellwether</span></a>
    <ul>${items.map((item, i) => navItem(item, carried, item.key === current, item.part !== items[i - 1]?.part, item.key === "alerts" ? alertCount(open_alerts ?? 0) : null))}
    <li class="is-primary only-phone"><a class="nav-item" href="/settings/account"${settings && html` aria-current="true"`}>${icon("i-sliders-horizontal")}<span class="nav-label">Settings</span></a></li></ul>
    ${foot}
  </nav>`;
}

/** On phones, the way from one page of the settings to another; nothing elsewhere. */
export function settingsTabs(current: NavKey | null, admin: boolean): Html | null {
  const items = NAV.filter(({ part, admin: only }) => part === "Settings" && (admin || !only));
  if (!items.some(({ key }) => key === current)) return null;
  return html`<nav class="tabs settings-tabs" aria-label="Settings">${items.map(
    ({ key, href, label }) => html`<a href="${href}"${key === current && html` aria-current="page"`}>${label}</a>`,
  )}</nav>`;
}

/** How many alerts are open, beside their entry; a fragment of its own, nothing where there is none. */
export function alertCount(open: number): Html {
  return html`<span class="nav-count is-alert" id="nav-alerts">${open > 0 && html`${open}<span class="vh"> open</span>`}</span>`;
}

function navItem(
  { label, href, icon: name, part, figures }: NavItem,
  carried: string,
  current: boolean,
  begins: boolean,
  count: Html | null,
): Html {
  return html`${begins && part && html`<li class="nav-sep"><span class="nav-sep-label">${part}</span></li>`}
    <li${part !== "Settings" && html` class="is-primary"`}><a class="nav-item" href="${figures ? href + carried : href}"${current && html` aria-current="page"`}>${icon(name)}<span class="nav-label">${label}</span>${count}</a></li>`;
}
