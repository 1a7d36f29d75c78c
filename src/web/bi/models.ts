/** The models that score contacts: their versions, how good they are, and that they be trained now. */
import { z } from "zod";
import { formatInstant } from "../../catalogue/time.ts";
import { TRAINING, trainingOf } from "../../insight/scores/due.ts";
import { PURPOSES } from "../../report/scores/definition.ts";
import { figureOf, modelFigure, modelOf } from "../../report/scores/models.ts";
import { locationsOf } from "../access.ts";
import { audited } from "../audit.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { started, startedShape } from "./jobs.ts";
import { modelShape } from "./score-shapes.ts";
import { instantShape } from "./shapes.ts";

const place = z.strictObject({
  location_id: z.string().min(1).max(64).optional().describe("Default: all that you may see."),
});

const modelsShape = z.strictObject({
  models: z
    .array(
      modelShape.extend({
        tried_at: instantShape.nullable().describe("When a model was last tried to be made."),
        versions: z
          .array(modelShape.extend({ in_force: z.boolean() }))
          .describe("The newest first; of those that are not in force the newest few."),
      }),
    )
    .describe("One a location and model: the version in force, or why there is none."),
});

/** `/api/bi/models`. */
export function modelRoutes(parts: Parts): readonly Route[] {
  const { control } = parts;
  return [
    route({
      method: "GET",
      path: "/api/bi/models",
      access: "read",
      tag: "BI",
      summary: "Models that score contacts: versions and their quality on contacts they had not seen.",
      query: place,
      answers: { 200: { description: "By location.", schema: modelsShape } },
      handle: ({ caller, query }) => ({
        models: asked(parts, locationsOf(caller, query.location_id), query.location_id).flatMap((location_id) =>
          PURPOSES.map((purpose) => {
            const of = <Row extends { location_id: string; purpose: string }>(rows: readonly Row[]): Row[] =>
              rows.filter((row) => row.location_id === location_id && row.purpose === purpose);
            const [trial] = of(control.scoreTrials());
            return {
              ...modelFigure(control, location_id, purpose),
              tried_at: trial ? formatInstant(trial.tried_at) : null,
              versions: of(control.scoreModels()).map((kept) => ({
                ...figureOf(modelOf(kept)),
                in_force: kept.in_force,
              })),
            };
          }),
        ),
      }),
    }),

    route({
      method: "POST",
      path: "/api/bi/models/train",
      access: "admin",
      tag: "BI",
      summary: "Trains the models of a location, or of all, in the background.",
      description:
        "They are trained by themselves every few hours; this does it now. Location says where to ask how far it is; the result counts " +
        "models that were kept, that were worse than those before, and that there was too little to learn for.",
      body: place,
      example: { body: {} },
      answers: { 202: { description: "It is queued.", schema: startedShape } },
      handle: ({ request, server, caller, body }) => {
        const location_ids = asked(parts, locationsOf(caller, body.location_id), body.location_id);
        const [only, ...others] = location_ids;
        const location_id = others.length === 0 ? (only ?? null) : null;
        const answer = started(
          parts,
          caller,
          trainingOf(parts, location_ids, { kind: caller.kind, id: caller.id }, location_id),
        );
        audited(parts, { request, server }, `${TRAINING}_triggered`, { location_id });
        return answer;
      },
    }),
  ];
}

/** Throws Problem 404 for a location that is named and not there. */
function asked({ control }: Parts, seen: readonly string[] | null, named: string | undefined): readonly string[] {
  const all = control.locations().map(({ location_id }) => location_id);
  if (named !== undefined && !all.includes(named))
    throw new Problem({ status: 404, title: "Not found", detail: "There is no such location." });
  return all.filter((location_id) => seen === null || seen.includes(location_id));
}
