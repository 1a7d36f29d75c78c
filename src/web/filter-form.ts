/** `/filter`: the form that sets a filter for a page, with values that are there. */
import { z } from "zod";
import { filterPage } from "../../views/filter.ts";
import {
  type FilterChoices,
  type FilterField,
  fieldList,
  filterForm,
  filterValues,
} from "../../views/parts/filter-form.ts";
import { keyWords } from "../../views/parts/value-words.ts";
import { isPersonalField, tellsPersonal } from "../catalogue/personal.ts";
import type { Caller } from "../control/types.ts";
import { type FilterValues, filterValues as valuesOf } from "../report/filter-values.ts";
import { keptReport } from "./bi/answer.ts";
import { allowSplits, fieldProblem } from "./bi/input.ts";
import { type FiguresGiven, figuresGiven } from "./figures/asked.ts";
import {
  FORM_OPS,
  type FormOp,
  fieldLabel,
  fieldOf,
  filterParts,
  formOp,
  isMeasured,
  KNOWN_FIELDS,
  OFFERED_FIELDS,
} from "./figures/filters.ts";
import { locationNames } from "./figures/location-names.ts";
import type { Parts } from "./parts.ts";
import { htmlResponse, localPath } from "./request.ts";
import { type Route, route } from "./route.ts";
import { shellUser } from "./shell-user.ts";

const VALUES_SHOWN = 50;
const SEARCH_CHARS_MAX = 100;
const LABELS: Readonly<Record<FormOp, string>> = {
  is: "is",
  is_not: "is not",
  contains: "contains",
  at_least: "is at least",
  over: "is over",
  at_most: "is at most",
  under: "is under",
  given: "is given",
  missing: "is not given",
};

export function filterFormRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/filter",
      access: "person",
      tag: "Page",
      summary: "The form that sets a filter.",
      query: "own",
      answers: { 200: { description: "The form.", type: "text/html" } },
      handle: async ({ request, caller }) => {
        const params = new URL(request.url).searchParams;
        const { query, asked } = pageOf(parts, caller, params);
        const fields = filterFields(caller);
        const edited = editedIn(query.filters, params);
        const field = edited?.field ?? fieldOf(params.get("filter_field") ?? "");
        const within = request.headers.has("hx-request");
        if (field === null) {
          if (params.has("filter_field")) throw fieldProblem("filter_field", "There is no such field.");
          if (within) return htmlResponse(fieldList(query, fields));
          return htmlResponse(filterPage({ user: shellUser(parts, request), query, fields, form: null }));
        }
        allowSplits(asked, field);
        const chosen = params.has("filter_part") ? params.getAll("filter_value") : (edited?.values ?? []);
        const search = (params.get("filter_search") ?? "").trim().slice(0, SEARCH_CHARS_MAX);
        const choices = isMeasured(field)
          ? null
          : await choicesOf(
              parts,
              request,
              { ...asked, signal: request.signal },
              field,
              search,
              chosen,
              locationNames(parts, caller),
            );
        if (params.get("filter_part") === "values" && choices) return htmlResponse(filterValues(choices));
        const form = {
          query,
          field,
          label: fieldLabel(field),
          op: edited ? formOp(edited) : isMeasured(field) ? "at_least" : "is",
          ops: opsOf(field, asked.personal ?? false),
          was: edited?.filter ?? null,
          sparse: field.startsWith("data.") || field === "temperature" || field === "stage",
          written: choices === null ? (edited?.values[0] ?? "") : search,
          choices,
        };
        if (within) return htmlResponse(filterForm(form));
        return htmlResponse(filterPage({ user: shellUser(parts, request), query, fields, form }));
      },
    }),
  ];
}

/** What may be filtered by: whoever may not see what is personal is not offered it. */
export function filterFields(caller: Caller): readonly FilterField[] {
  const personal = caller.scopes.includes("export");
  return KNOWN_FIELDS.filter((field) => personal || !isPersonalField(field)).map((field) => ({
    field,
    label: fieldLabel(field),
    offered: OFFERED_FIELDS.some((offered) => offered === field),
  }));
}

/** The page that the filter is for, with everything in its address. */
function pageOf(parts: Parts, caller: Caller, params: URLSearchParams): FiguresGiven<unknown> {
  const path = (localPath(params.get("filter_at")).split("?", 1)[0] ?? "/").replaceAll(":", "%3A");
  const rest = new URLSearchParams([...params].filter(([name]) => !name.startsWith("filter_")));
  return figuresGiven(parts, caller, { path, own: z.unknown() }, rest, {});
}

/** The filter that is to be changed: the one that is named, else the one that names values of the same field. */
function editedIn(filters: readonly string[], params: URLSearchParams) {
  const was = params.get("filter_was");
  const field = fieldOf(params.get("filter_field") ?? "");
  const known = filters.map((filter) => ({ filter, ...filterParts(filter) }));
  if (was !== null) return known.find(({ filter }) => filter === was) ?? null;
  return known.find((one) => one.field === field && (one.op === "eq" || one.op === "in")) ?? null;
}

function opsOf(field: string, personal: boolean): { op: FormOp; label: string }[] {
  const numbers: readonly FormOp[] = ["at_least", "over", "at_most", "under"];
  const fits = FORM_OPS.filter((op) => {
    if (isMeasured(field)) return op !== "contains";
    // Searched letter by letter, a field would tell what it holds.
    if (op === "contains") return personal || !tellsPersonal({ field, op: "contains", value: "" });
    return field.startsWith("data.") || !numbers.includes(op);
  });
  return fits.map((op) => ({ op, label: LABELS[op] }));
}

async function choicesOf(
  parts: Parts,
  request: Request,
  asked: FiguresGiven<unknown>["asked"],
  field: string,
  search: string,
  chosen: readonly string[],
  locationName: (location_id: string) => string,
): Promise<FilterChoices> {
  const about = { route: "page-filter-values", of: [field, search.toLowerCase()] };
  const found = await keptReport<FilterValues>(parts, request, { ...asked, filters: [] }, about, (asked) =>
    valuesOf(parts, { ...asked, field, search, limit: VALUES_SHOWN }),
  );
  const label = (value: string): string => keyWords(field, value, locationName);
  const there = found.values.map(({ value, events }) => ({
    value,
    label: label(value),
    events,
    chosen: chosen.includes(value),
  }));
  // What is chosen stays in sight, whatever is searched for, and whether it is there or not.
  const others = [...new Set(chosen)]
    .filter((value) => value !== "" && !there.some((one) => one.value === value))
    .map((value) => ({ value, label: label(value), events: null, chosen: true }));
  const written = search !== "" && ![...there, ...others].some(({ value }) => value === search);
  const asWritten = written ? [{ value: search, label: `“${search}”, as written`, events: null, chosen: false }] : [];
  const list = [...others, ...there, ...asWritten];
  const empty =
    there.length > 0 ? null : search === "" ? "No event of this period has it." : "No value has this in it.";
  return { list, complete: found.complete, empty };
}
