/** What blocks of contacts (and of sketches) share: how they answer, their rows, and how contacts are counted. */
import { contactMeasures } from "../../catalogue/contact-measures.ts";
import type { Condition } from "../../catalogue/types.ts";
import { type ContactColumn, contactColumns } from "../contact-rows.ts";
import { type SourceRange, scansOf } from "./ranges.ts";
import { keyedSql, sourceSql } from "./rollup.ts";
import type { Wanted } from "./rows.ts";
import type { Part } from "./scope.ts";

/** Tables that blocks share, blocks, and which of the wanted they answer. */
export interface Answering {
  shared: readonly string[];
  blocks: readonly string[];
  answered: readonly Wanted[];
}

export const NOTHING: Answering = { shared: [], blocks: [], answered: [] };

/** Several as one. */
export function together(parts: readonly Answering[]): Answering {
  return {
    shared: parts.flatMap(({ shared }) => shared),
    blocks: parts.flatMap(({ blocks }) => blocks),
    answered: parts.flatMap(({ answered }) => answered),
  };
}

const KEYS = "location_id, type, bot_id";
const COLUMNS: ReadonlyMap<string, ContactColumn> = new Map(
  contactColumns(contactMeasures()).map((column) => [column.name, column]),
);

/** Rows of contacts with t, k0 …, contact and the columns that are needed; of events where no row covers the range. */
export function contactsSql(
  part: Part,
  ranges: readonly SourceRange[],
  types: Condition | null,
  needs: readonly string[],
  also: (time: string) => readonly string[] = () => [],
): string {
  const columns = [...new Set(needs)];
  const branches = scansOf(ranges).map((scan) => {
    if (scan.table !== "events")
      return sourceSql(part, scan, types, [KEYS, "contact", ...columns, ...also("bucket")].join(", "));
    const made = columns.map((column) => `${COLUMNS.get(column)?.event} AS ${column}`);
    const items = [KEYS, "hash(contact_id) AS contact", ...made, ...also("time")].join(", ");
    return sourceSql(part, scan, types, items, "contact_id IS NOT NULL");
  });
  return keyedSql(part, branches);
}

/** Rows by their keys from `people`, the total from `whole`. */
export function countedSql({ scope }: Part, counts: readonly string[], people: string, whole: string): string {
  const none = scope.keys.map((key) => `NULL AS ${key}, `).join("");
  const total = `SELECT 1 AS lvl, ${none}NULL::VARCHAR AS cur, ${counts.join(", ")} FROM ${whole}`;
  if (scope.keys.length === 0) return total;
  const keys = scope.keys.join(", ");
  const rows = `SELECT 0 AS lvl, ${keys}, NULL::VARCHAR AS cur, ${counts.join(", ")} FROM ${people} GROUP BY ${keys}`;
  return `SELECT * FROM (${rows} UNION ALL BY NAME ${total})`;
}
