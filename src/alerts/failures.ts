/**
 * Deliveries that were given up are an alert of their own: on the page, and told through other channels.
 * It must never tell of the failure of what told of a failure.
 */
import type { AlertRow } from "../control/alerts.ts";
import type { Control } from "../control/control.ts";
import type { Engine } from "./engine.ts";
import type { Notice } from "./notice.ts";
import { waitingOf } from "./outbox.ts";
import type { Rule } from "./rule.ts";
import { DAY } from "./windows.ts";

/** A delivery that was given up. */
export interface Failed {
  delivery_id: string;
  channel_id: string;
  channel_name: string;
  notice: Notice;
  why: string;
}

export interface Failures {
  hear(failed: Failed): void;
  /** Ends the alerts of channels that have not failed for a while. */
  look(): void;
}

interface Parts {
  control: Control;
  engine: Engine;
  now: () => number;
  newId: () => string;
}

export const DELIVERY_FAILED = "delivery_failed";
/** Without a failure for so long, it is over, though nothing was delivered: there was nothing to deliver. */
const OVER_AFTER = 7 * DAY;
/** So often it is looked whether a channel works again. */
const LOOKED_EVERY = 10_000_000;
const OPEN_MAX = 1_000;

export function createFailures({ control, engine, now, newId }: Parts): Failures {
  const known = control.alerts({ locations: null, open: true, kind: DELIVERY_FAILED, limit: OPEN_MAX });
  let looked_at = Number.NEGATIVE_INFINITY;
  /** When each open alert's channel failed last; after a restart, as far as it is known, when it began. */
  const last = new Map(known.map(({ alert_id, began_at }) => [alert_id, began_at]));

  function openFor(channel_id: string, location_id: string | null): AlertRow | null {
    const open = control.alerts({ locations: null, open: true, kind: DELIVERY_FAILED, limit: OPEN_MAX });
    return open.find((alert) => alert.facts.channel_id === channel_id && alert.location_id === location_id) ?? null;
  }

  /** Why it is over; null while it is not. */
  function overBy({ facts }: AlertRow, failed_at: number, at: number): string | null {
    const channel_id = String(facts.channel_id);
    if (!control.notificationChannel(channel_id)) return "The channel was removed.";
    const [works] = control.deliveries({ locations: null, channel_id, state: "delivered", limit: 1 });
    if ((works?.finished_at ?? 0) > failed_at) return "A later delivery arrived.";
    return at - failed_at < OVER_AFTER ? null : "Nothing has failed for a week.";
  }

  return {
    hear({ delivery_id, channel_id, channel_name, notice, why }) {
      const at = now();
      const before = openFor(channel_id, notice.location_id);
      const alert_id = before?.alert_id ?? newId();
      last.set(alert_id, at);
      const event = { alert_id, at, what: "delivery_failed", who: null, note: `${notice.title}: ${why}` };
      if (before) {
        engine.keep({ states: [], alerts: [], events: [event], notices: [] });
        return;
      }
      const own = engine.rules().filter((rule) => rule.kind === DELIVERY_FAILED && rule.enabled);
      const facts = { channel_id, channel_name, delivery_id, why, notice: notice.title };
      const alert: AlertRow = {
        alert_id,
        rule_id: own[0]?.rule_id ?? null,
        kind: DELIVERY_FAILED,
        name: "Delivery failed",
        location_id: notice.location_id,
        bot_id: null,
        severity: own[0]?.severity ?? "warning",
        state: "firing",
        title: `Alerts do not reach ${channel_name}`,
        text: `"${notice.title}" was not delivered to ${channel_name} and given up: ${why}`,
        facts,
        peak: null,
        began_at: at,
        ended_at: null,
        acknowledged_by: null,
        acknowledged_at: null,
        snoozed_until: null,
      };
      const channels = othersThan(channel_id, engine.rules(), notice, own);
      const said: Notice = {
        notice_id: newId(),
        kind: DELIVERY_FAILED,
        at,
        severity: own[0]?.severity ?? "warning",
        location_id: notice.location_id,
        rule_id: null,
        rule_name: alert.name,
        alert_id,
        title: alert.title,
        text: alert.text,
        facts,
        path: `/alerts?id=${alert_id}`,
      };
      const loops = notice.kind === DELIVERY_FAILED;
      const notices = loops ? [] : waitingOf(control, { channels, group: null, kind: DELIVERY_FAILED }, said, newId);
      engine.keep({ states: [], alerts: [alert], events: [event], notices });
    },
    look() {
      const at = now();
      if (at - looked_at < LOOKED_EVERY) return;
      looked_at = at;
      for (const [alert_id, failed_at] of last) {
        const alert = control.alert(alert_id);
        const why = alert && overBy(alert, failed_at, at);
        if (alert && alert.ended_at === null && why === null) continue;
        last.delete(alert_id);
        if (!alert || alert.ended_at !== null) continue;
        const event = { alert_id, at, what: "resolved", who: null, note: why };
        const over = { ...alert, state: "resolved", ended_at: at, snoozed_until: null };
        engine.keep({ states: [], alerts: [over], events: [event], notices: [] });
      }
    },
  };
}

/** The other channels of the rule that was to be told of, and those of rules that watch deliveries. */
function othersThan(
  channel_id: string,
  rules: readonly Rule[],
  notice: Notice,
  watching: readonly Rule[],
): readonly string[] {
  const ids = new Set([notice.rule_id, ...(notice.group ?? []).map(({ rule_id }) => rule_id)]);
  const told = rules.filter(({ rule_id }) => ids.has(rule_id));
  const channels = [...told, ...watching].flatMap((rule) => rule.channels);
  return [...new Set(channels)].filter((id) => id !== channel_id);
}
