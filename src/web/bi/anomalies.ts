/** Anomalies, and that somebody has seen to them. */
import { z } from "zod";
import { formatInstant } from "../../catalogue/time.ts";
import type { Caller } from "../../control/types.ts";
import { ANOMALIES_MAX, ANOMALY_GRAINS, ANOMALY_METHOD, anomalyReport } from "../../report/anomalies.ts";
import { amongOf, type ReadAnomalyId, readAnomalyId } from "../../report/anomaly-id.ts";
import { knownKpi } from "../../report/custom-kpis.ts";
import { locationsOf } from "../access.ts";
import { audited } from "../audit.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import type { Given } from "../sign-in.ts";
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

const segmentShape = z.strictObject({
  dimension: z.string().describe("As filters name it: bot_id, data.source."),
  key: z.string().nullable(),
});

const causeShape = segmentShape.extend({
  contribution: amountShape.describe("Its value less what is usual for it, in the KPI's unit."),
  share: z.number().nullable().describe("Of the whole deviation; above 1 where others went against it."),
  within: segmentShape.nullable().describe("The segment that it was looked for in; null on the first level."),
});

const anomalyShape = z.strictObject({
  id: z.string(),
  kpi: z.string(),
  label: z.string(),
  unit: unitShape,
  currency: currencyShape.optional(),
  bot_id: z.string().nullable().optional().describe("With by=bot_id; null: events without a bot."),
  grain: z.enum(ANOMALY_GRAINS),
  t: instantShape.describe("Start of its bucket."),
  value: amountShape,
  expected: amountShape.describe("What was usual by then."),
  lower: amountShape,
  upper: amountShape,
  severity: z.enum(["medium", "high", "critical"]),
  score: z.number().describe("1 is where an anomaly begins; comparable between KPIs."),
  side: z.enum(["above", "below"]),
  signal: z.string().describe("What about it was odd most: its level, its season, a change, its spread, its shape."),
  cause: z.array(causeShape).describe("The largest first, then what is inside of the first."),
  recommendation: z.string(),
  noticed_at: instantShape.nullable().describe("When the appliance noticed it by itself, perhaps before it was over."),
  ...acknowledgedShape,
});

const anomaliesShape = framedShape.extend({
  anomalies: z.array(anomalyShape).describe(`Newest first, ${ANOMALIES_MAX} at most.`),
  total: countShape,
  method: z.literal(ANOMALY_METHOD),
  grain: z.enum(ANOMALY_GRAINS).describe("Hours up to three days, days beyond."),
  quality: z.strictObject({
    threshold: z.number().describe("A score from here on is an anomaly."),
    series: countShape,
    judged: countShape.describe("Buckets that had history enough."),
    per_100_judged: z.number().min(0).nullable().describe("Anomalies a hundred of them."),
    caused_max: countShape.describe("So many of the newest and the strongest have their causes looked for."),
  }),
  watched: z.array(
    z.strictObject({
      kpi: z.string(),
      currency: currencyShape.optional(),
      bot_id: z.string().nullable().optional(),
      judged: countShape.describe("Buckets that had history enough."),
      anomalies: countShape,
      reason: z.string().nullable(),
    }),
  ),
});

const anomaliesQuery = commonQuery.extend({
  by: z.literal("bot_id").optional().describe("Each bot by itself instead of all together."),
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
      summary: "KPIs that were unlike all that they did before, with causes.",
      query: anomaliesQuery,
      answers: { 200: { description: "Anomalies of the timeframe.", schema: anomaliesShape } },
      handle: async ({ request, caller, query }) => {
        const { filter, include_comparisons, include_trends, by, ...given } = query;
        const asked = askedOf(parts, caller, given, filter, request.signal, "filter");
        const about = {
          route: "anomaly-detection",
          of: [tickOf(asked.now), by],
          // What is usual is learned from weeks before.
          subject: { from: Number.NEGATIVE_INFINITY },
        };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const { framed, grain, ...body } = await anomalyReport(parts, { ...asked, by_bot: by !== undefined });
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
        const { acknowledged_by, acknowledged_at } = acknowledgeAnomaly(parts, { request, server, caller }, id);
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
        withdrawAnomalyAcknowledgement(parts, { request, server, caller }, id);
        return Response.json({ id, acknowledged: false, acknowledged_by: null, acknowledged_at: null });
      },
    }),
  ];
}

/** The first to say so stays. Throws Problem 403 or 404. */
export function acknowledgeAnomaly(parts: Parts, by: Given & { caller: Caller }, id: string) {
  const { location_id, kpi } = seenAnomaly(parts, by.caller, id);
  const before = parts.control.acknowledgements([id]).get(id);
  if (before) return before;
  const kept = parts.control.acknowledge({ anomaly_id: id, location_id, acknowledged_by: by.caller.name });
  audited(parts, by, "anomaly_acknowledged", { object: id, location_id, details: { kpi } });
  return kept;
}

/** Throws Problem 403 or 404. */
export function withdrawAnomalyAcknowledgement(parts: Parts, by: Given & { caller: Caller }, id: string): void {
  const { location_id, kpi } = seenAnomaly(parts, by.caller, id);
  if (!parts.control.withdrawAcknowledgement(id)) return;
  audited(parts, by, "anomaly_acknowledgement_withdrawn", { object: id, location_id, details: { kpi } });
}

/** What the id stands for. Throws Problem 404 for what is none, 403 for what the caller may not see. */
function seenAnomaly(parts: Parts, caller: Caller, id: string): ReadAnomalyId {
  const read = readAnomalyId(id);
  const none = new Problem({ status: 404, title: "Not found", detail: "There is no such anomaly." });
  if (!read) throw none;
  const locations = locationsOf(caller, read.location_id);
  if (!knownKpi(parts.control, { location_id: read.location_id, locations }, read.kpi)) throw none;
  if (read.location_id !== null && !parts.control.location(read.location_id)) throw none;
  if (read.among !== null && read.among !== amongOf(locations))
    throw new Problem({ status: 403, title: "Not allowed", detail: "You may not see these locations." });
  return read;
}
