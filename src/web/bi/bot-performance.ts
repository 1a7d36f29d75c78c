/** Bot performance: statuses and KPIs a bot, sequences, qualification, intent, employees. */
import { z } from "zod";
import { BOT_KPIS, botReport } from "../../report/bot-performance.ts";
import { BOT_KINDS } from "../../report/bots/trades.ts";
import { CATEGORIES, URGENCIES } from "../../report/intent.ts";
import { QUESTIONS } from "../../report/qualification.ts";
import { SEQUENCE_ACTIONS, SEQUENCE_DAYS } from "../../report/sequences.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { askedOf, commonQuery } from "./input.ts";
import { moneyShape } from "./insight-shapes.ts";
import { amountShape, currencyShape, framedShape, instantShape, kpiShape, trendShape } from "./shapes.ts";

const countShape = z.int().min(0);
const rateShape = z.number().min(0).max(1).nullable();
const counted = { count: countShape, known: countShape, succeeded: countShape, success_rate: rateShape } as const;
const shared = { count: countShape, share: rateShape, confidence: z.number().nullable() } as const;

const botKpiShape = kpiShape
  .pick({ label: true, unit: true, better: true, value: true, currency: true, previous: true, change: true })
  .extend({
    ...kpiShape.pick({ target: true, status: true, approximate: true }).shape,
    currencies: z.array(z.strictObject({ currency: currencyShape, value: amountShape })).optional(),
  });

const botShape = z.strictObject({
  bot_id: z.string(),
  kind: z.enum(BOT_KINDS).describe("Told by the types it sends."),
  does: z.array(z.string()).describe("The types it sends, the most frequent first; routine ones left out."),
  status: z
    .enum(["active", "idle", "offline", "error"])
    .describe("active: an event within 5 minutes; idle: silent for up to 3 times its usual gap, at least 30 minutes."),
  current_step: z.string().nullable(),
  last_seen: instantShape.nullable(),
  interactions: countShape.describe("Events in the timeframe but for heartbeats and bookkeeping."),
  handed_to_person: rateShape.describe("Share of what it began; null where it does not tell."),
  kpis: z.record(z.string(), botKpiShape),
  success_target: z.number().nullable(),
  trend: trendShape.describe("bot_success_rate by the timeframe's grain."),
  activity: trendShape.describe("bot_events by the timeframe's grain."),
});

const qualificationShape = z.strictObject({
  contacts: countShape,
  questions: z.array(z.strictObject({ question: z.enum(QUESTIONS), contacts: countShape, rate: rateShape })),
  temperatures: z.strictObject({ hot: countShape, warm: countShape, cold: countShape }),
  stalls: z.strictObject({
    count: countShape,
    steps: countShape,
    rate: rateShape,
    by_question: z.array(z.strictObject({ question: z.enum(QUESTIONS), count: countShape, steps: countShape })),
  }),
  effectiveness: z.number().nullable(),
});

const intentShape = z.strictObject({
  analyses: countShape,
  confidence: z.number().nullable(),
  latency: z.strictObject({
    p50_ms: z.number().nullable(),
    p95_ms: z.number().nullable(),
    target_ms: z.number(),
    measured: countShape,
    histogram: z
      .array(z.strictObject({ from_ms: z.number(), to_ms: z.number().nullable(), count: countShape }))
      .describe("Above from_ms, up to and with to_ms; the first also holds 0."),
  }),
  categories: z.array(z.strictObject({ category: z.enum(CATEGORIES), ...shared })),
  urgency: z.array(z.strictObject({ urgency: z.enum(URGENCIES), ...shared })),
});

const performanceShape = framedShape.extend({
  bots: z.array(botShape),
  bots_total: countShape.describe("Bots heard in the last 14 days or in the timeframe; `bots` holds at most 200."),
  sequences: z.array(
    z.strictObject({
      sequence_day: z.literal([...SEQUENCE_DAYS]),
      ...counted,
      actions: z.array(z.strictObject({ action_type: z.enum(SEQUENCE_ACTIONS), ...counted })),
    }),
  ),
  qualification: qualificationShape,
  intent: intentShape,
  employees: z.array(
    z.strictObject({
      bot_id: z.string(),
      activities: z.strictObject({
        total: countShape,
        call: countShape,
        booking: countShape,
        email: countShape,
        task: countShape,
      }),
      bookings: countShape,
      value: z.array(z.strictObject({ currency: currencyShape, value: moneyShape })),
      sentiment: z.number().nullable(),
      performance: z.number().nullable(),
    }),
  ),
});

/** A status changes with time alone. */
const STATUS_LASTS_MS = 5_000;

/** `/api/bi/bot-performance`. */
export function botPerformanceRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/bi/bot-performance",
      access: "read",
      tag: "BI",
      summary: "Bots with status and KPIs, sequences, qualification, intent, AI employees.",
      query: commonQuery,
      answers: { 200: { description: "Bots, and what they did.", schema: performanceShape } },
      handle: async ({ request, caller, query }) => {
        const { filter, include_comparisons, include_trends, ...given } = query;
        const asked = askedOf(parts, caller, given, filter, request.signal, "filter");
        const shown = { comparisons: include_comparisons, trends: include_trends };
        const about = {
          route: "bot-performance",
          of: [shown],
          kpis: BOT_KPIS,
          // Statuses are those of now, whatever the timeframe; a bot may have been heard last at any time.
          subject: { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, lasts_ms: STATUS_LASTS_MS },
        };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const { framed, ...body } = await botReport(parts, { ...asked, ...shown });
          return { framed, body };
        });
      },
    }),
  ];
}
