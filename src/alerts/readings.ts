/**
 * The values that rules look at, asked together: one question of the store answers every KPI, location and bot of the same
 * stretch of time and the same filters.
 * It must never ask for a value that cannot have changed.
 */
import { aggregatesOf, combined, expressionOf } from "../catalogue/formula.ts";
import type { Range } from "../catalogue/period.ts";
import type { CommissionRule, Expression, Filter, Kpi } from "../catalogue/types.ts";
import { recordsOf } from "../report/read-answer.ts";
import { QuestionFault } from "../store/query/fault.ts";
import { isMonetary } from "../store/query/rows.ts";
import type { Answer, Question, Store } from "../store/store.ts";
import type { Activity } from "./activity.ts";

/** One value, or one for each bot. */
export interface Wanted {
  kpi: Kpi;
  location_id: string;
  /** Of the location: which money counts. */
  currency: string;
  range: Range;
  /** Which window it is, whenever: "15m", "month before". With it a value can be told to be the same as the last time. */
  window: string;
  /** Matters to filters by the hour or the day of the week alone. */
  timezone: string;
  filters: readonly Filter[];
  /** A bot, "each" of them, or null for all together. */
  bot: { id: string } | "each" | null;
}

export type Values = ReadonlyMap<string, number | null>;

export interface Reading {
  /** By bot; of all bots together under "". */
  values: Values;
}

export interface Asking {
  store: Pick<Store, "ask">;
  activity: Activity;
  rules: () => readonly CommissionRule[];
}

/** Requests and ingest take their turn between so many values. */
const AT_ONCE = 250;
/** Asked in one question; more make it slow to plan. */
const KPIS_MAX = 60;
const TIMED: ReadonlySet<string> = new Set(["hour_of_day", "day_of_week"]);
/** What is remembered of windows that no rule has any more goes after so many passes. */
const KEPT_PASSES = 3;

interface Known {
  range: Range;
  version: number;
  values: Values;
  pass: number;
}

export interface Readings {
  /** Answers everything that is wanted of one pass, by the very objects that were given; an Error where it could not be had. */
  read(wanted: readonly Wanted[]): Promise<ReadonlyMap<Wanted, Reading | Error>>;
  /** Questions asked and values reused, since the start. */
  counts(): { asked: number; reused: number };
}

export function createReadings({ store, activity, rules }: Asking): Readings {
  const known = new Map<string, Known>();
  const counts = { asked: 0, reused: 0 };
  let pass = 0;

  function reuse(wanted: Wanted, key: string): Values | null {
    const before = known.get(key);
    if (!before || looksBeyond(wanted.kpi)) return null;
    const { location_id, range } = wanted;
    if (before.version !== activity.version(location_id)) return null;
    // What left the window at its beginning, and what its end has moved over.
    const left = { from: before.range.from, to: range.from };
    if (before.range.from > range.from || before.range.to > range.to || activity.has(location_id, left)) return null;
    if (activity.has(location_id, { from: before.range.to, to: range.to })) return null;
    known.set(key, { ...before, range, pass });
    return before.values;
  }

  async function ask(batch: readonly Wanted[], answers: Map<Wanted, Reading | Error>): Promise<void> {
    const kpis = [...Map.groupBy(batch, ({ kpi }) => `${kpi.unit} ${kpi.formula}`).values()];
    for (let start = 0; start < kpis.length; start += KPIS_MAX) {
      const group = kpis.slice(start, start + KPIS_MAX);
      try {
        await askGroup(group, answers);
      } catch (error) {
        // One KPI that cannot be asked must not silence the rules of others.
        if (error instanceof QuestionFault && group.length > 1)
          for (const one of group) await askGroup([one], answers).catch((why) => failed(one, why, answers));
        else for (const one of group) failed(one, error, answers);
      }
    }
  }

  async function askGroup(group: readonly (readonly Wanted[])[], answers: Map<Wanted, Reading | Error>): Promise<void> {
    const [one] = group.flat();
    if (!one) return;
    const locations = [...new Set(group.flat().map(({ location_id }) => location_id))];
    const versions = new Map(locations.map((id) => [id, activity.version(id)]));
    const kpis = group.flatMap(([first], index) => (first ? [{ ...first.kpi, key: `k${index}` }] : []));
    const by = ["location_id", ...(one.bot === null ? [] : ["bot_id"])];
    counts.asked++;
    const question: Question = {
      kpis,
      by,
      grain: null,
      ...one.range,
      timezone: one.timezone,
      locations,
      filters: one.filters,
      rules: rules(),
      now: one.range.to,
    };
    const rows = rowsByPlace(await store.ask(question));
    let count = 0;
    for (const [index, same] of group.entries()) {
      for (const wanted of same) {
        if (++count % AT_ONCE === 0) await Bun.sleep(0);
        const values = valuesOf(wanted, rows, `k${index}`);
        answers.set(wanted, { values });
        const version = versions.get(wanted.location_id) ?? -1;
        known.set(identityOf(wanted), { range: wanted.range, version, values, pass });
      }
    }
  }

  return {
    async read(wanted) {
      pass++;
      const answers = new Map<Wanted, Reading | Error>();
      const open: Wanted[] = [];
      const same = new Map<string, Wanted[]>();
      for (const [index, one] of wanted.entries()) {
        if (index % AT_ONCE === AT_ONCE - 1) await Bun.sleep(0);
        const key = identityOf(one);
        const place = `${key} ${one.range.from} ${one.range.to}`;
        const twins = same.get(place);
        if (twins) {
          twins.push(one);
          continue;
        }
        same.set(place, [one]);
        const values = reuse(one, key);
        if (values === null) open.push(one);
        else {
          counts.reused++;
          answers.set(one, { values });
        }
      }
      for (const batch of Map.groupBy(open, batchOf).values()) await ask(batch, answers);
      for (const [first, ...others] of same.values()) {
        const answer = first && answers.get(first);
        if (answer) for (const other of others) answers.set(other, answer);
      }
      for (const [key, { pass: last }] of known) if (pass - last > KEPT_PASSES && pass % 64 === 0) known.delete(key);
      return answers;
    },
    counts: () => ({ ...counts }),
  };
}

