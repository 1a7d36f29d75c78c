/** What to look at first when a KPI is unlike itself: a table of sentences, by KPI and by its group. */
import type { Kpi } from "../catalogue/types.ts";

type Sentences = readonly [above: string, below: string];

const LOOK_AT: Readonly<Record<string, Sentences>> = {
  revenue: [
    "See which deals made it, and whether they are booked right",
    "See which deals are missing or were refunded",
  ],
  gross_revenue: ["See which deals made it, and whether they are booked right", "See which deals are missing"],
  refunds: ["See whether refunds wait to be paid", "See what was refunded, and whether it was sold by mistake"],
  cost: ["See what was used more: tokens, minutes or ads", "See whether costs are still reported"],
  cost_per_lead: ["See whether ads bring fewer leads, or cost more", "See whether costs are still reported"],
  leads: ["See where they came from, and whether they are real", "See whether forms, ads and the lead bot still run"],
  leads_qualified: ["See that they are followed up in time", "See where the questions stall"],
  conversions: ["See what worked", "See whether qualified leads are waiting"],
  stall_rate: ["See at which question they stall, and take over by hand", "See what worked"],
  conversations: ["See whether bots keep up with answers", "See whether channels still deliver"],
  messages: ["See whether bots talk in circles", "See whether channels still deliver"],
  calls: ["See whether waits grow", "See whether the line still works"],
  calls_abandoned: ["See how long callers waited", "No action needed"],
  abandonment_rate: ["See how long callers waited", "No action needed"],
  bookings: ["See that there is room for them", "See whether booking still works"],
  cancellation_rate: ["See what was cancelled, and ask why", "No action needed"],
  bot_events: ["See whether something repeats itself", "See which bot fell silent"],
  bot_errors: ["Read the newest errors", "No action needed"],
  bot_error_rate: ["Read the newest errors", "No action needed"],
  bot_success_rate: ["No action needed", "Read what failed last"],
  events: ["See whether something repeats itself", "See which bot fell silent"],
  ingest_lag_p95: ["See whether a bot sends late or its clock is wrong", "No action needed"],
};

const OF_GROUP: Readonly<Record<Kpi["group"], Sentences>> = {
  money: ["See which events brought it, and whether they are right", "See which events are missing"],
  leads: ["See which leads made it", "See which leads are missing, and where they stall"],
  bots: ["See which bot it is, and what changed about it", "See which bot it is, and whether it still runs"],
  conversations: ["Read some of these conversations", "Read some of these conversations"],
  calls: ["Listen into some of these calls", "See whether the line still works"],
  bookings: ["See which bookings made it", "See whether booking still works"],
  tickets: ["See which tickets made it", "See whether tickets are still reported"],
  contacts: ["See who they are", "See who stayed away"],
  system: ["See which component it is", "See which component it is"],
  custom: ["Look at the events behind it", "Look at the events behind it"],
};

/** One sentence or two. `cause`: what contributed most. */
export function adviceOf(kpi: Kpi, above: boolean, cause: { dimension: string; key: string | null } | null): string {
  const [high, low] = LOOK_AT[kpi.key] ?? OF_GROUP[kpi.group];
  const first = cause?.key ? ` Start with ${dimensionName(cause.dimension)} ${cause.key}.` : "";
  return `${above ? high : low}.${first}`;
}

/** A dimension as a sentence names it: "bot", "channel". */
export function dimensionName(dimension: string): string {
  return dimension
    .replace(/^data\./, "")
    .replace(/_id$/, "")
    .replaceAll("_", " ");
}
