/**
 * Contact-level aggregates from contact rows: first what each contact did, then how many did so.
 * It must never answer what a row cannot tell exactly; what it leaves is counted over events.
 */
import { contactMeasures, isOfDeeds, isOfKeys } from "../../catalogue/contact-measures.ts";
import { SKETCH_KEYS, splitCondition } from "../../catalogue/measures.ts";
import type { Aggregate, Condition } from "../../catalogue/types.ts";
import { FIRST_AT, isSoSql, latestColumn, MARKS, THREAD_FIRST, THREAD_LAST } from "../contact-rows.ts";
import { type Answering, contactsSql, countedSql, NOTHING, together } from "./answering.ts";
import { pastBlocks } from "./past.ts";
import { presenceBlocks } from "./presence.ts";
import { CONTACT_LEVELS, DEED_LEVELS, type Level, rangesOf } from "./ranges.ts";
import { edgesOf, useful } from "./rollup.ts";
import { typesOf, type Wanted } from "./rows.ts";
import { groupSql, keyItems, type Part, typesSql, whereSql } from "./scope.ts";

/** `name`: what the shared tables' names begin with. */
export function peopleBlocks(part: Part, wanted: readonly Wanted[], name: string): Answering {
  const { scope, currencies } = part;
  if (currencies || scope.question.source === "raw" || !scope.named.isSubsetOf(SKETCH_KEYS)) return NOTHING;
  const parts = [presenceBlocks(part, wanted, `${name}p`), pastBlocks(part, wanted, `${name}b`)];
  const rest = wanted.filter((one) => !parts.some(({ answered }) => answered.includes(one)));
  // Of what rows of deeds do not have, the days of contacts know the types and nothing else.
  const [deeds, days] = [rest.filter(isDeed), rest.filter((one) => isOf("contacts")(one) && !isDeed(one))];
  for (const [place, group] of byTypes(days).entries())
    parts.push(deedsBlocks(part, group, CONTACT_LEVELS, `${name}d${place}`));
  // Pairs are of the whole range whatever the buckets; the rest read rows of the types that they look at, once.
  const [pairs, others] = [
    deeds.filter(isOf("time_between")),
    deeds.filter(isOf("contacts", "contacts_latest", "contacts_repeating")),
  ];
  for (const [place, group] of [pairs, ...byTypes(others)].entries())
    parts.push(deedsBlocks(part, group, DEED_LEVELS, `${name}${place}`));
  return together(parts);
}

function isDeed({ aggregate }: Wanted): boolean {
  if (aggregate.agg === "time_between") return isOfDeeds(aggregate.from) && isOfDeeds(aggregate.to);
  return "where" in aggregate && isOfDeeds(aggregate.where);
}

function isOf(...kinds: Aggregate["agg"][]): (one: Wanted) => boolean {
  return ({ aggregate }) => kinds.includes(aggregate.agg);
}

/** Those whose types overlap, together; all that look at every type are one group. */
function byTypes(wanted: readonly Wanted[]): readonly (readonly Wanted[])[] {
  const groups: { types: ReadonlySet<string> | null; own: Wanted[] }[] = [];
  for (const one of wanted) {
    const types = "where" in one.aggregate ? typeSet(one.aggregate.where) : null;
    const known = groups.find((group) =>
      types && group.types ? !types.isDisjointFrom(group.types) : types === group.types,
    );
    if (known) {
      known.own.push(one);
      known.types = types && known.types ? types.union(known.types) : null;
    } else groups.push({ types, own: [one] });
  }
  return groups.map(({ own }) => own);
}

function typeSet(where: Condition | null): ReadonlySet<string> | null {
  const types = typesOf([where]);
  return types && "value" in types && typeof types.value === "object" ? new Set(types.value.map(String)) : null;
}

/** One column of what a contact did: over its rows, and over its parts. */
interface Deed {
  over: string;
  add: string;
  needs: readonly string[];
}

/** What one aggregate looks at, and how contacts are counted by that. */
interface Plan {
  where: Condition;
  /** SQL of whether a row is of what the aggregate is about at all: a split that has none is no row of the answer. */
  about: string;
  deeds: readonly Deed[];
  count: (columns: readonly string[]) => string;
  /** It is a median of pairs instead, from the first column to the second. */
  pairs?: { p: number };
}

