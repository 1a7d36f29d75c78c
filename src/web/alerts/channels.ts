/** Notification channels: where alerts are sent. Their addresses and secrets go in; what comes out only tells them apart. */
import { z } from "zod";
import { formatInstant } from "../../catalogue/time.ts";
import { DELIVERY_STATES } from "../../control/deliveries.ts";
import { CHANNEL_KINDS, type NotificationChannel } from "../../control/notification-channels.ts";
import { seesRow } from "../access.ts";
import { pageOf, pageQuery, pageSchema } from "../paging.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import {
  addChannel,
  changeChannel,
  channelChangeSchema,
  newChannelSchema,
  removeChannel,
  renewSecret,
  targetOf,
  testChannel,
} from "./channel-changes.ts";

const instant = z.iso.datetime();
const channelShape = {
  channel_id: z.string(),
  name: z.string(),
  kind: z.enum(CHANNEL_KINDS),
  location_id: z.string().nullable(),
  target: z.string().nullable().describe("Its address without what is secret in it."),
  addresses: z.array(z.string()),
  enabled: z.boolean(),
  disabled_reason: z.string().nullable().describe("Why the appliance switched it off."),
  created_at: instant,
  last: z
    .strictObject({ state: z.enum(DELIVERY_STATES), at: instant, error: z.string().nullable() })
    .nullable()
    .describe("Its last delivery that has ended."),
};
const channelSchema = z.strictObject(channelShape);
const secretShape = z.string().describe("whsec_…: what a webhook's signatures are checked with. Shown this once.");
const outcomeSchema = z.strictObject({
  delivery_id: z.string(),
  delivered: z.boolean(),
  status: z.int().nullable().describe("Of HTTP or SMTP; null without an answer."),
  duration_ms: z.int(),
  error: z.string().nullable(),
  response: z.string().nullable().describe("The first 1,024 characters of the answer."),
});
const CHANNEL_ID = { channel_id: "The channel." };

/** `/api/alerts/channels`. */
export function alertChannelRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/alerts/channels",
      access: "admin",
      tag: "Alerts",
      summary: "Where alerts can be sent, the oldest first.",
      query: pageQuery,
      answers: {
        200: { description: "The channels.", schema: pageSchema({ channels: z.array(channelSchema) }) },
      },
      handle: ({ caller, query }) => {
        const all = parts.control.notificationChannels().filter(seesRow(caller));
        const { rows, next_cursor } = pageOf(all, ({ channel_id }) => channel_id, query);
        return { channels: rows.map((channel) => channelJson(parts, channel)), next_cursor };
      },
    }),

    route({
      method: "POST",
      path: "/api/alerts/channels",
      access: "admin",
      tag: "Alerts",
      summary: "Adds a channel; the answer alone shows a webhook's signing secret.",
      description:
        "webhook: signed JSON (Standard Webhooks). slack, discord: their incoming webhooks. email: through the mail server of the settings. push: the browsers of those who may see the location. page: nothing is sent; the page and the live channels show it.",
      body: newChannelSchema,
      example: {
        body: { name: "On call", kind: "webhook", location_id: "jorge_main", url: "https://hooks.example.com/alerts" },
      },
      answers: {
        201: {
          description: "The channel.",
          schema: z.strictObject({ ...channelShape, signing_secret: secretShape.nullable() }),
        },
      },
      handle: ({ request, server, body }) => {
        const { channel, secret } = addChannel(parts, { request, server }, body);
        return Response.json({ ...channelJson(parts, channel), signing_secret: secret }, { status: 201 });
      },
    }),

    route({
      method: "PATCH",
      path: "/api/alerts/channels/:channel_id",
      access: "admin",
      tag: "Alerts",
      summary:
        "Renames a channel, sends it elsewhere, switches it on or off. What waits for one that is off is dropped.",
      params: CHANNEL_ID,
      body: channelChangeSchema,
      answers: { 200: { description: "The channel.", schema: channelSchema } },
      handle: ({ request, server, caller, params, body }) =>
        channelJson(parts, changeChannel(parts, { request, server, caller }, params.channel_id, body)),
    }),

    route({
      method: "DELETE",
      path: "/api/alerts/channels/:channel_id",
      access: "admin",
      tag: "Alerts",
      summary: "Removes a channel. What waits for it is dropped; its deliveries stay in the log.",
      params: CHANNEL_ID,
      answers: { 204: { description: "Removed." } },
      handle: ({ request, server, caller, params }) => {
        removeChannel(parts, { request, server, caller }, params.channel_id);
        return new Response(null, { status: 204 });
      },
    }),

    route({
      method: "POST",
      path: "/api/alerts/channels/:channel_id/test",
      access: "admin",
      tag: "Alerts",
      summary: "Sends a test message, once, and answers with what came of it.",
      params: CHANNEL_ID,
      answers: { 200: { description: "What came of it.", schema: outcomeSchema } },
      handle: ({ request, server, caller, params }) =>
        testChannel(parts, { request, server, caller }, params.channel_id),
    }),

    route({
      method: "POST",
      path: "/api/alerts/channels/:channel_id/signing-secret",
      access: "admin",
      tag: "Alerts",
      summary: "Makes a new signing secret for a webhook; the one before signs beside it for a day.",
      params: CHANNEL_ID,
      answers: {
        201: { description: "The secret.", schema: z.strictObject({ signing_secret: secretShape }) },
      },
      handle: ({ request, server, caller, params }) => {
        const signing_secret = renewSecret(parts, { request, server, caller }, params.channel_id);
        return Response.json({ signing_secret }, { status: 201 });
      },
    }),
  ];
}

function channelJson({ control }: Parts, channel: NotificationChannel): z.infer<typeof channelSchema> {
  const { url: _, addresses: people, created_at, ...shown } = channel;
  const last = control.lastDelivery(channel.channel_id);
  return {
    ...shown,
    target: targetOf(channel),
    addresses: [...people],
    created_at: formatInstant(created_at),
    last: last && { state: last.state, at: formatInstant(last.finished_at ?? last.created_at), error: last.error },
  };
}
