/** The first frame of a channel over plain HTTP: for clients that no socket reaches, and for a look. */
import { z } from "zod";
import type { Caller } from "../../control/types.ts";
import type { Parts } from "../parts.ts";
import { pathOf } from "../request.ts";
import { type Route, route } from "../route.ts";
import { CHANNEL_PATHS, channelSources, type Named, requestedChannel, requireChannel } from "./sources.ts";

const snapshotShape = z.strictObject({
  type: z.literal("metrics:initial"),
  channel: z.string(),
  location_id: z.string().nullable(),
  seq: z.int().min(0).describe("What comes behind it is had by a socket with ?seq= or a resume."),
  ts: z.iso.datetime(),
  data: z.record(z.string(), z.record(z.string(), z.unknown())).describe("Entries by section."),
});

/** `GET /ws/…` without an upgrade. */
export function channelRoutes(parts: Parts): readonly Route[] {
  return CHANNEL_PATHS.map((path) =>
    route({
      method: "GET",
      path,
      access: "read",
      tag: "BI",
      summary: `The channel ${path.slice("/ws/".length)} as it is now; with an upgrade to WebSocket, and from then on.`,
      ...(path.includes(":") ? { params: { location_id: "One location." } } : {}),
      answers: { 200: { description: "The frame that a socket would be sent first.", schema: snapshotShape } },
      handle: async ({ request, caller }) => {
        const named = requestedChannel(pathOf(request));
        requireChannel(parts, caller, named);
        const text = await firstFrame(parts, named, caller, request.signal);
        return new Response(text, { headers: { "content-type": "application/json", "cache-control": "no-store" } });
      },
    }),
  );
}

/** Rejects with the signal's reason when nobody waits any more. */
async function firstFrame(parts: Parts, named: Named, caller: Caller, signal: AbortSignal): Promise<string> {
  const frame = Promise.withResolvers<string>();
  const listener = {
    send: frame.resolve,
    buffered: () => 0,
    follow() {},
    unfollow() {},
    close: (_code: number, reason: string) => frame.reject(new Error(reason)),
  };
  const giveUp = (): void => frame.reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  const place = channelSources(parts).join(named, caller, listener, null);
  try {
    return await frame.promise;
  } finally {
    signal.removeEventListener("abort", giveUp);
    place.leave();
  }
}
