/** The pages of the settings: a table of contents. (API keys are in keys.ts, beside their JSON.) */
import type { Parts } from "./parts.ts";
import type { Route } from "./route.ts";
import { accountPages } from "./settings/account.ts";
import { locationPages } from "./settings/locations.ts";
import { rulePages } from "./settings/rules.ts";
import { targetPages } from "./settings/targets.ts";
import { userPages } from "./settings/users.ts";

/** `/settings/{account,users,locations,rules,targets}`. */
export function settingsRoutes(parts: Parts): readonly Route[] {
  return [
    ...accountPages(parts),
    ...userPages(parts),
    ...locationPages(parts),
    ...rulePages(parts),
    ...targetPages(parts),
  ];
}