/** What a KPI is where nothing happened: counts and sums are 0, the rest is unknown. */
export function emptyValue(kpi: Kpi): number | null {
  return emptyOf(expressionOf(kpi.formula));
}

/** Sums of doubles differ in their last digits with the order of adding: no rule may depend on it. */
export function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/** True of values that depend on more than the events of the window. */
function looksBeyond(kpi: Kpi): boolean {
  return aggregatesOf(expressionOf(kpi.formula)).some(({ agg }) => BEYOND.has(agg));
}

const BEYOND: ReadonlySet<string> = new Set(["open_conversations", "churned", "contacts_before", "new_contacts"]);

function failed(same: readonly Wanted[], error: unknown, answers: Map<Wanted, Reading | Error>): void {
  const why = error instanceof Error ? error : new Error(String(error));
  for (const wanted of same) answers.set(wanted, why);
}

/** The same values, whenever they are asked for. */
function identityOf({ kpi, location_id, currency, window, timezone, filters, bot }: Wanted): string {
  return JSON.stringify([kpi.unit, kpi.formula, location_id, currency, window, timezone, filters, bot]);
}

/** Those that one question answers. */
function batchOf({ range, timezone, filters, bot }: Wanted): string {
  const zone = filters.some(({ field }) => TIMED.has(field)) ? timezone : "";
  return JSON.stringify([range.from, range.to, zone, filters, bot === null]);
}

type Rows = ReadonlyMap<string, readonly { bot: string | null; currency: string | null; cells: Cells }[]>;
type Cells = ReturnType<typeof recordsOf>[number]["cells"];

/** By location. */
function rowsByPlace(answer: Answer): Rows {
  const rows = new Map<string, { bot: string | null; currency: string | null; cells: Cells }[]>();
  for (const { currency, cells } of recordsOf(answer)) {
    const place = String(cells.location_id);
    const bot = cells.bot_id === undefined || cells.bot_id === null ? null : String(cells.bot_id);
    const known = rows.get(place);
    if (known) known.push({ bot, currency, cells });
    else rows.set(place, [{ bot, currency, cells }]);
  }
  return rows;
}

function valuesOf({ kpi, location_id, currency, bot }: Wanted, rows: Rows, key: string): Values {
  const own = rows.get(location_id) ?? [];
  const monetary = aggregatesOf(expressionOf(kpi.formula)).some(isMonetary);
  const values = new Map<string, number | null>();
  const none = emptyValue(kpi);
  if (bot !== "each") values.set(bot === null ? "" : bot.id, none);
  const shown = own.some((row) => row.currency === currency)
    ? currency
    : (own.find((row) => row.currency !== null)?.currency ?? null);
  for (const row of own) {
    if (bot !== null && (row.bot === null || (bot !== "each" && row.bot !== bot.id))) continue;
    // Money of other currencies is not added, and not mistaken for it.
    if (monetary && row.currency !== null && row.currency !== shown) continue;
    const cell = row.cells[key];
    const value = cell === null || cell === undefined || typeof cell === "boolean" ? null : tidy(Number(cell));
    // A bot of which there is nothing begins no series.
    if (bot !== "each" || value !== none) values.set(bot === null ? "" : (row.bot ?? ""), value);
  }
  return values;
}

function emptyOf(expression: Expression): number | null {
  if ("number" in expression) return expression.number;
  if ("agg" in expression) return ["mean", "percentile", "time_between"].includes(expression.agg) ? null : 0;
  const [left, right] = [emptyOf(expression.left), emptyOf(expression.right)];
  return left === null || right === null ? null : combined(expression.op, left, right);
}