function deedsBlocks(part: Part, wanted: readonly Wanted[], levels: readonly Level[], name: string): Answering {
  const plans = wanted.flatMap((one) => {
    const plan = planOf(part, one.aggregate);
    const known = levels === DEED_LEVELS || plan?.deeds.every(({ needs }) => needs.length === 0);
    return plan && known ? [{ ...one, plan }] : [];
  });
  const { from, to } = part.scope.question;
  const ranges = useful(part, rangesOf(from, to, edgesOf(part), levels));
  if (plans.length === 0 || ranges === null) return NOTHING;
  const deeds = new Map(plans.flatMap(({ plan }) => plan.deeds).map((deed) => [deed.over, deed]));
  const names = new Map([...deeds.keys()].map((over, index) => [over, `p${index}`]));
  const columnsOf = (plan: Plan): readonly string[] => plan.deeds.map(({ over }) => names.get(over) ?? "");
  const about = [...new Set(plans.map(({ plan }) => plan.about))].join(" OR ");
  const types = typesOf(plans.map(({ plan }) => plan.where));
  const source = contactsSql(
    part,
    ranges,
    types,
    [...deeds.values()].flatMap(({ needs }) => needs),
  );
  const over = [...deeds.values()].map((deed) => `${deed.over} AS ${names.get(deed.over)}`);
  const added = [...deeds.values()].map(({ over, add }) => `${add}(${names.get(over)}) AS ${names.get(over)}`);
  const keys = plans.every(({ plan }) => plan.pairs) ? [] : part.scope.keys;
  const shared = [
    `${name} AS MATERIALIZED (SELECT ${[...keys, "contact", ...over].join(", ")} FROM ${source} WHERE ${about} GROUP BY ${[...keys, "contact"].join(", ")})`,
  ];
  if (keys.length > 0)
    shared.push(
      `${name}_whole AS MATERIALIZED (SELECT ${["contact", ...added].join(", ")} FROM ${name} GROUP BY contact)`,
    );
  const whole = keys.length > 0 ? `${name}_whole` : name;
  const counted = plans.filter(({ plan }) => !plan.pairs);
  const counts = counted.map(
    ({ index, plan }) => `count(*) FILTER (WHERE ${plan.count(columnsOf(plan))}) AS a${index}`,
  );
  const blocks = plans.flatMap(({ index, plan: { pairs }, plan }) =>
    pairs ? [pairsSql(part, index, pairs.p, columnsOf(plan), whole)] : [],
  );
  if (counts.length > 0) blocks.push(countedSql(part, counts, name, whole));
  return { shared, blocks, answered: plans.map(({ index, aggregate }) => ({ index, aggregate })) };
}

function planOf(part: Part, aggregate: Aggregate): Plan | null {
  switch (aggregate.agg) {
    case "contacts": {
      const held = heldSql(part, aggregate.where);
      const needs = aggregate.where === null || isOfKeys(aggregate.where) ? [] : [MARKS];
      const deed = { over: `bool_or(${held})`, add: "bool_or", needs };
      return held === null
        ? null
        : {
            where: aggregate.where ?? { and: [] },
            about: typesSql(part.scope, typesOf([aggregate.where])),
            deeds: [deed],
            count: ([did]) => `${did}`,
          };
    }
    case "contacts_repeating": {
      const { where, least } = aggregate;
      if (least > 2 || !contactMeasures().threaded.some((known) => Bun.deepEquals(known, where))) return null;
      const filter = `FILTER (WHERE ${whereSql(part.scope, where)})`;
      const deeds = [deedOf(THREAD_FIRST, "min", filter), deedOf(THREAD_LAST, "max", filter)];
      const about = `${THREAD_FIRST} IS NOT NULL`;
      return {
        where,
        about,
        deeds,
        count: ([first, last]) => (least === 2 ? `${first} <> ${last}` : `${first} IS NOT NULL`),
      };
    }
    case "contacts_latest": {
      const { where, is } = aggregate;
      const index = contactMeasures().latest.findIndex((known) => Bun.deepEquals(known, { where, is }));
      if (index < 0) return null;
      const about = `${latestColumn(index)} IS NOT NULL`;
      return { where, about, deeds: [deedOf(latestColumn(index), "max", "")], count: ([last]) => isSoSql(last ?? "") };
    }
    case "time_between": {
      const { p, from, to } = aggregate;
      const known = [from, to].every((where) => contactMeasures().timed.some((one) => Bun.deepEquals(one, where)));
      // A pair is of the splits of its second event, which a first moment alone does not tell.
      if (!known || part.scope.question.by.length > 0) return null;
      const deeds = [from, to].map((where) => deedOf(FIRST_AT, "min", `FILTER (WHERE ${whereSql(part.scope, where)})`));
      return { where: { or: [from, to] }, about: "true", deeds, count: () => "true", pairs: { p } };
    }
    default:
      return null;
  }
}

function deedOf(column: string, add: "min" | "max", filter: string): Deed {
  return { over: `${add}(${column}) ${filter}`.trim(), add, needs: [column] };
}

/** Whether a row has an event that meets the condition; null when rows cannot tell. */
function heldSql({ scope }: Part, where: Condition | null): string | null {
  const { key, residual } = splitCondition(where, SKETCH_KEYS, null);
  const bit = residual === null ? 0 : contactMeasures().marks.findIndex((known) => Bun.deepEquals(known, residual));
  if (bit < 0) return null;
  const marked = residual === null ? "true" : `(${MARKS} & ${2 ** bit}) <> 0`;
  return key === null ? marked : `${whereSql(scope, key)} AND ${marked}`;
}

/** A pair belongs to the bucket of its second event. */
function pairsSql(part: Part, index: number, p: number, [from, to]: readonly string[], whole: string): string {
  const t = part.scope.keys.length > 0 ? `${part.scope.time.label(to ?? "")} AS t, ` : "";
  return (
    `SELECT ${keyItems(part)}, quantile_cont(ms, ${p}) AS a${index} FROM (SELECT ${t}` +
    `(epoch_us(${to}) - epoch_us(${from})) / 1000.0::DOUBLE AS ms FROM ${whole} ` +
    `WHERE ${to} IS NOT NULL AND ${from} IS NOT NULL) ${groupSql(part)}`
  );
}
