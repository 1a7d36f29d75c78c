/**
 * What owners and admins configure, as JSON: a table of contents. (API keys are in keys.ts, beside their page.)
 * It must never decide who may: access.ts does.
 */
import { locationRoutes } from "./admin/locations.ts";
import { ruleRoutes } from "./admin/rules.ts";
import { signingKeyRoutes } from "./admin/signing-keys.ts";
import { targetRoutes } from "./admin/targets.ts";
import { userRoutes } from "./admin/users.ts";
import type { Parts } from "./parts.ts";
import type { Route } from "./route.ts";

/** `/api/admin/{users,locations,commission-rules,targets,signing-keys}`. */
export function adminRoutes(parts: Parts): readonly Route[] {
  return [
    ...userRoutes(parts),
    ...locationRoutes(parts),
    ...ruleRoutes(parts),
    ...targetRoutes(parts),
    ...signingKeyRoutes(parts),
  ];
}
