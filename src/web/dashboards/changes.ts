/** Everything that changes a dashboard or its links, for the API and the pages alike: allowed, in bounds, in the audit log. */
import type { z } from "zod";
import { KPIS } from "../../catalogue/kpis.ts";
import type { DashboardCard } from "../../control/dashboard-cards.ts";
import { newCardId } from "../../control/dashboard-cards.ts";
import { DASHBOARDS_MAX, type Dashboard, type DashboardShare, SHARES_MAX } from "../../control/dashboards.ts";
import type { Caller } from "../../control/types.ts";
import { definedKpis } from "../../report/custom-kpis.ts";
import { requirePerson, seesLocation } from "../access.ts";
import { audited } from "../audit.ts";
import { fieldProblem } from "../bi/input.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import {
  filtersOf,
  mayChange,
  noDashboard,
  ownDashboard,
  readerOf,
  seenDashboard,
  seesDashboard,
  toldCards,
} from "./rights.ts";
import { type dashboardChange, LASTS, type newDashboard, type newShare } from "./shapes.ts";

export interface By {
  request: Request;
  server: Bun.Server<unknown> | null;
  caller: Caller;
}

const HOUR_US = 3_600_000_000;

export function addDashboard(parts: Parts, by: By, given: z.output<typeof newDashboard>): Dashboard {
  const { caller } = by;
  requirePlace(parts, caller, given.location_id);
  checkCards(parts, caller, given.cards);
  const made = parts.control.addDashboard({ ...given, owner_id: caller.id, owner_name: caller.name });
  if (!made)
    throw new Problem({
      status: 409,
      title: "Too many dashboards",
      detail: `There are ${DASHBOARDS_MAX} already. Delete one that nobody needs.`,
    });
  noted(parts, by, "dashboard_added", made, { name: made.name, visible: made.visible });
  return made;
}

/** A copy is its maker's own, and nobody else's yet. */
export function duplicateDashboard(parts: Parts, by: By, dashboard_id: string): Dashboard {
  const { name, description, location_id, cards } = seenDashboard(parts, by.caller, dashboard_id);
  const told = toldCards(cards, readerOf(by.caller)).map((card) => ({ ...card, id: newCardId() }));
  const copy = { name: `${name.slice(0, 73)} (copy)`, description, location_id, cards: told };
  return addDashboard(parts, by, { ...copy, visible: "private", roles: [] });
}

/** Throws Problem 409 with the remedy when somebody changed it since. */
export function changeDashboard(
  parts: Parts,
  by: By,
  dashboard_id: string,
  { revision, ...change }: z.output<typeof dashboardChange>,
): Dashboard {
  const known = ownDashboard(parts, by.caller, dashboard_id);
  if (change.location_id !== undefined) requirePlace(parts, by.caller, change.location_id);
  if (change.cards !== undefined) checkCards(parts, by.caller, change.cards, known.cards);
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const next = parts.control.setDashboard(dashboard_id, revision, given, by.caller.name);
  if (next === null) throw noDashboard();
  if (next === "stale")
    throw new Problem({
      status: 409,
      title: "Changed since",
      detail: `${known.updated_by} changed this dashboard while you had it open; it has revision ${known.revision} now. Load it again and make your change there, or save yours as a copy.`,
    });
  const shown = { name: next.name, visible: next.visible, cards: next.cards.length, revision: next.revision };
  noted(parts, by, "dashboard_changed", next, shown);
  // Who has it open sees it at once.
  parts.hub.tick();
  return next;
}

export function removeDashboard(parts: Parts, by: By, dashboard_id: string): void {
  const known = ownDashboard(parts, by.caller, dashboard_id);
  parts.control.removeDashboard(dashboard_id);
  noted(parts, by, "dashboard_removed", known, { name: known.name });
  parts.hub.tick();
}

