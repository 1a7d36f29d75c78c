/** Making, changing, trying and removing notification channels: the same for the API and the pages. */
import { z } from "zod";
import { wrongReceiver } from "../../alerts/delivery/receiver.ts";
import { CHANNEL_KINDS, type ChannelKind, type NotificationChannel } from "../../control/notification-channels.ts";
import type { Caller } from "../../control/types.ts";
import { isSecure, requireAdminOf, seesRow } from "../access.ts";
import { audited } from "../audit.ts";
import { fieldProblem } from "../bi/input.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import type { Given } from "../sign-in.ts";
import type { Changing } from "./rule-changes.ts";

const CHANNELS_MAX = 500;
/** How long the secret before still signs after a new one was made. */
const OLD_SECRET_US = 24 * 3_600 * 1_000_000;

const name = z.string().trim().min(1).max(80);
const url = z.string().min(1).max(2_048).describe("Where a webhook, Slack or Discord channel is posted to: https.");
const addresses = z.array(z.email().max(254)).min(1).max(50).describe("Of an e-mail channel.");

export const newChannelSchema = z.strictObject({
  name,
  kind: z.enum(CHANNEL_KINDS),
  location_id: z
    .string()
    .min(1)
    .max(64)
    .nullable()
    .default(null)
    .describe("Only alerts about this location go there; null: about any."),
  url: url.optional(),
  addresses: addresses.optional(),
});
export const channelChangeSchema = z.strictObject({
  name: name.optional(),
  url: url.optional(),
  addresses: addresses.optional(),
  enabled: z.boolean().optional().describe("true also after the appliance has switched it off."),
});

/** Throws Problem 403, 409 or 422. */
export function addChannel(parts: Parts, given: Given, asked: z.infer<typeof newChannelSchema>) {
  requireAdminOf(parts, given.request, asked.location_id);
  if (asked.location_id !== null && parts.control.location(asked.location_id) === null) {
    throw fieldProblem("location_id", "There is no such location.", "location_unknown");
  }
  checkKind(parts, asked.kind);
  checkTarget(parts, asked.kind, asked);
  if (TARGETS[asked.kind] === "url" && asked.url === undefined) throw fieldProblem("url", "It is missing.", "missing");
  if (TARGETS[asked.kind] === "addresses" && asked.addresses === undefined) {
    throw fieldProblem("addresses", "It is missing.", "missing");
  }
  if (parts.control.notificationChannels().length >= CHANNELS_MAX) {
    throw new Problem({ status: 409, title: "Too many", detail: `There may be ${CHANNELS_MAX} channels.` });
  }
  const { name: called, kind, location_id, url: to = null, addresses: people = [] } = asked;
  const made = parts.control.addNotificationChannel({ name: called, kind, location_id, url: to, addresses: people });
  auditChannel(parts, given, "notification_channel_added", made.channel);
  return made;
}

/** Throws Problem 404 or 422. */
export function changeChannel(
  parts: Parts,
  by: Changing,
  channel_id: string,
  asked: z.infer<typeof channelChangeSchema>,
): NotificationChannel {
  const channel = ownChannel(parts, by.caller, channel_id);
  checkTarget(parts, channel.kind, asked);
  const changed = parts.control.setNotificationChannel(channel_id, {
    ...(asked.name === undefined ? {} : { name: asked.name }),
    ...(asked.url === undefined ? {} : { url: asked.url }),
    ...(asked.addresses === undefined ? {} : { addresses: asked.addresses }),
    ...(asked.enabled === undefined ? {} : { enabled: asked.enabled }),
  });
  if (!changed) throw missing();
  if (!changed.enabled) parts.control.dropDeliveries(channel_id, "The channel is off.");
  auditChannel(parts, by, "notification_channel_changed", changed);
  return changed;
}

