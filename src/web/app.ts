/**
 * The web: a table of contents. A resource is a file; what holds for all of them is the guard.
 * It must never hold a handler itself.
 */
import { Elysia } from "elysia";
import { adminRoutes } from "./admin.ts";
import { assetRoutes } from "./assets.ts";
import { authRoutes } from "./auth.ts";
import { biRoutes } from "./bi.ts";
import { demoRoutes } from "./demo.ts";
import { errorResponse } from "./errors.ts";
import { eventTypeRoutes } from "./event-types.ts";
import { healthRoutes } from "./health.ts";
import { ingestRoutes } from "./ingest.ts";
import { keyRoutes } from "./keys.ts";
import { liveRoutes } from "./live.ts";
import { pageRoutes } from "./pages.ts";
import type { Parts } from "./parts.ts";
import { methodsOf } from "./routes.ts";
import { guard } from "./security.ts";

/** The whole web from the parts, ready to listen or to `handle` requests in a test. */
export function buildApp(parts: Parts) {
  const root = new Elysia({ name: "bellwether" });
  const methods = methodsOf(() => root.routes);
  return root
    .wrap(guard(parts, methods))
    .onError({ as: "global" }, ({ error, request }) => errorResponse(parts, request, error, methods))
    .use(ingestRoutes(parts))
    .use(eventTypeRoutes(parts))
    .use(biRoutes(parts))
    .use(pageRoutes(parts))
    .use(liveRoutes(parts))
    .use(demoRoutes(parts))
    .use(authRoutes(parts))
    .use(keyRoutes(parts))
    .use(adminRoutes(parts))
    .use(assetRoutes())
    .use(healthRoutes(parts));
}
