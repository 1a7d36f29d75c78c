/**
 * Every built-in KPI. The card, the page, the API, the export column and the rollups derive from the entry.
 * It must never hold SQL: a definition is a formula.
 */
import { BOOKINGS } from "./kpis/bookings.ts";
import { BOTS } from "./kpis/bots.ts";
import { CALLS } from "./kpis/calls.ts";
import { CONTACTS } from "./kpis/contacts.ts";
import { CONVERSATIONS } from "./kpis/conversations.ts";
import { LEADS } from "./kpis/leads.ts";
import { MONEY } from "./kpis/money.ts";
import { SYSTEM } from "./kpis/system.ts";
import { TICKETS } from "./kpis/tickets.ts";
import type { Kpi } from "./types.ts";

export const KPIS: readonly Kpi[] = [
  ...MONEY,
  ...LEADS,
  ...BOTS,
  ...CONVERSATIONS,
  ...CALLS,
  ...BOOKINGS,
  ...TICKETS,
  ...CONTACTS,
  ...SYSTEM,
];

const byKey = new Map(KPIS.map((kpi) => [kpi.key, kpi]));

/** The built-in KPI of this key, or null. */
export function kpiOf(key: string): Kpi | null {
  return byKey.get(key) ?? null;
}
