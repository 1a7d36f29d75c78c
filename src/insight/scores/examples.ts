/**
 * Examples to learn from: contacts as they were known at moments of the past, and what became of them.
 * It must never look for an outcome in a time that is not over, nor show a feature what came at the moment or after it.
 */
import type { FeatureSpec, FeatureValue } from "../../analysis/conversion/model.ts";
import type { Definition, Plausible, Purpose } from "../../report/scores/definition.ts";
import { type Examined, examined } from "../../report/scores/examine.ts";
import { featureSpecs } from "../../report/scores/features.ts";
import { bound } from "../../store/query/binds.ts";
import { instantSql } from "../../store/query/time.ts";
import type { Store } from "../../store/store.ts";
import type { Param } from "../../store/values.ts";
import type { Learnable } from "./learn.ts";

export interface Examples {
  /** Those that vary. */
  specs: readonly FeatureSpec[];
  extras: Definition["extras"];
  /** With the values of every feature, in the order of featureSpecs(extras). */
  examples: readonly Examined[];
  plausible: Definition["plausible"];
}

const DAY = 86_400_000_000;
/** Days after it came in at which a lead is looked at, as long as it is open. 0: with the event by which it came, and no other. */
const AGES = [0, 1, 3, 7, 14, 30, 60];
/** Moments at which buyers are looked at, a horizon apart. */
const MOMENTS_MAX = 6;
/** More would only take longer; which are left out is chance. */
const EXAMPLES_MAX = 20_000;
/** Asked for at once, in the order of time: no question takes long. */
const PART = 5_000;
const CATEGORIES_SHOWN = 10;
const QUANTILES = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1];

export async function examplesOf(
  store: Store,
  location_id: string,
  purpose: Purpose,
  { definition, from, to }: Learnable,
  signal: AbortSignal,
): Promise<Examples> {
  const params: Param[] = [];
  const points = purpose === "conversion" ? leadPoints : buyerPoints;
  const all = points({ params, location_id, definition, from, to });
  const [counted] = await store.rows<{ count: number; first: number | null }>(
    `SELECT count(*) AS count, min(t) AS first FROM (${all})`,
    params,
    signal,
  );
  const every = Math.ceil((counted?.count ?? 0) / EXAMPLES_MAX);
  if (every === 0 || counted?.first === null || counted?.first === undefined)
    return { specs: [], extras: definition.extras, examples: [], plausible: {} };
  const { currency, extras, entry } = definition;
  const known = bound(params, entry);
  // What is left by chance may be a little more than its share: one part to spare.
  const parts = Math.ceil((counted?.count ?? 0) / every / PART) + 1;
  const examples: Examined[] = [];
  const thinned = `SELECT * FROM (${all}) WHERE hash(contact_id || epoch_us(t)) % ${every} = 0`;
  const ordered = `SELECT *, (row_number() OVER (ORDER BY t, contact_id) - 1) // ${PART} AS part FROM (${thinned})`;
  for (let part = 0; part < parts; part++) {
    const points = `SELECT * FROM (${ordered}) WHERE part = ${part}`;
    const given = { location_id, currency, extras, params: [...params], points, entry: known };
    for await (const packet of examined(store, { ...given, from: counted.first, to }, signal)) examples.push(...packet);
  }
  const varying: FeatureSpec[] = [];
  const plausible: Record<string, Plausible> = {};
  for (const [index, spec] of featureSpecs(extras).entries()) {
    const values = examples.map((example) => example.values[index] ?? null);
    // Twenty thousand values are looked through and sorted in some milliseconds: others come between.
    await Bun.sleep(0);
    if (values.every((value) => value === values[0])) continue;
    varying.push(spec);
    plausible[spec.name] = plausibleOf(spec, values);
  }
  return { specs: varying, extras, examples, plausible };
}

interface Wanted {
  params: Param[];
  location_id: string;
  definition: Pick<Definition, "entry" | "target" | "lost" | "horizon_days">;
  from: number;
  to: number;
}

/** A lead at fixed ages, from its first entry on, while it is open; what happens at the moment itself is still to come. */
function leadPoints({ params, location_id, definition, from, to }: Wanted): string {
  const { entry, target, lost, horizon_days } = definition;
  const isEntry = `list_contains(${bound(params, entry)}, type)`;
  const isLost = `list_contains(${bound(params, lost)}, type)`;
  const isTarget = `list_contains(${bound(params, target)}, type)`;
  return `WITH steps AS (
      SELECT contact_id, time, ${isEntry} AS is_entry, ${isTarget} AS is_target, ${isLost} AS is_lost FROM events
      WHERE location_id = ${bound(params, location_id)} AND contact_id IS NOT NULL AND time >= ${instantSql(from)} AND time <= ${instantSql(to)}
        AND (${isEntry} OR ${isTarget} OR ${isLost})),
    leads AS (
      SELECT contact_id, min(time) FILTER (is_entry) AS entry_at, min(time) FILTER (is_target) AS converted_at FROM steps
      GROUP BY contact_id HAVING entry_at IS NOT NULL AND (converted_at IS NULL OR converted_at >= entry_at)),
    ended AS (
      SELECT contact_id, entry_at, converted_at, min(time) FILTER (is_lost AND time >= entry_at) AS lost_at
      FROM leads JOIN steps USING (contact_id) GROUP BY ALL),
    aged AS (SELECT *, entry_at + to_days(age) AS t FROM ended CROSS JOIN (SELECT unnest([${AGES.join(", ")}]) AS age))
    SELECT contact_id, t, age = 0 AS at_entry, coalesce(converted_at < t + to_days(${horizon_days}), false) AS outcome FROM aged
    WHERE (converted_at IS NULL OR converted_at >= t) AND (lost_at IS NULL OR lost_at >= t) AND t + to_days(${horizon_days}) <= ${instantSql(to)}`;
}

/** Who bought in the period before each moment; the outcome is that they buy nothing in the period after it. */
function buyerPoints({ params, location_id, definition, from, to }: Wanted): string {
  const { target, horizon_days } = definition;
  const step = horizon_days * DAY;
  const moments = Array.from({ length: MOMENTS_MAX }, (_, back) => to - (back + 1) * step).filter(
    (t) => t - step >= from,
  );
  return `SELECT contact_id, t, false AS at_entry, count(*) FILTER (time >= t) = 0 AS outcome
    FROM events CROSS JOIN (SELECT unnest([${moments.map(instantSql).join(", ")}]::TIMESTAMP[]) AS t)
    WHERE location_id = ${bound(params, location_id)} AND contact_id IS NOT NULL AND list_contains(${bound(params, target)}, type)
      AND time >= ${instantSql(from)} AND time <= ${instantSql(to)} AND time >= t - to_days(${horizon_days}) AND time < t + to_days(${horizon_days})
    GROUP BY contact_id, t HAVING count(*) FILTER (time < t) > 0`;
}

function plausibleOf({ kind }: FeatureSpec, values: readonly FeatureValue[]): Plausible {
  if (kind === "category") {
    const counts = new Map<string, number>();
    for (const value of values) if (typeof value === "string") counts.set(value, (counts.get(value) ?? 0) + 1);
    const ordered = [...counts].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1));
    return { kind, values: ordered.slice(0, CATEGORIES_SHOWN).map(([value]) => value) };
  }
  const sorted = Float64Array.from(values.filter((value) => typeof value === "number")).sort();
  const at = QUANTILES.map((share) => sorted[Math.round(share * (sorted.length - 1))]);
  return { kind, values: [...new Set(at.filter((value) => value !== undefined))] };
}
