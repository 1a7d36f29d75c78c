/** Tickets: opened, solved in time, opened again. */
import type { Kpi } from "../types.ts";

const RESOLVED = `type = "ticket_resolved"`;
const DIMENSIONS = ["bot_id", "location_id", "contact_id", "data.priority"] as const;

export const TICKETS: readonly Kpi[] = [
  {
    key: "tickets",
    label: "Tickets",
    unit: "count",
    better: null,
    description: "Tickets created.",
    formula: `count(type = "ticket_created")`,
    dimensions: DIMENSIONS,
    group: "tickets",
  },
  {
    key: "resolution_time_p50",
    label: "Resolution time, median",
    unit: "duration",
    better: "down",
    description: "Time to resolve a ticket.",
    formula: `percentile(duration_ms, 0.5, ${RESOLVED})`,
    dimensions: DIMENSIONS,
    group: "tickets",
  },
  {
    key: "resolution_time_p95",
    label: "Resolution time, p95",
    unit: "duration",
    better: "down",
    description: "Time within which 95% of tickets are resolved.",
    formula: `percentile(duration_ms, 0.95, ${RESOLVED})`,
    dimensions: DIMENSIONS,
    group: "tickets",
  },
  {
    key: "sla_miss_rate",
    label: "SLA miss rate",
    unit: "percent",
    better: "down",
    description: "Resolved tickets that missed their agreed time, of those where it is known.",
    formula: `count(${RESOLVED} and data.sla_met = false) / count(${RESOLVED} and data.sla_met exists)`,
    dimensions: DIMENSIONS,
    group: "tickets",
  },
  {
    key: "reopen_rate",
    label: "Reopen rate",
    unit: "percent",
    better: "down",
    description: "Tickets opened again for each ticket resolved.",
    formula: `count(type = "ticket_reopened") / count(${RESOLVED})`,
    dimensions: DIMENSIONS,
    group: "tickets",
  },
];
