/** Recommendation rules: what to do about which scores, as the team wants it. */
import { z } from "zod";
import {
  conditionsSchema,
  type RecommendationConditions,
  type RecommendationRule,
} from "../../control/recommendations.ts";
import type { Caller } from "../../control/types.ts";
import { PURPOSES } from "../../report/scores/definition.ts";
import { EXTRA, featureSpecs } from "../../report/scores/features.ts";
import { requireAdminOf, seesRow } from "../access.ts";
import { audited } from "../audit.ts";
import { Problem } from "../errors.ts";
import { pageOf, pageQuery, pageSchema } from "../paging.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import type { Given } from "../sign-in.ts";

const RULES_MAX = 200;

const fields = {
  model: z.enum(PURPOSES).describe("The score that the rule is about."),
  position: z
    .int()
    .min(0)
    .max(100_000)
    .describe("The lowest that holds counts; those of a location come before those of all."),
  enabled: z.boolean(),
  conditions: conditionsSchema
    .refine(namesFactors, { path: ["factors"], message: "There is no such factor." })
    .describe("All that are given must hold; none means every contact."),
  action: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/, "Use a key such as call_now.")
    .describe("For programs."),
  title: z.string().trim().min(1).max(200).describe("For people."),
} as const;
const newSchema = z.strictObject({
  ...fields,
  location_id: z.string().min(1).max(64).nullable().default(null).describe("null: every location."),
  position: fields.position.default(100),
  enabled: fields.enabled.default(true),
  conditions: fields.conditions.default({}),
});
const changeSchema = z.strictObject(fields).partial();
const ruleShape = z.strictObject({ recommendation_id: z.int(), location_id: z.string().nullable(), ...fields });
const factorsShape = z
  .array(z.strictObject({ factor: z.string(), label: z.string() }))
  .describe("What conditions may name; beside these, fields of a location's own events as data.<key>.");
const PARAMS = { recommendation_id: "The rule." };

/** `/api/bi/recommendation-rules`. */
export function recommendationRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/bi/recommendation-rules",
      access: "admin",
      tag: "BI",
      summary: "What to do about scores: rules in the order in which they are looked at.",
      description: "Some come ready-made, for every location. They can be changed, switched off and removed.",
      query: pageQuery,
      answers: {
        200: {
          description: "The rules.",
          schema: pageSchema({ factors: factorsShape, recommendation_rules: z.array(ruleShape) }),
        },
      },
      handle: ({ caller, query }) => {
        const { rows, next_cursor } = pageOf(seenBy(parts, caller), idOf, query);
        const factors = featureSpecs([]).map(({ name, label }) => ({ factor: name, label }));
        return { factors, recommendation_rules: rows.map(ruleJson), next_cursor };
      },
    }),

    route({
      method: "POST",
      path: "/api/bi/recommendation-rules",
      access: "admin",
      tag: "BI",
      summary: "Adds a recommendation rule.",
      body: newSchema,
      example: {
        body: {
          model: "conversion",
          conditions: { levels: ["high"], silent_days_min: 2 },
          action: "call_now",
          title: "Call today",
        },
      },
      answers: { 201: { description: "The rule.", schema: ruleShape } },
      handle: ({ request, server, body: { model, ...given } }) => {
        requireAdminOf(parts, request, given.location_id);
        if (given.location_id !== null && !parts.control.location(given.location_id)) throw missing("location");
        if (parts.control.recommendationRules().length >= RULES_MAX)
          throw new Problem({
            status: 409,
            title: "Too many",
            detail: `There are ${RULES_MAX} rules: remove one first.`,
          });
        const rule = parts.control.addRecommendationRule({ ...given, purpose: model });
        auditRule(parts, { request, server }, "recommendation_rule_added", rule);
        return Response.json(ruleJson(rule), { status: 201 });
      },
    }),

    route({
      method: "PATCH",
      path: "/api/bi/recommendation-rules/:recommendation_id",
      access: "admin",
      tag: "BI",
      summary: "Changes a recommendation rule; what is left out stays.",
      params: PARAMS,
      body: changeSchema,
      answers: { 200: { description: "The rule.", schema: ruleShape } },
      handle: ({ request, server, caller, params, body }) => {
        const rule = ownRule(parts, { request, server }, caller, params.recommendation_id);
        const changed = parts.control.setRecommendationRule(rule.recommendation_id, changeOf(body));
        if (!changed) throw missing();
        auditRule(parts, { request, server }, "recommendation_rule_changed", changed);
        return ruleJson(changed);
      },
    }),

    route({
      method: "DELETE",
      path: "/api/bi/recommendation-rules/:recommendation_id",
      access: "admin",
      tag: "BI",
      summary: "Removes a recommendation rule.",
      params: PARAMS,
      answers: { 204: { description: "Removed." } },
      handle: ({ request, server, caller, params }) => {
        const rule = ownRule(parts, { request, server }, caller, params.recommendation_id);
        parts.control.removeRecommendationRule(rule.recommendation_id);
        auditRule(parts, { request, server }, "recommendation_rule_removed", rule);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

/** Those of their locations, and those of all locations, which hold for theirs too. */
function seenBy({ control }: Parts, caller: Caller): readonly RecommendationRule[] {
  return control.recommendationRules().filter((rule) => rule.location_id === null || seesRow(caller)(rule));
}

/** Throws Problem 403 or 404. */
function ownRule(parts: Parts, given: Given, caller: Caller, id: string): RecommendationRule {
  const rule = seenBy(parts, caller).find((known) => idOf(known) === id);
  if (!rule) throw missing();
  requireAdminOf(parts, given.request, rule.location_id);
  return rule;
}

function changeOf({ model, ...rest }: z.infer<typeof changeSchema>) {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), ...(model === undefined ? {} : { purpose: model }) };
}

function auditRule(parts: Parts, given: Given, action: string, rule: RecommendationRule): void {
  const { location_id, purpose, enabled } = rule;
  const details = { model: purpose, action: rule.action, title: rule.title, enabled };
  audited(parts, given, action, { object: idOf(rule), location_id, details });
}

function namesFactors({ factors = [] }: RecommendationConditions): boolean {
  const known = new Set(featureSpecs([]).map(({ name }) => name));
  return factors.every((name) => known.has(name) || name.startsWith(EXTRA));
}

function idOf({ recommendation_id }: RecommendationRule): string {
  return String(recommendation_id);
}

function missing(what = "rule"): Problem {
  return new Problem({ status: 404, title: "Not found", detail: `There is no such ${what}.` });
}

function ruleJson({ purpose, ...rule }: RecommendationRule): z.infer<typeof ruleShape> {
  return { ...rule, model: purpose };
}
