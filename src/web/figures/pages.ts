/** The pages of figures: one line each. */

import { DASHBOARD } from "../dashboards/pages/dashboard.ts";
import { KIOSK } from "../dashboards/pages/kiosk.ts";
import { BOT } from "./bot.ts";
import { BOTS } from "./bots.ts";
import { EXPLORE } from "./explore.ts";
import { FUNNELS } from "./funnels.ts";
import { LEAD } from "./lead.ts";
import { LEADS } from "./leads.ts";
import { OVERVIEW } from "./overview.ts";
import type { DeclaredPage } from "./page.ts";
import { REPORTS } from "./reports.ts";
import { RETENTION } from "./retention.ts";
import { REVENUE } from "./revenue.ts";

/** All but the overview, whose address also waits for a first event (web/pages.ts). */
const PAGES: readonly DeclaredPage[] = [
  BOTS,
  BOT,
  EXPLORE,
  REVENUE,
  DASHBOARD,
  KIOSK,
  LEADS,
  LEAD,
  FUNNELS,
  RETENTION,
  REPORTS,
];

/** Their routes. */
export function figuresPages(): readonly DeclaredPage[] {
  return PAGES;
}

/** By the name of its live view. */
export function pageOfView(view: string): DeclaredPage | null {
  return [OVERVIEW, ...PAGES].find((page) => page.view === view) ?? null;
}

/** True for pages of one thing: `/bots` has "/bots/:bot_id". */
export function hasPageUnder(path: string): boolean {
  return PAGES.some((page) => page.path.startsWith(`${path}/:`));
}

/** True when there is a page of figures at this very path. */
export function hasPageAt(path: string): boolean {
  return PAGES.some((page) => page.path === path);
}
