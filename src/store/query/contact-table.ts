/**
 * Contacts by what is known of each of them: narrowed, counted by every choice that is offered, and ordered. One pass over the
 * events of the range, and one over those that tell facts.
 */
import type { Condition } from "../../catalogue/types.ts";
import type { Param } from "../values.ts";
import { bound } from "./binds.ts";
import { FACT_NAMES, factsSql, unfiltered } from "./contact-facts.ts";
import { MARK, searchSql } from "./contact-list.ts";
import { type Listing, listScope } from "./list.ts";
import { type Scope, visibleSql, whereSql, withinSql } from "./scope.ts";
import { instantSql } from "./time.ts";

/** Lists that are looked at often. Each is of those that the other choices leave. */
export const CONTACT_TABS = ["all", "open", "hot", "stalled", "qualified", "quiet", "converted"] as const;
export type ContactTab = (typeof CONTACT_TABS)[number];

export const CONTACT_SORTS = ["last_seen", "conversion", "revenue", "budget"] as const;
export type ContactSort = (typeof CONTACT_SORTS)[number];

/** What a contact's own latest values must be; null: anything. */
export interface ContactChoice {
  tab: ContactTab;
  /** One of these. */
  temperature: readonly string[] | null;
  /** Of these the null is what nobody told. */
  step: readonly (string | null)[] | null;
  timeline: readonly (string | null)[] | null;
  source: readonly (string | null)[] | null;
  /** At least, and less than; "none": no number was told. */
  budget: { min: number | null; max: number | null } | "none" | null;
}

export interface ContactTableAsked {
  scope: Listing["scope"];
  search: string | null;
  personal: boolean;
  as_of: number;
  choice: ContactChoice;
  sort: ContactSort;
  ascending: boolean;
  /** For `conversion`: those with a chance, the best first. */
  ranked: readonly string[];
  /** For `revenue`: whose value counts, in which currency. */
  revenue: { where: Condition | null; currency: string };
  /** Silent since before this moment; microseconds. */
  quiet_before: number;
  limit: number;
  offset: number;
}

/** `row`: a contact, n its place. `tab` and the names of facts: how many contacts each choice would leave. `budget`: quartiles. */
export interface ContactTableRow {
  kind: "row" | "tab" | "temperature" | "step" | "timeline" | "source" | "budget";
  key: string | null;
  n: number;
}

const OPTIONS_MAX = 50;
const BUDGET = "TRY_CAST(budget AS DOUBLE)";

export function contactTableSql(asked: ContactTableAsked): { sql: string; params: readonly Param[] } {
  const { scope, limit, offset, choice } = asked;
  const within = listScope(scope);
  const { params } = within;
  const plain = unfiltered(within);
  const range = `${withinSql("time", scope.from, scope.to)} AND received_at <= ${instantSql(asked.as_of)}`;
  const through =
    within.filter === null
      ? ""
      : `AND contact_id IN (SELECT contact_id FROM events WHERE ${range} AND contact_id IS NOT NULL AND ${visibleSql(within)})`;
  const tests = testsOf(choice, asked, params);
  const tab = tabsOf(asked)[choice.tab];
  const held = Object.keys(tests).map((name) => `is_${name}`);
  const all = ["is_tab", ...held].join(" AND ");
  const but = (name: string): string => ["is_tab", ...held].filter((one) => one !== `is_${name}`).join(" AND ");
  const found = asked.search === null ? "true" : searchSql(plain, asked.search, asked.personal, asked.personal);
  const parts = [
    `seen AS (SELECT contact_id, max(time) AS last_seen FROM events WHERE ${range} AND contact_id IS NOT NULL AND ${visibleSql(plain)} ${through} GROUP BY contact_id)`,
    `facts AS (${factsSql(`${range} AND ${visibleSql(plain)}`)})`,
    `known AS MATERIALIZED (SELECT *, ${tab} AS is_tab, ${Object.entries(tests)
      .map(([name, sql]) => `${sql} AS is_${name}`)
      .join(
        ", ",
      )} FROM (SELECT seen.contact_id, last_seen, ${MARK} AS mark, ${FACT_NAMES} FROM seen LEFT JOIN facts USING (contact_id)) WHERE ${found})`,
    `page AS (SELECT contact_id, row_number() OVER () AS n FROM (${pageSql(asked, plain, range, all)} LIMIT ${limit} OFFSET ${offset}))`,
  ];
  const counts = Object.entries(tabsOf(asked)).map(
    ([key, sql]) => `SELECT 'tab', '${key}', count(*) FILTER (WHERE ${sql}) FROM known WHERE ${but("tab")}`,
  );
  const facets = ["temperature", "step", "timeline", "source"].map(
    (name) =>
      `(SELECT '${name}', ${name}, count(*) AS n FROM known WHERE ${but(name)} GROUP BY ${name} ORDER BY n DESC, ${name} LIMIT ${OPTIONS_MAX})`,
  );
  const quartiles = `SELECT 'budget', NULL, unnest(quantile_cont(${BUDGET}, [0.25, 0.5, 0.75])) FROM known`;
  return {
    sql: `WITH ${parts.join(", ")} SELECT 'row' AS kind, contact_id AS key, n::DOUBLE AS n FROM page UNION ALL ${[...counts, ...facets, quartiles].join(" UNION ALL ")}`,
    params,
  };
}

