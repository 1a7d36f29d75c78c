/** Contacts with scores: open leads that may convert, buyers that may be lost, each with what its score rests on. */
import {
  type BuyerFacts,
  churnScore,
  conversionScore,
  type LeadFacts,
  type Level,
  type Score,
} from "../analysis/scores.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Store } from "../store/store.ts";
import type { Framed } from "./common.ts";
import { quarterOf } from "./history.ts";
import { maskedCell } from "./personal.ts";
import { textOf } from "./read-answer.ts";
import { scanOf } from "./scan.ts";

export interface ScoredContact<Facts> extends Score {
  contact_id: string;
  last_event_at: string;
  facts: Facts;
}

export interface Scores<Facts> {
  method: typeof SCORE_METHOD;
  /** What the points are for. */
  description: string;
  /** Contacts that could be scored, and of those how many were: SCORED_MAX at most. */
  considered: number;
  scored: number;
  levels: Readonly<Record<Level, number>>;
  /** The highest scores first. */
  contacts: readonly ScoredContact<Facts>[];
  /** Why none is scored. */
  reason: string | null;
}

export const SCORE_METHOD = "added_points";
const CONTACTS_MAX = 20;
const SCORED_MAX = 2_000;
const DAY = 86_400_000_000;
const LEADS_DAYS_MAX = 90;
const BUYERS_DAYS = 365;
const TROUBLE_DAYS = 90;
/** From so many purchases on a contact has a rhythm of its own. */
const OWN_GAP_PURCHASES = 3;

const PROGRESS = "type = 'jorge_qualification_progress'";
const INCOME = "type IN ('deal_closed', 'order_placed', 'booking_completed', 'payment_received')";
const TROUBLE = "type IN ('refund_issued', 'booking_cancelled', 'booking_no_show')";

interface Lead {
  contact_id: string;
  considered: number;
  last: number;
  recent: number;
  answered: number | null;
  qualified: boolean;
  temperature: string | null;
  stalled: boolean | null;
}

interface Buyer {
  contact_id: string;
  considered: number;
  last: number;
  first: number;
  last_purchase: number;
  purchases: number;
  troubles: number;
  median_gap: number | null;
}

/** Leads of the timeframe (of its last 90 days) that were neither converted nor lost since; those heard last are scored. */
export async function leadScores(store: Store, framed: Framed, personal: boolean): Promise<Scores<LeadFacts>> {
  const end = quarterOf(framed);
  const { from, to } = framed.scope;
  const scan = scanOf(store, framed, { from: Math.max(from, to - LEADS_DAYS_MAX * DAY), to });
  const leads = await scan.rows<Lead>(
    `SELECT * EXCLUDE (lead_at, closed_at), count(*) OVER () AS considered FROM (
       SELECT contact_id, max(time) AS last, count(*) FILTER (time > ${stamp(end - 7 * DAY)}) AS recent,
         max(time) FILTER (type = 'lead_created' OR ${PROGRESS}) AS lead_at,
         max(time) FILTER (type IN ('lead_converted', 'lead_lost')) AS closed_at,
         bool_or(type = 'lead_qualified') AS qualified,
         max(CASE WHEN ${PROGRESS} THEN TRY_CAST((data->>'$.questions_answered') AS INTEGER) END) AS answered,
         arg_max(CASE WHEN type = 'lead_temperature_changed' THEN (data->>'$.to')
           WHEN ${PROGRESS} THEN (data->>'$.seller_temperature') END, time) AS temperature,
         arg_max(CASE WHEN ${PROGRESS} THEN coalesce((data->>'$.stall_detected') = 'true', false) END, time) AS stalled
       FROM events WHERE contact_id IS NOT NULL AND ${scan.where} GROUP BY contact_id)
     WHERE lead_at IS NOT NULL AND (closed_at IS NULL OR closed_at < lead_at)
     ORDER BY last DESC, contact_id LIMIT ${SCORED_MAX}`,
  );
  const scored = leads.map((lead) => {
    const facts: LeadFacts = {
      temperature: lead.temperature,
      answered: Math.min(4, lead.answered ?? 0),
      qualified: lead.qualified,
      stalled: lead.stalled === true,
      silent_days: daysBetween(lead.last, end),
      recent_events: lead.recent,
    };
    return { ...shownOf(lead, personal), facts, ...conversionScore(facts) };
  });
  return {
    method: SCORE_METHOD,
    description: "Open leads. Points for stage, temperature, recency and activity; a stall takes some. No probability.",
    ...rankedOf(leads[0]?.considered ?? 0, scored),
    reason: leads.length === 0 ? "There is no open lead in the timeframe." : null,
  };
}

