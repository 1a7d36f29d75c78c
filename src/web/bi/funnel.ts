/** `/api/bi/funnel`: how far contacts or conversations came through steps. */
import { z } from "zod";
import { stepsReport } from "../../report/steps.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { allowFilters, askedOf, commonBody } from "./input.ts";
import { framedShape } from "./shapes.ts";

const STEPS_MIN = 2;
const STEPS_MAX = 10;
const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const WINDOW_USUAL_MS = 14 * MS.d;
const WINDOW_MAX_MS = 3_660 * MS.d;

/** Milliseconds, or a number with its unit: "90s", "36h", "7d". */
export const windowLength = z
  .union(
    [
      z.int(),
      z
        .string()
        .regex(/^\d{1,12}(ms|s|m|h|d|w)$/)
        .transform((text) => {
          const [, count = "", unit = "ms"] = /^(\d+)([a-z]+)$/.exec(text) ?? [];
          return Number(count) * (Object.entries(MS).find(([name]) => name === unit)?.[1] ?? 1);
        }),
    ],
    { error: "Write milliseconds, or a length such as 36h or 7d." },
  )
  .refine((ms) => ms >= 1 && ms <= WINDOW_MAX_MS, "A window is between a millisecond and ten years long.");

/** The name of an event type; those that the catalogue does not know may be named, too. */
export const typeName = z.string().regex(/^[a-z][a-z0-9_.:-]{0,63}$/, "Use an event type such as lead_created.");

export const funnelSteps = z
  .array(z.strictObject({ type: typeName, filters: commonBody.shape.filters }))
  .min(STEPS_MIN)
  .max(STEPS_MAX);

const funnelBody = commonBody.extend({
  steps: funnelSteps,
  by: z.enum(["contact_id", "conversation_id"]).default("contact_id"),
  window: windowLength.default(WINDOW_USUAL_MS),
  ordered: z.boolean().default(true),
});

const rate = z.number().min(0).max(1).nullable();
const funnelShape = framedShape.extend({
  steps: z.array(
    z.strictObject({
      type: z.string(),
      count: z.int().min(0),
      rate_from_previous: rate,
      rate_from_first: rate,
      median_ms: z.number().min(0).nullable(),
    }),
  ),
});

export function funnelRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/api/bi/funnel",
      example: {
        body: {
          steps: [{ type: "lead_created" }, { type: "lead_qualified" }, { type: "deal_closed" }],
          by: "contact_id",
          window: "30d",
          timeframe: "90d",
        },
      },
      access: "read",
      tag: "BI",
      summary: "How far contacts or conversations came through steps.",
      description:
        "In order, each step's event is the earliest one later than that of the step before, and the last lies within the window " +
        "from the first. With ordered false the first k steps may come in any order, no further apart than the window. Each " +
        "contact counts once, by the attempt that came furthest. The window is 14 days unless given; only events of the " +
        "timeframe count. median_ms is the time since the step before, of those who came this far.",
      body: funnelBody,
      answers: { 200: { description: "The steps, in their order.", schema: funnelShape } },
      handle: ({ request, caller, body }) => {
        const { filters, steps, by, window, ordered, ...given } = body;
        const asked = askedOf(parts, caller, given, filters, request.signal);
        for (const [index, step] of steps.entries()) allowFilters(asked, step.filters, `steps.${index}.filters`);
        const about = { route: "funnel", of: [steps, by, window, ordered] };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const report = await stepsReport(parts, { ...asked, steps, by, window_ms: window, ordered });
          return { framed: report.framed, body: { steps: report.steps } };
        });
      },
    }),
  ];
}
