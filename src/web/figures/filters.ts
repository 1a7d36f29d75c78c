/** Filters of a page's address: in words for the bar above it, and from the form that sets one to the canonical address. */
import type { FilterChip } from "../../../views/parts/filter-bar.ts";
import { queryText, type ViewQuery } from "../../../views/parts/query.ts";
import { keyWords } from "../../../views/parts/value-words.ts";
import { dimensionLabel } from "../../catalogue/dimensions.ts";
import { fieldKind, isField } from "../../catalogue/fields.ts";
import { fieldProblem } from "../bi/input.ts";

/** Offered by name; any other dimension can be typed. */
export const OFFERED_FIELDS = [
  "bot_id",
  "temperature",
  "stage",
  "data.budget",
  "data.timeline",
  "data.source",
  "type",
] as const;

/** Suggested where a field is typed. */
export const KNOWN_FIELDS: readonly string[] = [
  ...OFFERED_FIELDS,
  "location_id",
  "contact_id",
  "conversation_id",
  "currency",
  "success",
  "hour_of_day",
  "day_of_week",
  "value",
  "duration_ms",
];

/** How a form spells what is compared; several values of "is" are any of them, of "is_not" none of them. */
export const FORM_OPS = [
  "is",
  "is_not",
  "contains",
  "at_least",
  "over",
  "at_most",
  "under",
  "given",
  "missing",
] as const;
export type FormOp = (typeof FORM_OPS)[number];

/** Those that are spelled otherwise in an address. */
const OF_FORM: Readonly<Record<string, string>> = {
  contains: "contains",
  at_least: "gte",
  over: "gt",
  at_most: "lte",
  under: "lt",
};
const WORDS: Readonly<Record<string, string>> = {
  eq: "is",
  ne: "is not",
  in: "is",
  gt: "over",
  gte: "at least",
  lt: "under",
  lte: "at most",
  contains: "contains",
};
/** Said by name on a chip; the rest are counted. */
const NAMED_VALUES_MAX = 2;

/** A filter of an address, taken apart as the API does. */
export interface FilterParts {
  field: string;
  op: string;
  values: readonly string[];
}

/** Of one that was checked already. */
export function filterParts(filter: string): FilterParts {
  const [, field = "", op = "", value] = /^([^:]*):([^:]*)(?::(.*))?$/su.exec(filter) ?? [];
  if (op === "exists") return { field, op, values: [value === "false" ? "false" : "true"] };
  return { field, op, values: op === "in" ? (value ?? "").split(",") : [value ?? ""] };
}

/** The form's word for it, for editing. */
export function formOp({ op, values: [first] }: FilterParts): FormOp {
  if (op === "exists") return first === "false" ? "missing" : "given";
  if (op === "ne") return "is_not";
  return FORM_OPS.find((word) => OF_FORM[word] === op) ?? "is";
}

/** Those of the address, which were checked already. */
export function chipsOf(
  { filters }: Pick<ViewQuery, "filters">,
  locationName: (location_id: string) => string,
): readonly FilterChip[] {
  return filters.map((filter) => {
    const { field, op, values } = filterParts(filter);
    const label = fieldLabel(field);
    if (op === "exists")
      return { filter, field: label, op: "is", value: values[0] === "false" ? "not given" : "given" };
    const shown = values.slice(0, NAMED_VALUES_MAX).map((value) => keyWords(field, value, locationName));
    const more = values.length - shown.length;
    const value = more > 0 ? `${shown.join(", ")} or ${more} more` : shown.join(" or ");
    return { filter, field: label, op: WORDS[op] ?? op, value };
  });
}

/** "Bot", "Source", "Zipcode". */
export function fieldLabel(field: string): string {
  return dimensionLabel(field);
}

/** True when the form that sets a filter was sent. */
export function asksForFilter(params: URLSearchParams): boolean {
  return params.has("filter_field");
}

/** What a person typed for a field: its name, its label, or a key of data; null for what is none. */
export function fieldOf(typed: string): string | null {
  const text = typed.trim();
  const known = KNOWN_FIELDS.find((field) => fieldLabel(field).toLowerCase() === text.toLowerCase());
  if (known !== undefined) return known;
  const plain = isField(text) ? text : `data.${text}`;
  return isField(plain) ? plain : null;
}

/** The query with what the form asks for in the place of `filter_was`. Throws Problem 422 for what makes no filter. */
export function withFilter(query: ViewQuery, params: URLSearchParams): string {
  const field = fieldOf(params.get("filter_field") ?? "");
  if (field === null) throw fieldProblem("filter_field", "There is no such field.");
  const op = FORM_OPS.find((word) => word === (params.get("filter_op") ?? "is"));
  if (op === undefined) throw fieldProblem("filter_op", "Choose one of the list.");
  const given = params.getAll("filter_value").map((value) => value.trim());
  const chosen = [...new Set(given.filter((value) => value !== ""))];
  // What was written to search the values is the value, when none of them was chosen.
  const written = (params.get("filter_search") ?? "").trim();
  const made = filtersOf(field, op, chosen.length === 0 && written !== "" ? [written] : chosen);
  const was = params.get("filter_was");
  return queryText(query, { filters: canonical(query.filters, made, was), own: firstPage(query.own) });
}

/** What one filled-in form amounts to. */
export function filtersOf(field: string, op: FormOp, values: readonly string[]): readonly string[] {
  if (op === "given" || op === "missing") return [`${field}:exists:${op === "given"}`];
  const [first, ...others] = values;
  if (first === undefined) throw fieldProblem("filter_value", "Choose or write a value.");
  if (op === "is_not") return values.map((value) => `${field}:ne:${value}`);
  if (op !== "is") {
    if (others.length > 0) throw fieldProblem("filter_value", "Give one value.");
    return [`${field}:${OF_FORM[op]}:${first}`];
  }
  if (others.length === 0) return [`${field}:eq:${first}`];
  // They are parted by commas in the address; numbers and names of bots and types have none.
  if (values.some((value) => value.includes(",")))
    throw fieldProblem("filter_value", "A value with a comma can only be chosen alone.");
  return [`${field}:in:${[...values].sort().join(",")}`];
}

/** In one order, each once, so that the same filters have the same address. */
export function canonical(
  filters: readonly string[],
  added: readonly string[] = [],
  without: string | null = null,
): readonly string[] {
  return [...new Set([...filters.filter((filter) => filter !== without), ...added])].sort();
}

/** Fields whose values are compared as numbers. */
export function isMeasured(field: string): boolean {
  const kind = fieldKind(field);
  return kind === "number" || kind === "money";
}

/** Pages that are turned by cursor begin anew when what they list changes. */
function firstPage(own: ViewQuery["own"]): ViewQuery["own"] {
  return Object.fromEntries(Object.entries(own).filter(([name]) => name !== "cursor" && !name.startsWith("filter_")));
}
