/** Rules of alerts: what is watched, and what it would have said. */
import { z } from "zod";
import { CannotBacktest } from "../../alerts/backtest.ts";
import { readyMade } from "../../alerts/ready-made.ts";
import { RULE_KINDS, type RuleBody, rulesSchema } from "../../alerts/rule.ts";
import type { Caller } from "../../control/types.ts";
import { QuestionFault } from "../../store/query/fault.ts";
import { locationsOf, seesPersonal } from "../access.ts";
import { allowFilters, fieldProblem } from "../bi/input.ts";
import { instantShape } from "../bi/shapes.ts";
import { pageOf, pageQuery, pageSchema } from "../paging.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import {
  addRule,
  type Changing,
  changeRule,
  changeSchema,
  checkRule,
  type KnownRule,
  removeRule,
  ruleSeenBy,
  rulesSeenBy,
} from "./rule-changes.ts";
import { ruleJson, ruleShape, seriesJson, seriesShape } from "./rule-shapes.ts";

const flag = z.enum(["true", "false"]).transform((text) => text === "true");
const DAYS_MAX = 90;

const firingShape = z.strictObject({
  location_id: z.string().nullable(),
  bot_id: z.string().nullable(),
  start: instantShape,
  end: instantShape.nullable().describe("null: it would be firing now."),
  peak: z.number().nullable().describe("The worst value."),
  told: instantShape
    .nullable()
    .describe("When it would have been told; null: it was over before it was no longer muted."),
});
const backtestShape = z.strictObject({
  from: instantShape,
  to: instantShape,
  evaluations: z.int().min(0),
  firings: z.array(firingShape).describe("Newest first, 200 at most."),
  total: z.int().min(0),
  summary: z.string().describe("In a sentence: how often it would have fired."),
  complete: z.boolean().describe("False when the time ran out before everything was looked at."),
  reason: z.string().nullable().describe("Why this kind of rule cannot be tried on the past."),
});

const EXAMPLE = {
  kind: "threshold",
  name: "Few answers succeed",
  location_id: "jorge_main",
  kpi: "bot_success_rate",
  window: "1h",
  direction: "below",
  value: 0.9,
  resolve: 0.93,
  for: "10m",
} as const;
const ID = { id: "The rule." };

