/** Webhooks, signed. Source: Standard Webhooks (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md). */
import { createHmac } from "node:crypto";
import { formatInstant } from "../../catalogue/time.ts";
import type { Notice } from "../notice.ts";
import { post } from "./post.ts";
import { type Sender, sent, sentOver } from "./sender.ts";
import { headingOf, linkOf } from "./wording.ts";

export const sendWebhook: Sender = async ({ notice, channel }, { control, now, post: options, public_url }) => {
  if (channel.url === null) return sent({ error: "The channel has no address.", final: true });
  const body = JSON.stringify(webhookBody(notice, public_url));
  const at = now();
  const secrets = control.signingSecrets(channel.channel_id, at);
  const headers = { "content-type": "application/json", ...signed(secrets, notice.notice_id, at, body) };
  return sentOver(await post(channel.url, headers, body, options), now());
};

/** The body: what happened, when, and the facts. */
export function webhookBody(notice: Notice, public_url: string) {
  const { notice_id, kind, at, severity, location_id, rule_id, rule_name, alert_id, text, facts, group } = notice;
  return {
    type: `alert.${kind}`,
    timestamp: formatInstant(at),
    data: {
      notice_id,
      severity,
      location_id,
      rule_id,
      rule_name,
      alert_id,
      title: headingOf(notice),
      text,
      facts,
      url: linkOf(notice, public_url),
      ...(group === undefined ? {} : { group }),
    },
  };
}

/** The three headers. `now` in µs: of this try, so that an old message cannot be played back later. */
export function signed(secrets: readonly string[], id: string, now: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}
