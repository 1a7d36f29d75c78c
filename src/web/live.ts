/**
 * Live: the sockets of the pages, and the same fragments over HTTP for when no socket holds.
 * It must never let a socket outlive the session that opened it.
 */
import { Elysia } from "elysia";
import { html, trusted } from "../../views/html.ts";
import { credentialOf, requireCaller, requireUser } from "./access.ts";
import { SIGNED_OUT, type Sockets } from "./channels/sockets.ts";
import type { Parts } from "./parts.ts";
import { addressOf, htmlResponse } from "./request.ts";
import { type Route, route } from "./route.ts";
import { movingView } from "./views.ts";

/** `/fragments?view=…`; `fragment=…`, as often as wanted: those only, for a panel that is asked for again alone. */
export function liveRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/fragments",
      access: "read",
      tag: "Page",
      summary: "The fragments of a moving view, for when no socket holds.",
      query: "own",
      answers: { 200: { description: "Done." } },
      handle: async ({ request, caller }) => {
        const view = movingView(parts, caller, request);
        const wanted = new URL(request.url).searchParams.getAll("fragment");
        const fragments = await view.fragments();
        const asked =
          wanted.length === 0 ? fragments : fragments.filter((fragment) => wanted.includes(partOf(fragment)));
        return htmlResponse(html`${trusted(asked.join("\n"))}`);
      },
    }),
  ];
}

/** The element that a fragment replaces; "" when it is none of ours. */
function partOf(fragment: string): string {
  return /^<hx-partial hx-target="#([^"]+)"/.exec(fragment)?.[1] ?? "";
}

/** "Service restart" (RFC 6455 registry): the page opens its line again at once, with the rights of now. */
const RIGHTS_CHANGED = 1012;

/** `/live?view=…`. */
export function liveSocket(parts: Parts, sockets: Sockets) {
  const { hub } = parts;
  const open = new Map<string, () => void>();
  const addresses = new WeakMap<Request, string>();
  // The socket's own context does not have it.
  let server: Bun.Server<unknown> | null = null;

  return new Elysia({ name: "live" }).ws("/live", {
    beforeHandle(context) {
      const { request } = context;
      server ??= context.server;
      requireUser(parts, request);
      const caller = requireCaller(parts, request, "read");
      movingView(parts, caller, request);
      const address = addressOf(request, context.server);
      sockets.admit(caller, address);
      addresses.set(request, address);
    },
    open(ws) {
      const { request } = ws.data;
      const credential = credentialOf(parts, request);
      if (credential === null) return ws.close(SIGNED_OUT, "signed out");
      const caller = requireCaller(parts, request, "read");
      const { key, locations, fragments } = movingView(parts, caller, request);
      const topic = `view ${key}`;
      ws.subscribe(topic);
      const publish = (text: string): void => void server?.publish(topic, text);
      const leave = hub.watch(
        { key, locations, render: fragments, ...(server ? { publish } : {}) },
        { send: (text) => ws.raw.send(text) !== 0 },
      );
      const close = (code: number, reason: string): void => ws.close(code, reason);
      const address = addresses.get(request) ?? "";
      const changed = (): void => close(RIGHTS_CHANGED, "rights changed");
      const forget = sockets.add({ credential, caller, address, close, changed });
      open.set(ws.id, () => {
        leave();
        forget();
      });
    },
    // Pages have nothing to say; what is sent all the same is not even read.
    message() {},
    close(ws) {
      open.get(ws.id)?.();
      open.delete(ws.id);
    },
  });
}
