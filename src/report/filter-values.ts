/** What a filter could be set to: the values that a field has in the events one may see, the most frequent first. */
import { kpiOf } from "../catalogue/kpis.ts";
import { isPersonalField } from "../catalogue/personal.ts";
import { countedValues } from "../store/query/field-values.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";
import { maskedText } from "./personal.ts";

export interface FilterValue {
  value: string;
  events: number;
}

export interface FilterValues {
  framed: Framed;
  /** Events before this were not looked at; microseconds. */
  since: number;
  values: readonly FilterValue[];
  /** False: there are more than these. */
  complete: boolean;
}

export interface FilterValuesAsked extends Asked {
  field: string;
  /** Part of the value, whatever its case; empty: any. */
  search: string;
  limit: number;
}

/** Fields that rollups know, or that have few values by their nature. */
const QUICK: ReadonlySet<string> = new Set([
  "type",
  "bot_id",
  "location_id",
  "currency",
  "success",
  "hour_of_day",
  "day_of_week",
]);
const QUICK_MAX = 5_000;
/** What stands in `data` only is looked for in the last days of a long timeframe: all of it would take long. */
const LOOKED_AT_US = 30 * 86_400_000_000;

/** Throws QuestionFault for a field that does not exist. Filters in force do not count: they are what is about to change. */
export async function filterValues(parts: ReportParts, asked: FilterValuesAsked): Promise<FilterValues> {
  const { field, limit, personal = false } = asked;
  if (!personal && isPersonalField(field)) throw new Error("a personal field was asked for by one who may not see it");
  const resolved = await framed(parts, { ...asked, filters: [] });
  const { scope } = resolved;
  const since = QUICK.has(field) ? scope.from : Math.max(scope.from, scope.to - LOOKED_AT_US);
  const rows = QUICK.has(field)
    ? await quickValues(parts, scope, asked)
    : await countedValues((sql, params) => parts.store.rows(sql, params, scope.signal), {
        scope: { ...scope, from: since },
        field,
        search: asked.search,
        limit: limit + 1,
      });
  // What looks like an address is somebody's, whatever the field is called: a mask cannot be filtered by.
  const shown = personal ? rows : rows.filter(({ value }) => maskedText(value) === value);
  return { framed: resolved, since, values: shown.slice(0, limit), complete: rows.length <= limit };
}

async function quickValues(
  { store }: ReportParts,
  scope: Framed["scope"],
  { field, search }: FilterValuesAsked,
): Promise<readonly FilterValue[]> {
  const events = kpiOf("events");
  if (!events) throw new Error("the catalogue lacks events");
  const { rows } = await store.ask({ ...scope, kpis: [events], by: [field], grain: null, limit: QUICK_MAX });
  const wanted = search.toLowerCase();
  return rows.flatMap(([value = null, count = null]) =>
    value !== null && String(value).toLowerCase().includes(wanted)
      ? [{ value: String(value), events: Number(count ?? 0) }]
      : [],
  );
}
