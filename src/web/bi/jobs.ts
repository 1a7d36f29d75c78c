/** Work in the background that the API starts and tells of. */
import { z } from "zod";
import { formatInstant } from "../../catalogue/time.ts";
import type { Caller } from "../../control/types.ts";
import { rebuildRange } from "../../jobs/aggregation.ts";
import type { BackgroundJob, BackgroundWork } from "../../jobs/background.ts";
import { locationsOf, seesLocation } from "../access.ts";
import { audited } from "../audit.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { commonBody, fieldProblem } from "./input.ts";
import { instantShape } from "./shapes.ts";

const jobShape = z.strictObject({
  job_id: z.string(),
  kind: z.string(),
  status: z.enum(["queued", "running", "done", "failed"]),
  progress: z.number().min(0).max(1),
  location_id: z.string().nullable(),
  queued_at: instantShape,
  started_at: instantShape.nullable(),
  finished_at: instantShape.nullable(),
  error: z.string().nullable(),
  result: z.record(z.string(), z.number()).nullable(),
});

/** What is answered to whoever starts a job. */
export const startedShape = z.strictObject({ job: jobShape });

/** `/api/bi/trigger-aggregation`, `/api/bi/jobs`. */
export function jobRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/api/bi/trigger-aggregation",
      example: { body: { from: "2026-11-01T00:00:00Z", to: "2026-11-02T00:00:00Z" } },
      access: "admin",
      tag: "BI",
      summary: "Rebuilds the rollups of a range from the raw events, in the background.",
      description:
        "Whole UTC days that touch [from, to); without them all days. Ingest goes on; Location says where to ask how far it is.",
      body: commonBody.pick({ from: true, to: true, location_id: true }),
      answers: { 202: { description: "It is queued.", schema: startedShape } },
      handle: ({ request, server, caller, body: { from = null, to = null, location_id } }) => {
        if (from !== null && to !== null && to <= from) throw fieldProblem("to", "to must be later than from.");
        const range = { from, to, location_id: oneLocation(parts, caller, location_id) };
        const answer = started(parts, caller, {
          kind: "aggregation",
          location_id: range.location_id,
          by: { kind: caller.kind, id: caller.id },
          run: (progress, signal) => rebuildRange(parts, range, progress, signal),
        });
        audited(parts, { request, server }, "aggregation_triggered", {
          location_id: range.location_id,
          details: {
            from: from === null ? null : formatInstant(from),
            to: to === null ? null : formatInstant(to),
          },
        });
        return answer;
      },
    }),

    route({
      method: "GET",
      path: "/api/bi/jobs",
      access: "read",
      tag: "BI",
      summary: "Recent background jobs, newest first: your own, and for administrators everyone's.",
      answers: { 200: { description: "Jobs.", schema: z.strictObject({ jobs: z.array(jobShape) }) } },
      handle: ({ caller }) => ({
        jobs: parts.tasks
          .jobs()
          .filter((job) => sees(caller, job))
          .map((job) => jobJson(caller, job)),
      }),
    }),

    route({
      method: "GET",
      path: "/api/bi/jobs/:id",
      access: "read",
      tag: "BI",
      summary: "How far a background job is.",
      params: { id: "The job_id." },
      answers: { 200: { description: "The job.", schema: jobShape } },
      handle: ({ caller, params: { id } }) => {
        const job = parts.tasks.job(id);
        if (job && sees(caller, job)) return jobJson(caller, job);
        throw new Problem({ status: 404, title: "Not found", detail: "There is no such job, or not any more." });
      },
    }),
  ];
}

/** Starts it and answers 202, or throws Problem 503 when too much waits already. */
export function started(parts: Parts, caller: Caller, work: BackgroundWork): Response {
  const job = parts.tasks.start(work);
  if (job)
    return Response.json(
      { job: jobJson(caller, job) },
      { status: 202, headers: { location: `/api/bi/jobs/${job.job_id}` } },
    );
  throw new Problem({
    status: 503,
    title: "Busy",
    detail: "Too many background jobs are waiting. Try again when some are done.",
    headers: { "retry-after": "30" },
  });
}

/** The location that is named, or all; who sees but one means that one. */
function oneLocation(parts: Parts, caller: Caller, named: string | undefined): string | null {
  const locations = locationsOf(caller, named);
  if (named !== undefined && !parts.control.location(named))
    throw new Problem({ status: 404, title: "Not found", detail: "There is no such location." });
  if (locations === null) return null;
  const [only, ...others] = locations;
  if (only !== undefined && others.length === 0) return only;
  throw fieldProblem("location_id", "Name one of your locations.", "missing");
}

/** One's own jobs; administrators also see those of others about what they may see. */
function sees(caller: Caller, { by, location_id }: BackgroundJob): boolean {
  if (by.kind === caller.kind && by.id === caller.id) return true;
  if (!caller.scopes.includes("admin")) return false;
  return caller.locations === null || (location_id !== null && seesLocation(caller, location_id));
}

function jobJson(caller: Caller, job: BackgroundJob): z.infer<typeof jobShape> {
  const { job_id, kind, status, progress, location_id, result } = job;
  const at = (time: number | null): string | null => (time === null ? null : formatInstant(time));
  // What the database said may name more than the asker knows of.
  const error = job.error === null || caller.scopes.includes("admin") ? job.error : "It failed; the log says why.";
  return {
    job_id,
    kind,
    status,
    progress,
    location_id,
    queued_at: formatInstant(job.queued_at),
    started_at: at(job.started_at),
    finished_at: at(job.finished_at),
    error,
    result: result === null ? null : { ...result },
  };
}
