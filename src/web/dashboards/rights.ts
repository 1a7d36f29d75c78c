/**
 * Whose a dashboard is to see and to change, and which of its cards.
 * It must never tell of a location that its reader may not see, not even in a card's filters.
 */
import { isPersonalField, tellsPersonal } from "../../catalogue/personal.ts";
import type { Filter } from "../../catalogue/types.ts";
import type { DashboardCard } from "../../control/dashboard-cards.ts";
import type { Dashboard } from "../../control/dashboards.ts";
import type { Caller } from "../../control/types.ts";
import type { OpenedCard } from "../../report/dashboard.ts";
import { maskedText } from "../../report/personal.ts";
import { seesLocation, seesPersonal } from "../access.ts";
import { commonQuery } from "../bi/input.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";

/** What a reader may see of cards: a caller's rights, or those of a link. */
export interface Reader {
  locations: readonly string[] | null;
  personal: boolean;
}

/** The dashboard, which the caller may see; throws Problem 404, the same whether there is none or it is not theirs. */
export function seenDashboard(parts: Parts, caller: Caller, dashboard_id: string): Dashboard {
  const dashboard = parts.control.dashboard(dashboard_id);
  if (dashboard && seesDashboard(parts, caller, dashboard)) return dashboard;
  throw noDashboard();
}

/** The same, and they may change it; throws Problem 404 and 403. */
export function ownDashboard(parts: Parts, caller: Caller, dashboard_id: string): Dashboard {
  const dashboard = seenDashboard(parts, caller, dashboard_id);
  if (mayChange(parts, caller, dashboard)) return dashboard;
  throw new Problem({
    status: 403,
    title: "Not allowed",
    detail: "This dashboard is somebody else’s. Make a copy of it: the copy is yours to change.",
  });
}

export function noDashboard(): Problem {
  return new Problem({
    status: 404,
    title: "Not found",
    detail: "There is no such dashboard, or it is not shared with you.",
  });
}

/** Its owner; administrators; and those it is visible to, as far as they share a location with who made it. */
export function seesDashboard(parts: Parts, caller: Caller, dashboard: Dashboard): boolean {
  const { owner_id, location_id, visible, roles } = dashboard;
  if (location_id !== null && !seesLocation(caller, location_id)) return false;
  if (owner_id === caller.id || administers(parts, caller, dashboard)) return true;
  if (location_id === null && !sharePlace(placesOf(parts, owner_id), caller.locations)) return false;
  return visible === "everyone" || (visible === "roles" && caller.role !== null && roles.includes(caller.role));
}

/** Its owner, as long as they may keep things, and administrators of all that its owner sees. */
export function mayChange(parts: Parts, caller: Caller, dashboard: Dashboard): boolean {
  if (!caller.scopes.includes("export")) return false;
  return dashboard.owner_id === caller.id || administers(parts, caller, dashboard);
}

/** Its cards as this reader may see them, with their filters read. */
export function openedCards(cards: readonly DashboardCard[], reader: Reader): readonly OpenedCard[] {
  return cards.map((card) => {
    const read = filtersOf(card);
    const closed = closedTo(reader, card, read);
    if (closed !== null) return { card: closedCard(card, closed), filters: [], closed };
    return { card: reader.personal ? card : maskedCard(card), filters: read ?? [], closed };
  });
}

/** The same as they are told to programs: what is closed is a sentence. */
export function toldCards(cards: readonly DashboardCard[], reader: Reader): readonly DashboardCard[] {
  return openedCards(cards, reader).map(({ card }) => card);
}

export function readerOf(caller: Caller): Reader {
  return { locations: caller.locations, personal: seesPersonal(caller) };
}

/** Its filters; null for what cannot be read, as no field is called so any more. */
export function filtersOf(card: DashboardCard): readonly Filter[] | null {
  if (!("filters" in card) || card.filters.length === 0) return [];
  const read = commonQuery.shape.filter.safeParse(card.filters);
  return read.success ? read.data : null;
}

function closedTo(
  { locations, personal }: Reader,
  card: DashboardCard,
  filters: readonly Filter[] | null,
): string | null {
  if (filters === null) return "The filters of this card cannot be read any more.";
  const places = filters.filter(({ field }) => field === "location_id").flatMap(({ value }) => value);
  if (locations !== null && places.some((place) => !locations.includes(String(place))))
    return "This card is about a location that is not yours to see.";
  const by = "by" in card ? card.by : null;
  if (!personal && (filters.some(tellsPersonal) || (by !== null && card.kind !== "funnel" && isPersonalField(by))))
    return "This card shows what is personal; your role may not see that.";
  return null;
}

/** Its place alone: title, KPI and filters would tell what it is about. */
function closedCard({ id, x, y, w, h }: DashboardCard, why: string): DashboardCard {
  return { kind: "text", id, x, y, w, h, title: "Closed card", text: why };
}

function maskedCard(card: DashboardCard): DashboardCard {
  const title = maskedText(card.title);
  return card.kind === "text" ? { ...card, title, text: maskedText(card.text) } : { ...card, title };
}

function administers(parts: Parts, caller: Caller, { owner_id }: Dashboard): boolean {
  if (!caller.scopes.includes("admin")) return false;
  if (caller.locations === null) return true;
  const places = placesOf(parts, owner_id);
  return places?.every((place) => seesLocation(caller, place)) === true;
}

/** Of a user or a key; null: all of them. What is gone saw all: only who sees all is shown what it left. */
function placesOf({ control }: Parts, owner_id: string): readonly string[] | null {
  const user = control.users().find(({ user_id }) => user_id === owner_id);
  if (user) return user.locations;
  const key = control.keys().find(({ key_id }) => key_id === owner_id);
  return key?.location_id ? [key.location_id] : null;
}

/** Who sees all shares with everyone; the others with those who see one of theirs. */
function sharePlace(one: readonly string[] | null, other: readonly string[] | null): boolean {
  return one === null || other === null || one.some((place) => other.includes(place));
}
