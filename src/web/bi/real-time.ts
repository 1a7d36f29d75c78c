/** `/api/bi/real-time-metrics`: the last hour by the minute, and what goes on right now. */
import { z } from "zod";
import { kpiOf } from "../../catalogue/kpis.ts";
import { lastHour, realTime } from "../../report/real-time.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { askedOf, commonQuery } from "./input.ts";
import { currencyShape, framedShape, instantShape } from "./shapes.ts";

/** Clients come and go without a commit. */
const LASTS_MS = 1_000;

const realTimeQuery = commonQuery.pick({ location_id: true, timezone: true, filter: true });

const count = z.int().min(0);
const counted = {
  events: count,
  conversations: count,
  bookings: count,
  errors: count,
  revenue: z.record(currencyShape, z.string().regex(/^-?\d+\.\d{2,4}$/)),
} as const;
const realTimeShape = framedShape.extend({
  minutes: z.array(z.strictObject({ t: instantShape, ...counted })).length(60),
  by_bot: z.array(z.strictObject({ bot_id: z.string().nullable(), ...counted })),
  totals: z.strictObject(counted),
  active_conversations: count,
  connected_clients: count,
});

export function realTimeRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/bi/real-time-metrics",
      access: "read",
      tag: "BI",
      summary: "The last 60 minutes by the minute and by bot, active conversations and connected clients.",
      description:
        "The timeframe is the hour that ends with the running minute. connected_clients counts those of all locations.",
      query: realTimeQuery,
      answers: { 200: { description: "Sixty minutes, oldest first.", schema: realTimeShape } },
      handle: ({ request, caller, query }) => {
        const { filter, ...given } = query;
        const asked = {
          ...askedOf(parts, caller, given, filter, request.signal, "filter"),
          timeframe: lastHour(parts.now()),
        };
        const kpis = ["active_conversations"].flatMap((key) => kpiOf(key) ?? []);
        const about = { route: "real-time-metrics", of: [], kpis, subject: { lasts_ms: LASTS_MS } };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const { framed, ...body } = await realTime(parts, asked);
          return { framed, grain: "minute", body: { ...body, connected_clients: connectedClients(parts) } };
        });
      },
    }),
  ];
}

/** Pages and programs that listen to any live view or channel. */
export function connectedClients({ hub, channels }: Parts): number {
  return hub.watchers() + channels.places();
}
