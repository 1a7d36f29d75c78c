/** Types of the catalogue: what an event type, a KPI and a formula are. Data only; nothing here computes. */
import type { ZodType } from "zod";

export type Family = "bots" | "employees" | "leads" | "calls" | "bookings" | "money" | "tickets" | "crm" | "system";

/** One event type. To add one, add an entry in catalogue/events/. */
export interface EventType {
  type: string;
  /** Other names that are accepted and stored under `type`. */
  aliases?: readonly string[];
  family: Family;
  label: string;
  description: string;
  /** Zod schema of `data`; unknown keys are kept. */
  data: ZodType;
  /** Keys of `data` that hold what is personal: a name, an address, a number to call, free text. */
  personal?: readonly string[];
  /** Envelope fields that the type cannot do without. */
  needs: readonly ("value" | "duration_ms" | "success" | "contact_id" | "bot_id")[];
  /** A whole event, as a sender would post it. */
  example: Record<string, unknown>;
}

export type Unit = "money" | "count" | "percent" | "ratio" | "duration" | "score";
export type Better = "up" | "down" | null;
export type Grain = "minute" | "hour" | "day" | "week" | "month" | "quarter" | "year";
export type TimeframeName = "24h" | "7d" | "30d" | "90d" | "1y" | "all";

export type Scalar = string | number | boolean;
export type ComparisonOp = "eq" | "ne" | "in" | "gt" | "gte" | "lt" | "lte" | "contains" | "exists";

/** `field` is an envelope field ("type", "bot_id", "value" …), "hour_of_day", "day_of_week", or a dotted "data.path". */
export interface Comparison {
  field: string;
  op: ComparisonOp;
  value: Scalar | readonly Scalar[];
}
export type Condition = Comparison | { and: readonly Condition[] } | { or: readonly Condition[] } | { not: Condition };

/** A filter as the API and the URL carry it (`filter=field:op:value`). */
export type Filter = Comparison;

/** Aggregates over the events of the timeframe that match `where` (null: all). */
export type Aggregate =
  | { agg: "count"; where: Condition | null }
  | { agg: "sum" | "mean"; field: string; where: Condition | null }
  | { agg: "percentile"; p: number; field: string; where: Condition | null }
  /** Distinct contact_id. */
  | { agg: "contacts"; where: Condition | null }
  /** Σ value × commission rate in force for location, bot and event time. */
  | { agg: "commission"; where: Condition | null }
  /** Contacts whose latest event matching `where` in the timeframe also matches `is`. */
  | { agg: "contacts_latest"; where: Condition; is: Condition }
  /** Contacts with at least `least` distinct conversation_id among events matching `where`. */
  | { agg: "contacts_repeating"; least: number; where: Condition }
  /** Percentile over contacts of (first event matching `to`) − (first event matching `from`), ms, both in the timeframe. */
  | { agg: "time_between"; p: number; from: Condition; to: Condition }
  /** Contacts whose first ever event is in the timeframe. */
  | { agg: "new_contacts" }
  /** Contacts matching `where` in the previous period of the same length and not in this one. */
  | { agg: "churned"; where: Condition }
  /** The same as contacts(where), in the previous period of the same length. */
  | { agg: "contacts_before"; where: Condition }
  /** Conversations with an event in the last `minutes` before the end of the timeframe and no end event. */
  | { agg: "open_conversations"; minutes: number };

export type Expression =
  | Aggregate
  | { number: number }
  | { op: "+" | "-" | "*" | "/"; left: Expression; right: Expression };

export interface Target {
  value: number;
  /** From which side the target is met: gte for "at least", lte for "at most". */
  met: "gte" | "lte";
}

/** One KPI. To add one, add an entry in catalogue/kpis/. Everything else derives from it. */
export interface Kpi {
  key: string;
  label: string;
  unit: Unit;
  better: Better;
  description: string;
  /** The definition in the catalogue's formula form; parsed at start, the same grammar as custom KPIs. */
  formula: string;
  target?: Target;
  /** Dimensions it makes sense by. */
  dimensions: readonly string[];
  /** Place in docs and menus. */
  group:
    | "money"
    | "leads"
    | "bots"
    | "conversations"
    | "calls"
    | "bookings"
    | "tickets"
    | "contacts"
    | "system"
    | "custom";
}

/** One version of a commission rule. The most specific rule wins (location+bot, location, bot, default 6%), then the latest valid_from. */
export interface CommissionRule {
  location_id: string | null;
  bot_id: string | null;
  /** Decimal string, a fraction: "0.06". */
  rate: string;
  /** Microseconds since the epoch, on a 15-minute boundary; in force from then until a later rule of the same scope. */
  valid_from: number;
}
