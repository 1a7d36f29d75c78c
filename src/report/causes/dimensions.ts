/** By what an anomaly can be taken apart: what the catalogue names for its KPI, and what its events carry besides. */
import { dataPath } from "../../catalogue/fields.ts";
import type { Store } from "../../store/store.ts";
import { kpiFrom } from "../custom-kpis.ts";
import { typesRead } from "../watching/kinds.ts";
import { splitsByType } from "../watching/splittable.ts";
import { type Around, windowOf } from "./parts.ts";

/** Beyond so many events of the KPI in the window only what the rollups know is asked: the rest would open every event. */
const RAW_EVENTS_MAX = 300_000;
/** Events whose data is looked at to learn what they carry. */
const LOOKED_AT = 400;
const FOUND_MAX = 6;
/** Of those a share has to carry it. */
const CARRIED_MIN = 0.3;
const TEXT_CHARS_MAX = 64;
const NUMBERS_MAX = 20;
/** How much, not which. */
const MEASURED: ReadonlySet<string> = new Set(["value", "currency", "success", "location_id"]);
const ALWAYS = ["bot_id", "type"] as const;

const EVENTS = kpiFrom("events read", { label: "", unit: "count", better: null, description: "", formula: "count()" });

/** True where looking into every event of the window costs little. */
export async function rawIsCheap(store: Store, around: Around): Promise<boolean> {
  if (store.state.events <= RAW_EVENTS_MAX) return true;
  const buckets = windowOf(around);
  const [from, to] = [buckets[0]?.start ?? 0, buckets.at(-1)?.end ?? 0];
  const types = typesRead(around.kpi);
  const only = types === null ? [] : [{ field: "type", op: "in", value: types } as const];
  const filters = [...around.scope.filters, ...only];
  const answer = await store.ask({ ...around.scope, from, to, filters, kpis: [EVENTS], by: [], grain: null });
  return Number(answer.totals[EVENTS.key] ?? 0) <= RAW_EVENTS_MAX;
}

/** As filters name them. */
export async function dimensionsFor(store: Store, around: Around, raw: boolean): Promise<readonly string[]> {
  const types = typesRead(around.kpi);
  const { locations } = around.scope;
  const known = [
    ...(locations?.length === 1 ? [] : ["location_id"]),
    ...ALWAYS.filter((field) => field !== "type" || (splitsByType(around.kpi) && (types === null || types.length > 1))),
  ];
  if (!raw) return known;
  const named = around.kpi.dimensions.filter((field) => field.startsWith("data.") && !MEASURED.has(field));
  return [...new Set([...known, "contact_id", ...named, ...(await carried(store, around, types))])];
}

/** Keys of `data` that say which: texts, booleans and few distinct whole numbers. */
async function carried(store: Store, around: Around, types: readonly string[] | null): Promise<readonly string[]> {
  const { scope, bucket } = around;
  const from = windowOf(around)[0]?.start ?? bucket.start;
  const rows = await store.rows<{ data: string | null }>(
    `SELECT data::VARCHAR AS data FROM events WHERE time >= make_timestamp($1) AND time < make_timestamp($2)
     AND ($3 OR list_contains($4, location_id)) AND ($5 OR list_contains($6, type)) AND data IS NOT NULL
     ORDER BY time DESC LIMIT ${LOOKED_AT}`,
    [from, bucket.end, scope.locations === null, scope.locations ?? [], types === null, types ?? []],
    scope.signal,
  );
  const seen = new Map<string, unknown[]>();
  for (const { data } of rows) {
    const parsed: unknown = data === null ? null : JSON.parse(data);
    if (typeof parsed !== "object" || parsed === null) continue;
    for (const [key, value] of Object.entries(parsed)) {
      const values = seen.get(key) ?? [];
      values.push(value);
      seen.set(key, values);
    }
  }
  return [...seen]
    .filter(([key, values]) => dataPath(`data.${key}`) && values.length >= rows.length * CARRIED_MIN && isWhich(values))
    .sort(([, one], [, other]) => other.length - one.length)
    .slice(0, FOUND_MAX)
    .map(([key]) => `data.${key}`);
}

function isWhich(values: readonly unknown[]): boolean {
  const known = values.filter((value) => value !== null);
  const distinct = new Set(known);
  if (known.every((value) => typeof value === "string")) return known.every((text) => text.length <= TEXT_CHARS_MAX);
  if (known.every((value) => typeof value === "boolean")) return true;
  return known.every((value) => Number.isInteger(value)) && distinct.size <= NUMBERS_MAX;
}
