/** `/api/bi/retention`: who came back. */
import { z } from "zod";
import { GRAINS } from "../../catalogue/period.ts";
import { retentionReport } from "../../report/retention.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { typeName } from "./funnel.ts";
import { askedOf, commonBody } from "./input.ts";
import { framedShape, instantShape } from "./shapes.ts";

const MINUTE = 60_000_000;

const step = z.strictObject({ type: typeName });
const retentionBody = commonBody.extend({ birth: step, return: step, grain: z.enum(GRAINS).default("week") });

const retentionShape = framedShape.extend({
  cohorts: z.array(
    z.strictObject({
      start: instantShape,
      size: z.int().min(0),
      counts: z.array(z.int().min(0)),
      rates: z.array(z.number().min(0).max(1).nullable()),
    }),
  ),
});

export function retentionRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/api/bi/retention",
      example: {
        body: {
          birth: { type: "lead_created" },
          return: { type: "conversation_started" },
          grain: "week",
          timeframe: "90d",
        },
      },
      access: "read",
      tag: "BI",
      summary: "Of the contacts that began in a period, how many came back in it and in each one after.",
      description:
        "A contact is born with its first event ever of the birth type, and comes back with each event of the return type from " +
        "then on. Period 0 is that of the birth; periods that have not begun are left out; the last may still be running. " +
        "The first cohort begins with the whole period in which the timeframe begins. The grain is a week unless given.",
      body: retentionBody,
      answers: { 200: { description: "A cohort for each period.", schema: retentionShape } },
      handle: ({ request, caller, body }) => {
        const { filters, birth, return: back, grain, ...given } = body;
        const asked = askedOf(parts, caller, given, filters, request.signal);
        // Births look at all that was before.
        const subject = { from: Number.NEGATIVE_INFINITY };
        // Which periods have begun changes with the clock: on a minute, or on a quarter of an hour whatever the zone.
        const clock = Math.floor(asked.now / (grain === "minute" ? MINUTE : 15 * MINUTE));
        const about = { route: "retention", of: [birth, back, grain, clock], subject };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const wanted = { ...asked, birth: birth.type, return: back.type, grain };
          const { framed, cohorts } = await retentionReport(parts, wanted);
          return { framed, grain, body: { cohorts } };
        });
      },
    }),
  ];
}
