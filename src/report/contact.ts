/** Contacts: a list of them, and the life of one across bots. Masked for those who may not see what is personal. */
import { aggregatesOf, expressionOf } from "../catalogue/formula.ts";
import { kpiOf } from "../catalogue/kpis.ts";
import type { Range } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Condition } from "../catalogue/types.ts";
import type { ContactFacts } from "../store/query/contact-facts.ts";
import {
  type ContactPart,
  type ContactPlace,
  contactPartsSql,
  type KnownContact,
  knownSql,
  newestContacts,
  worthSql,
} from "../store/query/contact-list.ts";
import { exactOf, moneyText } from "../store/query/quantity.ts";
import type { Store } from "../store/store.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";
import { eventsPage, type ListedEvent, type Page, paged } from "./events.ts";
import { maskedEvent, maskedText } from "./personal.ts";
import { scoreContacts } from "./scored-contacts.ts";
import { PURPOSES, type Purpose } from "./scores/definition.ts";
import { type ContactFigure, contactFigure } from "./scores/figure.ts";

const QUARTER_HOUR = 900_000_000;

export interface Contact extends ContactFacts {
  contact_id: string;
  location_ids: readonly string[];
  first_seen: string;
  last_seen: string;
  events: number;
  conversations: number;
  /** By currency, decimal strings. */
  revenue: Readonly<Record<string, string>>;
}

/** A list is of one range and one moment, on all its pages. */
export interface ContactPage extends ContactPlace, Range {
  as_of: number;
}

export interface ContactsAsked extends Asked {
  search: string | null;
  after: ContactPage | null;
  limit: number;
}

/** Contacts with an event in the timeframe that the filters let through; their figures are of the timeframe, without the filters. */
export async function contactList(
  parts: ReportParts,
  asked: ContactsAsked,
): Promise<{ framed: Framed; contacts: readonly Contact[]; next: ContactPage | null }> {
  const { after, limit, search, personal = false } = asked;
  const resolved = paged(await framed(parts, asked), after);
  const { scope } = resolved;
  const as_of = after?.as_of ?? asked.now;
  const rows = await newestContacts((sql, params) => parts.store.rows(sql, params, scope.signal), {
    scope,
    search,
    personal,
    as_of,
    after,
    limit: limit + 1,
  });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const ids = shown.map(({ contact_id }) => contact_id);
  const known = await knownContacts(parts.store, { ...scope, filters: [] }, ids);
  const contacts = ids.flatMap((id) => known.get(id) ?? []);
  const { from, to } = scope;
  return {
    framed: resolved,
    contacts: personal ? contacts : contacts.map(maskedEvent),
    next: last && rows.length > limit ? { from, to, as_of, last_seen: last.last_seen, mark: last.mark } : null,
  };
}

export interface ContactSummary extends Omit<Contact, "contact_id" | "location_ids"> {
  by_type: readonly { type: string; events: number }[];
  by_bot: readonly { bot_id: string; events: number; last_seen: string }[];
  by_location: readonly { location_id: string; events: number; last_seen: string }[];
}

export interface ContactLife {
  framed: Framed;
  contact_id: string;
  /** Of all its events that may be seen, whatever the timeframe and the filters. */
  summary: ContactSummary;
  /** Of now, where a model is in force and it is one of those that are scored; the most probable location of each. */
  scores: readonly (Omit<ContactFigure, "contact_id"> & { model: Purpose })[];
  events: readonly ListedEvent[];
  next: Page | null;
}

export interface ContactAsked extends Asked {
  contact_id: string;
  after: Page | null;
  limit: number;
  /** False: its scores are had elsewhere. */
  scored?: false;
}

/** Null for a contact of whom nothing may be seen. */
export async function contactLife(parts: ReportParts, asked: ContactAsked): Promise<ContactLife | null> {
  const { store } = parts;
  const { contact_id, after, limit, personal } = asked;
  const resolved = paged(await framed(parts, asked), after);
  const { scope } = resolved;
  const { sql, params } = contactPartsSql(contact_id, scope.locations);
  const rows = await store.rows<ContactPart>(sql, params, scope.signal);
  if (rows.length === 0) return null;
  const life = { from: firstOf(rows), to: lastOf(rows) + 1 };
  const where = { field: "contact_id", op: "eq", value: contact_id } as const;
  const [known, scores, page] = await Promise.all([
    knownContacts(store, { ...scope, ...life, filters: [] }, [contact_id]),
    asked.scored === false ? [] : scoresOf(parts, resolved, asked, rows),
    eventsPage(store, narrowed(scope, life), {
      where,
      after: after && { ...after, ...meeting(after, life) },
      limit,
      personal,
    }),
  ]);
  const contact = known.get(contact_id);
  if (!contact) return null;
  const { location_ids: _, contact_id: __, ...figures } = contact;
  const summary = { ...figures, ...splitsOf(rows) };
  const shown = personal
    ? { contact_id, summary }
    : { contact_id: maskedText(contact_id), summary: maskedEvent(summary) };
  return {
    framed: resolved,
    ...shown,
    scores,
    events: page.events,
    next: page.next && { ...page.next, ...rangeOf(scope) },
  };
}

