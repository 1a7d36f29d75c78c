/** Percentiles from sketches: one scan adds up the bins of all of them, then each is read off its own. */
import {
  fieldsOf,
  rollupSketches,
  SKETCH_KEYS,
  type Sketch,
  sketchOf,
  splitCondition,
  WHOLE_KEYS,
} from "../../catalogue/measures.ts";
import type { Aggregate, Condition } from "../../catalogue/types.ts";
import { numberSql } from "../condition.ts";
import { sketchBinSql, sketchValueSql } from "../sketch.ts";
import { type Answering, NOTHING } from "./answering.ts";
import { bound } from "./binds.ts";
import { rangesOf, SKETCH_LEVELS, type SourceRange, type SourceScan, scansOf } from "./ranges.ts";
import { edgesOf, keyedSql, sourceSql, useful } from "./rollup.ts";
import { typesOf, type Wanted } from "./rows.ts";
import { groupSql, keyItems, type Part, passedItems, whereSql } from "./scope.ts";

/** Percentiles of one sketch under one condition on its keys. */
interface Sketched {
  sketch: Sketch;
  key: Condition | null;
  of: { index: number; p: number }[];
}

/** `name`: of the shared table. */
export function sketchBlocks(part: Part, wanted: readonly Wanted[], name: string): Answering {
  const { from, to } = part.scope.question;
  if (part.currencies || !part.scope.named.isSubsetOf(SKETCH_KEYS)) return NOTHING;
  const answered = wanted.filter(({ aggregate }) => isSketched(part, aggregate));
  const ranges = useful(part, rangesOf(from, to, edgesOf(part), SKETCH_LEVELS));
  if (ranges === null || answered.length === 0) return NOTHING;
  const groups = groupsOf(answered);
  return {
    shared: [`${name} AS MATERIALIZED (${binsSql(part, answered, groups, ranges)})`],
    blocks: groups.map((group) => percentilesSql(part, group, name)),
    answered,
  };
}

/** True when a sketch has all that the percentile is over. */
function isSketched({ scope }: Part, aggregate: Aggregate): boolean {
  if (aggregate.agg !== "percentile") return false;
  const sketch = sketchOf(aggregate.field, aggregate.where);
  const known = rollupSketches().find(({ name }) => name === sketch.name);
  if (!known || !Bun.deepEquals(known, sketch)) return false;
  return !known.whole || (aggregate.where === null && scope.named.isSubsetOf(WHOLE_KEYS));
}

function groupsOf(wanted: readonly Wanted[]): readonly Sketched[] {
  const groups: Sketched[] = [];
  for (const { index, aggregate } of wanted) {
    if (aggregate.agg !== "percentile") continue;
    const sketch = sketchOf(aggregate.field, aggregate.where);
    const { key } = splitCondition(aggregate.where, SKETCH_KEYS, aggregate.field);
    const known = groups.find((group) => group.sketch.name === sketch.name && Bun.deepEquals(group.key, key));
    if (known) known.of.push({ index, p: aggregate.p });
    else groups.push({ sketch, key, of: [{ index, p: aggregate.p }] });
  }
  return groups;
}

/** Bins by the question's keys, by sketch, and by what conditions look at. */
function binsSql(
  part: Part,
  wanted: readonly Wanted[],
  groups: readonly Sketched[],
  ranges: readonly SourceRange[],
): string {
  const sketches = [...new Map(groups.map(({ sketch }) => [sketch.name, sketch])).values()];
  const types = typesOf(wanted.map(({ aggregate }) => ("where" in aggregate ? aggregate.where : null)));
  // A sketch is of its own types, and where all are wanted there is nothing to leave out.
  const all = sketches.length === rollupSketches().length;
  const names = sketches.map(({ name }) => bound(part.scope.params, name)).join(", ");
  const branches = scansOf(ranges).map((scan) =>
    scan.table === "events"
      ? eventBinsSql(part, scan, types, sketches)
      : sourceSql(part, scan, null, "location_id, type, bot_id, sketch, bin, n", all ? "true" : `sketch IN (${names})`),
  );
  const looked = ["sketch", ...new Set(lookedAt(groups))];
  const keys = [...part.scope.keys, "bin"].join(", ");
  // As values, not as keys: the database would hold every row of the scan to what each percentile asks of them.
  const values = looked.map((field) => `any_value(${field}) AS ${field}`).join(", ");
  return `SELECT ${keys}, ${values}, sum(n) AS n FROM ${keyedSql(part, branches)} GROUP BY ${[keys, ...looked].join(", ")}`;
}

function lookedAt(groups: readonly Sketched[]): readonly string[] {
  return groups.flatMap(({ key }) => (key === null ? [] : fieldsOf(key)));
}

/** What each event would have put into the sketches. */
function eventBinsSql(part: Part, scan: SourceScan, types: Condition | null, sketches: readonly Sketch[]): string {
  const list = sketches.map(({ name, field, where }) => {
    const bin = sketchBinSql(`(${numberSql(field)})::DOUBLE`);
    const held = where === null ? bin : `CASE WHEN ${whereSql(part.scope, where)} THEN ${bin} END`;
    return `{'sketch': ${bound(part.scope.params, name)}, 'bin': ${held}}`;
  });
  const events = sourceSql(part, scan, types, `location_id, type, bot_id, unnest([${list.join(", ")}]) AS s`);
  return `SELECT t, location_id, type, bot_id, s.sketch AS sketch, s.bin AS bin, 1::BIGINT AS n FROM (${events}) WHERE s.bin IS NOT NULL`;
}

/** By interpolation between the bins around each rank, as quantile_cont does between values. */
function percentilesSql(part: Part, { sketch, key, of }: Sketched, name: string): string {
  const { scope } = part;
  const apart = passedItems(part);
  const own = [...scope.keys, "bin"].join(", ");
  const rows =
    `SELECT ${own}, sum(n) AS n FROM ${name} WHERE sketch = ${bound(scope.params, sketch.name)} ` +
    `AND ${whereSql(scope, key)} GROUP BY ${own}`;
  const running =
    `SELECT *, sum(n) OVER (PARTITION BY ${apart} ORDER BY bin) AS running, sum(n) OVER (PARTITION BY ${apart}) AS total ` +
    `FROM (SELECT ${keyItems(part)}, bin, sum(n) AS n FROM (${rows}) ${groupSql(part, ["bin"])})`;
  const edges = of.map(({ index, p }) => {
    const rank = `${p} * (total - 1)`;
    const at = (edge: string): string => `min(bin) FILTER (WHERE running > ${edge}(${rank}))`;
    return `${at("floor")} AS low${index}, ${at("ceil")} AS high${index}, any_value(${rank}) AS rank${index}`;
  });
  const values = of.map(({ index }) => {
    const [low, high, rank] = [sketchValueSql(`low${index}`), sketchValueSql(`high${index}`), `rank${index}`];
    return `${low} + (${high} - ${low}) * (${rank} - floor(${rank})) AS a${index}`;
  });
  return (
    `SELECT ${["lvl", ...scope.keys].join(", ")}, NULL::VARCHAR AS cur, ${values.join(", ")} FROM (` +
    `SELECT ${apart}, ${edges.join(", ")} FROM (${running}) GROUP BY ${apart})`
  );
}
