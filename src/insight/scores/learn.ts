/** What can be learned about a location's contacts: who comes in, what is the outcome, within which time. */
import { isPersonalKey } from "../../catalogue/personal.ts";
import type { Definition, Purpose } from "../../report/scores/definition.ts";
import { EXTRA_KEY, USUAL } from "../../report/scores/definition.ts";
import { type Extra, INCOME, isRead } from "../../report/scores/features.ts";
import { bound } from "../../store/query/binds.ts";
import { instantSql } from "../../store/query/time.ts";
import type { Store } from "../../store/store.ts";
import type { Param } from "../../store/values.ts";

export interface Learnable {
  definition: Omit<Definition, "plausible">;
  /** What is learned from: from the first event, or as far back as is read, to the last. */
  from: number;
  to: number;
}

export type Learned = { learnable: Learnable } | { learnable: null; reason: string; seen_at: number | null };

interface Asked {
  store: Store;
  location_id: string;
  /** Of the location. */
  currency: string;
  from: number;
  to: number;
  signal: AbortSignal;
}

const DAY = 86_400_000_000;
const HISTORY_DAYS = 730;
/** Read in one training; of a busier location the last weeks tell enough. */
const EVENTS_MAX = 30_000_000;
/** What a conversion is, the first of them that occurs. */
const TARGETS = ["lead_converted", "deal_closed", "order_placed", "booking_completed"];
const HORIZONS: Readonly<Record<Purpose, readonly number[]>> = {
  conversion: [7, 14, 30, 60, 90],
  churn: [30, 60, 90, 180],
};
const EXTRAS_MAX = 12;
/** Events whose data is looked through for them, the newest; of those a sample. */
const EXTRAS_READ_MAX = 1_000_000;
const EXTRAS_SAMPLE = 20_000;
const CATEGORIES_MAX = 50;

export async function learnable(
  parts: { store: Store; currencyOf: (location_id: string) => string; now: number },
  { location_id, purpose, signal }: { location_id: string; purpose: Purpose; signal: AbortSignal },
): Promise<Learned> {
  const { store, now } = parts;
  const since = await readBack({ store, location_id, to: now, signal }, EVENTS_MAX);
  const [extent] = await store.rows<{ first: number | null; last: number | null }>(
    `SELECT min(time) AS first, max(time) AS last FROM events WHERE location_id = $1 AND contact_id IS NOT NULL
     AND time >= ${instantSql(since)} AND time <= ${instantSql(now)}`,
    [location_id],
    signal,
  );
  const to = extent?.last ?? null;
  if (!extent || extent.first === null || to === null)
    return { learnable: null, reason: "No event names a contact yet.", seen_at: null };
  const from = Math.max(extent.first, to - HISTORY_DAYS * DAY);
  const asked = { store, location_id, currency: parts.currencyOf(location_id), from, to, signal };
  const found = await (purpose === "conversion" ? conversionOf(asked) : churnOf(asked));
  if (typeof found === "string") return { learnable: null, reason: found, seen_at: to };
  const [currency, extras] = [await currencyOf(asked), await extrasOf(asked, found.target)];
  return { learnable: { definition: { ...found, currency, extras, known_to: to }, from, to } };
}

/** From where on events are read: as far back as there are not more than so many. The days' counts are in a rollup. */
async function readBack(
  { store, location_id, to, signal }: Pick<Asked, "store" | "location_id" | "to" | "signal">,
  most: number,
): Promise<number> {
  const days = await store.rows<{ day: number; events: number }>(
    `SELECT bucket AS day, sum(n)::BIGINT AS events FROM rollup_day WHERE location_id = $1 AND bucket <= ${instantSql(to)}
     GROUP BY bucket ORDER BY bucket DESC LIMIT ${HISTORY_DAYS}`,
    [location_id],
    signal,
  );
  let read = 0;
  const fitting = days.filter(({ events }, index) => {
    read += events;
    return index === 0 || read <= most;
  });
  return fitting.at(-1)?.day ?? to;
}

type Found = Pick<Definition, "entry" | "target" | "lost" | "horizon_days">;

