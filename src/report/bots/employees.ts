/** AI employees as cards show them: how they do, what they brought, their last day, what they did last. */
import { previousOf } from "../../catalogue/period.ts";
import { parseInstant } from "../../catalogue/time.ts";
import type { BotRow } from "../bot-performance.ts";
import { type Asked, currencyOf, type Framed, type ReportParts } from "../common.ts";
import { type Employee, employeesOf } from "../employees.ts";
import type { FeedItem } from "../feed.ts";
import type { Amount } from "../kpis.ts";
import { scanOf } from "../scan.ts";
import { type HalfHours, halfHoursOf } from "./half-hours.ts";
import { latestOf } from "./latest.ts";

/** A figure of a card beside the period before; null where nothing is compared. */
export interface CardFigure {
  value: Amount;
  previous: Amount;
}

export interface EmployeeCard {
  /** Nothing masked: the same as of its row. */
  bot_id: string;
  calls: CardFigure;
  bookings: CardFigure;
  money: CardFigure & { label: "Revenue" | "Booked value"; currency: string };
  /** Means of what it reported itself; null where it reported none. */
  performance: number | null;
  sentiment: number | null;
  half_hours: HalfHours | null;
  latest: FeedItem | null;
}

const CARDS_MAX = 12;

/** Of those at work most; `rows`: nothing masked. What is masked is what the last event tells. */
export async function employeeCards(
  parts: ReportParts,
  asked: Asked & { compare: boolean },
  resolved: Framed,
  rows: readonly BotRow[],
): Promise<readonly EmployeeCard[]> {
  const { store, control } = parts;
  const { scope, frame } = resolved;
  const shown = rows
    .filter(({ kind }) => kind === "employee")
    .toSorted((one, other) => other.interactions - one.interactions)
    .slice(0, CARDS_MAX);
  if (shown.length === 0) return [];
  const bots = shown.map(({ bot_id }) => bot_id);
  const heard = new Map(
    shown.flatMap(({ bot_id, last_seen }) => {
      const last = last_seen === null ? null : parseInstant(last_seen);
      return last === null ? [] : [[bot_id, last] as const];
    }),
  );
  const compares = asked.compare && frame.name !== "all";
  const [now, before, half_hours, latest] = await Promise.all([
    employeesOf(scanOf(store, resolved), true),
    compares ? employeesOf(scanOf(store, resolved, previousOf(scope)), true) : null,
    halfHoursOf(store, scope.locations, bots, asked),
    latestOf(store, scope.locations, heard, { ...asked, personal: asked.personal === true }),
  ]);
  const usual = currencyOf(control, scope.locations);
  const of = (all: readonly Employee[] | null, bot_id: string) => all?.find((one) => one.bot_id === bot_id) ?? null;
  return shown
    .map((row): EmployeeCard => {
      const own = of(now, row.bot_id);
      const then = before && (of(before, row.bot_id) ?? NOTHING);
      return {
        bot_id: row.bot_id,
        calls: larger(row, "calls", own?.activities.call ?? 0, then?.activities.call ?? null),
        bookings: larger(row, "bookings", own?.bookings ?? 0, then?.bookings ?? null),
        money: moneyOf(row, own, then, usual),
        performance: own?.performance ?? null,
        sentiment: own?.sentiment ?? null,
        half_hours: half_hours.get(row.bot_id) ?? null,
        latest: latest.get(row.bot_id) ?? null,
      };
    })
    .toSorted((one, other) => (one.bot_id < other.bot_id ? -1 : 1));
}

const NOTHING: Pick<Employee, "activities" | "bookings" | "value"> = {
  activities: { total: 0, call: 0, booking: 0, email: 0, task: 0 },
  bookings: 0,
  value: [],
};

/** What is both counted by its own event and reported as an activity happened once: the way that says more is taken, for both periods. */
function larger(row: BotRow, kpi: string, reported: number, reported_before: number | null): CardFigure {
  const figure = row.kpis[kpi];
  const counted = Number(figure?.value ?? 0);
  if (counted >= reported && counted > 0) return { value: counted, previous: figure?.previous ?? null };
  return { value: reported, previous: reported_before };
}

/** Revenue where it has any; else what it says that its activities were worth. */
function moneyOf(
  row: BotRow,
  own: Pick<Employee, "value"> | null,
  then: Pick<Employee, "value"> | null,
  usual: string,
): EmployeeCard["money"] {
  const revenue = row.kpis.revenue;
  const worth = own?.value.find(({ currency }) => currency === usual) ?? own?.value[0];
  if (worth === undefined || Number(revenue?.value ?? 0) !== 0) {
    const { value = null, previous = null, currency = usual } = revenue ?? {};
    return { label: "Revenue", currency, value, previous };
  }
  const before = then && (then.value.find(({ currency }) => currency === worth.currency)?.value ?? "0.00");
  return { label: "Booked value", currency: worth.currency, value: worth.value, previous: before };
}
