/**
 * The public channels: JSON over WebSocket, one address each; see live/channels.ts for what is sent and when.
 * It must never say a word to whoever may not hear it, now or a few seconds after a right was taken away.
 */
import { type AnyElysia, Elysia } from "elysia";
import type { ElysiaWS } from "elysia/ws";
import type { Listener } from "../live/channels.ts";
import { credentialOf, requireCaller } from "./access.ts";
import type { OpenSocket, Sockets } from "./channels/sockets.ts";
import { CHANNEL_PATHS, channelSources, type Named, requestedChannel, requireChannel } from "./channels/sources.ts";
import { startTalk, type Talk } from "./channels/talk.ts";
import type { Parts } from "./parts.ts";
import { addressOf, pathOf } from "./request.ts";

/** Routers and browsers drop lines that are silent for a minute. */
const PING_EVERY_MS = 25_000;

interface Conversation {
  talk: Talk;
  leave: () => void;
  ping: () => void;
}

/** `/ws/…`. */
export function channelSockets(parts: Parts, sockets: Sockets): AnyElysia {
  const open = new Map<string, Conversation>();
  const pings = pinging(open);
  let server: Bun.Server<unknown> | null = null;
  const sources = channelSources(parts);
  sources.publishBy((topic, text) => void server?.publish(topic, text));
  const admitted = new WeakMap<Request, Pick<OpenSocket, "credential" | "caller" | "address"> & { first: Named }>();
  const app = new Elysia({ name: "channels" });
  for (const path of CHANNEL_PATHS) {
    app.ws(path, {
      beforeHandle(context) {
        const { request, set } = context;
        server ??= context.server;
        const { headers } = request;
        const caller = requireCaller(parts, request, "read");
        const first = requestedChannel(pathOf(request));
        requireChannel(parts, caller, first);
        const address = addressOf(request, context.server);
        sockets.admit(caller, address);
        const credential = credentialOf(parts, request);
        if (credential) admitted.set(request, { credential, caller, address, first });
        // A browser that names subprotocols hangs up unless one of them is chosen.
        if (headers.has("sec-websocket-protocol")) set.headers["sec-websocket-protocol"] = "bearer";
      },
      open(ws) {
        const { request } = ws.data;
        const whose = admitted.get(request);
        if (!whose) return ws.close(1011, "not admitted");
        const listener = listenerOf(ws);
        const talk = startTalk(parts, sources, listener, whose);
        const { credential, caller, address, first } = whose;
        const leave = sockets.add({ credential, caller, address, close: listener.close, changed: talk.changed });
        open.set(ws.id, { talk, leave, ping: () => void ws.raw.ping() });
        pings.start();
        talk.subscribe(first, seqOf(request));
      },
      message(ws, heard) {
        const { talk } = open.get(ws.id) ?? {};
        try {
          talk?.hear(heard);
        } catch (error) {
          parts.log("error", `a channel's message failed: ${error instanceof Error ? error.message : error}`);
        }
      },
      drain(ws) {
        open.get(ws.id)?.talk.drained();
      },
      close(ws) {
        const { talk, leave } = open.get(ws.id) ?? {};
        talk?.close();
        leave?.();
        open.delete(ws.id);
        if (open.size === 0) pings.stop();
      },
    });
  }
  return app;
}

function listenerOf(ws: ElysiaWS): Listener {
  return {
    send: (text) => void ws.raw.send(text),
    buffered: () => bufferedBy(ws.raw),
    follow: (topic) => ws.raw.subscribe(topic),
    unfollow: (topic) => ws.raw.unsubscribe(topic),
    close: (code, reason) => ws.raw.close(code, reason),
  };
}

/** Bun has it, the framework's types do not know of it. */
function bufferedBy(raw: object): number {
  if (!("getBufferedAmount" in raw) || typeof raw.getBufferedAmount !== "function") return 0;
  return Number(raw.getBufferedAmount());
}

/** `?seq=`: the last frame that a client who comes back has; it is sent what came behind it instead of a snapshot. */
function seqOf(request: Request): number | null {
  const text = new URL(request.url).searchParams.get("seq") ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function pinging(open: ReadonlyMap<string, Conversation>) {
  let timer: ReturnType<typeof setInterval> | null = null;
  return {
    start() {
      timer ??= setInterval(() => {
        for (const { ping } of open.values()) ping();
      }, PING_EVERY_MS);
      timer.unref();
    },
    stop() {
      if (timer) clearInterval(timer);
      timer = null;
    },
  };
}
