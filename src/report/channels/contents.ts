/** Which channels there are and what each of them shows and tells. */
import type { Arrival } from "./arrivals.ts";
import {
  ACTIONS_BLOCK,
  ANOMALIES_BLOCK,
  type Block,
  BOTS_BLOCK,
  CONCIERGE_BLOCK,
  EMPLOYEES_BLOCK,
  HEADLINE_BLOCK,
  MONEY_BLOCK,
  OUTLOOK_BLOCK,
  PULSE_BLOCK,
  REVENUE_BLOCK,
  TRADES_BLOCK,
} from "./blocks.ts";
import { NOTICED_BLOCK, NOTICED_INSIGHT_BLOCK } from "./noticed.ts";

export interface Content {
  blocks: readonly Block[];
  /** Which events it tells, as `ai:activity`; null: none. */
  activity: ((event: Arrival) => boolean) | null;
  /** True when it tells of what cannot wait, as `alert`. */
  alerts: boolean;
}

/** By what stands before the location: `/ws/<name>/{location_id}`. To add one, add an entry. */
export const LOCATION_CHANNELS: Readonly<Record<string, Content>> = {
  dashboard: { blocks: [HEADLINE_BLOCK, PULSE_BLOCK, BOTS_BLOCK], activity: null, alerts: true },
  "bi/revenue-intelligence": { blocks: [MONEY_BLOCK, REVENUE_BLOCK], activity: null, alerts: false },
  "bot-performance": { blocks: [BOTS_BLOCK, TRADES_BLOCK], activity: null, alerts: true },
  "business-intelligence": {
    blocks: [
      HEADLINE_BLOCK,
      PULSE_BLOCK,
      BOTS_BLOCK,
      REVENUE_BLOCK,
      TRADES_BLOCK,
      OUTLOOK_BLOCK,
      CONCIERGE_BLOCK,
      ANOMALIES_BLOCK,
      NOTICED_BLOCK,
    ],
    activity: () => true,
    alerts: true,
  },
  "ai-concierge": {
    blocks: [EMPLOYEES_BLOCK, ACTIONS_BLOCK, CONCIERGE_BLOCK, NOTICED_INSIGHT_BLOCK],
    activity: ({ type }) => type === "ai_activity",
    alerts: true,
  },
  "analytics/advanced": { blocks: [OUTLOOK_BLOCK, ANOMALIES_BLOCK, NOTICED_BLOCK], activity: null, alerts: false },
  activity: { blocks: [], activity: () => true, alerts: true },
};

/** A lead or a conversation that stands still: somebody has to know at once. */
export function isStall({ type, data }: Arrival): boolean {
  if (type === "jorge_qualification_progress") return data.stall_detected === true;
  return type === "conversation_event" && data.event === "stalled";
}
