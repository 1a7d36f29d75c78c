/** OpenTelemetry's receiver for logs and traces over HTTP, in JSON: exporters point their endpoint here. */
import { z } from "zod";
import type { Sent } from "../../ingest/compat/foreign.ts";
import { otlpLogs, otlpTraces } from "../../ingest/compat/otlp.ts";
import type { Parts } from "../parts.ts";
import { mediaType } from "../request.ts";
import { type Route, route } from "../route.ts";
import { isRefused, keyInHeaders, type Refused, refusalHeaders, senderOf, sendOn, sentJson } from "./intake.ts";

interface Signal {
  path: string;
  /** The list in the request, and what the answer calls those that were rejected. */
  list: "resourceLogs" | "resourceSpans";
  rejected: "rejectedLogRecords" | "rejectedSpans";
  summary: string;
  eventsOf: (body: unknown) => readonly Sent[] | null;
}

const SIGNALS: readonly Signal[] = [
  {
    path: "/v1/logs",
    list: "resourceLogs",
    rejected: "rejectedLogRecords",
    summary: "OpenTelemetry: logs (OTLP/JSON).",
    eventsOf: otlpLogs,
  },
  {
    path: "/v1/traces",
    list: "resourceSpans",
    rejected: "rejectedSpans",
    summary: "OpenTelemetry: traces (OTLP/JSON), with the GenAI attributes.",
    eventsOf: otlpTraces,
  },
];

/** `/v1/logs` and `/v1/traces`. */
export function otlpRoutes(parts: Parts): readonly Route[] {
  return SIGNALS.map((signal) =>
    route({
      method: "POST",
      path: signal.path,
      access: "sender",
      tag: "Compatible intake",
      summary: signal.summary,
      query: "own",
      body: "own",
      bodies: { "application/json": z.looseObject({ [signal.list]: z.array(z.looseObject({})) }) },
      answers: {
        200: {
          description: "On disk; partialSuccess counts what was rejected.",
          schema: z.strictObject({
            partialSuccess: z.strictObject({
              [signal.rejected]: z.string().optional(),
              errorMessage: z.string().optional(),
            }),
          }),
        },
      },
      handle: ({ request }) => receive(parts, request, signal),
    }),
  );
}

async function receive(parts: Parts, request: Request, signal: Signal): Promise<Response> {
  const caller = senderOf(parts, keyInHeaders(request.headers));
  if (isRefused(caller)) return refused(caller);
  if (mediaType(request) !== "application/json")
    return refused({ status: 415, detail: "Only OTLP/JSON is read: set the exporter's protocol to http/json." });
  const sent = await sentJson(parts, request);
  if (isRefused(sent)) return refused(sent);
  const events = signal.eventsOf(sent.value);
  if (events === null) return refused({ status: 400, detail: `${signal.list} is missing.` });
  const taken = await sendOn(parts, caller, events);
  if (isRefused(taken)) return refused(taken);
  const [first] = taken.rejected;
  const partialSuccess = first
    ? {
        [signal.rejected]: String(taken.rejected.length),
        errorMessage: `${first.field === null ? "" : `${first.field}: `}${first.detail}`,
      }
    : {};
  return Response.json({ partialSuccess });
}

/** google.rpc.Code */
const CODES: Readonly<Record<Refused["status"], number>> = { 400: 3, 401: 16, 403: 7, 413: 8, 415: 3, 503: 14 };

function refused(why: Refused): Response {
  const status = { code: CODES[why.status], message: why.detail };
  return Response.json(status, { status: why.status, headers: refusalHeaders(why) });
}
