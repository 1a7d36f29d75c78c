/** Where alerts are sent to: webhooks, chats, e-mail, browsers, the page. */
import { z } from "zod";
import { type ControlDatabase, remembered } from "./database.ts";

export const CHANNEL_KINDS = ["webhook", "slack", "discord", "email", "push", "page"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

export interface NotificationChannel {
  channel_id: string;
  name: string;
  kind: ChannelKind;
  /** null: for notices about any location; else only for those about this one. */
  location_id: string | null;
  /** Of a webhook or chat. Whoever knows a chat's address can write into it. */
  url: string | null;
  /** Of e-mail. */
  addresses: readonly string[];
  enabled: boolean;
  /** Why it was switched off, where not by a person. */
  disabled_reason: string | null;
  created_at: number;
}

export type NewChannel = Pick<NotificationChannel, "name" | "kind" | "location_id" | "url" | "addresses">;
export type ChannelChange = Partial<Pick<NotificationChannel, "name" | "url" | "addresses" | "enabled">>;

/** The push service's address of one browser, and the keys that only this browser can read by (RFC 8291). */
export interface PushSubscriptionRow {
  subscription_id: string;
  user_id: string;
  endpoint: string;
  /** Base64url: an uncompressed P-256 point, and 16 bytes. */
  p256dh: string;
  auth: string;
  created_at: number;
}

export interface NotificationChannelControl {
  /** Oldest first. */
  notificationChannels(): readonly NotificationChannel[];
  notificationChannel(channel_id: string): NotificationChannel | null;
  /** A webhook's signing secret is returned this once. */
  addNotificationChannel(given: NewChannel): { channel: NotificationChannel; secret: string | null };
  setNotificationChannel(channel_id: string, change: ChannelChange): NotificationChannel | null;
  /** Switched off by the appliance itself, with why; a person switches it on again. */
  disableNotificationChannel(channel_id: string, reason: string): void;
  removeNotificationChannel(channel_id: string): boolean;
  /** A new signing secret; the one before signs beside it until `old_until` (µs). null for a channel without one. */
  renewSigningSecret(channel_id: string, old_until: number): string | null;
  /** What a webhook's messages are signed with now, the newest first. */
  signingSecrets(channel_id: string, now: number): readonly string[];

  pushSubscriptions(): readonly PushSubscriptionRow[];
  /** One endpoint is one browser: a known one is changed, and is then this person's. */
  putPushSubscription(given: Omit<PushSubscriptionRow, "subscription_id" | "created_at">): PushSubscriptionRow;
  removePushSubscription(subscription_id: string): boolean;
}

interface Row extends Omit<NotificationChannel, "kind" | "addresses" | "enabled"> {
  kind: string;
  addresses: string;
  enabled: number;
  secret: string | null;
  old_secret: string | null;
  old_secret_until: number | null;
}

const kindSchema = z.enum(CHANNEL_KINDS);
const addressesSchema = z.array(z.string());
/** Standard Webhooks: 192 to 512 random bits, base64, behind "whsec_". */
const SIGNING_BYTES = 32;

/**
 * Signing secrets are kept as they are, like those of second factors: signatures are computed from them, and nobody
 * but the file's owner can read it. A key to encrypt them with would have to lie beside them.
 */
export function notificationChannelsOf(database: ControlDatabase): NotificationChannelControl {
  const { sql } = database;
  const all = remembered(database, () => {
    const rows = sql.query<Row, []>("SELECT * FROM notification_channels ORDER BY created_at, channel_id").all();
    return new Map(rows.map((row) => [row.channel_id, { row, channel: channelOf(row) }]));
  });
  const subscriptions = remembered(database, () =>
    Object.freeze(
      sql.query<PushSubscriptionRow, []>("SELECT * FROM push_subscriptions ORDER BY created_at, subscription_id").all(),
    ),
  );
  const insert = sql.query(
    `INSERT INTO notification_channels (channel_id, name, kind, location_id, url, addresses, secret, enabled, created_at)
     VALUES ($channel_id, $name, $kind, $location_id, $url, $addresses, $secret, 1, $created_at)`,
  );
  const update = sql.query(
    `UPDATE notification_channels SET name = $name, url = $url, addresses = $addresses, enabled = $enabled,
     disabled_reason = $disabled_reason WHERE channel_id = $channel_id`,
  );
  const putSubscription = sql.query(
    `INSERT INTO push_subscriptions VALUES ($subscription_id, $user_id, $endpoint, $p256dh, $auth, $created_at)
     ON CONFLICT (endpoint) DO UPDATE SET user_id = $user_id, p256dh = $p256dh, auth = $auth`,
  );

  const find = (channel_id: string): NotificationChannel | null => all().get(channel_id)?.channel ?? null;
  const put = (channel: NotificationChannel): void => {
    const { channel_id, name, url, addresses, enabled, disabled_reason } = channel;
    const row = { channel_id, name, url, addresses: JSON.stringify(addresses), enabled: enabled ? 1 : 0 };
    database.changeDurably(() => update.run({ ...row, disabled_reason }));
  };

  return {
    notificationChannels: () => [...all().values()].map(({ channel }) => channel),
    notificationChannel: find,
    addNotificationChannel({ name, kind, location_id, url, addresses }) {
      const channel_id = Bun.randomUUIDv7();
      const secret = kind === "webhook" ? newSigningSecret() : null;
      const row = { channel_id, name, kind, location_id, url, addresses: JSON.stringify(addresses), secret };
      database.changeDurably(() => insert.run({ ...row, created_at: database.now() }));
      const channel = find(channel_id);
      if (!channel) throw new Error("a channel was added and is not there");
      return { channel, secret };
    },
    setNotificationChannel(channel_id, change) {
      const known = find(channel_id);
      if (!known) return null;
      put({ ...known, ...change, disabled_reason: change.enabled === true ? null : known.disabled_reason });
      return find(channel_id);
    },
    disableNotificationChannel(channel_id, reason) {
      const known = find(channel_id);
      if (known) put({ ...known, enabled: false, disabled_reason: reason });
    },
    removeNotificationChannel: (channel_id) =>
      database.changeDurably(() =>
        sql.query("DELETE FROM notification_channels WHERE channel_id = $channel_id").run({ channel_id }),
      ).changes > 0,
    renewSigningSecret(channel_id, old_until) {
      if ((all().get(channel_id)?.row.secret ?? null) === null) return null;
      const secret = newSigningSecret();
      database.changeDurably(() =>
        sql
          .query(
            `UPDATE notification_channels SET old_secret = secret, old_secret_until = $old_until, secret = $secret
             WHERE channel_id = $channel_id`,
          )
          .run({ channel_id, old_until, secret }),
      );
      return secret;
    },
    signingSecrets(channel_id, now) {
      const row = all().get(channel_id)?.row;
      if (!row || row.secret === null) return [];
      const old = row.old_secret !== null && (row.old_secret_until ?? 0) > now ? [row.old_secret] : [];
      return [row.secret, ...old];
    },

    pushSubscriptions: subscriptions,
    putPushSubscription({ user_id, endpoint, p256dh, auth }) {
      const row = { subscription_id: Bun.randomUUIDv7(), user_id, endpoint, p256dh, auth, created_at: database.now() };
      database.changeDurably(() => putSubscription.run(row));
      return subscriptions().find((known) => known.endpoint === endpoint) ?? row;
    },
    removePushSubscription: (subscription_id) =>
      database.changeDurably(() =>
        sql.query("DELETE FROM push_subscriptions WHERE subscription_id = $subscription_id").run({ subscription_id }),
      ).changes > 0,
  };
}

function newSigningSecret(): string {
  return `whsec_${Buffer.from(crypto.getRandomValues(new Uint8Array(SIGNING_BYTES))).toString("base64")}`;
}

function channelOf(row: Row): NotificationChannel {
  const { channel_id, name, location_id, url, disabled_reason, created_at } = row;
  return Object.freeze({
    channel_id,
    name,
    kind: kindSchema.parse(row.kind),
    location_id,
    url,
    addresses: addressesSchema.parse(JSON.parse(row.addresses)),
    enabled: row.enabled === 1,
    disabled_reason,
    created_at,
  });
}