/** Contacts that bought in the year before the end of the timeframe; those that bought most often are scored. */
export async function buyerScores(store: Store, framed: Framed, personal: boolean): Promise<Scores<BuyerFacts>> {
  const end = quarterOf(framed);
  const { to } = framed.scope;
  const scan = scanOf(store, framed, { from: to - BUYERS_DAYS * DAY, to });
  const buyers = await scan.rows<Buyer>(
    `SELECT *, count(*) OVER () AS considered,
       median(CASE WHEN purchases > 1 THEN (epoch_us(last_purchase) - epoch_us(first)) / (purchases - 1) END) OVER ()::DOUBLE AS median_gap
     FROM (
       SELECT contact_id, max(time) AS last, min(time) FILTER (${INCOME}) AS first, max(time) FILTER (${INCOME}) AS last_purchase,
         count(DISTINCT CASE WHEN ${INCOME} THEN date_trunc('day', time) END) AS purchases,
         count(*) FILTER (${TROUBLE} AND time > ${stamp(end - TROUBLE_DAYS * DAY)}) AS troubles
       FROM events WHERE contact_id IS NOT NULL AND (${INCOME} OR ${TROUBLE}) AND ${scan.where} GROUP BY contact_id)
     WHERE purchases > 0
     ORDER BY purchases DESC, last_purchase DESC, contact_id LIMIT ${SCORED_MAX}`,
  );
  const [most] = buyers;
  const description = "Buyers of the last year. Points for being overdue, few purchases and trouble. No probability.";
  const median_gap = most?.median_gap ?? null;
  if (median_gap === null) {
    const reason = most
      ? "Nobody has bought on two days: there is no rhythm to miss."
      : "Nobody has bought in the last year.";
    return { method: SCORE_METHOD, description, ...rankedOf<BuyerFacts>(most?.considered ?? 0, []), reason };
  }
  const scored = buyers.map((buyer) => {
    const own_gap = buyer.purchases >= OWN_GAP_PURCHASES;
    const gap = own_gap ? (buyer.last_purchase - buyer.first) / (buyer.purchases - 1) : median_gap;
    const facts: BuyerFacts = {
      purchases: buyer.purchases,
      silent_days: daysBetween(buyer.last_purchase, end),
      usual_gap_days: rounded(gap / DAY),
      own_gap,
      troubles: buyer.troubles,
    };
    return { ...shownOf(buyer, personal), facts, ...churnScore(facts) };
  });
  return { method: SCORE_METHOD, description, ...rankedOf(most?.considered ?? 0, scored), reason: null };
}

function rankedOf<Facts>(
  considered: number,
  scored: readonly ScoredContact<Facts>[],
): Pick<Scores<Facts>, "considered" | "scored" | "levels" | "contacts"> {
  const of = (level: Level): number => scored.filter((one) => one.level === level).length;
  const contacts = [...scored]
    .sort((one, other) => other.score - one.score || (one.contact_id < other.contact_id ? -1 : 1))
    .slice(0, CONTACTS_MAX);
  return {
    considered,
    scored: scored.length,
    levels: { high: of("high"), medium: of("medium"), low: of("low") },
    contacts,
  };
}

function shownOf({ contact_id, last }: { contact_id: string; last: number }, personal: boolean) {
  const shown = personal ? contact_id : (textOf(maskedCell(contact_id)) ?? contact_id);
  return { contact_id: shown, last_event_at: formatInstant(last) };
}

function daysBetween(earlier: number, later: number): number {
  return rounded(Math.max(0, later - earlier) / DAY);
}

function rounded(days: number): number {
  return Math.round(days * 100) / 100;
}

function stamp(time: number): string {
  return `make_timestamp(${Math.floor(time)})`;
}
