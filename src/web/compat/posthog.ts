/** PostHog's capture API: its libraries point their `host` here, with an ingest key as the project key. */
import { z } from "zod";
import { posthogBody } from "../../ingest/compat/posthog.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { isRefused, keyInHeaders, type Refused, refusalHeaders, senderOf, sendOn, sentJson } from "./intake.ts";

const capture = z.looseObject({
  uuid: z.string().optional(),
  event: z.string(),
  distinct_id: z.string().optional(),
  timestamp: z.string().optional(),
  properties: z.looseObject({}).optional(),
});
const body = z.union([
  capture.extend({ api_key: z.string().optional() }),
  z.looseObject({ api_key: z.string(), batch: z.array(capture) }),
]);
const answers = {
  200: { description: "On disk.", schema: z.strictObject({ status: z.union([z.literal(1), z.literal("Ok")]) }) },
};

/** `/capture/`, `/batch/`, `/i/v0/e/`. */
export function posthogRoutes(parts: Parts): readonly Route[] {
  const take = async (request: Request, said: 1 | "Ok"): Promise<Response> => {
    const sent = await sentJson(parts, request);
    if (isRefused(sent)) return refused(sent);
    const { api_key, events } = posthogBody(sent.value);
    const caller = senderOf(parts, api_key ?? keyInHeaders(request.headers));
    if (isRefused(caller)) return refused(caller);
    const taken = await sendOn(parts, caller, events);
    return isRefused(taken) ? refused(taken) : Response.json({ status: said });
  };
  const declared = (path: string, said: 1 | "Ok") =>
    route({
      method: "POST",
      path,
      access: "sender",
      tag: "Compatible intake",
      summary: "PostHog: one capture, or a batch of them.",
      query: "own",
      body: "own",
      bodies: { "application/json": body },
      answers,
      handle: ({ request }) => take(request, said),
    });
  return [declared("/capture/", 1), declared("/batch/", "Ok"), declared("/i/v0/e/", "Ok")];
}

const CODES: Readonly<Record<number, { type: string; code: string }>> = {
  401: { type: "authentication_error", code: "invalid_api_key" },
  403: { type: "authentication_error", code: "permission_denied" },
  503: { type: "server_error", code: "unavailable" },
};

function refused(why: Refused): Response {
  const { type, code } = CODES[why.status] ?? { type: "validation_error", code: "invalid_input" };
  const said = { type, code, detail: why.detail, attr: null };
  return Response.json(said, { status: why.status, headers: refusalHeaders(why) });
}
