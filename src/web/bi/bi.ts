/**
 * The BI API: a table of contents. Questions in, figures out.
 * It must never answer about a location that the caller may not see, nor say 500 for what was asked wrongly.
 */
import type { Parts } from "../parts.ts";
import type { Route } from "../route.ts";
import { annotationRoutes } from "./annotations.ts";
import { anomalyRoutes } from "./anomalies.ts";
import { botPerformanceRoutes } from "./bot-performance.ts";
import { cacheRoutes } from "./cache.ts";
import { conciergeRoutes } from "./concierge.ts";
import { contactRoutes } from "./contacts.ts";
import { drillDownRoutes } from "./drill-down.ts";
import { eventRoutes } from "./events.ts";
import { filterValueRoutes } from "./filter-values.ts";
import { funnelRoutes } from "./funnel.ts";
import { jobRoutes } from "./jobs.ts";
import { metricsRoutes } from "./metrics.ts";
import { modelRoutes } from "./models.ts";
import { predictiveRoutes } from "./predictive.ts";
import { questionRoutes } from "./questions.ts";
import { realTimeRoutes } from "./real-time.ts";
import { recommendationRoutes } from "./recommendation-rules.ts";
import { retentionRoutes } from "./retention.ts";
import { revenueRoutes } from "./revenue.ts";
import { scoreRoutes } from "./scores.ts";

/** Everything under `/api/bi`. */
export function biRoutes(parts: Parts): readonly Route[] {
  const routes: readonly Route[] = [
    ...questionRoutes(parts),
    ...filterValueRoutes(parts),
    ...revenueRoutes(parts),
    ...botPerformanceRoutes(parts),
    ...predictiveRoutes(parts),
    ...scoreRoutes(parts),
    ...modelRoutes(parts),
    ...recommendationRoutes(parts),
    ...conciergeRoutes(parts),
    ...anomalyRoutes(parts),
    ...annotationRoutes(parts),
    ...drillDownRoutes(parts),
    ...funnelRoutes(parts),
    ...retentionRoutes(parts),
    ...eventRoutes(parts),
    ...contactRoutes(parts),
    ...realTimeRoutes(parts),
    ...metricsRoutes(parts),
    ...jobRoutes(parts),
    ...cacheRoutes(parts, () => routes),
  ];
  return routes;
}
