/** The doctor's look at the store, by whoever holds it: its rows against its own count, its rollups against its events. */
import { KPIS } from "../catalogue/kpis.ts";
import type { Answer, AppliedState, Cell } from "../store/store.ts";
import type { Parts } from "../web/parts.ts";

/** One thing that was looked at. */
export interface Check {
  check: string;
  state: "ok" | "warn" | "bad";
  detail: string;
}

export interface StoreChecks {
  state: AppliedState;
  checks: Check[];
}

const DAY_US = 86_400_000_000;
/** Days whose every KPI is computed both ways. */
const SAMPLE_DAYS = 5;
/** Doubles are added up in another order. */
const RELATIVE = 1e-9;
/** Money is rounded once to four places, a quotient of sums may fall to either side. */
const MONEY = 0.000_051;
const CATCH_UP_LOOK_MS = 100;
const NAMED_MAX = 5;

/** Between two groups of the writer, so that nothing changes under it. */
export async function storeChecks(parts: Parts): Promise<StoreChecks> {
  const { ingest, store } = parts;
  // What the journal holds and the store does not yet is no fault.
  const { journal_seq } = ingest.stats();
  while (ingest.stats().applied_seq < journal_seq) await Bun.sleep(CATCH_UP_LOOK_MS);
  return ingest.exclusively(async () => {
    const days = await daysOf(parts);
    return { state: store.state, checks: [countCheck(parts, days), rollupCheck(days), await sampleCheck(parts, days)] };
  });
}

interface Day {
  day: number;
  events: number;
  /** As the rollup has it. */
  rolled: number;
}

async function daysOf({ store }: Parts): Promise<Day[]> {
  const counted = await store.rows<{ day: number; events: number }>(
    "SELECT date_trunc('day', time) AS day, count(*) AS events FROM events GROUP BY 1 ORDER BY 1",
    [],
  );
  const rolled = await store.rows<{ day: number; events: number }>(
    "SELECT bucket AS day, sum(n)::BIGINT AS events FROM rollup_day GROUP BY 1 ORDER BY 1",
    [],
  );
  const days = new Map(counted.map(({ day, events }): [number, Day] => [day, { day, events, rolled: 0 }]));
  for (const { day, events } of rolled) {
    const known = days.get(day) ?? { day, events: 0, rolled: 0 };
    days.set(day, { ...known, rolled: events });
  }
  return [...days.values()].sort((one, other) => one.day - other.day);
}

function countCheck({ store }: Parts, days: readonly Day[]): Check {
  const rows = days.reduce((sum, { events }) => sum + events, 0);
  const { events } = store.state;
  const check = "events";
  if (rows === events) return { check, state: "ok", detail: `${said(rows)} events, as many as were counted in` };
  const detail = `${said(rows)} events are there, ${said(events)} were counted in: bellwether restore --from-journal`;
  return { check, state: "bad", detail };
}

function rollupCheck(days: readonly Day[]): Check {
  const wrong = days.filter(({ events, rolled }) => events !== rolled);
  const check = "rollups";
  if (wrong.length === 0)
    return { check, state: "ok", detail: `each of ${said(days.length)} days has its events in the rollups` };
  const named = wrong.slice(0, NAMED_MAX).map(({ day, events, rolled }) => `${dateOf(day)} ${rolled} of ${events}`);
  const detail = `${said(wrong.length)} days differ (${named.join(", ")}): bellwether rollup rebuild`;
  return { check, state: "bad", detail };
}

/** Every KPI of some days from the rollups and from the events: the first, the last and some between, each time others. */
async function sampleCheck(parts: Parts, days: readonly Day[]): Promise<Check> {
  const sample = sampleOf(days.filter(({ events }) => events > 0));
  const wrong: string[] = [];
  for (const { day } of sample) {
    const question = {
      ...{
        kpis: KPIS,
        by: [],
        grain: null,
        from: day,
        to: day + DAY_US,
        timezone: "UTC",
        locations: null,
        filters: [],
      },
      rules: parts.control.commissionRules(),
    };
    const raw = await parts.store.ask({ ...question, source: "raw" });
    const rolled = await parts.store.ask({ ...question, source: "rollup" });
    wrong.push(...differing(raw, rolled).map((kpi) => `${kpi} on ${dateOf(day)}`));
  }
  const check = "rollups of a sample";
  if (wrong.length === 0)
    return {
      check,
      state: "ok",
      detail: `${KPIS.length} KPIs on ${sample.length} days are the same from rollups and events`,
    };
  const detail = `${said(wrong.length)} differ (${wrong.slice(0, NAMED_MAX).join(", ")}): bellwether rollup rebuild`;
  return { check, state: "bad", detail };
}

function sampleOf(days: readonly Day[]): readonly Day[] {
  if (days.length <= SAMPLE_DAYS) return days;
  const places = new Set([0, days.length - 1]);
  while (places.size < SAMPLE_DAYS) places.add(Math.floor(Math.random() * days.length));
  return days.filter((_, place) => places.has(place));
}

/** Keys of the KPIs that are not the same; where a sketch stands in, they need not be. */
function differing(raw: Answer, rolled: Answer): string[] {
  const near = new Set(rolled.columns.filter(({ approximate }) => approximate).map(({ name }) => name));
  return Object.entries(raw.totals).flatMap(([key, total]) =>
    near.has(key) || isSame(total, rolled.totals[key] ?? null) ? [] : [key],
  );
}

type Total = Answer["totals"][string];

function isSame(one: Total, other: Total): boolean {
  if (one === null || other === null) return one === other;
  if (typeof one !== "object" || typeof other !== "object")
    return typeof one !== "object" && typeof other !== "object" && isClose(one, other);
  const currencies = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...currencies].every((currency) => isClose(one[currency] ?? null, other[currency] ?? null));
}

function isClose(one: Cell, other: Cell): boolean {
  if (one === null || other === null) return one === other;
  const allowed = Math.max(RELATIVE, Math.abs(Number(one)) * RELATIVE, typeof one === "string" ? MONEY : 0);
  return Math.abs(Number(one) - Number(other)) <= allowed;
}

function dateOf(day: number): string {
  return new Date(day / 1_000).toISOString().slice(0, 10);
}

function said(count: number): string {
  return count.toLocaleString("en-US");
}
