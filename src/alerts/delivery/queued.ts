/** What goes into the queue. */
import type { NewDelivery } from "../../control/deliveries.ts";
import type { NotificationChannel } from "../../control/notification-channels.ts";
import type { Notice } from "../notice.ts";

/** Of one channel. A receiver that is away for days must not come back to thousands of messages. */
export const WAITING_MAX = 1_000;
export const OFF = "The channel is off.";
const FULL = `More than ${WAITING_MAX} messages wait for this channel.`;

/** What is queued of a notice for a channel. `full`: too much waits for it already. */
export function newDelivery(notice: Notice, channel: NotificationChannel, full: boolean): NewDelivery {
  const { channel_id, name, kind, location_id, enabled } = channel;
  return {
    notice_id: notice.notice_id,
    channel_id,
    channel_name: name,
    channel_kind: kind,
    location_id,
    notice: JSON.stringify(notice),
    ...(enabled && !full ? {} : { state: "dropped" as const, error: enabled ? FULL : OFF }),
  };
}

/** What a channel is tried with. */
export function testNotice({ name, location_id }: NotificationChannel, at: number): Notice {
  return {
    notice_id: Bun.randomUUIDv7(),
    kind: "test",
    at,
    severity: "info",
    location_id,
    rule_id: null,
    rule_name: "",
    alert_id: null,
    title: `message to ${name}`,
    text: "This is a test. Alerts to this channel arrive here.",
    facts: {},
    path: null,
  };
}
