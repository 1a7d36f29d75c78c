import { Elysia } from "elysia";
import { errorResponse } from "../../src/web/errors.ts";
import { ingestRoutes } from "../../src/web/ingest.ts";
import type { Parts } from "../../src/web/parts.ts";
import { methodsOf } from "../../src/web/routes.ts";
import { guard } from "../../src/web/security.ts";

/** Ingest's routes behind the same gate as in the appliance. */
export function appOf(parts: Parts) {
  const root = new Elysia();
  const methods = methodsOf(() => root.routes);
  return root
    .wrap(guard(parts, methods))
    .onError({ as: "global" }, ({ error, request }) => errorResponse(parts, request, error, methods))
    .use(ingestRoutes(parts));
}
