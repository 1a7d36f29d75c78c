/**
 * The web: a table of contents. A resource is a file; what holds for all of them is the gate.
 * It must never hold a handler itself.
 */
import { adminRoutes } from "./admin.ts";
import { alertRoutes } from "./alerts/alerts.ts";
import { alertChannelRoutes } from "./alerts/channels.ts";
import { deliveryRoutes } from "./alerts/deliveries.ts";
import { alertsPages } from "./alerts/pages/pages.ts";
import { pushRoutes } from "./alerts/push.ts";
import { alertRuleRoutes } from "./alerts/rules.ts";
import { assetRoutes } from "./assets.ts";
import { auditRoutes } from "./audit-log.ts";
import { authRoutes } from "./auth.ts";
import { biRoutes } from "./bi/bi.ts";
import { channelRoutes } from "./channels/snapshots.ts";
import { createSockets } from "./channels/sockets.ts";
import { channelSockets } from "./channels.ts";
import { heartbeatRoutes } from "./compat/heartbeat.ts";
import { otlpRoutes } from "./compat/otlp.ts";
import { posthogRoutes } from "./compat/posthog.ts";
import { segmentRoutes } from "./compat/segment.ts";
import { dashboardsRoutes } from "./dashboards/dashboards.ts";
import { demoRoutes } from "./demo.ts";
import { docsRoutes } from "./docs/docs.ts";
import { erasureRoutes } from "./erasure.ts";
import { eventTypeRoutes } from "./event-types.ts";
import { exportRoutes } from "./export/exports.ts";
import { funnelFormRoutes } from "./figures/funnels.ts";
import { filterFormRoutes } from "./filter-form.ts";
import { healthRoutes } from "./health.ts";
import { ingestRoutes } from "./ingest.ts";
import { contactInsightRoutes } from "./insights/contacts.ts";
import { insightRoutes } from "./insights/insights.ts";
import { topInsightRoutes } from "./insights/top.ts";
import { keyRoutes } from "./keys.ts";
import { kpiPageRoutes } from "./kpi-pages.ts";
import { kpiRoutes } from "./kpis.ts";
import { liveRoutes, liveSocket } from "./live.ts";
import { metricsRoutes } from "./metrics.ts";
import { pageRoutes } from "./pages.ts";
import type { Parts } from "./parts.ts";
import { presetPages } from "./preset-pages.ts";
import { presetRoutes } from "./preset-routes.ts";
import { quarantineRoutes } from "./quarantine.ts";
import { quarantinePageRoutes } from "./quarantine-page.ts";
import type { Route } from "./route.ts";
import { appOf } from "./routes.ts";
import { savedViewRoutes } from "./saved-views.ts";
import { searchRoutes } from "./search/search.ts";
import { settingsRoutes } from "./settings.ts";
import { systemRoutes } from "./system/routes.ts";

/** Every route of the appliance but its sockets. */
export function allRoutes(parts: Parts): readonly Route[] {
  const routes: readonly Route[] = [
    ...docsRoutes(parts, () => routes),
    ...ingestRoutes(parts),
    ...segmentRoutes(parts),
    ...posthogRoutes(parts),
    ...otlpRoutes(parts),
    ...heartbeatRoutes(parts),
    ...quarantineRoutes(parts),
    ...quarantinePageRoutes(parts),
    ...eventTypeRoutes(),
    ...biRoutes(parts),
    ...exportRoutes(parts),
    ...dashboardsRoutes(parts),
    ...erasureRoutes(parts),
    ...kpiRoutes(parts),
    ...kpiPageRoutes(parts),
    ...pageRoutes(parts),
    ...searchRoutes(parts),
    ...filterFormRoutes(parts),
    ...funnelFormRoutes(parts),
    ...presetRoutes(parts),
    ...presetPages(parts),
    ...savedViewRoutes(parts),
    ...liveRoutes(parts),
    ...channelRoutes(parts),
    ...demoRoutes(parts),
    ...authRoutes(parts),
    ...keyRoutes(parts),
    ...adminRoutes(parts),
    ...alertRuleRoutes(parts),
    ...alertRoutes(parts),
    ...alertChannelRoutes(parts),
    ...deliveryRoutes(parts),
    ...pushRoutes(parts),
    ...alertsPages(parts),
    ...insightRoutes(parts),
    ...topInsightRoutes(parts),
    ...contactInsightRoutes(parts),
    ...settingsRoutes(parts),
    ...auditRoutes(parts),
    ...assetRoutes(),
    ...healthRoutes(parts),
    ...systemRoutes(parts),
    ...metricsRoutes(parts),
  ];
  return routes;
}

/** The whole web from the parts, ready to listen or to `handle` requests in a test. */
export function buildApp(parts: Parts) {
  const sockets = createSockets(parts);
  return appOf(parts, allRoutes(parts), [liveSocket(parts, sockets), channelSockets(parts, sockets)]);
}
