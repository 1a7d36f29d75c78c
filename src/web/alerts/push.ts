/** Browsers that people let be pushed to. Each person speaks for their own. */
import { z } from "zod";
import { arePushKeys } from "../../alerts/delivery/push-encryption.ts";
import { wrongReceiver } from "../../alerts/delivery/receiver.ts";
import { vapidPublicKey } from "../../alerts/delivery/vapid.ts";
import { formatInstant } from "../../catalogue/time.ts";
import { isSecure } from "../access.ts";
import { audited } from "../audit.ts";
import { fieldProblem } from "../bi/input.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";

const BROWSERS_MAX = 20;

const base64url = z.string().regex(/^[\w-]{1,128}={0,2}$/, "Use base64url.");
const newSubscription = z.object({
  endpoint: z.string().min(1).max(2_048).describe("The push service's address, as the browser gives it."),
  keys: z.object({ p256dh: base64url, auth: base64url }),
});
const subscriptionSchema = z.strictObject({ subscription_id: z.string(), created_at: z.iso.datetime() });

/** `/api/alerts/push-key`, `/api/alerts/push-subscriptions`. */
export function pushRoutes(parts: Parts): readonly Route[] {
  const { control } = parts;
  return [
    route({
      method: "GET",
      path: "/api/alerts/push-key",
      access: "person",
      tag: "Alerts",
      summary: "The key that a browser subscribes to messages with (VAPID).",
      description: "Only where users reach the appliance over TLS; else 409.",
      answers: { 200: { description: "applicationServerKey.", schema: z.strictObject({ key: z.string() }) } },
      handle: async () => {
        requireTls(parts);
        return { key: await vapidPublicKey(control) };
      },
    }),

    route({
      method: "POST",
      path: "/api/alerts/push-subscriptions",
      access: "person",
      tag: "Alerts",
      summary: "Lets this browser be pushed to: what PushSubscription.toJSON() says. A known one keeps its id.",
      body: newSubscription,
      answers: { 201: { description: "The subscription.", schema: subscriptionSchema } },
      handle: async ({ request, server, caller, body }) => {
        requireTls(parts);
        const { endpoint, keys } = body;
        const wrong = wrongReceiver(endpoint, { private_networks: parts.settings.webhook_private_networks });
        if (wrong !== null) throw fieldProblem("endpoint", wrong, "url_refused");
        if (!(await arePushKeys(keys))) throw fieldProblem("keys", "These are no keys of a subscription.");
        const row = control.putPushSubscription({ user_id: caller.id, endpoint, ...keys });
        makeRoom(parts, caller.id);
        const { subscription_id, created_at } = row;
        audited(parts, { request, server }, "push_subscribed", { object: subscription_id });
        return Response.json({ subscription_id, created_at: formatInstant(created_at) }, { status: 201 });
      },
    }),

    route({
      method: "DELETE",
      path: "/api/alerts/push-subscriptions/:subscription_id",
      access: "person",
      tag: "Alerts",
      summary: "Ends the messages to a browser of yours.",
      params: { subscription_id: "The subscription." },
      answers: { 204: { description: "Ended." } },
      handle: ({ request, server, caller, params }) => {
        const known = control.pushSubscriptions().find((row) => row.subscription_id === params.subscription_id);
        if (known?.user_id !== caller.id) {
          throw new Problem({ status: 404, title: "Not found", detail: "There is no such subscription." });
        }
        control.removePushSubscription(known.subscription_id);
        audited(parts, { request, server }, "push_unsubscribed", { object: known.subscription_id });
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

function requireTls({ settings }: Parts): void {
  if (isSecure(settings)) return;
  const detail = "Browsers take messages only over TLS: set public_url to an https address.";
  throw new Problem({ status: 409, title: "Needs TLS", detail });
}

/** A browser that was given up leaves its subscription behind: the oldest make room. */
function makeRoom({ control }: Parts, user_id: string): void {
  const theirs = control.pushSubscriptions().filter((row) => row.user_id === user_id);
  for (const { subscription_id } of theirs.slice(0, Math.max(0, theirs.length - BROWSERS_MAX))) {
    control.removePushSubscription(subscription_id);
  }
}
