/** The page of alerts as it moves: what its address means, and what it shows; for the page, the socket and polling alike. */
import { z } from "zod";
import type { AlertsProps } from "../../../../views/alerts/alerts.ts";
import { NO_QUERY, type ViewQuery } from "../../../../views/parts/query.ts";
import { readRule } from "../../../alerts/knowledge.ts";
import type { AlertQuery } from "../../../control/alerts.ts";
import type { Caller } from "../../../control/types.ts";
import { timezoneOf } from "../../../report/common.ts";
import { pulseOf } from "../../../report/pulse.ts";
import { locationsOf, seesPersonal, seesRow } from "../../access.ts";
import type { Parts } from "../../parts.ts";
import { queryOf } from "../../request.ts";
import { alertSeenBy } from "../seeing-to.ts";
import { detailOf, itemOf, type Page } from "./shown.ts";

const OPEN_MAX = 100;
const HISTORY_ROWS = 25;

const alertsQuery = z.object({
  id: z.string().min(1).max(64).optional().catch(undefined),
  location_id: z.string().min(1).max(64).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,16}\.[\w-]{1,64}$/)
    .optional()
    .catch(undefined),
});

export interface AlertsAsked {
  caller: Caller;
  alert_id: string | null;
  location_id: string | null;
  locations: readonly string[] | null;
  before: NonNullable<AlertQuery["before"]> | null;
}

/** Throws Problem 403 for a location that is not theirs. */
export function alertsAsked(caller: Caller, request: Request): AlertsAsked {
  const { id = null, location_id = null, cursor } = queryOf(request, alertsQuery);
  const [began_at = "", alert_id = ""] = cursor?.split(".") ?? [];
  return {
    caller,
    alert_id: id,
    location_id,
    locations: locationsOf(caller, location_id),
    before: cursor === undefined ? null : { began_at: Number(began_at), alert_id },
  };
}

/** The same for all who see and may do the same. */
export function alertsKey({ caller, alert_id, location_id, locations, before }: AlertsAsked): string {
  const rights = [locations, seesPersonal(caller), caller.locations];
  return `alerts ${JSON.stringify([...rights, alert_id, location_id, before])}`;
}

/** Throws Problem 404 for an alert that is not there or not theirs. */
export async function alertsProps(parts: Parts, asked: AlertsAsked): Promise<AlertsProps> {
  const { caller, alert_id, location_id, locations, before } = asked;
  const { control } = parts;
  const now = parts.now();
  const page: Page = { parts, caller, timezone: timezoneOf(control, locations), now };
  const over = control.alerts({ locations, open: false, ...(before ? { before } : {}), limit: HISTORY_ROWS + 1 });
  const history = over.slice(0, HISTORY_ROWS);
  const last = history.at(-1);
  const query: ViewQuery = { ...NO_QUERY, path: "/alerts", location_id };
  return {
    query,
    open: control.alerts({ locations, open: true, limit: OPEN_MAX }).map((row) => itemOf(page, row)),
    open_total: control.openAlerts(locations),
    open_everywhere: control.openAlerts(caller.locations),
    history: history.map((row) => itemOf(page, row)),
    older: last && over.length > HISTORY_ROWS ? `${last.began_at}.${last.alert_id}` : null,
    newer: before !== null,
    rules_on: rulesOn(parts, caller, location_id),
    timezone: page.timezone,
    acts: caller.scopes.includes("export"),
    detail: alert_id === null ? null : detailOf(page, alertSeenBy(parts, caller, alert_id)),
    pulse: await pulseOf(parts.store, locations, now).then(
      (value) => ({ ok: true, value }) as const,
      () => ({ ok: false, reason: "It could not be read." }) as const,
    ),
    now,
  };
}

/** Of the location those that are about it, also by being about every one. */
function rulesOn({ control }: Parts, caller: Caller, location_id: string | null): number {
  return control
    .alertRules()
    .filter((row) => seesRow(caller)(row) && (location_id === null || [null, location_id].includes(row.location_id)))
    .filter((row) => readRule(row)?.enabled === true).length;
}
