/** What an address of a page of figures asks for: parameters that all of them share, as the API spells them, and the page's own. */
import { z } from "zod";
import type { ViewQuery } from "../../../views/parts/query.ts";
import { formatInstant } from "../../catalogue/time.ts";
import type { Caller } from "../../control/types.ts";
import type { Asked } from "../../report/common.ts";
import { askedOf, commonQuery } from "../bi/input.ts";
import type { Parts } from "../parts.ts";
import { paramsOf } from "../request.ts";

const SHARED = commonQuery
  .pick({ timeframe: true, from: true, to: true, timezone: true, location_id: true, filter: true })
  .extend({
    compare: z.enum(["on", "off"]).default("on"),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, "Use an ISO 4217 code, such as EUR.")
      .optional(),
  });
/** Which view, and which of its fragments, `/fragments` is asked for: no page's own. */
const OF_THE_LINE = ["view", "fragment"];
const SHARED_NAMES: ReadonlySet<string> = new Set(Object.keys(SHARED.shape));

/** What reports of pages are asked with. */
export interface FiguresAsked extends Asked {
  compare: boolean;
  /** Which currency to show where there are several; null: the usual one. */
  currency: string | null;
}

export interface FiguresGiven<Own> {
  query: ViewQuery;
  asked: FiguresAsked;
  own: Own;
}

/** What decides the address of a page and what it asks for. */
export interface FiguresAddress<Own> {
  /** With `:name` for parts that vary: they are read as parameters of the page's own. */
  path: string;
  /** What only this page has in its address; whatever it does not name is left alone. */
  own: z.ZodType<Own>;
}

/**
 * Throws Problem 422 for what makes no sense, 403 or 404 for what is not theirs to see.
 * `params`: the parts of the path; those of a live view stand in its query.
 */
export function figuresGiven<Own>(
  parts: Parts,
  caller: Caller,
  { path, own }: FiguresAddress<Own>,
  search: URLSearchParams,
  params: Readonly<Record<string, string>>,
): FiguresGiven<Own> {
  const shared = new URLSearchParams([...search].filter(([name]) => SHARED_NAMES.has(name)));
  const others = new URLSearchParams(
    [...search].filter(([name]) => !SHARED_NAMES.has(name) && !OF_THE_LINE.includes(name)),
  );
  const inPath = Object.fromEntries(
    [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => [name, params[name] ?? others.get(name) ?? ""]),
  );
  for (const [name, value] of Object.entries(inPath)) others.set(name, value);
  const given = paramsOf(shared, SHARED);
  const { signal: _, ...asked } = askedOf(parts, caller, given, given.filter, new AbortController().signal, "filter");
  const { timeframe = null, from, to, location_id = null, timezone = null, compare, currency = null } = given;
  const parsed = paramsOf(others, own);
  for (const name of Object.keys(inPath)) others.delete(name);
  return {
    query: {
      path: path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(inPath[name] ?? "")),
      timeframe,
      from: from === undefined ? null : formatInstant(from),
      to: to === undefined ? null : formatInstant(to),
      location_id,
      timezone,
      compare: compare === "on",
      currency,
      filters: shared.getAll("filter"),
      own: Object.fromEntries(others),
    },
    asked: { ...asked, compare: compare === "on", currency },
    own: parsed,
  };
}
