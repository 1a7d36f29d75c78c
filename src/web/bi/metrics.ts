/** `/api/dashboard/metrics`: one flat object, for programs that poll. */
import { z } from "zod";
import { kpiOf } from "../../catalogue/kpis.ts";
import { BOT_STATUSES, SNAPSHOT_KPIS, snapshot } from "../../report/metrics.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { askedOf, commonQuery } from "./input.ts";
import { connectedClients } from "./real-time.ts";
import { amountShape, currencyShape, instantShape } from "./shapes.ts";

/** Silence grows, and clients come and go, without a commit. */
const LASTS_MS = 2_000;

const metricsQuery = commonQuery.pick({ location_id: true, timezone: true });

const count = z.int().min(0);
const kpiFields = Object.fromEntries(
  SNAPSHOT_KPIS.flatMap((key) => [
    [`${key}_today`, amountShape.describe(`${kpiOf(key)?.label}, since midnight in the time zone.`)],
    [`${key}_30d`, amountShape.describe(`${kpiOf(key)?.label}, last 30 days.`)],
    [`${key}_30d_change`, z.number().nullable().describe("Against the 30 days before, as a share of them.")],
  ]),
);
const metricsShape = z.strictObject({
  generated_at: instantShape,
  as_of: instantShape.describe("Everything accepted before this is counted."),
  lag_ms: z.number().min(0),
  location_id: z.string().nullable(),
  ...kpiFields,
  ...Object.fromEntries(
    BOT_STATUSES.map((status) => [`bots_${status}`, count.describe("Bots heard in the last 14 days.")]),
  ),
  active_conversations: count,
  connected_clients: count,
  events_per_minute: z.number().min(0).describe("Mean of the last five minutes."),
  events_24h: count,
  last_event_age_ms: count.nullable().describe("Null when there was none in the last day."),
  currency: currencyShape.describe("Of all money here; other currencies are not in it."),
  timezone: z.string(),
});

/** What biAnswer says, as far as it is read here. */
const inner = z.object({
  generated_at: z.string(),
  freshness: z.object({ as_of: z.string(), lag_ms: z.number() }),
  location_id: z.string().nullable(),
  metrics: z.record(z.string(), z.unknown()),
});

export function metricsRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/dashboard/metrics",
      access: "read",
      tag: "BI",
      summary: "The main figures of today and of the last 30 days, and how things are, as one flat object.",
      query: metricsQuery,
      answers: { 200: { description: "Key to figure.", schema: metricsShape } },
      handle: async ({ request, caller, query }) => {
        const asked = askedOf(parts, caller, query, [], request.signal);
        const kpis = [...SNAPSHOT_KPIS, "active_conversations"].flatMap((key) => kpiOf(key) ?? []);
        const about = { route: "dashboard-metrics", of: [], kpis, subject: { lasts_ms: LASTS_MS } };
        const answer = await biAnswer(parts, request, asked, about, async (asked) => {
          const { framed, metrics } = await snapshot(parts, asked);
          return { framed, body: { metrics: { ...metrics, connected_clients: connectedClients(parts) } } };
        });
        if (answer.status !== 200) return answer;
        const { generated_at, freshness, location_id, metrics } = inner.parse(await answer.json());
        const { as_of, lag_ms } = freshness;
        return Response.json(
          { generated_at, as_of, lag_ms, location_id, ...metrics },
          { headers: flatHeaders(answer) },
        );
      },
    }),
  ];
}

function flatHeaders({ headers }: Response): Record<string, string> {
  return { etag: headers.get("etag") ?? "", "cache-control": headers.get("cache-control") ?? "no-cache" };
}
