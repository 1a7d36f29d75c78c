/** What people do about alerts: acknowledge, snooze, note. The same for the API and the pages. */
import { maskedText } from "../../catalogue/personal.ts";
import type { AlertEventRow, AlertRow } from "../../control/alerts.ts";
import type { Caller } from "../../control/types.ts";
import { seesPersonal, seesRow } from "../access.ts";
import { audited } from "../audit.ts";
import { fieldProblem } from "../bi/input.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import type { Changing } from "./rule-changes.ts";

/** Longer is no snooze but switching the rule off. */
const SNOOZE_DAYS_MAX = 90;
const DAY_US = 86_400_000_000;

/** Throws Problem 404 for one that is not there or not theirs to see. */
export function alertSeenBy({ control }: Parts, caller: Caller, alert_id: string): AlertRow {
  const alert = control.alert(alert_id);
  if (alert && seesRow(caller)(alert)) return alert;
  throw new Problem({ status: 404, title: "Not found", detail: "There is no such alert." });
}

/** The first to say so stays. Throws Problem 404 or 409. */
export function acknowledgeAlert(parts: Parts, by: Changing, alert_id: string): AlertRow {
  const alert = openAlert(parts, by.caller, alert_id);
  if (alert.acknowledged_by !== null) return alert;
  return noted(parts, by, "alert_acknowledged", parts.alerts.acknowledge(alert, by.caller.name));
}

/** Throws Problem 404 or 409. */
export function withdrawAcknowledgement(parts: Parts, by: Changing, alert_id: string): AlertRow {
  const alert = openAlert(parts, by.caller, alert_id);
  if (alert.acknowledged_by === null) return alert;
  return noted(parts, by, "alert_acknowledgement_withdrawn", parts.alerts.acknowledge(alert, null));
}

/** `until` in microseconds; null: no longer. Throws Problem 404, 409 or 422. */
export function snoozeAlert(parts: Parts, by: Changing, alert_id: string, until: number | null): AlertRow {
  const alert = openAlert(parts, by.caller, alert_id);
  const now = parts.now();
  if (until !== null && (until <= now || until > now + SNOOZE_DAYS_MAX * DAY_US))
    throw fieldProblem("until", `Use a time from now on, and at most ${SNOOZE_DAYS_MAX} days away.`);
  const next = parts.alerts.snooze(alert, until, by.caller.name);
  return noted(parts, by, until === null ? "alert_snooze_ended" : "alert_snoozed", next);
}

/** Throws Problem 404. */
export function noteAlert(parts: Parts, by: Changing, alert_id: string, text: string): AlertRow {
  const alert = alertSeenBy(parts, by.caller, alert_id);
  parts.alerts.note(alert, text, by.caller.name);
  return noted(parts, by, "alert_noted", alert);
}

/** Names of bots and what people write may hold what is personal. */
export function shownAlert(caller: Caller, alert: AlertRow): AlertRow {
  const { bot_id, title, text, facts } = alert;
  const shown = shownTo(caller);
  const masked = Object.entries(facts).map(([name, fact]) => [name, typeof fact === "string" ? shown(fact) : fact]);
  return {
    ...alert,
    bot_id: bot_id === null ? null : shown(bot_id),
    title: shown(title),
    text: shown(text),
    facts: Object.fromEntries(masked),
  };
}

export function shownEvent(caller: Caller, event: AlertEventRow): AlertEventRow {
  return { ...event, note: event.note === null ? null : shownTo(caller)(event.note) };
}

/** Throws Problem 404, or 409 for one that is over. */
function openAlert(parts: Parts, caller: Caller, alert_id: string): AlertRow {
  const alert = alertSeenBy(parts, caller, alert_id);
  if (alert.ended_at === null) return alert;
  throw new Problem({ status: 409, title: "It is over", detail: "This alert has ended: there is nothing to see to." });
}

function noted(parts: Parts, by: Changing, action: string, alert: AlertRow): AlertRow {
  const { alert_id, location_id, kind } = alert;
  audited(parts, by, action, { object: alert_id, location_id, details: { kind } });
  return alert;
}

function shownTo(caller: Caller): (text: string) => string {
  return seesPersonal(caller) ? (text) => text : maskedText;
}
