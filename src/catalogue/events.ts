/**
 * Every event type that the product knows. To add one, add an entry in events/.
 * It must never decide whether an unknown type is welcome: unknown types are kept by ingest.
 */
import { bookingEvents } from "./events/bookings.ts";
import { botEvents } from "./events/bots.ts";
import { callEvents } from "./events/calls.ts";
import { crmEvents } from "./events/crm.ts";
import { employeeEvents } from "./events/employees.ts";
import { leadEvents } from "./events/leads.ts";
import { moneyEvents } from "./events/money.ts";
import { systemEvents } from "./events/system.ts";
import { ticketEvents } from "./events/tickets.ts";
import type { EventType } from "./types.ts";

export const eventTypes: readonly EventType[] = [
  ...botEvents,
  ...employeeEvents,
  ...leadEvents,
  ...callEvents,
  ...bookingEvents,
  ...moneyEvents,
  ...ticketEvents,
  ...crmEvents,
  ...systemEvents,
];

const BY_NAME: ReadonlyMap<string, EventType> = new Map(
  eventTypes.flatMap((entry) => [entry.type, ...(entry.aliases ?? [])].map((name) => [name, entry] as const)),
);

/** The entry of a type or of one of its aliases; null when the catalogue has none. */
export function eventType(name: string): EventType | null {
  return BY_NAME.get(name) ?? null;
}
