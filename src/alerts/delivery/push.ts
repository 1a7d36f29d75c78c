/** Messages to browsers that people let be pushed to (Web Push, RFC 8030). Only where users reach the appliance over TLS. */
import type { PushSubscriptionRow } from "../../control/notification-channels.ts";
import type { Notice } from "../notice.ts";
import { type Posted, post } from "./post.ts";
import { encryptPush, PLAIN_BYTES_MAX } from "./push-encryption.ts";
import { type Sender, type SendingParts, type Sent, sent, sentOver } from "./sender.ts";
import { vapidAuthorization } from "./vapid.ts";
import { clean, cut, headingOf, linkOf } from "./wording.ts";

/** How long a push service keeps a message for a browser that is not there. */
const KEPT_S = 24 * 3_600;
const AT_ONCE = 8;
const BODY_CHARS_MAX = 1_000;

export const sendPush: Sender = async ({ notice, remaining }, parts) => {
  if (!parts.public_url.startsWith("https://")) {
    return sent({ error: "Browsers take messages only over TLS (public_url).", final: true });
  }
  const browsers = browsersFor(notice, parts).filter(
    ({ subscription_id }) => remaining === null || remaining.includes(subscription_id),
  );
  const results: { browser: PushSubscriptionRow; result: Sent }[] = [];
  for (let at = 0; at < browsers.length; at += AT_ONCE) {
    const some = browsers.slice(at, at + AT_ONCE);
    results.push(
      ...(await Promise.all(some.map(async (browser) => ({ browser, result: await toOne(notice, browser, parts) })))),
    );
  }
  for (const { browser, result } of results)
    if (result.gone) parts.control.removePushSubscription(browser.subscription_id);
  return together(results, remaining !== null);
};

/** Of those people who may see the location. */
function browsersFor({ location_id }: Notice, { control }: SendingParts): readonly PushSubscriptionRow[] {
  const may = control
    .users()
    .filter(({ locations }) => locations === null || (location_id !== null && locations.includes(location_id)));
  const people = new Set(may.map(({ user_id }) => user_id));
  return control.pushSubscriptions().filter(({ user_id }) => people.has(user_id));
}

async function toOne(notice: Notice, browser: PushSubscriptionRow, parts: SendingParts): Promise<Sent> {
  const { control, now, public_url, post: options } = parts;
  const body = await encryptPush(pushPayload(notice, public_url), browser);
  const headers = {
    "content-type": "application/octet-stream",
    "content-encoding": "aes128gcm",
    ttl: String(KEPT_S),
    urgency: notice.severity === "critical" ? "high" : "normal",
    // A push service keeps the last of a topic: what is tried again is shown once.
    topic: notice.notice_id.replaceAll("-", "").slice(0, 32),
    authorization: await vapidAuthorization(control, browser.endpoint, public_url, now()),
  };
  const posted: Posted = await post(browser.endpoint, headers, body, options);
  return sentOver(posted, now(), [404, 410]);
}

/** JSON for the page's service worker; `tag` makes a message that comes twice one. */
export function pushPayload(notice: Notice, public_url: string): Uint8Array {
  const { notice_id, kind, severity, at } = notice;
  const about = { kind, severity, at, tag: notice_id, url: linkOf(notice, public_url) };
  for (let chars_max = BODY_CHARS_MAX; ; chars_max = Math.floor(chars_max / 2)) {
    const text = { title: headingOf(notice), body: cut(clean(notice.text), chars_max) };
    const bytes = new TextEncoder().encode(JSON.stringify({ ...text, ...about }));
    if (bytes.length <= PLAIN_BYTES_MAX || chars_max <= 1) return bytes;
  }
}

/** Delivered once every browser that is still there has it. `reached`: others have it already. */
function together(results: readonly { browser: PushSubscriptionRow; result: Sent }[], reached: boolean): Sent {
  const there = results.filter(({ result }) => !result.gone);
  if (there.length === 0 && reached) return sent({ delivered: true });
  if (there.length === 0) {
    return sent({ error: "No browser of those who may see this takes messages.", final: true });
  }
  const failed = there.filter(({ result }) => !result.delivered);
  const [first] = failed;
  if (!first) return sent({ delivered: true, status: there[0]?.result.status ?? null });
  const later = failed.filter(({ result }) => !result.final);
  const waits = failed.map(({ result }) => result.retry_after_s ?? 0);
  return sent({
    status: first.result.status,
    error: `${failed.length} of ${there.length} browsers: ${first.result.error}`,
    response: first.result.response,
    retry_after_s: Math.max(...waits) || null,
    remaining: later.map(({ browser }) => browser.subscription_id),
    final: later.length === 0,
  });
}