/** `/api/alerts/rules`, `/api/alerts/backtest`. */
export function alertRuleRoutes(parts: Parts): readonly Route[] {
  const json = (caller: Caller, { rule, row }: KnownRule) =>
    ruleJson(caller, rule, row, parts.alerts.seriesOf(rule.rule_id));
  return [
    route({
      method: "GET",
      path: "/api/alerts/rules",
      access: "read",
      tag: "Alerts",
      summary: "Rules of alerts; those that come ready-made and off are among them.",
      query: pageQuery.extend({
        location_id: z
          .string()
          .min(1)
          .max(64)
          .optional()
          .describe("One that you may see; with it, rules of every location are left out."),
        kind: z.enum(RULE_KINDS).optional(),
        enabled: flag.optional(),
      }),
      answers: { 200: { description: "The rules.", schema: pageSchema({ rules: z.array(ruleShape) }) } },
      handle: ({ caller, query }) => {
        const { location_id, kind, enabled, ...page } = query;
        const seen = locationsOf(caller, location_id);
        const places = seen ?? parts.control.locations().map((location) => location.location_id);
        const known = rulesSeenBy(parts, caller, readyMade(parts.control, places, seen === null)).filter(
          ({ rule }) =>
            (location_id === undefined || rule.location_id === location_id) &&
            (kind === undefined || rule.kind === kind) &&
            (enabled === undefined || rule.enabled === enabled),
        );
        const { rows, next_cursor } = pageOf(known, ({ rule }) => rule.rule_id, page);
        return { rules: rows.map((one) => json(caller, one)), next_cursor };
      },
    }),

    route({
      method: "POST",
      path: "/api/alerts/rules",
      access: "admin",
      tag: "Alerts",
      summary: "Adds a rule. A location of null is every location, each for itself.",
      body: rulesSchema,
      example: { body: EXAMPLE },
      answers: { 201: { description: "The rule.", schema: ruleShape } },
      handle: ({ request, server, caller, body }) =>
        Response.json(json(caller, addRule(parts, { request, server, caller }, body)), { status: 201 }),
    }),

    route({
      method: "GET",
      path: "/api/alerts/rules/:id",
      access: "read",
      tag: "Alerts",
      summary: "A rule with the state of each of its series.",
      params: ID,
      answers: {
        200: {
          description: "The rule, and its series.",
          schema: z.strictObject({ rule: ruleShape, series: z.array(seriesShape) }),
        },
      },
      handle: ({ caller, params }) => {
        const known = ruleSeenBy(parts, caller, params.id);
        const series = parts.alerts.seriesOf(params.id);
        return { rule: json(caller, known), series: series.map((one) => seriesJson(caller, one)) };
      },
    }),

    route({
      method: "PATCH",
      path: "/api/alerts/rules/:id",
      access: "admin",
      tag: "Alerts",
      summary: "Changes a rule, or switches a ready-made one on.",
      description:
        "Fields that are left out stay. A rule that is switched off ends its open alerts without a word. The kind stays.",
      params: ID,
      body: changeSchema,
      example: { body: { enabled: true } },
      answers: { 200: { description: "The rule.", schema: ruleShape } },
      handle: ({ request, server, caller, params, body }) =>
        json(caller, changeRule(parts, { request, server, caller }, params.id, body)),
    }),

    route({
      method: "DELETE",
      path: "/api/alerts/rules/:id",
      access: "admin",
      tag: "Alerts",
      summary: "Removes a rule; a ready-made one is as it came again. What it said stays in the history.",
      params: ID,
      answers: { 204: { description: "Removed." } },
      handle: ({ request, server, caller, params }) => {
        removeRule(parts, { request, server, caller }, params.id);
        return new Response(null, { status: 204 });
      },
    }),

    route({
      method: "POST",
      path: "/api/alerts/backtest",
      access: "export",
      tag: "Alerts",
      summary: "What a rule would have said in the last days, by the same steps as live.",
      description:
        "An instant sees the events with a time before it. Events that were received late are seen here where they belong; live they were not. KPIs, targets and commission rules are those of now.",
      body: z.strictObject({ rule: rulesSchema, days: z.int().min(1).max(DAYS_MAX).default(30) }),
      example: { body: { rule: EXAMPLE, days: 30 } },
      answers: { 200: { description: "When it would have fired.", schema: backtestShape } },
      handle: ({ request, server, caller, body: { rule, days } }) =>
        tried(parts, { request, server, caller }, rule, days, "rule."),
    }),
  ];
}

/** What the rule would have said; `path`: how its fields are called where it stands. Throws Problem 403, 404 or 422. */
export async function tried(
  parts: Parts,
  by: Changing,
  rule: RuleBody,
  days: number,
  path: string,
): Promise<z.infer<typeof backtestShape>> {
  const { caller, request } = by;
  checkRule(parts, by, rule, "read");
  if ("filters" in rule) allowFilters({ personal: seesPersonal(caller) }, rule.filters, `${path}filters`);
  try {
    const work = () => parts.alerts.backtest(rule, days, request.signal);
    const { firings, ...rest } = await parts.questions.run(`${caller.kind} ${caller.id}`, request.signal, work);
    return { ...rest, firings: [...firings] };
  } catch (error) {
    if (error instanceof QuestionFault) throw fieldProblem(path + error.field, error.detail, error.code);
    if (error instanceof CannotBacktest)
      throw fieldProblem(path.replace(/\.$/, "") || "form", error.message, "cannot_be_asked");
    throw error;
  }
}
