/** Alerts: what is wrong now and what was, and what people say to it. */
import { z } from "zod";
import { RULE_KINDS } from "../../alerts/rule.ts";
import { formatInstant, parseInstant } from "../../catalogue/time.ts";
import type { AlertEventRow, AlertRow } from "../../control/alerts.ts";
import type { Caller } from "../../control/types.ts";
import { locationsOf } from "../access.ts";
import { instantShape } from "../bi/shapes.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import {
  acknowledgeAlert,
  alertSeenBy,
  noteAlert,
  shownAlert,
  shownEvent,
  snoozeAlert,
  withdrawAcknowledgement,
} from "./seeing-to.ts";

const STATES = ["firing", "no_data", "error", "resolved"] as const;
const SEVERITIES = ["info", "warning", "critical"] as const;

const instant = z
  .string()
  .max(64)
  .transform((text, context) => {
    const us = parseInstant(text);
    if (us !== null) return us;
    context.addIssue({ code: "custom", message: "Use an RFC 3339 instant, such as 2026-01-31T00:00:00Z." });
    return z.NEVER;
  });
const cursor = z
  .string()
  .regex(/^\d{1,16}\.[\w-]{1,64}$/, "Use next_cursor of the page before.")
  .transform((text) => {
    const [began_at = "", alert_id = ""] = text.split(".");
    return { began_at: Number(began_at), alert_id };
  });

const alertShape = z.strictObject({
  alert_id: z.string(),
  rule_id: z.string().nullable(),
  kind: z.string(),
  name: z.string().describe("Of the rule."),
  location_id: z.string().nullable(),
  bot_id: z.string().nullable(),
  severity: z.enum(SEVERITIES),
  state: z.enum(STATES),
  title: z.string(),
  text: z.string().describe("What was so when it began, in sentences."),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).describe("The numbers of it."),
  peak: z.number().nullable().describe("The worst value."),
  began_at: instantShape,
  ended_at: instantShape.nullable(),
  acknowledged_by: z.string().nullable(),
  acknowledged_at: instantShape.nullable(),
  snoozed_until: instantShape.nullable(),
});
const eventShape = z.strictObject({
  at: instantShape,
  what: z.string(),
  who: z.string().nullable(),
  note: z.string().nullable(),
});
const wholeShape = alertShape.extend({
  events: z.array(eventShape).describe("What happened to it, the oldest first."),
});
const ID = { id: "The alert." };

/** `/api/alerts`. */
export function alertRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/alerts",
      access: "read",
      tag: "Alerts",
      summary: "Alerts, open ones and those that are over, newest first.",
      query: z.strictObject({
        open: z
          .enum(["true", "false"])
          .transform((text) => text === "true")
          .optional(),
        location_id: z.string().min(1).max(64).optional().describe("One that you may see. Default: all of them."),
        rule_id: z.string().min(1).max(200).optional(),
        kind: z.enum(RULE_KINDS).optional(),
        severity: z.enum(SEVERITIES).optional(),
        state: z.enum(STATES).optional(),
        from: instant.optional().describe("Began at or after."),
        to: instant.optional().describe("Began before."),
        cursor: cursor.optional().describe("next_cursor of the page before."),
        limit: z.coerce.number().int().min(1).max(1_000).default(100),
      }),
      answers: {
        200: {
          description: "The alerts, and how many are open.",
          schema: z.strictObject({
            alerts: z.array(alertShape),
            open: z.int().min(0),
            next_cursor: z.string().nullable(),
          }),
        },
      },
      handle: ({ caller, query }) => {
        const { location_id, cursor: before, limit, ...wanted } = query;
        const locations = locationsOf(caller, location_id);
        const filters = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
        const rows = parts.control.alerts({ ...filters, locations, ...(before ? { before } : {}), limit: limit + 1 });
        const shown = rows.slice(0, limit);
        const last = shown.at(-1);
        return {
          alerts: shown.map((alert) => alertJson(caller, alert)),
          open: parts.control.openAlerts(locations),
          next_cursor: last && rows.length > limit ? `${last.began_at}.${last.alert_id}` : null,
        };
      },
    }),

    route({
      method: "GET",
      path: "/api/alerts/:id",
      access: "read",
      tag: "Alerts",
      summary: "An alert with all that happened to it.",
      params: ID,
      answers: { 200: { description: "The alert.", schema: wholeShape } },
      handle: ({ caller, params }) => wholeJson(parts, caller, alertSeenBy(parts, caller, params.id)),
    }),

    route({
      method: "POST",
      path: "/api/alerts/:id/acknowledgement",
      access: "export",
      tag: "Alerts",
      summary: "Says that somebody sees to it: it is not repeated any more. The first to say so stays.",
      params: ID,
      answers: { 200: { description: "The alert.", schema: wholeShape } },
      handle: ({ request, server, caller, params }) =>
        wholeJson(parts, caller, acknowledgeAlert(parts, { request, server, caller }, params.id)),
    }),

    route({
      method: "DELETE",
      path: "/api/alerts/:id/acknowledgement",
      access: "export",
      tag: "Alerts",
      summary: "Takes an acknowledgement back.",
      params: ID,
      answers: { 200: { description: "The alert.", schema: wholeShape } },
      handle: ({ request, server, caller, params }) =>
        wholeJson(parts, caller, withdrawAcknowledgement(parts, { request, server, caller }, params.id)),
    }),

    route({
      method: "POST",
      path: "/api/alerts/:id/snooze",
      access: "export",
      tag: "Alerts",
      summary: "Keeps an alert from being delivered until then; told again when it still fires. null: no longer.",
      params: ID,
      body: z.strictObject({ until: instant.nullable() }),
      example: { body: { until: null } },
      answers: { 200: { description: "The alert.", schema: wholeShape } },
      handle: ({ request, server, caller, params, body: { until } }) =>
        wholeJson(parts, caller, snoozeAlert(parts, { request, server, caller }, params.id, until)),
    }),

    route({
      method: "POST",
      path: "/api/alerts/:id/notes",
      access: "export",
      tag: "Alerts",
      summary: "Adds a note to an alert.",
      params: ID,
      body: z.strictObject({ note: z.string().trim().min(1, "Write something.").max(2_000) }),
      example: { body: { note: "The bot was restarted." } },
      answers: { 201: { description: "The alert.", schema: wholeShape } },
      handle: ({ request, server, caller, params, body }) => {
        const alert = noteAlert(parts, { request, server, caller }, params.id, body.note);
        return Response.json(wholeJson(parts, caller, alert), { status: 201 });
      },
    }),
  ];
}

function wholeJson(parts: Parts, caller: Caller, alert: AlertRow) {
  const events = parts.control.alertEvents(alert.alert_id).map((event) => eventJson(caller, event));
  return { ...alertJson(caller, alert), events };
}

function alertJson(caller: Caller, alert: AlertRow) {
  const { began_at, ended_at, acknowledged_at, snoozed_until, ...rest } = shownAlert(caller, alert);
  return {
    ...rest,
    began_at: formatInstant(began_at),
    ended_at: ended_at === null ? null : formatInstant(ended_at),
    acknowledged_at: acknowledged_at === null ? null : formatInstant(acknowledged_at),
    snoozed_until: snoozed_until === null ? null : formatInstant(snoozed_until),
  };
}

function eventJson(caller: Caller, event: AlertEventRow) {
  const { at, what, who, note } = shownEvent(caller, event);
  return { at: formatInstant(at), what, who, note };
}
