/** The page of one bot: who it is, what it did, what went wrong, whom it met. One failed part takes no other with it. */
import { kpiOf } from "../../catalogue/kpis.ts";
import { type Bucket, bucketsOf, previousOf } from "../../catalogue/period.ts";
import type { Condition } from "../../catalogue/types.ts";
import { type Framed, framed, type ReportParts } from "../common.ts";
import { type Contact, contactList } from "../contact.ts";
import { eventsPage, type ListedEvent } from "../events.ts";
import { type FeedItem, newestEvents } from "../feed.ts";
import { type Intent, intentOf } from "../intent.ts";
import { type KpiFigure, kpiFigures } from "../kpis.ts";
import { attempted, type OverviewAsked, type Part } from "../overview.ts";
import { maskedCell, maskedEvent } from "../personal.ts";
import { type Pulse, pulseOf } from "../pulse.ts";
import { type Qualification, qualificationOf } from "../qualification.ts";
import { scanOf } from "../scan.ts";
import { type Sequence, sequencesOf } from "../sequences.ts";
import { botFilter } from "../watching/filter.ts";
import { type Did, didOf } from "./did.ts";
import { type BotHead, botHead } from "./head.ts";
import { type Trouble, troubleOf } from "./trouble.ts";

export interface BotFigure {
  key: string;
  figure: KpiFigure;
}

export interface BotPageReport {
  framed: Framed;
  previous: { from: number; to: number } | null;
  buckets: readonly Bucket[];
  /** As this asker may see it. */
  bot_id: string;
  head: BotHead;
  /** False: what `head` says is of other locations than the one that is looked at. */
  here: boolean;
  /** Those that its events can answer, in one order. */
  figures: Part<readonly BotFigure[]>;
  /** For the chart: events and success by the timeframe's grain. */
  course: Part<{ events: KpiFigure; success: KpiFigure | null }>;
  did: Part<readonly Did[]>;
  /** Null: it has no such events. */
  sequences: Part<readonly Sequence[]> | null;
  qualification: Part<Qualification> | null;
  intent: Part<Intent> | null;
  errors: Part<readonly ListedEvent[]>;
  contacts: Part<readonly Contact[]>;
  feed: Part<readonly FeedItem[]>;
  trouble: Part<Trouble>;
  pulse: Part<Pulse>;
  now: number;
}

/** Whatever a bot may be measured by; which of them it is shown with, its events say. */
const CANDIDATES: readonly string[] = [
  "bot_success_rate",
  "intent_latency_p95",
  "response_time_p95",
  "wait_time_p95",
  "revenue",
  "commission",
  "deals_closed",
  "orders",
  "leads",
  "leads_qualified",
  "conversions",
  "question_completion",
  "stall_rate",
  "confrontational_effectiveness",
  "sequence_actions",
  "sequence_success_rate",
  "intent_confidence",
  "conversations",
  "messages",
  "sentiment",
  "calls",
  "talk_time",
  "abandonment_rate",
  "bookings",
  "booked_value",
  "no_show_rate",
  "tickets",
  "sla_miss_rate",
  "satisfaction",
  "cost",
  "bot_events",
  "bot_error_rate",
];
const KPIS = CANDIDATES.flatMap((key) => kpiOf(key) ?? []);
const ERRORS_MAX = 20;
const CONTACTS_MAX = 10;
const FEED_MAX = 50;

const IS_ERROR: Condition = {
  or: [
    { field: "type", op: "eq", value: "error_occurred" },
    {
      and: [
        { field: "type", op: "eq", value: "bot_status_update" },
        { field: "data.status", op: "eq", value: "error" },
      ],
    },
  ],
};

/** What changes slowly and costs much. */
export interface BotFigures {
  figures: Part<Readonly<Record<string, KpiFigure>>>;
  did: BotPageReport["did"];
  sequences: BotPageReport["sequences"];
  qualification: BotPageReport["qualification"];
  intent: BotPageReport["intent"];
  contacts: BotPageReport["contacts"];
}

/** How the figures are had: asked each time, or kept for a while. What the bot does now never is. */
export type BotFiguresOf = (ask: () => Promise<BotFigures>) => Promise<BotFigures>;

type Log = (what: string, error: unknown) => void;

