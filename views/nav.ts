import { type Html, html } from "./html.ts";
import { type IconName, icon } from "./icons.ts";

export type NavKey = "overview" | "keys";

interface NavItem {
  key: NavKey;
  label: string;
  href: string;
  icon: IconName;
  /** Heading above it, when it begins a part of its own. */
  part?: string;
  admin?: true;
}

/** The navigation: one line a page, and only pages that exist. */
const NAV: readonly NavItem[] = [
  { key: "overview", label: "Overview", href: "/", icon: "i-layout-dashboard" },
  { key: "keys", label: "API keys", href: "/settings/keys", icon: "i-key-round", part: "Settings", admin: true },
];

export interface NavProps {
  current: NavKey | null;
  /** May this user change settings? */
  admin: boolean;
  /** What stands at its foot: the pulse of incoming events. */
  foot?: Html | undefined;
}

/** The main navigation: a column, a rail of icons below 1080 px, a bar at the bottom on phones. */
export function nav({ current, admin, foot }: NavProps): Html {
  return html`<nav class="nav" aria-label="Main">
    <a class="brand" href="/" aria-label="Bellwether, overview"><svg class="brand-mark" aria-hidden="true"><use href="#brand"/></svg><span class="brand-name">Bellwether</span></a>
    <ul>${NAV.filter((item) => admin || !item.admin).map((item) => navItem(item, item.key === current))}</ul>
    ${foot}
  </nav>`;
}

function navItem({ label, href, icon: name, part }: NavItem, current: boolean): Html {
  return html`${part && html`<li class="nav-sep"><span class="nav-sep-label">${part}</span></li>`}
    <li class="is-primary"><a class="nav-item" href="${href}"${current && html` aria-current="page"`}>${icon(name)}<span class="nav-label">${label}</span></a></li>`;
}