async function scoresOf(
  parts: ReportParts,
  resolved: Framed,
  { contact_id, personal = false, now }: ContactAsked,
  rows: readonly ContactPart[],
): Promise<ContactLife["scores"]> {
  const locations = [...new Set(rows.map(({ location_id }) => location_id))];
  const t = Math.ceil(now / QUARTER_HOUR) * QUARTER_HOUR;
  const framed = { ...resolved, scope: { ...resolved.scope, locations, filters: [] } };
  const rules = parts.control.recommendationRules();
  const scores: (Omit<ContactFigure, "contact_id"> & { model: Purpose })[] = [];
  for (const model of PURPOSES) {
    const { contacts } = await scoreContacts(parts, framed, { purpose: model, contact_id, t });
    const [contact] = contacts;
    if (!contact) continue;
    const { contact_id: _, ...figure } = contactFigure(model, contact, rules, personal);
    scores.push({ model, ...figure });
  }
  return scores;
}

/** What is known of these, with their revenue; the filters of the scope count. */
export async function knownContacts(
  store: Store,
  scope: Framed["scope"],
  ids: readonly string[],
): Promise<Map<string, Contact>> {
  if (ids.length === 0) return new Map();
  const { sql, params } = knownSql(scope, ids);
  const [rows, revenue] = await Promise.all([
    store.rows<KnownContact>(sql, params, scope.signal),
    revenueOf(store, scope, ids),
  ]);
  return new Map(
    rows.map(({ location_ids, first_seen, last_seen, ...rest }) => {
      const times = { first_seen: formatInstant(first_seen), last_seen: formatInstant(last_seen) };
      const contact = {
        ...rest,
        ...times,
        location_ids: [...location_ids].sort(),
        revenue: revenue.get(rest.contact_id) ?? {},
      };
      return [rest.contact_id, contact] as const;
    }),
  );
}

/** As the KPI has it, at once for all of them. */
async function revenueOf(
  store: Store,
  scope: Framed["scope"],
  ids: readonly string[],
): Promise<Map<string, Record<string, string>>> {
  const { sql, params } = worthSql(scope, ids, revenueEvents());
  const rows = await store.rows<{ contact_id: string; currency: string; value: string }>(sql, params, scope.signal);
  const found = new Map<string, Record<string, string>>();
  for (const { contact_id, currency, value } of rows) {
    const text = moneyText({ exact: exactOf(value) }, false) ?? "0.00";
    found.set(contact_id, { ...found.get(contact_id), [currency]: text });
  }
  return found;
}

/** What the KPI sums. */
export function revenueEvents(): Condition | null {
  const [sum] = aggregatesOf(expressionOf(kpiOf("revenue")?.formula ?? ""));
  if (sum?.agg !== "sum") throw new Error("revenue is a sum");
  return sum.where;
}

function splitsOf(parts: readonly ContactPart[]): Pick<ContactSummary, "by_type" | "by_bot" | "by_location"> {
  const sums = (key: (part: ContactPart) => string | null) =>
    [...Map.groupBy(parts, key)]
      .flatMap(([name, own]) => (name === null ? [] : [{ name, events: eventsOf(own), last: lastOf(own) }]))
      .sort((one, other) => other.events - one.events || (one.name < other.name ? -1 : 1));
  return {
    by_type: sums(({ type }) => type).map(({ name, events }) => ({ type: name, events })),
    by_bot: sums(({ bot_id }) => bot_id).map(({ name, events, last }) => ({
      bot_id: name,
      events,
      last_seen: formatInstant(last),
    })),
    by_location: sums(({ location_id }) => location_id).map(({ name, events, last }) => ({
      location_id: name,
      events,
      last_seen: formatInstant(last),
    })),
  };
}

/** A timeframe is often long beside the contact's life: nothing is looked for outside of that. */
function narrowed(scope: Framed["scope"], life: Range): Framed["scope"] {
  return { ...scope, ...meeting(scope, life) };
}

function meeting(one: Range, other: Range): Range {
  const from = Math.max(one.from, other.from);
  return { from, to: Math.max(from, Math.min(one.to, other.to)) };
}

function rangeOf({ from, to }: Range): Range {
  return { from, to };
}

function eventsOf(parts: readonly ContactPart[]): number {
  return parts.reduce((sum, { events }) => sum + events, 0);
}

function firstOf(parts: readonly ContactPart[]): number {
  return Math.min(...parts.map(({ first_seen }) => first_seen));
}

function lastOf(parts: readonly ContactPart[]): number {
  return Math.max(...parts.map(({ last_seen }) => last_seen));
}
