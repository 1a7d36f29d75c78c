/** A second, slow way to every answer: plain loops over events. It shares the formulas with the store, and no SQL. */
import type { BotEvent } from "../../../src/catalogue/event.ts";
import { expressionOf } from "../../../src/catalogue/formula.ts";
import { bucketsOf } from "../../../src/catalogue/period.ts";
import type {
  Aggregate,
  CommissionRule,
  Comparison,
  Condition,
  Expression,
  Scalar,
} from "../../../src/catalogue/types.ts";
import type { Question } from "../../../src/store/store.ts";

type Value = Scalar | null;

/** The KPI's value for one bucket (`label`) and one combination of splits; both undefined: the total. */
export function referenceOf(
  question: Question,
  formula: string,
  events: readonly BotEvent[],
  bucket?: { start: number; end: number; first: boolean },
  splits?: readonly Value[],
  currency?: string | null,
): number | null {
  const visible = events.filter(
    (event) =>
      (question.locations === null || question.locations.includes(event.location_id)) &&
      question.filters.every((filter) => matches(filter, event, question.timezone)) &&
      (currency === undefined || currency === null || event.currency === undefined || event.currency === currency),
  );
  const ends = events.filter((event) => question.locations === null || question.locations.includes(event.location_id));
  return evaluate(expressionOf(formula), { question, visible, ends, bucket, splits });
}

interface Asked {
  question: Question;
  visible: readonly BotEvent[];
  ends: readonly BotEvent[];
  bucket: { start: number; end: number; first: boolean } | undefined;
  splits: readonly Value[] | undefined;
}

function evaluate(expression: Expression, asked: Asked): number | null {
  if ("number" in expression) return expression.number;
  if ("agg" in expression) return aggregate(expression, asked);
  const left = evaluate(expression.left, asked);
  const right = evaluate(expression.right, asked);
  if (left === null || right === null) return null;
  if (expression.op === "/") return right === 0 ? null : left / right;
  return expression.op === "+" ? left + right : expression.op === "-" ? left - right : left * right;
}

function aggregate(wanted: Aggregate, asked: Asked): number | null {
  const { question, visible, bucket } = asked;
  const zone = question.timezone;
  const own = (event: BotEvent): boolean => ofSplits(event, asked);
  const from = bucket ? Math.max(bucket.start, question.from) : question.from;
  const to = bucket ? Math.min(bucket.end, question.to) : question.to;
  const range = visible.filter((event) => event.time >= question.from && event.time < question.to);
  const here = visible.filter((event) => event.time >= from && event.time < to && own(event));
  const holds = (condition: Condition | null) => (event: BotEvent) =>
    condition === null || matches(condition, event, zone);
  switch (wanted.agg) {
    case "count":
      return here.filter(holds(wanted.where)).length;
    case "sum":
      return numbers(here, wanted.field, holds(wanted.where)).reduce((sum, number) => sum + number, 0);
    case "mean": {
      const all = numbers(here, wanted.field, holds(wanted.where));
      return all.length === 0 ? null : all.reduce((sum, number) => sum + number, 0) / all.length;
    }
    case "percentile":
      return percentile(numbers(here, wanted.field, holds(wanted.where)), wanted.p);
    case "contacts":
      return contacts(here.filter(holds(wanted.where))).size;
    case "commission":
      return here
        .filter(holds(wanted.where))
        .reduce((sum, event) => sum + Number(event.value ?? 0) * rateOf(question.rules, event), 0);
    case "contacts_latest": {
      const latest = new Map<string, BotEvent>();
      for (const event of here.filter(holds(wanted.where))) {
        const known = latest.get(event.contact_id ?? "");
        const later =
          !known || event.time > known.time || (event.time === known.time && event.received_at >= known.received_at);
        if (event.contact_id !== undefined && later) latest.set(event.contact_id, event);
      }
      return [...latest.values()].filter(holds(wanted.is)).length;
    }
    case "contacts_repeating": {
      const threads = new Map<string, Set<string>>();
      for (const { contact_id, conversation_id } of here.filter(holds(wanted.where)))
        if (contact_id !== undefined && conversation_id !== undefined)
          threads.set(contact_id, (threads.get(contact_id) ?? new Set()).add(conversation_id));
      return [...threads.values()].filter((set) => set.size >= wanted.least).length;
    }
    case "time_between": {
      const times: number[] = [];
      for (const contact of contacts(range)) {
        const first = earliest(range.filter((event) => event.contact_id === contact && holds(wanted.from)(event)));
        const second = earliest(range.filter((event) => event.contact_id === contact && holds(wanted.to)(event)));
        if (first && second && second.time >= from && second.time < to && own(second))
          times.push((second.time - first.time) / 1_000);
      }
      return percentile(times, wanted.p);
    }
    case "new_contacts": {
      let count = 0;
      for (const contact of contacts(visible)) {
        const first = earliest(visible.filter((event) => event.contact_id === contact));
        if (first && first.time >= from && first.time < to && own(first)) count += 1;
      }
      return count;
    }
    case "churned":
    case "contacts_before": {
      const length = question.to - question.from;
      const [start, end] = bucket
        ? [previousStart(question, bucket.start), bucket.start]
        : [question.from - length, question.from];
      const before = contacts(
        visible.filter(
          (event) =>
            event.time >= start &&
            event.time < end &&
            (!bucket || bucket.first || event.time >= question.from) &&
            own(event) &&
            holds(wanted.where)(event),
        ),
      );
      const now = contacts(here.filter(holds(wanted.where)));
      return wanted.agg === "contacts_before" ? before.size : [...before].filter((contact) => !now.has(contact)).length;
    }
    case "open_conversations": {
      const end = Math.min(to, question.now ?? to);
      const said = here.filter(
        (event) => event.time >= end - wanted.minutes * 60_000_000 && event.time < end && SAID.includes(event.type),
      );
      const ended = new Set(
        asked.ends
          .filter((event) => event.time >= question.from && event.time < end)
          .filter(
            ({ type, data }) =>
              type === "conversation_ended" || (type === "conversation_event" && data?.event === "ended"),
          )
          .map(({ conversation_id }) => conversation_id),
      );
      return new Set(
        said.map(({ conversation_id }) => conversation_id).filter((id) => id !== undefined && !ended.has(id)),
      ).size;
    }
  }
}

