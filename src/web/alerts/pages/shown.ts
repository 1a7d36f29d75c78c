/** Alerts in the words of the pages: times in the zone of the page, lengths, numbers of their KPIs. */

import type { AlertItem } from "../../../../views/alerts/alerts.ts";
import type { AlertDetailProps } from "../../../../views/alerts/detail.ts";
import { clockTime, day, decimal, exactText, yearOf } from "../../../../views/format.ts";
import { durationText } from "../../../alerts/windows.ts";
import { formatInstant } from "../../../catalogue/time.ts";
import type { Unit } from "../../../catalogue/types.ts";
import type { AlertRow } from "../../../control/alerts.ts";
import type { Caller } from "../../../control/types.ts";
import { currencyOf } from "../../../report/common.ts";
import { knownKpi } from "../../../report/custom-kpis.ts";
import type { Parts } from "../../parts.ts";
import { shownAlert, shownEvent } from "../seeing-to.ts";

const MINUTE = 60_000_000;

/** How times and places are written on a page. */
export interface Page {
  parts: Parts;
  caller: Caller;
  timezone: string;
  now: number;
}

/** "22:41" today, "Nov 25, 22:41" before. */
export function whenText(time: number, { timezone, now }: Pick<Page, "timezone" | "now">): string {
  const clock = clockTime(time, timezone, false);
  const on = day(time, timezone, yearOf(now, timezone));
  return on === day(now, timezone, yearOf(now, timezone)) ? clock : `${on}, ${clock}`;
}

/** "40 min", "3 h 05 min", "2 d 04 h": to the minute, as nothing of it is measured finer. */
export function lastedText(us: number): string {
  const minutes = Math.max(0, Math.floor(us / MINUTE));
  const pad = (value: number): string => String(value).padStart(2, "0");
  if (minutes < 1) return "under 1 min";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  return `${Math.floor(minutes / 1_440)} d ${pad(Math.floor(minutes / 60) % 24)} h`;
}

export function itemOf(page: Page, row: AlertRow): AlertItem {
  const { parts, caller, now } = page;
  const alert = shownAlert(caller, row);
  const { location_id, began_at, ended_at, snoozed_until } = alert;
  return {
    alert_id: alert.alert_id,
    state: alert.state,
    severity: alert.severity,
    title: alert.title,
    text: alert.text,
    location: location_id === null ? null : (parts.control.location(location_id)?.name ?? location_id),
    since: whenText(began_at, page),
    since_iso: formatInstant(began_at),
    lasted: lastedText((ended_at ?? now) - began_at),
    acknowledged_by: alert.acknowledged_by,
    snoozed_until: snoozed_until === null || snoozed_until <= now ? null : whenText(snoozed_until, page),
    is_open: ended_at === null,
  };
}

export function detailOf(page: Page, row: AlertRow): AlertDetailProps {
  const { parts, caller } = page;
  const { control } = parts;
  const alert = shownAlert(caller, row);
  const { rule_id, name, bot_id, ended_at, acknowledged_at, alert_id } = alert;
  return {
    item: itemOf(page, row),
    rule: rule_id === null ? null : { name, href: `/alerts/rules?edit=${encodeURIComponent(rule_id)}` },
    bot: bot_id,
    ended: ended_at === null ? null : `over ${whenText(ended_at, page)}`,
    acknowledged_at: acknowledged_at === null ? null : whenText(acknowledged_at, page),
    facts: factsOf(page, alert),
    events: control.alertEvents(alert_id).map((event) => {
      const { at, what, who, note } = shownEvent(caller, event);
      return { at: whenText(at, page), at_iso: formatInstant(at), what, who, note };
    }),
  };
}

/** Facts that are numbers in the KPI's unit. */
const IN_UNIT: ReadonlySet<string> = new Set([
  "value",
  "threshold",
  "previous",
  "expected",
  "lower",
  "upper",
  "so_far",
]);
const NAMES: Readonly<Record<string, string>> = {
  so_far: "So far",
  kpi: "KPI",
  t: "Bucket from",
  silent_minutes: "Silent for (min)",
  usual_gap_minutes: "Usual gap (min)",
  last_event_at: "Last event",
  days_left: "Days left",
  channel_name: "Channel",
};
/** Said elsewhere on the page, or of use to programs alone. */
const LEFT_OUT: ReadonlySet<string> = new Set(["bot_id", "channel_id", "delivery_id"]);

function factsOf({ parts, timezone, now }: Page, { facts, peak, location_id }: AlertRow): AlertDetailProps["facts"] {
  const { control } = parts;
  const locations = location_id === null ? null : [location_id];
  const kpi = typeof facts.kpi === "string" ? knownKpi(control, { location_id, locations }, facts.kpi) : null;
  const currency = currencyOf(control, locations);
  const unit: Unit | null = kpi?.unit ?? null;
  const written = (name: string, value: string | number | boolean): string => {
    if (name === "window") return durationText(String(value));
    if (name === "kpi") return kpi?.label ?? String(value);
    if (typeof value === "number" && name === "change") return exactText(value, "percent");
    if (typeof value === "number" && unit !== null && IN_UNIT.has(name))
      return exactText(tidy(value, unit), unit, currency);
    if (typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value))
      return whenText(Date.parse(value) * 1_000, { timezone, now });
    return typeof value === "number" ? decimal(value, 2) : String(value);
  };
  const shown = Object.entries(facts).flatMap(([name, value]) =>
    value === null || LEFT_OUT.has(name) ? [] : [{ name: NAMES[name] ?? worded(name), value: written(name, value) }],
  );
  const worst = peak === null ? [] : [{ name: "Worst", value: written("change" in facts ? "change" : "value", peak) }];
  return [...shown, ...worst];
}

/** Money to the cent: more is noise of floating point. */
function tidy(value: number, unit: Unit): number | string {
  return unit === "money" ? value.toFixed(2) : value;
}

function worded(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
