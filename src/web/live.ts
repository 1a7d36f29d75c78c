/**
 * Live: the sockets of the pages, and the same fragments over HTTP for when no socket holds.
 * It must never let a socket outlive the session that opened it.
 */
import { Elysia } from "elysia";
import { html, trusted } from "../../views/html.ts";
import { requireCaller, requireUser, sessionToken } from "./access.ts";
import { Problem } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { htmlResponse } from "./request.ts";
import { movingView } from "./views.ts";

/** "Sign in again": a code that the pages do not take for a broken line. */
const SIGNED_OUT = 4401;
const SESSIONS_CHECKED_EVERY_MS = 15_000;

interface Open {
  token: string;
  leave: () => void;
  close: (code: number, reason: string) => void;
}

/** `/live?view=…` and `/fragments?view=…`. */
export function liveRoutes(parts: Parts) {
  const { hub, settings } = parts;
  const sockets = new Map<string, Open>();
  const sessions = sessionWatch(parts, sockets);

  return new Elysia({ name: "live" })
    .get("/fragments", async ({ request }) => {
      const view = movingView(parts, requireCaller(parts, request, "read"), request);
      return htmlResponse(html`${trusted((await view.fragments()).join("\n"))}`);
    })
    .ws("/live", {
      beforeHandle({ request }) {
        requireUser(parts, request);
        movingView(parts, requireCaller(parts, request, "read"), request);
        if (sockets.size < settings.live_sockets_max) return;
        throw new Problem({ status: 503, title: "Too many live connections", headers: { "retry-after": "10" } });
      },
      open(ws) {
        const { request, server } = ws.data;
        const token = sessionToken(parts, request);
        if (token === null) return ws.close(SIGNED_OUT, "signed out");
        const { key, locations, fragments } = movingView(parts, requireCaller(parts, request, "read"), request);
        const topic = `view ${key}`;
        ws.subscribe(topic);
        const leave = hub.watch(
          { key, locations, render: fragments, ...(server ? { publish: (text) => server.publish(topic, text) } : {}) },
          { send: (text) => ws.raw.send(text) !== 0 },
        );
        sockets.set(ws.id, { token, leave, close: (code, reason) => ws.close(code, reason) });
        sessions.start();
      },
      // Pages have nothing to say; what is sent all the same is not even read.
      message() {},
      close(ws) {
        sockets.get(ws.id)?.leave();
        sockets.delete(ws.id);
        if (sockets.size === 0) sessions.stop();
      },
    });
}

/** Looks whether the sessions of open sockets still hold, and closes the sockets of those that do not. */
function sessionWatch({ control, now }: Parts, sockets: ReadonlyMap<string, Open>) {
  let timer: ReturnType<typeof setInterval> | null = null;
  const check = (): void => {
    const ended = new Map<string, boolean>();
    for (const { token, close } of sockets.values()) {
      const over = ended.get(token) ?? control.session(token, now()) === null;
      ended.set(token, over);
      if (over) close(SIGNED_OUT, "signed out");
    }
  };
  return {
    start() {
      timer ??= setInterval(check, SESSIONS_CHECKED_EVERY_MS);
      timer.unref();
    },
    stop() {
      if (timer) clearInterval(timer);
      timer = null;
    },
  };
}
