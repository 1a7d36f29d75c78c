/** What an alert says to a person, before anybody knows by which way it goes to them. */

export type NoticeKind = "firing" | "repeat" | "resolved" | "no_data" | "error" | "delivery_failed" | "test";

export type NoticeSeverity = "info" | "warning" | "critical";

export interface Notice {
  /** UUIDv7; the webhook-id of Standard Webhooks: the same for each try. */
  notice_id: string;
  kind: NoticeKind;
  /** Microseconds since 1970. */
  at: number;
  severity: NoticeSeverity;
  location_id: string | null;
  /** Null: about delivery or a test. */
  rule_id: string | null;
  rule_name: string;
  alert_id: string | null;
  title: string;
  /** Plain sentences with the numbers. */
  text: string;
  /** The numbers themselves: kpi, value, threshold, window, t, bot_id and so on. */
  facts: Readonly<Record<string, string | number | boolean | null>>;
  /** The page in the appliance that shows it: "/alerts?id=…". */
  path: string | null;
  /** The alerts that this one notice speaks for, where it is more than one. */
  group?: readonly { rule_id: string; title: string }[];
}
