/** Contacts by their own latest values: narrowed, counted by each choice, ordered, in pages of one moment. Masked where it must be. */
import type { Range } from "../catalogue/period.ts";
import {
  CONTACT_TABS,
  type ContactChoice,
  type ContactSort,
  type ContactTab,
  type ContactTableRow,
  contactTableSql,
} from "../store/query/contact-table.ts";
import type { Chance, Chances } from "./chances.ts";
import { type Asked, currencyOf, type Framed, framed, type ReportParts } from "./common.ts";
import { type Contact, knownContacts, revenueEvents } from "./contact.ts";
import { paged } from "./events.ts";
import { endOf } from "./history.ts";
import { maskedEvent, maskedText } from "./personal.ts";

/** A list is of one range and one moment, on all its pages. */
export interface TablePage extends Range {
  as_of: number;
  offset: number;
}

export interface ContactTableAsked extends Asked {
  search: string | null;
  choice: ContactChoice;
  sort: ContactSort;
  ascending: boolean;
  /** Whose revenue the order is by; null: the currency of the locations. */
  currency: string | null;
  /** Null while they are not known: they are not shown then, and nothing is ordered by them. */
  chances: Chances | null;
  after: TablePage | null;
  limit: number;
}

/** A value that contacts have, and how many contacts there would be with it; null is what nobody told. */
export interface ContactOption {
  value: string | null;
  contacts: number;
}

export interface ContactTable {
  framed: Framed;
  contacts: readonly (Contact & { chance: Chance | null })[];
  /** The place of the first, from 0. */
  offset: number;
  /** How many there are in all. */
  total: number;
  tabs: Readonly<Record<ContactTab, number>>;
  options: Readonly<Record<"temperature" | "step" | "timeline" | "source", readonly ContactOption[]>>;
  /** Quartiles of the budgets that are numbers; empty without any. */
  budgets: readonly number[];
  /** What revenue is ordered by. */
  currency: string;
  next: TablePage | null;
}

const QUIET_US = 7 * 86_400_000_000;

/** Contacts with an event in the timeframe that the filters let through; figures and facts are of the timeframe, without the filters. */
export async function contactTable(parts: ReportParts, asked: ContactTableAsked): Promise<ContactTable> {
  const { after, limit, search, choice, ascending, chances, personal = false } = asked;
  const resolved = paged(await framed(parts, asked), after);
  const { scope } = resolved;
  const as_of = after?.as_of ?? asked.now;
  const offset = after?.offset ?? 0;
  const currency = asked.currency ?? currencyOf(parts.control, scope.locations);
  const { sql, params } = contactTableSql({
    scope,
    search,
    personal,
    as_of,
    choice,
    sort: asked.sort === "conversion" && !chances?.size ? "last_seen" : asked.sort,
    ascending,
    ranked: [...(chances?.keys() ?? [])],
    revenue: { where: revenueEvents(), currency },
    quiet_before: endOf(resolved) - QUIET_US,
    limit: limit + 1,
    offset,
  });
  const rows = await parts.store.rows<ContactTableRow>(sql, params, scope.signal);
  const of = (kind: ContactTableRow["kind"]): readonly ContactTableRow[] => rows.filter((row) => row.kind === kind);
  const found = of("row").toSorted((one, other) => one.n - other.n);
  const ids = found.slice(0, limit).flatMap(({ key }) => key ?? []);
  const known = await knownContacts(parts.store, { ...scope, filters: [] }, ids);
  const contacts = ids.flatMap((id) => {
    const contact = known.get(id);
    return contact ? [{ ...(personal ? contact : maskedEvent(contact)), chance: chances?.get(id) ?? null }] : [];
  });
  const tabs = Object.fromEntries(
    CONTACT_TABS.map((tab) => [tab, of("tab").find(({ key }) => key === tab)?.n ?? 0]),
  ) as Record<ContactTab, number>;
  const optionsOf = (name: "temperature" | "step" | "timeline" | "source"): readonly ContactOption[] =>
    of(name).map(({ key, n }) => ({ value: key === null || personal ? key : maskedText(key), contacts: n }));
  const { from, to } = scope;
  return {
    framed: resolved,
    contacts,
    offset,
    total: tabs[choice.tab],
    tabs,
    options: {
      temperature: optionsOf("temperature"),
      step: optionsOf("step"),
      timeline: optionsOf("timeline"),
      source: optionsOf("source"),
    },
    budgets: of("budget").flatMap(({ n }) => (Number.isFinite(n) ? [n] : [])),
    currency,
    next: found.length > limit ? { from, to, as_of, offset: offset + limit } : null,
  };
}
