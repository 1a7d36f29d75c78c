/** Segment's HTTP API: its libraries point their `host` here, with an ingest key as the write key. */
import { z } from "zod";
import type { Sent } from "../../ingest/compat/foreign.ts";
import { segmentBatch, segmentCall } from "../../ingest/compat/segment.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { isRefused, keyInHeaders, type Refused, refusalHeaders, senderOf, sendOn, sentJson } from "./intake.ts";

const KINDS = ["track", "identify", "page", "screen", "group", "alias"] as const;
const call = z.looseObject({
  messageId: z.string().optional(),
  userId: z.string().optional(),
  anonymousId: z.string().optional(),
  event: z.string().optional(),
  timestamp: z.string().optional(),
  properties: z.looseObject({}).optional(),
});

/** `/v1/batch`, `/v1/track` and the other calls. */
export function segmentRoutes(parts: Parts): readonly Route[] {
  const take = async (request: Request, eventsOf: (body: unknown) => readonly Sent[] | null): Promise<Response> => {
    const caller = senderOf(parts, keyInHeaders(request.headers));
    if (isRefused(caller)) return refused(caller);
    const sent = await sentJson(parts, request);
    if (isRefused(sent)) return refused(sent);
    const events = eventsOf(sent.value);
    if (events === null) return refused({ status: 400, detail: "batch is a list of calls." });
    const taken = await sendOn(parts, caller, events);
    return isRefused(taken) ? refused(taken) : Response.json({ success: true });
  };
  const declared = (
    path: string,
    summary: string,
    body: z.ZodType,
    eventsOf: (body: unknown) => readonly Sent[] | null,
  ) =>
    route({
      method: "POST",
      path,
      access: "sender",
      tag: "Compatible intake",
      summary,
      query: "own",
      body: "own",
      bodies: { "application/json": body },
      answers: { 200: { description: "On disk.", schema: z.strictObject({ success: z.literal(true) }) } },
      handle: ({ request }) => take(request, eventsOf),
    });
  return [
    declared("/v1/batch", "Segment: several calls.", z.looseObject({ batch: z.array(call) }), segmentBatch),
    ...KINDS.map((kind) => declared(`/v1/${kind}`, `Segment: ${kind}.`, call, (body) => [segmentCall(body, kind)])),
  ];
}

function refused(why: Refused): Response {
  const body = { success: false, message: why.detail };
  return Response.json(body, { status: why.status, headers: refusalHeaders(why) });
}
