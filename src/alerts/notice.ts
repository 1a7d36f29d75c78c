/** What an alert says to a person, before anybody knows by which way it goes to them; and as it is kept until it went. */
import { z } from "zod";

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

const schema: z.ZodType<Notice> = z.object({
  notice_id: z.string(),
  kind: z.enum(["firing", "repeat", "resolved", "no_data", "error", "delivery_failed", "test"]),
  at: z.number(),
  severity: z.enum(["info", "warning", "critical"]),
  location_id: z.string().nullable(),
  rule_id: z.string().nullable(),
  rule_name: z.string(),
  alert_id: z.string().nullable(),
  title: z.string(),
  text: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  path: z.string().nullable(),
  group: z.array(z.object({ rule_id: z.string(), title: z.string() })).exactOptional(),
});

/** From its JSON. Throws for what is none. */
export function readNotice(text: string): Notice {
  return schema.parse(JSON.parse(text));
}
