/** What changed about alerts, kept for a moment for the channels that tell of it. */

import { formatInstant } from "../catalogue/time.ts";
import type { AlertRow } from "../control/alerts.ts";

/** A change as channels tell it. */
export interface AlertChange {
  /** Of a rule; what bots report themselves has another kind. */
  kind: "rule";
  rule_kind: string;
  alert_id: string;
  rule_id: string | null;
  name: string;
  location_id: string;
  bot_id: string | null;
  severity: string;
  state: string;
  title: string;
  text: string;
  facts: AlertRow["facts"];
  began_at: string;
  ended_at: string | null;
  acknowledged_by: string | null;
  snoozed_until: string | null;
}

export interface AlertReader {
  /** What changed since the last time. */
  next(): readonly AlertChange[];
}

export interface AlertFeed {
  reader(location_id: string): AlertReader;
  push(alert: AlertRow): void;
}

/** Of each location; a channel that comes later than that has them in no frame. */
const KEPT_MAX = 100;

interface Line {
  changes: AlertChange[];
  /** That ever were. */
  total: number;
}

export function createAlertFeed(): AlertFeed {
  const lines = new Map<string, Line>();
  const lineOf = (location_id: string): Line => {
    const known = lines.get(location_id);
    if (known) return known;
    const made = { changes: [], total: 0 };
    lines.set(location_id, made);
    return made;
  };
  return {
    reader(location_id) {
      let read = lineOf(location_id).total;
      return {
        next() {
          const { changes, total } = lineOf(location_id);
          const fresh = total - read;
          read = total;
          return fresh === 0 ? [] : changes.slice(-fresh);
        },
      };
    },
    push(alert) {
      if (alert.location_id === null) return;
      const line = lineOf(alert.location_id);
      line.changes = [...line.changes, changeOf(alert, alert.location_id)].slice(-KEPT_MAX);
      line.total++;
    },
  };
}

function changeOf(alert: AlertRow, location_id: string): AlertChange {
  const { kind, alert_id, rule_id, name, bot_id, severity, state, title, text, facts, acknowledged_by } = alert;
  return {
    kind: "rule",
    rule_kind: kind,
    alert_id,
    rule_id,
    name,
    location_id,
    bot_id,
    severity,
    state,
    title,
    text,
    facts,
    began_at: formatInstant(alert.began_at),
    ended_at: alert.ended_at === null ? null : formatInstant(alert.ended_at),
    acknowledged_by,
    snoozed_until: alert.snoozed_until === null ? null : formatInstant(alert.snoozed_until),
  };
}