/** What waits for it is dropped; its deliveries stay in the log. Throws Problem 404. */
export function removeChannel(parts: Parts, by: Changing, channel_id: string): void {
  const channel = ownChannel(parts, by.caller, channel_id);
  parts.control.removeNotificationChannel(channel_id);
  parts.control.dropDeliveries(channel_id, "The channel was removed.");
  auditChannel(parts, by, "notification_channel_removed", channel);
}

/** Sends a test message, once. Throws Problem 404. */
export async function testChannel(parts: Parts, by: Changing, channel_id: string) {
  const channel = ownChannel(parts, by.caller, channel_id);
  auditChannel(parts, by, "notification_channel_tested", channel);
  const row = await parts.delivery.test(channel_id);
  const [attempt] = row ? parts.control.deliveryAttempts(row.delivery_id) : [];
  if (!row || !attempt) throw missing();
  const { status, duration_ms, error, response } = attempt;
  const { delivery_id, state } = row;
  return { delivery_id, delivered: state === "delivered", status, duration_ms, error, response };
}

/** The new signing secret. Throws Problem 404, or 409 where nothing is signed. */
export function renewSecret(parts: Parts, by: Changing, channel_id: string): string {
  const channel = ownChannel(parts, by.caller, channel_id);
  const secret = parts.control.renewSigningSecret(channel_id, parts.now() + OLD_SECRET_US);
  if (secret === null)
    throw new Problem({ status: 409, title: "Nothing is signed", detail: "Only webhooks are signed." });
  auditChannel(parts, by, "signing_secret_renewed", channel);
  return secret;
}

/** What a channel of the kind is sent to. */
const TARGETS: Readonly<Record<ChannelKind, "url" | "addresses" | null>> = {
  webhook: "url",
  slack: "url",
  discord: "url",
  email: "addresses",
  push: null,
  page: null,
};

function checkKind({ settings }: Parts, kind: ChannelKind): void {
  if (kind === "email" && (settings.smtp_url === "" || settings.smtp_from === "")) {
    throw fieldProblem("kind", "This appliance has no mail server: set smtp_url and smtp_from.", "not_configured");
  }
  if (kind === "push" && !isSecure(settings)) {
    throw fieldProblem(
      "kind",
      "Browsers take messages only over TLS: set public_url to an https address.",
      "needs_tls",
    );
  }
}

function checkTarget(
  { settings }: Parts,
  kind: ChannelKind,
  asked: { url?: string | undefined; addresses?: readonly string[] | undefined },
): void {
  for (const field of ["url", "addresses"] as const) {
    if (asked[field] !== undefined && TARGETS[kind] !== field) {
      throw fieldProblem(field, `A channel of the kind ${kind} has none.`, "not_of_this_kind");
    }
  }
  if (asked.url === undefined) return;
  const wrong = wrongReceiver(asked.url, { private_networks: settings.webhook_private_networks });
  if (wrong !== null) throw fieldProblem("url", wrong, "url_refused");
}

/** Throws Problem 404 for one that is not there or not theirs. */
export function ownChannel({ control }: Parts, caller: Caller, channel_id: string): NotificationChannel {
  const channel = control.notificationChannel(channel_id);
  if (channel && seesRow(caller)(channel)) return channel;
  throw missing();
}

function auditChannel(parts: Parts, given: Given, action: string, channel: NotificationChannel): void {
  const { channel_id, location_id, name: called, kind, enabled } = channel;
  audited(parts, given, action, { object: channel_id, location_id, details: { name: called, kind, enabled } });
}

function missing(): Problem {
  return new Problem({ status: 404, title: "Not found", detail: "There is no such channel." });
}

/** Whoever knows a chat's address can write there, and a webhook's query is often a password. */
export function targetOf({ kind, url: to }: NotificationChannel): string | null {
  if (to === null) return null;
  const { origin, pathname, search } = new URL(to);
  if (kind !== "webhook") return `${origin}/…`;
  return `${origin}${pathname}${search === "" ? "" : "?…"}`;
}