async function conversionOf(asked: Asked): Promise<Found | string> {
  const { params, where } = scopeOf(asked);
  const types = await asked.store.rows<{ type: string }>(
    `SELECT DISTINCT type FROM events WHERE ${where}`,
    params,
    asked.signal,
  );
  const there = new Set(types.map(({ type }) => type));
  const target = TARGETS.find((type) => there.has(type));
  if (target === undefined)
    return `Nobody converted yet: no event is a ${TARGETS.slice(0, -1).join(", ")} or ${TARGETS.at(-1)} of a contact.`;
  const usual = USUAL.conversion.entry.filter((type) => there.has(type));
  const entry = usual.length > 0 ? usual : await firstHeard(asked, target);
  if (entry.length === 0)
    return `Whoever has ${target} is first heard of by it: there is nothing before it to learn from.`;
  const took = await daysToConvert(asked, entry, target);
  if (took === null) return `Nobody who came in by ${entry.join(" or ")} has ${target} after it.`;
  const horizon_days = horizonOf("conversion", took, asked);
  return horizon_days === null
    ? tooShort(asked, "conversion")
    : { entry, target: [target], lost: lostBy(target), horizon_days };
}

/** Where the conversion is a booking that came about, one that did not is lost. */
function lostBy(target: string): string[] {
  return [
    ...USUAL.conversion.lost,
    ...(target === "booking_completed" ? ["booking_cancelled", "booking_no_show"] : []),
  ];
}

/** Where nobody reports leads: the event by which most contacts are first heard of, if those who convert come that way. */
async function firstHeard(asked: Asked, target: string): Promise<string[]> {
  const { params, where } = scopeOf(asked);
  const is = `type = ${bound(params, target)}`;
  const [found] = await asked.store.rows<{ type: string; converted: number; before: number }>(
    `WITH firsts AS (
       SELECT contact_id, arg_min(type, time) FILTER (NOT (${is})) AS type, min(time) FILTER (NOT (${is})) AS first,
         min(time) FILTER (${is}) AS converted_at FROM events WHERE ${where} GROUP BY contact_id),
     best AS (SELECT type FROM firsts WHERE type IS NOT NULL GROUP BY type ORDER BY count(*) DESC, type LIMIT 1)
     SELECT (SELECT type FROM best) AS type, count(converted_at) AS converted,
       count(*) FILTER (type = (SELECT type FROM best) AND first <= converted_at) AS before FROM firsts`,
    params,
    asked.signal,
  );
  return found?.type && found.before * 2 >= found.converted ? [found.type] : [];
}

/** Within so many days four of five of those who convert did. */
async function daysToConvert(asked: Asked, entry: readonly string[], target: string): Promise<number | null> {
  const { params, where } = scopeOf(asked);
  const [found] = await asked.store.rows<{ days: number | null }>(
    `SELECT quantile_cont((epoch_us(converted_at) - epoch_us(entry_at)) / 86400e6, 0.8)::DOUBLE AS days FROM (
       SELECT min(time) FILTER (list_contains(${bound(params, entry)}, type)) AS entry_at,
         min(time) FILTER (type = ${bound(params, target)}) AS converted_at FROM events WHERE ${where} GROUP BY contact_id)
     WHERE converted_at >= entry_at`,
    params,
    asked.signal,
  );
  return found?.days ?? null;
}

async function churnOf(asked: Asked): Promise<Found | string> {
  const { params, where } = scopeOf(asked);
  const [found] = await asked.store.rows<{ buyers: number; days: number | null }>(
    `WITH days AS (SELECT DISTINCT contact_id, date_trunc('day', time) AS day FROM events WHERE ${where} AND ${INCOME}),
     gaps AS (SELECT contact_id, epoch_us(day) - epoch_us(lag(day) OVER (PARTITION BY contact_id ORDER BY day)) AS gap FROM days)
     SELECT count(DISTINCT contact_id) AS buyers, (median(gap) / 86400e6)::DOUBLE AS days FROM gaps`,
    params,
    asked.signal,
  );
  if (!found || found.buyers === 0) return "Nobody has bought anything yet.";
  if (found.days === null)
    return `None of the ${found.buyers} buyers has bought on two days: there is no rhythm to miss.`;
  const horizon_days = horizonOf("churn", found.days * 2, asked);
  const { entry, target, lost } = USUAL.churn;
  return horizon_days === null ? tooShort(asked, "churn") : { entry, target, lost, horizon_days };
}

