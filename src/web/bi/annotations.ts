/** Annotations: what a team knows of stretches of time. Forecasts are told of holidays. */
import { z } from "zod";
import { formatInstant } from "../../catalogue/time.ts";
import { ANNOTATIONS_MAX, type Annotation } from "../../control/annotations.ts";
import type { Caller } from "../../control/types.ts";
import { maskedText } from "../../report/personal.ts";
import { locationsOf, seesLocation, seesPersonal } from "../access.ts";
import { audited } from "../audit.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import type { Given } from "../sign-in.ts";
import { fieldProblem, instant } from "./input.ts";
import { instantShape } from "./shapes.ts";

const TEXT_CHARS_MAX = 200;
const LISTED_MAX = 1_000;
const kindShape = z.enum(["note", "holiday"]);

const annotationShape = z.strictObject({
  annotation_id: z.string(),
  location_id: z.string().nullable().describe("Null: of all locations."),
  from: instantShape,
  to: instantShape,
  text: z.string(),
  kind: kindShape.describe("Forecasts are told of holidays: days of the same text are expected to be alike."),
  created_by: z.string(),
  created_at: instantShape,
});

const listQuery = z.strictObject({
  location_id: z.string().min(1).max(64).optional().describe("Those of one location, and of all."),
  from: instant.optional().describe("Those that touch the stretch between from and to."),
  to: instant.optional(),
  kind: kindShape.optional(),
});

export const annotationBody = z.strictObject({
  location_id: z.string().min(1).max(64).nullable().default(null),
  from: instant,
  to: instant.describe("Not included."),
  text: z.string().trim().min(1, "Write what it is.").max(TEXT_CHARS_MAX),
  kind: kindShape.default("note"),
});

/** `/api/bi/annotations`. */
export function annotationRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/bi/annotations",
      access: "read",
      tag: "BI",
      summary: "What the team noted about stretches of time: notes, holidays, campaigns.",
      query: listQuery,
      answers: {
        200: {
          description: `By time, ${LISTED_MAX} at most.`,
          schema: z.strictObject({ annotations: z.array(annotationShape) }),
        },
      },
      handle: ({ caller, query }) => {
        const { location_id, from = Number.MIN_SAFE_INTEGER, to = Number.MAX_SAFE_INTEGER, kind } = query;
        const locations = locationsOf(caller, location_id);
        const found = parts.control.annotations({ locations, from, to, ...(kind === undefined ? {} : { kind }) });
        return { annotations: found.slice(0, LISTED_MAX).map((one) => annotationJson(one, seesPersonal(caller))) };
      },
    }),

    route({
      method: "POST",
      path: "/api/bi/annotations",
      access: "export",
      tag: "BI",
      summary: "Notes something about a stretch of time.",
      body: annotationBody,
      example: {
        body: { from: "2026-12-25T00:00:00Z", to: "2026-12-26T00:00:00Z", text: "Christmas Day", kind: "holiday" },
      },
      answers: { 201: { description: "It is noted.", schema: annotationShape } },
      handle: ({ request, server, caller, body }) => {
        const made = annotate(parts, { request, server, caller }, body);
        return Response.json(annotationJson(made, true), { status: 201 });
      },
    }),

    route({
      method: "DELETE",
      path: "/api/bi/annotations/:annotation_id",
      access: "export",
      tag: "BI",
      summary: "Takes an annotation away.",
      params: { annotation_id: "The annotation's id." },
      answers: { 204: { description: "It is gone." } },
      handle: ({ request, server, caller, params: { annotation_id } }) => {
        removeAnnotation(parts, { request, server, caller }, annotation_id);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

type By = Given & { caller: Caller };

/** Everyone who looks sees it at once. Throws Problem 403, 404, 409 and 422. */
export function annotate(parts: Parts, by: By, body: z.output<typeof annotationBody>): Annotation {
  requireLocation(parts, by.caller, body.location_id);
  if (body.from >= body.to) throw fieldProblem("to", "It must be after from.");
  const made = parts.control.addAnnotation({ ...body, created_by: by.caller.name });
  if (!made) throw new Problem({ status: 409, title: "Too many", detail: `There are ${ANNOTATIONS_MAX} already.` });
  const { annotation_id, location_id, kind } = made;
  audited(parts, by, "annotation_added", { object: annotation_id, location_id, details: { kind } });
  parts.hub.tick();
  return made;
}

/** Throws Problem 403 and 404. */
export function removeAnnotation(parts: Parts, by: By, annotation_id: string): void {
  const known = parts.control.annotation(annotation_id);
  if (!known) throw new Problem({ status: 404, title: "Not found", detail: "There is no such annotation." });
  requireLocation(parts, by.caller, known.location_id);
  parts.control.removeAnnotation(annotation_id);
  const { location_id, kind } = known;
  audited(parts, by, "annotation_removed", { object: annotation_id, location_id, details: { kind } });
  parts.hub.tick();
}

/** For all locations speaks only who sees all of them. Throws Problem 403 or 404. */
function requireLocation(parts: Parts, caller: Caller, location_id: string | null): void {
  const allowed = location_id === null ? caller.locations === null : seesLocation(caller, location_id);
  if (!allowed)
    throw new Problem({ status: 403, title: "Not allowed", detail: "You may annotate your own locations only." });
  if (location_id !== null && !parts.control.location(location_id))
    throw new Problem({ status: 404, title: "Not found", detail: "There is no such location." });
}

function annotationJson({ from, to, created_at, text, ...rest }: Annotation, personal: boolean) {
  return {
    ...rest,
    text: personal ? text : maskedText(text),
    from: formatInstant(from),
    to: formatInstant(to),
    created_at: formatInstant(created_at),
  };
}
