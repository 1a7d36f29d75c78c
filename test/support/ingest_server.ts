import { ingestRoutes } from "../../src/web/ingest.ts";
import type { Parts } from "../../src/web/parts.ts";
import { quarantineRoutes } from "../../src/web/quarantine.ts";
import { appOf as app } from "../../src/web/routes.ts";

/** Ingest's routes behind the same gate as in the appliance. */
export function appOf(parts: Parts) {
  return app(parts, [...ingestRoutes(parts), ...quarantineRoutes(parts)]);
}
