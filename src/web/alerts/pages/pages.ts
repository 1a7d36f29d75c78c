/** The pages of alerts: a table of contents. */
import type { Parts } from "../../parts.ts";
import type { Route } from "../../route.ts";
import { alertPages } from "./alerts.ts";
import { channelPages } from "./channels.ts";
import { deliveryPages } from "./deliveries.ts";
import { rulePages } from "./rules.ts";

/** `/alerts`, `/alerts/{rules,channels,deliveries}`. */
export function alertsPages(parts: Parts): readonly Route[] {
  return [...alertPages(parts), ...rulePages(parts), ...channelPages(parts), ...deliveryPages(parts)];
}
