/** Notices as they lie in the queue. */
import { z } from "zod";
import type { Notice } from "../notice.ts";

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

/** Throws for what is none. */
export function readNotice(text: string): Notice {
  return schema.parse(JSON.parse(text));
}