/** The first that is long enough and leaves room to learn: a third of the history at most. */
function horizonOf(purpose: Purpose, days: number, { from, to }: Asked): number | null {
  const fitting = HORIZONS[purpose].filter((horizon) => horizon * DAY * 3 <= to - from);
  return fitting.find((horizon) => horizon >= days) ?? fitting.at(-1) ?? null;
}

function tooShort({ from, to }: Asked, purpose: Purpose): string {
  const [least = 0] = HORIZONS[purpose];
  return `There are ${Math.floor((to - from) / DAY)} days of history; a model needs ${least * 3}.`;
}

async function currencyOf(asked: Asked): Promise<string> {
  const { params, where } = scopeOf(asked);
  const [most] = await asked.store.rows<{ currency: string }>(
    `SELECT currency FROM events WHERE ${where} AND ${INCOME} AND currency IS NOT NULL GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1`,
    params,
    asked.signal,
  );
  return most?.currency ?? asked.currency;
}

interface Key {
  key: string;
  contacts: number;
  sampled: number;
  texts: number;
  values: number;
}

/** Fields of `data` beside those that every location may have: known of a fifth of the contacts, and of few values or a number. */
async function extrasOf(asked: Asked, target: readonly string[]): Promise<Extra[]> {
  const from = Math.max(asked.from, await readBack(asked, EXTRAS_READ_MAX));
  const { params, where } = scopeOf({ ...asked, from });
  const keys = await asked.store.rows<Key>(
    `WITH sampled AS (
       SELECT contact_id, data FROM events WHERE ${where} AND data IS NOT NULL AND NOT list_contains(${bound(params, target)}, type)
       ORDER BY hash(contact_id), time LIMIT ${EXTRAS_SAMPLE}),
     keyed AS (SELECT contact_id, unnest(json_keys(data)) AS key, data FROM sampled),
     valued AS (SELECT contact_id, key, json_extract(data, '$."' || key || '"') AS value FROM keyed WHERE regexp_matches(key, '^[A-Za-z_][A-Za-z0-9_-]{0,39}$'))
     SELECT key, count(DISTINCT contact_id) AS contacts, (SELECT count(DISTINCT contact_id) FROM sampled) AS sampled,
       count(*) FILTER (json_type(value) IN ('VARCHAR', 'BOOLEAN')) AS texts, count(DISTINCT value) AS values
     FROM valued WHERE json_type(value) IN ('VARCHAR', 'BOOLEAN', 'UBIGINT', 'BIGINT', 'DOUBLE') GROUP BY key ORDER BY contacts DESC, key`,
    params,
    asked.signal,
  );
  return keys
    .filter(
      ({ key, contacts, sampled }) =>
        EXTRA_KEY.test(key) && !isPersonalKey(key) && !isRead(key) && !namesOne(key) && contacts * 5 >= sampled,
    )
    .flatMap(({ key, texts, values }): Extra[] => {
      if (texts === 0) return values > 1 ? [{ key, kind: "number" }] : [];
      return values > 1 && values <= CATEGORIES_MAX ? [{ key, kind: "category" }] : [];
    })
    .slice(0, EXTRAS_MAX);
}

/** A number that only tells one from another says nothing about those to come. */
function namesOne(key: string): boolean {
  return /(^|_)(id|no|nr|number|uuid|ref)$/i.test(key);
}

function scopeOf({ location_id, from, to }: Asked): { params: Param[]; where: string } {
  const params: Param[] = [];
  const where = `location_id = ${bound(params, location_id)} AND contact_id IS NOT NULL AND time >= ${instantSql(from)} AND time <= ${instantSql(to)}`;
  return { params, where };
}
