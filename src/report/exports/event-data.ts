/** The fields of `data` as columns: which there are, and of what kind. */
import { bound } from "../../store/query/binds.ts";
import type { CountedEvents, Rows } from "../../store/query/event-packets.ts";
import type { Param } from "../../store/values.ts";
import type { EventCell } from "./events.ts";
import { column } from "./source.ts";

/** Beyond it a sheet is no table any more. */
const FIELDS_MAX = 300;
const NUMBERS = ["UBIGINT", "BIGINT", "HUGEINT", "DOUBLE"];

export interface DataColumns {
  cells: readonly EventCell[];
  /** Those of the events, and what the cells bind. */
  params: readonly Param[];
}

/** By name; null when there are too many. What is a number in one event and a text in another is text in all. */
export async function dataColumns(rows: Rows, counted: CountedEvents): Promise<DataColumns | null> {
  const found = await rows<{ key: string }>(
    `SELECT DISTINCT unnest(json_keys(data)) AS key FROM ${counted.from} ORDER BY key LIMIT ${FIELDS_MAX + 1}`,
    counted.params,
  );
  if (found.length > FIELDS_MAX) return null;
  if (found.length === 0) return { cells: [], params: counted.params };
  const params = [...counted.params];
  const fields = found.map(({ key }) => ({ key, place: bound(params, pointerOf(key)) }));
  const kinds = fields.map(({ place }, at) => `list(DISTINCT json_type(data, ${place})) AS f${at}`);
  const [types] = await rows<Record<string, readonly (string | null)[] | null>>(
    `SELECT ${kinds.join(", ")} FROM ${counted.from}`,
    params,
  );
  return { cells: fields.map(({ key, place }, at) => cellOf(key, place, types?.[`f${at}`] ?? [])), params };
}

function cellOf(key: string, place: string, types: readonly (string | null)[]): EventCell {
  const seen = types.filter((type) => type !== null && type !== "NULL");
  const all = (...names: string[]): boolean => seen.length > 0 && seen.every((type) => names.includes(String(type)));
  const kind = all(...NUMBERS) ? "number" : all("BOOLEAN") ? "boolean" : "text";
  const value = `json_extract_string(data, ${place})`;
  const typed = kind === "text" ? value : `TRY_CAST(${value} AS ${kind === "number" ? "DOUBLE" : "BOOLEAN"})`;
  return { column: column(`data.${key}`, `data.${key}`, kind), sql: typed };
}

/** RFC 6901. */
function pointerOf(key: string): string {
  return `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
