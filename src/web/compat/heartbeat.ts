/** Heartbeats: an address that a bot, a cron job or a monitor calls to say that a bot lives, as Uptime Kuma's push monitors do. */
import { z } from "zod";
import { formatInstant } from "../../catalogue/time.ts";
import type { Caller, Heartbeat } from "../../control/types.ts";
import { requireAdminOf, seesLocation } from "../access.ts";
import { audited } from "../audit.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { isRefused, sendOn } from "./intake.ts";

/** What monitors say, and what a bot's status is called here. */
const STATUSES = {
  up: "active",
  down: "error",
  active: "active",
  idle: "idle",
  offline: "offline",
  error: "error",
} as const;

const beatQuery = z.object({
  status: z.enum(["up", "down", "active", "idle", "offline", "error"]).default("up"),
  msg: z.string().max(1_000).default("").describe("What it has to say."),
  ping: z
    .string()
    .regex(/^(\d{1,9}(\.\d{1,3})?)?$/, "Milliseconds.")
    .default("")
    .describe("Its response time, ms."),
});
const okShape = z.strictObject({ ok: z.literal(true) });

const heartbeatShape = z.strictObject({
  heartbeat_id: z.string(),
  name: z.string(),
  location_id: z.string(),
  bot_id: z.string(),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().nullable(),
});
const newHeartbeat = z.strictObject({
  name: z.string().trim().min(1).max(80),
  location_id: z.string().min(1).max(64),
  bot_id: z.string().min(1).max(128),
});

/** `/api/push/:token`, and `/api/admin/heartbeats` where the addresses are made. */
export function heartbeatRoutes(parts: Parts): readonly Route[] {
  const { control } = parts;
  const beat = (method: "GET" | "POST") =>
    route({
      method,
      path: "/api/push/:token",
      access: "sender",
      tag: "Compatible intake",
      summary: "Heartbeat: this bot lives.",
      params: { token: "Of the heartbeat's address." },
      query: beatQuery,
      body: "own",
      answers: { 200: { description: "On disk.", schema: okShape } },
      handle: async ({ params, query }) => {
        const heartbeat = control.heartbeatOf(params.token, parts.now());
        if (!heartbeat) return Response.json({ ok: false, msg: "Monitor not found or not active." }, { status: 404 });
        const taken = await sendOn(parts, callerOf(heartbeat), [eventOf(heartbeat, query)]);
        if (!isRefused(taken)) return { ok: true };
        return Response.json({ ok: false, msg: taken.detail }, { status: taken.status });
      },
    });
  return [
    beat("GET"),
    beat("POST"),
    route({
      method: "GET",
      path: "/api/admin/heartbeats",
      access: "admin",
      tag: "Admin",
      summary: "Heartbeat addresses, without their tokens.",
      answers: {
        200: {
          description: "Those of your locations.",
          schema: z.strictObject({ heartbeats: z.array(heartbeatShape) }),
        },
      },
      handle: ({ caller }) => ({
        heartbeats: control
          .heartbeats()
          .filter(({ location_id }) => seesLocation(caller, location_id))
          .map(heartbeatJson),
      }),
    }),
    route({
      method: "POST",
      path: "/api/admin/heartbeats",
      access: "admin",
      tag: "Admin",
      summary: "Makes a heartbeat address; the answer alone shows it.",
      body: newHeartbeat,
      example: { body: { name: "Nightly sync", location_id: "docs", bot_id: "lead-bot" } },
      answers: {
        201: {
          description: "The address to call.",
          schema: heartbeatShape.extend({ token: z.string(), path: z.string() }),
        },
      },
      handle: ({ request, server, body }) => {
        requireAdminOf(parts, request, body.location_id);
        const { token, heartbeat } = control.addHeartbeat(body);
        const { heartbeat_id, location_id } = heartbeat;
        audited(parts, { request, server }, "heartbeat_added", { object: heartbeat_id, location_id });
        return Response.json({ ...heartbeatJson(heartbeat), token, path: `/api/push/${token}` }, { status: 201 });
      },
    }),
    route({
      method: "DELETE",
      path: "/api/admin/heartbeats/:heartbeat_id",
      access: "admin",
      tag: "Admin",
      summary: "Takes a heartbeat address away.",
      params: { heartbeat_id: "The heartbeat." },
      answers: { 204: { description: "Gone." } },
      handle: ({ request, server, params, caller }) => {
        const known = control.heartbeats().find(({ heartbeat_id }) => heartbeat_id === params.heartbeat_id);
        if (!known || !seesLocation(caller, known.location_id))
          throw new Problem({ status: 404, title: "Not found", detail: "There is no such heartbeat." });
        control.removeHeartbeat(known.heartbeat_id);
        const { heartbeat_id, location_id } = known;
        audited(parts, { request, server }, "heartbeat_removed", { object: heartbeat_id, location_id });
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

function eventOf({ bot_id, location_id }: Heartbeat, { status, msg, ping }: z.infer<typeof beatQuery>) {
  return {
    type: "bot_status_update",
    location_id,
    bot_id,
    ...(ping === "" ? {} : { duration_ms: Number(ping) }),
    data: { status: STATUSES[status], ...(msg === "" ? {} : { message: msg }) },
  };
}

/** It can say that this bot lives, and nothing else. */
function callerOf({ heartbeat_id, name, location_id }: Heartbeat): Caller {
  return { kind: "key", id: heartbeat_id, name, role: null, scopes: ["ingest"], locations: [location_id] };
}

function heartbeatJson(heartbeat: Heartbeat) {
  const { created_at, last_used_at } = heartbeat;
  return {
    ...heartbeat,
    created_at: formatInstant(created_at),
    last_used_at: last_used_at === null ? null : formatInstant(last_used_at),
  };
}