const SAID = ["conversation_started", "conversation_message", "conversation_event"];

function previousStart({ grain, timezone }: Question, start: number): number {
  return bucketsOf(grain ?? "day", timezone, start - 1, start)[0]?.start ?? start;
}

function ofSplits(event: BotEvent, { splits, question }: Asked): boolean {
  return (
    splits === undefined ||
    question.by.every((field, index) => fieldOf(event, field, question.timezone) === (splits[index] ?? null))
  );
}

function contacts(events: readonly BotEvent[]): Set<string> {
  return new Set(events.flatMap(({ contact_id }) => (contact_id === undefined ? [] : [contact_id])));
}

function earliest(events: readonly BotEvent[]): BotEvent | null {
  return (
    events.toSorted((a, b) => a.time - b.time || a.received_at - b.received_at || (a.id < b.id ? -1 : 1))[0] ?? null
  );
}

function numbers(events: readonly BotEvent[], field: string, holds: (event: BotEvent) => boolean): number[] {
  return events.filter(holds).flatMap((event) => {
    const value = fieldOf(event, field, "UTC");
    return value === null ? [] : [Number(value)];
  });
}

function percentile(values: readonly number[], p: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = p * (sorted.length - 1);
  const low = sorted[Math.floor(rank)];
  const high = sorted[Math.ceil(rank)];
  return low === undefined || high === undefined ? null : low + (high - low) * (rank - Math.floor(rank));
}

function rateOf(rules: readonly CommissionRule[], event: BotEvent): number {
  const fitting = rules.filter(
    (rule) =>
      (rule.location_id === null || rule.location_id === event.location_id) &&
      (rule.bot_id === null || rule.bot_id === event.bot_id) &&
      rule.valid_from <= event.time,
  );
  const rank = (rule: CommissionRule): number => (rule.location_id ? 2 : 0) + (rule.bot_id ? 1 : 0);
  const best = fitting.toSorted((a, b) => rank(b) - rank(a) || b.valid_from - a.valid_from)[0];
  return Number(best?.rate ?? "0.06");
}

export function fieldOf(event: BotEvent, field: string, zone: string): Value {
  if (field === "hour_of_day") return zoned(event.time, zone).hour;
  if (field === "day_of_week") return zoned(event.time, zone).dayOfWeek;
  if (field === "ingest_lag_ms") return (event.received_at - event.time) / 1_000;
  if (field === "ml_response_ms") return event.duration_ms ?? fieldOf(event, "data.processing_time_ms", zone);
  if (field === "stage") return event.type === "lead_stage_changed" ? fieldOf(event, "data.to", zone) : null;
  if (field === "temperature")
    return fieldOf(event, event.type === "lead_temperature_changed" ? "data.to" : "data.seller_temperature", zone);
  const found = field.startsWith("data.")
    ? event.data?.[field.slice(5)]
    : Object.entries(event).find(([name]) => name === field)?.[1];
  return typeof found === "string" || typeof found === "number" || typeof found === "boolean" ? found : null;
}

function zoned(us: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(us / 1_000)).toZonedDateTimeISO(zone);
}

export function matches(condition: Condition, event: BotEvent, zone: string): boolean {
  if ("and" in condition) return condition.and.every((part) => matches(part, event, zone));
  if ("or" in condition) return condition.or.some((part) => matches(part, event, zone));
  if ("not" in condition) return !matches(condition.not, event, zone);
  return compares(condition, fieldOf(event, condition.field, zone));
}

function compares({ op, value }: Comparison, found: Value): boolean {
  if (op === "exists") return (found !== null) === (value !== false && value !== "false");
  const values = typeof value === "object" ? value : [value];
  const equal = values.some((one) => found !== null && String(found) === String(one));
  if (op === "eq" || op === "in") return equal;
  if (op === "ne") return !equal;
  if (found === null) return false;
  if (op === "contains") return String(found).toLowerCase().includes(String(values[0]).toLowerCase());
  const difference = Number(found) - Number(values[0]);
  return { gt: difference > 0, gte: difference >= 0, lt: difference < 0, lte: difference <= 0 }[op];
}
