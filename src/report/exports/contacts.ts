/** Contacts as rows: the whole list of the page of leads, with its choices and in its order. */
import { parseInstant } from "../../catalogue/time.ts";
import { listScope } from "../../store/query/list.ts";
import { visibleSql, withinSql } from "../../store/query/scope.ts";
import type { Asked, Framed, ReportParts } from "../common.ts";
import { type ContactTable, type ContactTableAsked, contactTable, type TablePage } from "../contact-table.ts";
import { column, type ExportRow, type ExportSource, TooManyRows, tableOf } from "./source.ts";

export type ContactsWanted = Pick<ContactTableAsked, "search" | "choice" | "sort" | "ascending" | "chances">;

type Row = ContactTable["contacts"][number];

const PAGE = 2_000;
/** Each page orders all of them anew: beyond it a file of the events says it better. */
const CONTACTS_MAX = 100_000;

/** Throws QuestionFault for fields that do not exist, TooManyRows. */
export async function exportContacts(parts: ReportParts, asked: Asked, wanted: ContactsWanted): Promise<ExportSource> {
  const pageAfter = (after: TablePage | null): Promise<ContactTable> =>
    contactTable(parts, { ...asked, ...wanted, currency: null, after, limit: PAGE });
  const first = await pageAfter(null);
  const { framed, total } = first;
  if (total > CONTACTS_MAX)
    throw new TooManyRows(
      `These are ${total} contacts, more than ${CONTACTS_MAX}: ask for a shorter timeframe, or filter.`,
    );
  const found = [...first.contacts];
  for (let { next } = first; next; ) {
    const page = await pageAfter(next);
    for (const contact of page.contacts) found.push(contact);
    next = page.next;
  }
  const currencies = await currenciesOf(parts, framed.scope);
  const scored = wanted.chances !== null;
  const columns = [
    column("contact_id", "Contact", "text"),
    column("name", "Name", "text"),
    column("location_ids", "Locations", "json"),
    column("first_seen", "First seen", "time"),
    column("last_seen", "Last seen", "time"),
    column("events", "Events", "count"),
    column("conversations", "Conversations", "count"),
    column("temperature", "Temperature", "text"),
    column("stage", "Stage", "text"),
    column("score", "Score", "number"),
    column("step", "Step", "text"),
    column("questions_answered", "Questions answered", "count"),
    column("stalled", "Stalled", "boolean"),
    column("budget", "Budget", "text"),
    column("timeline", "Timeline", "text"),
    column("source", "Source", "text"),
    column("outcome", "Outcome", "text"),
    ...(scored ? [column("chance", "Chance to convert", "percent"), column("chance_level", "Chance", "text")] : []),
    ...currencies.map((currency) => column(`revenue_${currency}`, `Revenue (${currency})`, "money", currency)),
  ];
  const rows = found.map((contact) => rowOf(contact, currencies, scored));
  return { framed, title: "Contacts", table: tableOf(columns, rows) };
}

function rowOf(contact: Row, currencies: readonly string[], scored: boolean): ExportRow {
  const { contact_id, name, location_ids, first_seen, last_seen, events, conversations, chance, revenue } = contact;
  const { temperature, stage, score, step, questions_answered, stalled, budget, timeline, source, outcome } = contact;
  return [
    contact_id,
    name,
    JSON.stringify(location_ids),
    parseInstant(first_seen),
    parseInstant(last_seen),
    events,
    conversations,
    ...[temperature, stage, score, step, questions_answered, stalled, budget, timeline, source, outcome],
    ...(scored ? [chance?.probability ?? null, chance?.level ?? null] : []),
    ...currencies.map((currency) => revenue[currency] ?? null),
  ];
}

/** Figures of contacts are without the filters: so are their currencies. */
async function currenciesOf({ store }: ReportParts, scope: Framed["scope"]): Promise<readonly string[]> {
  const open = listScope({ ...scope, filters: [] });
  const seen = `${withinSql("time", scope.from, scope.to)} AND ${visibleSql(open)}`;
  const rows = await store.rows<{ currency: string }>(
    `SELECT DISTINCT currency FROM events WHERE ${seen} AND contact_id IS NOT NULL AND value IS NOT NULL AND currency IS NOT NULL ORDER BY currency`,
    open.params,
    scope.signal,
  );
  return rows.map(({ currency }) => currency);
}
