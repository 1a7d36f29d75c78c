/** System: how much comes in, and how fresh it is. */
import type { Kpi } from "../types.ts";

export const SYSTEM: readonly Kpi[] = [
  {
    key: "cache_hit_rate",
    label: "Cache hit rate",
    unit: "percent",
    better: "up",
    description: "Cache hits, of hits and misses.",
    formula: `count(type = "cache_hit") / (count(type = "cache_hit") + count(type = "cache_miss"))`,
    dimensions: ["bot_id", "location_id"],
    group: "system",
  },
  {
    key: "events",
    label: "Events",
    unit: "count",
    better: null,
    description: "All events.",
    formula: "count()",
    dimensions: ["bot_id", "location_id", "type", "contact_id", "conversation_id", "success", "currency"],
    group: "system",
  },
  {
    key: "ingest_lag_p95",
    label: "Ingest lag, p95",
    unit: "duration",
    better: "down",
    description: "From when an event happened to when it was received.",
    formula: "percentile(ingest_lag_ms, 0.95)",
    dimensions: ["bot_id", "location_id", "type"],
    group: "system",
  },
];
