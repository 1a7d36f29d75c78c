/** A channel, a delivery and a browser of another location, for whoever may not see them. */
import type { Parts } from "../../src/web/parts.ts";
import { notice } from "../alerts/delivery/world.ts";

/** Everything in them has `secret` in its name. */
export function foreignDeliveries({ control, delivery }: Parts, location_id: string, user_id: string, secret: string) {
  const url = `https://${secret}.example.com/`;
  const made = { name: secret, kind: "webhook", location_id, url, addresses: [] } as const;
  const { channel_id } = control.addNotificationChannel(made).channel;
  delivery.send(notice({ location_id, title: secret, text: secret, rule_name: secret }), [channel_id]);
  const [row] = control.deliveries({ locations: [location_id], limit: 1 });
  const browser = control.putPushSubscription({ user_id, endpoint: url, p256dh: secret, auth: secret });
  return { channel_id, delivery_id: String(row?.delivery_id), subscription_id: browser.subscription_id };
}
