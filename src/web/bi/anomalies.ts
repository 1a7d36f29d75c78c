/** Anomalies, and that somebody has seen to them. */
import { z } from "zod";
import { formatInstant } from "../../catalogue/time.ts";
import type { Caller } from "../../control/types.ts";
import { ANOMALY_METHOD, anomalyReport, WATCHED_KPIS } from "../../report/anomalies.ts";
import { amongOf, type ReadAnomalyId, readAnomalyId } from "../../report/anomaly-id.ts";
import { locationsOf } from "../access.ts";
import { audited } from "../audit.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { askedOf, commonQuery } from "./input.ts";
import { tickOf } from "./insight-shapes.ts";
import { amountShape, currencyShape, framedShape, instantShape, unitShape } from "./shapes.ts";

const countShape = z.int().min(0);

const acknowledgedShape = {
  acknowledged: z.boolean(),
  acknowledged_by: z.string().nullable(),
  acknowledged_at: instantShape.nullable(),
} as const;

const causeShape = z.strictObject({
  dimension: z.enum(["bot_id", "source", "type"]),
  key: z.string().nullable(),
  contribution: amountShape.describe("Its value less what is usual for it."),
  share: z.number().nullable().describe("Of the whole deviation."),
});

const anomalyShape = z.strictObject({
  id: z.string(),
  kpi: z.string(),
  label: z.string(),
  unit: unitShape,
  currency: currencyShape.optional(),
  t: instantShape.describe("Start of its bucket."),
  value: amountShape,
  expected: amountShape.describe("The median of the same time of the week before."),
  lower: amountShape,
  upper: amountShape,
  severity: z.enum(["medium", "high", "critical"]),
  score: z.number().describe("Robust standard deviations from what is expected."),
  cause: z.array(causeShape),
  recommendation: z.string(),
  ...acknowledgedShape,
});

const anomaliesShape = framedShape.extend({
  anomalies: z.array(anomalyShape).describe("Newest first, 200 at most."),
  total: countShape,
  method: z.literal(ANOMALY_METHOD),
  grain: z.enum(["hour", "day"]),
  threshold: z.number(),
  baseline: z.int().describe("Values at the same time of the week that make what is usual, at most."),
  watched: z.array(
    z.strictObject({
      kpi: z.string(),
      currency: currencyShape.optional(),
      judged: countShape.describe("Buckets that had history enough."),
      reason: z.string().nullable(),
    }),
  ),
});

const params = { id: "The anomaly's id, from anomaly-detection." } as const;
const acknowledgementShape = z.strictObject({ id: z.string(), ...acknowledgedShape });

/** `/api/bi/anomaly-detection` and the acknowledgements of what it finds. */
export function anomalyRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/bi/anomaly-detection",
      access: "read",
      tag: "BI",
      summary: "KPIs that were unlike their time of the week, with causes.",
      query: commonQuery,
      answers: { 200: { description: "Anomalies of the timeframe.", schema: anomaliesShape } },
      handle: async ({ request, caller, query }) => {
        const { filter, include_comparisons, include_trends, ...given } = query;
        const asked = askedOf(parts, caller, given, filter, request.signal, "filter");
        const about = {
          route: "anomaly-detection",
          of: [tickOf(asked.now)],
          kpis: WATCHED_KPIS,
          // What is usual is learned from weeks before.
          subject: { from: Number.NEGATIVE_INFINITY },
        };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const { framed, grain, ...body } = await anomalyReport(parts, asked);
          return { framed, body: { ...body, grain } };
        });
      },
    }),

    route({
      method: "POST",
      path: "/api/bi/anomalies/:id/acknowledgement",
      access: "export",
      tag: "BI",
      summary: "Says that somebody has seen to an anomaly. The first to say so stays.",
      params,
      answers: { 200: { description: "Who acknowledged it, and when.", schema: acknowledgementShape } },
      handle: ({ request, server, params: { id }, caller }) => {
        const { location_id, kpi } = seenAnomaly(parts, caller, id);
        const before = parts.control.acknowledgements([id]).get(id);
        const kept = before ?? parts.control.acknowledge({ anomaly_id: id, location_id, acknowledged_by: caller.name });
        if (!before)
          audited(parts, { request, server }, "anomaly_acknowledged", { object: id, location_id, details: { kpi } });
        const { acknowledged_by, acknowledged_at } = kept;
        return Response.json({
          id,
          acknowledged: true,
          acknowledged_by,
          acknowledged_at: formatInstant(acknowledged_at),
        });
      },
    }),

    route({
      method: "DELETE",
      path: "/api/bi/anomalies/:id/acknowledgement",
      access: "export",
      tag: "BI",
      summary: "Takes an acknowledgement back.",
      params,
      answers: { 200: { description: "It is not acknowledged.", schema: acknowledgementShape } },
      handle: ({ request, server, params: { id }, caller }) => {
        const { location_id, kpi } = seenAnomaly(parts, caller, id);
        if (parts.control.withdrawAcknowledgement(id))
          audited(parts, { request, server }, "anomaly_acknowledgement_withdrawn", {
            object: id,
            location_id,
            details: { kpi },
          });
        return Response.json({ id, acknowledged: false, acknowledged_by: null, acknowledged_at: null });
      },
    }),
  ];
}

/** What the id stands for. Throws Problem 404 for what is none, 403 for what the caller may not see. */
function seenAnomaly(parts: Parts, caller: Caller, id: string): ReadAnomalyId {
  const read = readAnomalyId(id);
  const none = new Problem({ status: 404, title: "Not found", detail: "There is no such anomaly." });
  if (!read || !WATCHED_KPIS.some(({ key }) => key === read.kpi)) throw none;
  const locations = locationsOf(caller, read.location_id);
  if (read.location_id !== null && !parts.control.location(read.location_id)) throw none;
  if (read.among !== null && read.among !== amongOf(locations))
    throw new Problem({ status: 403, title: "Not allowed", detail: "You may not see these locations." });
  return read;
}
