/** Which figures are read beside another one when both are split alike. */
import { kpiOf } from "../../catalogue/kpis.ts";
import type { Kpi } from "../../catalogue/types.ts";

/** By the group of the figure that is looked at. */
const BESIDE: Readonly<Record<Kpi["group"], readonly string[]>> = {
  money: ["commission", "cost", "deals_closed", "average_deal_value", "revenue"],
  leads: ["leads", "leads_qualified", "conversion_rate", "commission", "cost_per_lead"],
  bots: ["bot_events", "bot_success_rate", "bot_error_rate", "intent_latency_p95"],
  conversations: ["conversations", "messages", "response_time_p50"],
  calls: ["calls", "abandonment_rate", "call_duration_p50"],
  bookings: ["bookings", "booked_value", "cancellation_rate", "no_show_rate"],
  tickets: ["tickets", "resolution_time_p50", "sla_miss_rate"],
  contacts: ["leads", "bookings", "revenue"],
  system: [],
  custom: ["revenue", "leads", "bookings"],
};
const MOST = 4;

/** In the order of their columns, the figure itself left out. */
export function companionsOf(kpi: Kpi): readonly Kpi[] {
  return BESIDE[kpi.group]
    .filter((key) => key !== kpi.key)
    .slice(0, MOST)
    .flatMap((key) => kpiOf(key) ?? []);
}