/** Conditions over known facts. */
function tabsOf({ quiet_before }: Pick<ContactTableAsked, "quiet_before">): Readonly<Record<ContactTab, string>> {
  const open = "coalesce(outcome, 'open') = 'open'";
  return {
    all: "true",
    open: "coalesce(outcome = 'open', false)",
    hot: `coalesce(temperature = 'hot', false) AND ${open}`,
    stalled: `coalesce(stalled, false) AND ${open}`,
    qualified: "coalesce(step = 'qualified', false)",
    quiet: `last_seen < ${instantSql(quiet_before)} AND ${open}`,
    converted: "coalesce(outcome = 'converted', false)",
  };
}

function testsOf(
  { temperature, step, timeline, source, budget }: ContactChoice,
  _: ContactTableAsked,
  params: Param[],
) {
  const among = (name: string, values: readonly (string | null)[] | null): string => {
    if (values === null) return "true";
    const given = values.filter((value) => value !== null);
    const one = `coalesce(list_contains(CAST(${bound(params, given)} AS VARCHAR[]), ${name}), false)`;
    return values.includes(null) ? `(${one} OR ${name} IS NULL)` : one;
  };
  return {
    temperature: among("temperature", temperature),
    step: among("step", step),
    timeline: among("timeline", timeline),
    source: among("source", source),
    budget: budgetSql(budget, params),
  };
}

function budgetSql(budget: ContactChoice["budget"], params: Param[]): string {
  if (budget === null) return "true";
  if (budget === "none") return `${BUDGET} IS NULL`;
  const { min, max } = budget;
  const least = min === null ? "true" : `${BUDGET} >= ${bound(params, min)}`;
  const most = max === null ? "true" : `${BUDGET} < ${bound(params, max)}`;
  return `coalesce(${BUDGET} IS NOT NULL AND ${least} AND ${most}, false)`;
}

/** Those without what they are ordered by come last, whichever way; of equals, the last heard of first. */
function pageSql(asked: ContactTableAsked, plain: Scope, range: string, where: string): string {
  const { sort, ascending, ranked, revenue } = asked;
  const { params } = plain;
  const way = ascending ? "ASC" : "DESC";
  const rest = "last_seen DESC, mark DESC";
  if (sort === "last_seen") return `SELECT contact_id FROM known WHERE ${where} ORDER BY last_seen ${way}, mark ${way}`;
  if (sort === "budget")
    return `SELECT contact_id FROM known WHERE ${where} ORDER BY ${BUDGET} ${way} NULLS LAST, ${rest}`;
  if (sort === "conversion") {
    // As one text: thousands of values cost several times as much to bind.
    const list = `SELECT from_json(${bound(params, JSON.stringify(ranked))}, '["VARCHAR"]') AS ids`;
    const ranks = `SELECT unnest(ids) AS contact_id, generate_subscripts(ids, 1) AS rank FROM (${list})`;
    // The first is the best.
    return `SELECT contact_id FROM known LEFT JOIN (${ranks}) USING (contact_id) WHERE ${where} ORDER BY rank ${ascending ? "DESC" : "ASC"} NULLS LAST, ${rest}`;
  }
  const worth =
    `SELECT contact_id, sum(value) AS worth FROM events WHERE ${range} AND contact_id IS NOT NULL AND ${visibleSql(plain)} ` +
    `AND ${whereSql(plain, revenue.where)} AND value IS NOT NULL AND currency = ${bound(params, revenue.currency)} GROUP BY contact_id`;
  return `SELECT contact_id FROM known LEFT JOIN (${worth}) USING (contact_id) WHERE ${where} ORDER BY worth ${way} NULLS LAST, ${rest}`;
}
