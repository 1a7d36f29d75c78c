/** `/insights/contacts`: whom to call first, the model that says so, and cohorts. */
import { z } from "zod";
import { day, decimal, nameOf, yearOf } from "../../../views/format.ts";
import {
  type CohortProps,
  type ContactRow,
  contactsPage,
  contactsWaiting,
  type ModelProps,
} from "../../../views/insights/contacts.ts";
import type { CallFirst, ToCall } from "../../report/call-first.ts";
import type { Cohorts } from "../../report/cohorts.ts";
import { contactsReport } from "../../report/insights.ts";
import { PURPOSES } from "../../report/scores/definition.ts";
import type { ModelFigure } from "../../report/scores/models.ts";
import { locationsFor } from "../alerts/pages/alerts.ts";
import { keptReport } from "../bi/answer.ts";
import { cursorText } from "../bi/cursor.ts";
import { askedOf } from "../bi/input.ts";
import { tickOf } from "../bi/insight-shapes.ts";
import { callCursor } from "../bi/scores.ts";
import type { Parts } from "../parts.ts";
import { htmlResponse, queryOf } from "../request.ts";
import { type Route, route } from "../route.ts";
import { shellUser } from "../shell-user.ts";
import { logOf, queryFor, waitingHref } from "./insights.ts";
import { soon } from "./soon.ts";
import type { Words } from "./words.ts";

const ROWS = 20;

const pageQuery = z.object({
  location_id: z.string().min(1).max(64).optional(),
  model: z.enum(PURPOSES).catch("conversion"),
  cursor: callCursor.optional().catch(undefined),
  wait: z.literal("yes").optional().catch(undefined),
});

export function contactInsightRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/insights/contacts",
      access: "read",
      tag: "Page",
      summary: "Whom to call first, and how good what says so is.",
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: async ({ request, caller }) => {
        const { location_id, model, wait, cursor: after = null } = queryOf(request, pageQuery);
        const { signal } = wait ? request : new AbortController();
        const asked = askedOf(parts, caller, { location_id }, [], signal);
        const of = [model, after, tickOf(asked.now)];
        const about = { route: "page-contacts", of, subject: { from: Number.NEGATIVE_INFINITY } };
        const work = keptReport(parts, request, asked, about, (asked) =>
          contactsReport(parts, { ...asked, purpose: model, after, limit: ROWS }, logOf(parts)),
        );
        const report = await (wait ? work : soon(work));
        const shell = {
          user: shellUser(parts, request),
          query: queryFor("/insights/contacts", location_id),
          locations: locationsFor(parts, caller),
          model,
        };
        if (!report) return htmlResponse(contactsWaiting({ ...shell, href: waitingHref(request) }));
        const { timezone, calls, cohorts } = report;
        const page = { parts, timezone, now: asked.now };
        return htmlResponse(
          contactsPage({
            ...shell,
            calls: calls.ok ? { ok: true, value: callsProps(page, calls.value, after === null) } : calls,
            cohorts: cohorts.ok ? { ok: true, value: cohortProps(page, cohorts.value) } : cohorts,
          }),
        );
      },
    }),
  ];
}

interface Page extends Words {
  parts: Parts;
}

function callsProps(page: Page, { models, considered, contacts, next, reason }: CallFirst, first: boolean) {
  return {
    contacts: contacts.map((contact) => contactRow(page, contact)),
    considered: `${decimal(considered, 0)} looked at${contacts.some(({ method }) => method === "added_points") ? "; points are no probability: their location has no model yet" : ""}`,
    models: models.map((model) => modelProps(page, model)),
    reason,
    several: models.length > 1,
    next: next && cursorText([next.from, next.to, next.as_of, next.offset]),
    first,
  };
}

function contactRow(page: Page, contact: ToCall): ContactRow {
  const { rank, contact_id, location_id, probability, points, level, last_event_at, factors, action } = contact;
  return {
    rank,
    contact_id,
    location: placeOf(page, location_id),
    chance: probability === null ? `${points ?? 0} points` : percent(probability),
    width: probability === null ? (points ?? 0) : Math.round(probability * 100),
    level,
    heard: `${agoText(page.now - Date.parse(last_event_at) * 1_000)} ago`,
    factors: factors.map(({ text, phi, points: added }) => ({ text, raises: (phi ?? added ?? 0) >= 0 })),
    action: action?.title ?? null,
  };
}

/** Measured on a later time where there is one: that is nearest to how it is used. */
function modelProps(page: Page, model: ModelFigure): ModelProps {
  const { location_id, version, method, trained_at, outcome, quality, reason } = model;
  const location = placeOf(page, location_id);
  if (version === null || quality === null)
    return { location, made: null, outcome: null, reason, measures: [], measured_on: "", calibration: [] };
  const { later, cross_validation, rows, positives } = quality;
  const held = later ?? cross_validation;
  const better = held.base_brier === 0 ? 0 : Math.round((1 - held.brier / held.base_brier) * 100);
  return {
    location,
    made: `Version ${version}, ${nameOf(method).toLowerCase()}, learned ${trained_at === null ? "" : dayText(page, trained_at)} from ${decimal(rows, 0)} examples with ${decimal(positives, 0)} outcomes`,
    outcome,
    reason,
    measures: [
      { name: "AUC", value: held.auc.toFixed(3), note: `± ${held.auc_error.toFixed(3)}; 0.5 is chance` },
      {
        name: "Brier",
        value: held.brier.toFixed(3),
        note: `${Math.abs(better)}% ${better < 0 ? "worse" : "better"} than the base rate`,
      },
    ],
    measured_on: later
      ? `Learned from what was known on ${dayText(page, later.split_at)}, tried on ${decimal(later.rows, 0)} contacts of after that.`
      : `Tried on contacts that it had not seen, in ${cross_validation.folds} parts; too few outcomes to try it on a later time.`,
    calibration: held.calibration
      .filter(({ count }) => count > 0)
      .map(({ from, to, predicted, observed, count }) => ({
        band: bandText(from, to),
        predicted: percent(predicted),
        observed: percent(observed),
        count: decimal(count, 0),
      })),
  };
}

function cohortProps(page: Page, { now, earlier, reason }: Cohorts): CohortProps {
  const { as_of, until, complete, bands } = earlier;
  const shown = now.flatMap((band, index) => {
    const then = bands[index];
    if (!then || (band.contacts === 0 && then.contacts === 0)) return [];
    return [
      {
        band: bandText(band.from, band.to),
        now: decimal(band.contacts, 0),
        earlier: decimal(then.contacts, 0),
        predicted: decimal(then.predicted, 1),
        observed: decimal(then.observed, 0),
      },
    ];
  });
  const open = complete ? "" : " The horizon is not over: more may come.";
  return {
    words: `Then: by what was known on ${dayText(page, as_of)}, with what came up to ${dayText(page, until)}.${open}`,
    bands: shown,
    reason,
  };
}

/** "40 min", "7 h", "3 d". */
function agoText(us: number): string {
  const minutes = Math.max(0, Math.floor(us / 60_000_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1_440)} d`;
}

function placeOf({ parts }: Page, location_id: string): string {
  return parts.control.location(location_id)?.name ?? location_id;
}

function dayText({ timezone, now }: Page, iso: string): string {
  return day(Date.parse(iso) * 1_000, timezone, yearOf(now, timezone));
}

function percent(share: number): string {
  return share > 0 && share < 0.1 ? `${decimal(share * 100, 1)}%` : `${Math.round(share * 100)}%`;
}

function bandText(from: number, to: number): string {
  return `${Math.round(from * 100)}–${Math.round(to * 100)}%`;
}
