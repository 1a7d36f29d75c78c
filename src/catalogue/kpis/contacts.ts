/** Contacts: who is there, who is new, who came back, who left. */
import type { Kpi } from "../types.ts";
import { REVENUE } from "./money.ts";

const DIMENSIONS = ["bot_id", "location_id", "type"] as const;
const BUYERS = ["location_id", "bot_id"] as const;

export const CONTACTS: readonly Kpi[] = [
  {
    key: "active_contacts",
    label: "Active contacts",
    unit: "count",
    better: "up",
    description: "Contacts with any event.",
    formula: "contacts()",
    dimensions: DIMENSIONS,
    group: "contacts",
  },
  {
    key: "new_contacts",
    label: "New contacts",
    unit: "count",
    better: "up",
    description: "Contacts whose first event ever is in the timeframe.",
    formula: "new_contacts()",
    dimensions: DIMENSIONS,
    group: "contacts",
  },
  {
    key: "returning_contacts",
    label: "Returning contacts",
    unit: "count",
    better: "up",
    description: "Active contacts that were known before the timeframe.",
    formula: "contacts() - new_contacts()",
    dimensions: DIMENSIONS,
    group: "contacts",
  },
  {
    key: "repeat_buyer_rate",
    label: "Repeat buyer rate",
    unit: "percent",
    better: "up",
    description: "Buyers with at least two conversations that carried revenue, of all buyers.",
    formula: `contacts_repeating(2, ${REVENUE}) / contacts_repeating(1, ${REVENUE})`,
    dimensions: BUYERS,
    group: "contacts",
  },
  {
    key: "churned_contacts",
    label: "Churned contacts",
    unit: "count",
    better: "down",
    description: "Buyers of the previous period of the same length who bought nothing in this one.",
    formula: `churned(${REVENUE})`,
    dimensions: BUYERS,
    group: "contacts",
  },
  {
    key: "churn_rate",
    label: "Churn rate",
    unit: "percent",
    better: "down",
    description: "Churned contacts, of the buyers of the previous period.",
    formula: `churned(${REVENUE}) / contacts_before(${REVENUE})`,
    dimensions: BUYERS,
    group: "contacts",
  },
];
