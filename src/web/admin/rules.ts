/** Commission rules: which share of revenue is earned, where, for which bot, from when. */
import { z } from "zod";
import { formatInstant, parseInstant } from "../../catalogue/time.ts";
import type { Caller, RuleRow } from "../../control/types.ts";
import { requireAdminOf, seesRow } from "../access.ts";
import { audited } from "../audit.ts";
import { Problem } from "../errors.ts";
import { pageOf, pageQuery, pageSchema } from "../paging.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import type { Given } from "../sign-in.ts";

/** What holds where no rule does. */
export const DEFAULT_RATE = "0.06";

const rate = z
  .union([z.string().regex(/^\d(\.\d{1,6})?$/, "Use a fraction from 0 to 1, such as 0.06."), z.number().min(0).max(1)])
  .transform(String)
  .describe("A fraction from 0 to 1: 0.06 is six percent.");
const validFrom = z
  .string()
  .max(64)
  .transform((text, context) => {
    const instant = parseInstant(text);
    if (instant !== null) return instant;
    context.addIssue({ code: "custom", message: "Use an RFC 3339 instant, such as 2026-01-01T00:00:00Z." });
    return z.NEVER;
  })
  .describe("RFC 3339, on a quarter of an hour.");

export const newRuleSchema = z.strictObject({
  location_id: z.string().min(1).max(64).nullable().default(null).describe("null: every location."),
  bot_id: z.string().min(1).max(128).nullable().default(null).describe("null: every bot."),
  rate,
  valid_from: validFrom,
});
export const ruleChangeSchema = z.strictObject({ rate: rate.optional(), valid_from: validFrom.optional() });

const ruleSchema = z.strictObject({
  rule_id: z.number().int(),
  location_id: z.string().nullable(),
  bot_id: z.string().nullable(),
  rate: z.string(),
  valid_from: z.string(),
});
const RULE_ID = { rule_id: "The rule." };

/** `/api/admin/commission-rules`. */
export function ruleRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/admin/commission-rules",
      access: "admin",
      tag: "Admin",
      summary: "Commission rules, the oldest first, and what holds without one.",
      query: pageQuery,
      answers: {
        200: {
          description: "The rules.",
          schema: pageSchema({ default_rate: z.string(), commission_rules: z.array(ruleSchema) }),
        },
      },
      handle: ({ caller, query }) => {
        const { rows, next_cursor } = pageOf(rulesSeenBy(parts, caller), ({ rule_id }) => String(rule_id), query);
        return { default_rate: DEFAULT_RATE, commission_rules: rows.map(ruleJson), next_cursor };
      },
    }),

    route({
      method: "POST",
      path: "/api/admin/commission-rules",
      access: "admin",
      tag: "Admin",
      summary: "Adds a commission rule; one of the same location, bot and time is replaced.",
      body: newRuleSchema,
      example: { body: { location_id: "jorge_main", rate: "0.05", valid_from: "2026-01-01T00:00:00Z" } },
      answers: { 201: { description: "The rule.", schema: ruleSchema } },
      handle: ({ request, server, body }) =>
        Response.json(ruleJson(addRule(parts, { request, server }, body)), { status: 201 }),
    }),

    route({
      method: "PATCH",
      path: "/api/admin/commission-rules/:rule_id",
      access: "admin",
      tag: "Admin",
      summary: "Changes a commission rule's rate or time; figures of the past change with it.",
      params: RULE_ID,
      body: ruleChangeSchema,
      answers: { 200: { description: "The rule.", schema: ruleSchema } },
      handle: ({ request, server, caller, params, body }) =>
        ruleJson(changeRule(parts, { request, server }, caller, params.rule_id, body)),
    }),

    route({
      method: "DELETE",
      path: "/api/admin/commission-rules/:rule_id",
      access: "admin",
      tag: "Admin",
      summary: "Removes a commission rule.",
      params: RULE_ID,
      answers: { 204: { description: "Removed." } },
      handle: ({ request, server, caller, params }) => {
        removeRule(parts, { request, server }, caller, params.rule_id);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

/** Those of their locations, and those of all locations, which hold for theirs too. */
export function rulesSeenBy({ control }: Parts, caller: Caller): readonly RuleRow[] {
  return control.commissionRules().filter((rule) => rule.location_id === null || seesRow(caller)(rule));
}

/** Throws Problem 403, ControlError("rule_invalid"). */
export function addRule(parts: Parts, given: Given, asked: z.infer<typeof newRuleSchema>): RuleRow {
  requireAdminOf(parts, given.request, asked.location_id);
  const rule = parts.control.addCommissionRule(asked);
  auditRule(parts, given, "rule_added", rule);
  return rule;
}

/** Throws Problem 403 or 404, ControlError("rule_invalid" | "rule_taken"). */
export function changeRule(
  parts: Parts,
  given: Given,
  caller: Caller,
  rule_id: string,
  asked: z.infer<typeof ruleChangeSchema>,
): RuleRow {
  const rule = ownRule(parts, given, caller, rule_id);
  const changed = parts.control.setCommissionRule(rule.rule_id, {
    ...(asked.rate === undefined ? {} : { rate: asked.rate }),
    ...(asked.valid_from === undefined ? {} : { valid_from: asked.valid_from }),
  });
  if (!changed) throw missing();
  auditRule(parts, given, "rule_changed", changed);
  return changed;
}

/** Throws Problem 403 or 404. */
export function removeRule(parts: Parts, given: Given, caller: Caller, rule_id: string): void {
  const rule = ownRule(parts, given, caller, rule_id);
  parts.control.removeCommissionRule(rule.rule_id);
  auditRule(parts, given, "rule_removed", rule);
}

function ownRule(parts: Parts, given: Given, caller: Caller, rule_id: string): RuleRow {
  const rule = rulesSeenBy(parts, caller).find((known) => String(known.rule_id) === rule_id);
  if (!rule) throw missing();
  requireAdminOf(parts, given.request, rule.location_id);
  return rule;
}

function auditRule(parts: Parts, given: Given, action: string, rule: RuleRow): void {
  const { rule_id, location_id, bot_id, rate: share } = rule;
  const details = { bot_id, rate: share, valid_from: formatInstant(rule.valid_from) };
  audited(parts, given, action, { object: String(rule_id), location_id, details });
}

function missing(): Problem {
  return new Problem({ status: 404, title: "Not found", detail: "There is no such rule." });
}

function ruleJson(rule: RuleRow): z.infer<typeof ruleSchema> {
  return { ...rule, valid_from: formatInstant(rule.valid_from) };
}
