/** What to do about scores and anomalies: tables of rules, each an action with the facts that call for it. */
import type { BuyerFacts, Factor, LeadFacts } from "../analysis/scores.ts";
import type { ScoredContact, Scores } from "./scored-contacts.ts";

export interface Action {
  action: string;
  title: string;
  contact_id: string;
  score: number;
  /** What the score rests on. */
  because: readonly string[];
}

interface Rule<Facts> {
  action: string;
  title: string;
  when: (contact: ScoredContact<Facts>) => boolean;
}

const ACTIONS_MAX = 10;

/** The first that holds counts. */
const LEAD_RULES: readonly Rule<LeadFacts>[] = [
  {
    action: "take_over",
    title: "Take over by hand: the bot is stuck",
    when: ({ facts, level }) => facts.stalled && level !== "low",
  },
  {
    action: "call_now",
    title: "Call: promising, and silent for more than a day",
    when: ({ facts, level }) => level === "high" && facts.silent_days > 1,
  },
  { action: "book_meeting", title: "Offer a meeting while it is warm", when: ({ level }) => level === "high" },
];
const BUYER_RULES: readonly Rule<BuyerFacts>[] = [
  {
    action: "make_good",
    title: "Make good: trouble, and overdue since",
    when: ({ facts, level }) => level === "high" && facts.troubles > 0,
  },
  { action: "win_back", title: "Win back: long overdue", when: ({ level }) => level === "high" },
];

/** The highest scores of both, one action a contact and kind. */
export function actionsOf(conversion: Scores<LeadFacts>, churn: Scores<BuyerFacts>): readonly Action[] {
  const actions = [...applied(LEAD_RULES, conversion.contacts), ...applied(BUYER_RULES, churn.contacts)];
  return actions.sort((one, other) => other.score - one.score).slice(0, ACTIONS_MAX);
}

function applied<Facts>(rules: readonly Rule<Facts>[], contacts: readonly ScoredContact<Facts>[]): Action[] {
  return contacts.flatMap((contact) => {
    const rule = rules.find(({ when }) => when(contact));
    if (!rule) return [];
    const { contact_id, score, factors } = contact;
    return [{ action: rule.action, title: rule.title, contact_id, score, because: factors.map(wordsOf) }];
  });
}

function wordsOf({ text }: Factor): string {
  return text;
}

/** What to look at first when a KPI is unlike itself: above and below what is usual. */
const LOOK_AT: Readonly<Record<string, readonly [above: string, below: string]>> = {
  revenue: [
    "See which deals made it, and whether they are booked right",
    "See which deals are missing or were refunded",
  ],
  cost: ["See what was used more: tokens, minutes or ads", "See whether costs are still reported"],
  leads: ["See where they came from, and whether they are real", "See whether forms, ads and the lead bot still run"],
  leads_qualified: ["See that they are followed up in time", "See where the questions stall"],
  conversions: ["See what worked", "See whether qualified leads are waiting"],
  conversations: ["See whether bots keep up with answers", "See whether channels still deliver"],
  calls: ["See whether waits grow", "See whether the line still works"],
  calls_abandoned: ["See how long callers waited", "No action needed"],
  bookings: ["See that there is room for them", "See whether booking still works"],
  bot_events: ["See whether something repeats itself", "See which bot fell silent"],
  bot_errors: ["Read the newest errors", "No action needed"],
};

/** One sentence. `cause`: what contributed most. */
export function recommendationOf(
  kpi: string,
  above: boolean,
  cause: { dimension: string; key: string | null } | null,
): string {
  const [high, low] = LOOK_AT[kpi] ?? ["Look at the events behind it", "Look at the events behind it"];
  const named = cause?.dimension === "bot_id" ? "bot" : cause?.dimension;
  const first = cause?.key ? ` Start with ${named} ${cause.key}.` : "";
  return `${above ? high : low}.${first}`;
}