/** The token is in the answer, and nowhere else. */
export function addShare(
  parts: Parts,
  by: By,
  dashboard_id: string,
  { name, locations, lasts }: z.output<typeof newShare>,
): { token: string; share: DashboardShare } {
  const known = ownDashboard(parts, by.caller, dashboard_id);
  const person = requirePerson(parts, by.request);
  for (const location_id of locations) requirePlace(parts, person, location_id, "locations");
  if (known.location_id !== null && locations.some((place) => place !== known.location_id))
    throw fieldProblem("locations", `This dashboard shows ${known.location_id} alone.`);
  const hours = LASTS[lasts]?.hours ?? 1;
  const made = parts.control.addDashboardShare({
    dashboard_id,
    name,
    locations: [...new Set(locations)],
    created_by: person.id,
    created_by_name: person.name,
    expires_at: parts.now() + hours * HOUR_US,
  });
  if (!made)
    throw new Problem({
      status: 409,
      title: "Too many links",
      detail: `This dashboard has ${SHARES_MAX} links that hold. Revoke one of them.`,
    });
  const [only] = made.share.locations.length === 1 ? made.share.locations : [];
  audited(parts, by, "dashboard_shared", {
    object: dashboard_id,
    location_id: only ?? null,
    details: { share_id: made.share.share_id, locations: made.share.locations.join(", "), lasts },
  });
  return made;
}

export function revokeShare(parts: Parts, by: By, dashboard_id: string, share_id: string): void {
  const known = ownDashboard(parts, by.caller, dashboard_id);
  const share = parts.control.dashboardShares(dashboard_id).find((one) => one.share_id === share_id);
  if (!share) throw new Problem({ status: 404, title: "Not found", detail: "This dashboard has no such link." });
  if (parts.control.revokeDashboardShare(share_id)) noted(parts, by, "dashboard_unshared", known, { share_id });
}

/**
 * The link of a token and its dashboard; null for any that does not hold: unknown, over, revoked, or made by somebody who
 * could not make it any more.
 */
export function shareNow(parts: Parts, token: string): { share: DashboardShare; dashboard: Dashboard } | null {
  const share = parts.control.shareOf(token, parts.now());
  const dashboard = share && parts.control.dashboard(share.dashboard_id);
  if (!share || !dashboard) return null;
  const maker = parts.control.users().find(({ user_id }) => user_id === share.created_by);
  if (!maker || maker.role === "viewer") return null;
  const { user_id, name, role, locations } = maker;
  const scopes: Caller["scopes"] = role === "analyst" ? ["read", "export"] : ["read", "export", "admin"];
  const caller: Caller = { kind: "user", id: user_id, name, role, scopes, locations };
  const theirs = share.locations.every((place) => seesLocation(caller, place) && parts.control.location(place));
  const fits = dashboard.location_id === null || share.locations.every((place) => place === dashboard.location_id);
  const sees = seesDashboard(parts, caller, dashboard) && mayChange(parts, caller, dashboard);
  return theirs && fits && sees ? { share, dashboard } : null;
}

/** Throws Problem 403 or 404 for a location that is not theirs. */
function requirePlace(parts: Parts, caller: Caller, location_id: string | null, field = "location_id"): void {
  if (location_id === null) return;
  if (!seesLocation(caller, location_id))
    throw new Problem({ status: 403, title: "Not allowed", detail: "You may share your own locations only." });
  if (!parts.control.location(location_id)) throw fieldProblem(field, "There is no such location.");
}

/** Throws Problem 422 for a card that nobody could be shown. What stood there before may stay: its KPI may come back. */
function checkCards(
  parts: Parts,
  { locations }: Caller,
  cards: readonly DashboardCard[],
  before: readonly DashboardCard[] = [],
): void {
  const known = new Set(
    [...KPIS, ...definedKpis(parts.control, { location_id: null, locations })].map(({ key }) => key),
  );
  for (const { definition, key } of parts.control.customKpis()) if (definition) known.add(key);
  for (const card of before) for (const key of kpisOf(card)) known.add(key);
  for (const [index, card] of cards.entries()) {
    const missing = kpisOf(card).find((key) => !known.has(key));
    if (missing !== undefined) throw fieldProblem(`cards.${index}.kpi`, `There is no KPI ${missing}.`, "unknown");
    if (filtersOf(card) === null)
      throw fieldProblem(`cards.${index}.filters`, "Write field:op:value, such as bot_id:eq:seller-bot.");
  }
}

function kpisOf(card: DashboardCard): readonly string[] {
  if (card.kind === "table") return card.kpis;
  return card.kind === "kpi" || card.kind === "chart" ? [card.kpi] : [];
}

function noted(
  parts: Parts,
  by: By,
  action: string,
  { dashboard_id, location_id }: Dashboard,
  details: Record<string, string | number | boolean | null>,
): void {
  audited(parts, by, action, { object: dashboard_id, location_id, details });
}