/** Null for a bot that the asker's locations have never heard of: they cannot tell it from one that does not exist. */
export async function botPage(
  parts: ReportParts,
  given: OverviewAsked,
  bot_id: string,
  log: Log,
  keptFigures: BotFiguresOf = (ask) => ask(),
): Promise<BotPageReport | null> {
  const { store, control } = parts;
  const personal = given.personal === true;
  const asked = { ...given, filters: [...given.filters, botFilter(bot_id)] };
  const resolved = await framed(parts, asked);
  const { frame, timezone, scope } = resolved;
  const { now, signal } = asked;
  const when = { now, since: scope.from, ...(signal ? { signal } : {}) };
  const here = await botHead(store, scope.locations, bot_id, when);
  // Known, though not in the one location that is looked at.
  const head = here ?? (asked.location_id === null ? null : await botHead(store, asked.locations, bot_id, when));
  if (head === null) return null;
  const attempt = attempted(log);
  const [{ figures, ...rest }, errors, feed, trouble, pulse] = await Promise.all([
    keptFigures(() => figuresFor(parts, asked, resolved, head.does, log)),
    attempt(
      "errors",
      eventsPage(store, scope, { where: IS_ERROR, after: null, limit: ERRORS_MAX, personal }).then(
        ({ events }) => events,
      ),
    ),
    attempt("feed", newestEvents(store, scope.locations, asked, { bot_id, type: null, rows: FEED_MAX })),
    attempt(
      "trouble",
      Promise.resolve().then(() => troubleOf(control, scope.locations, bot_id, { now, personal })),
    ),
    attempt("pulse", pulseOf(store, scope.locations, now, signal)),
  ]);
  return {
    framed: { ...resolved, scope: { ...scope, filters: given.filters } },
    previous: asked.compare && frame.name !== "all" ? previousOf(scope) : null,
    buckets: bucketsOf(frame.grain, timezone, scope.from, scope.to),
    bot_id: personal ? bot_id : String(maskedCell(bot_id)),
    head: personal ? head : { ...head, step: maskedEvent({ current_step: head.step }).current_step },
    here: here !== null,
    figures: figures.ok ? { ok: true, value: answered(figures.value) } : figures,
    course: figures.ok ? courseOf(figures.value) : figures,
    ...rest,
    errors,
    feed,
    trouble,
    pulse,
    now,
  };
}

async function figuresFor(
  parts: ReportParts,
  asked: OverviewAsked,
  resolved: Framed,
  does: readonly string[],
  log: Log,
): Promise<BotFigures> {
  const compares = asked.compare && resolved.frame.name !== "all";
  const scan = scanOf(parts.store, resolved);
  const attempt = attempted(log);
  const [figures, did, sequences, qualification, intent, contacts] = await Promise.all([
    attempt("figures", figuresOf(parts, asked, compares)),
    attempt("types", didOf(parts, resolved, compares)),
    does.includes("lead_bot_sequence_update") ? attempt("sequences", sequencesOf(scan)) : null,
    does.includes("jorge_qualification_progress") ? attempt("qualification", qualificationOf(scan)) : null,
    does.includes("intent_analysis_complete") ? attempt("intent", intentOf(scan)) : null,
    attempt(
      "contacts",
      contactList(parts, { ...asked, search: null, after: null, limit: CONTACTS_MAX }).then((list) => list.contacts),
    ),
  ]);
  return { figures, did, sequences, qualification, intent, contacts };
}

async function figuresOf(parts: ReportParts, asked: OverviewAsked, compares: boolean) {
  const { currency, compare: _, ...rest } = asked;
  const shown = { comparisons: compares, trends: true, previous_trends: compares };
  return (await kpiFigures(parts, { ...rest, ...shown, ...(currency === null ? {} : { currency }), kpis: KPIS })).kpis;
}

/** A rate without anything below the line, and nothing at all in both periods, are no answers. */
function answered(figures: Readonly<Record<string, KpiFigure>>): readonly BotFigure[] {
  return CANDIDATES.flatMap((key) => {
    const figure = figures[key];
    if (!figure) return [];
    const any = [figure.value, figure.previous].some((value) => value !== null && Number(value) !== 0);
    const rate = figure.unit === "percent" || figure.unit === "ratio" || figure.unit === "score";
    return any || (rate && figure.value !== null) ? [{ key, figure }] : [];
  });
}

function courseOf(figures: Readonly<Record<string, KpiFigure>>): BotPageReport["course"] {
  const { bot_events, bot_success_rate } = figures;
  if (!bot_events) return { ok: false, reason: "Not answered." };
  const known = bot_success_rate?.trend.some(({ v }) => v !== null) === true;
  return { ok: true, value: { events: bot_events, success: known ? (bot_success_rate ?? null) : null } };
}
