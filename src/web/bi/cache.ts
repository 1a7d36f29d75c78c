/** The cache of answers: how it fares, and how it is warmed. */
import { z } from "zod";
import type { Caller } from "../../control/types.ts";
import type { CachedQuestion } from "../../report/cache.ts";
import { seesLocation } from "../access.ts";
import { audited } from "../audit.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import type { View } from "../views-in-use.ts";
import { warmViews } from "../warm.ts";
import { questionOfKey } from "./answer.ts";
import { started, startedShape } from "./jobs.ts";

const VIEWS_MAX = 32;
const viewPath = z
  .string()
  .max(2_000)
  .regex(/^\/api\/bi\/[a-z-]+(\?[^#]*)?$/, "Write a path of the BI API, such as /api/bi/dashboard-kpis?timeframe=7d.");
const warmBody = z.strictObject({
  views: z
    .array(z.union([viewPath, z.strictObject({ path: viewPath, body: z.record(z.string(), z.unknown()) })]))
    .min(1)
    .max(VIEWS_MAX)
    .optional(),
});

const questionShape = z.strictObject({
  route: z.string(),
  location_id: z.string().nullable(),
  timeframe: z.string(),
  timezone: z.string().nullable(),
  filters: z.int(),
  hits: z.int(),
  bytes: z.int(),
  age_ms: z.number().min(0),
  took_ms: z.number().min(0),
});
const analyticsShape = z.strictObject({
  hits: z.int(),
  misses: z.int(),
  shared: z.int(),
  hit_rate: z.number().min(0).max(1).nullable(),
  invalidated: z.int(),
  expired: z.int(),
  evicted: z.int(),
  entries: z.int(),
  bytes: z.int(),
  bytes_max: z.int(),
  oldest_ms: z.number().min(0).nullable(),
  slowest: z.array(questionShape),
  most_used: z.array(questionShape),
});

/** `/api/bi/cache-analytics` and `/api/bi/warm-cache`; `routes`: those of the BI API. */
export function cacheRoutes(parts: Parts, routes: () => readonly Route[]): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/bi/cache-analytics",
      access: "read",
      tag: "BI",
      summary: "How the cache of answers fares: hits, misses, age, size, slowest questions.",
      description:
        "Since the start. Who sees only some locations is shown the counts, and no questions: they would tell of others.",
      answers: { 200: { description: "Counts since the start, and questions.", schema: analyticsShape } },
      handle: ({ caller }) => {
        const { slowest, most_used, ...counts } = parts.cache.analytics();
        const asked = counts.hits + counts.shared + counts.misses;
        const listed = (questions: readonly CachedQuestion[]) =>
          caller.locations === null ? questions.flatMap(questionJson) : [];
        return {
          ...counts,
          hit_rate: asked === 0 ? null : (counts.hits + counts.shared) / asked,
          slowest: listed(slowest),
          most_used: listed(most_used),
        };
      },
    }),

    route({
      method: "POST",
      path: "/api/bi/warm-cache",
      example: { body: { views: ["/api/bi/dashboard-kpis?timeframe=30d"] } },
      access: "export",
      tag: "BI",
      summary: "Asks the views in use again, or those named, so that their answers are ready.",
      description: "In the background, one after the other, with your own rights or those of who used the view.",
      body: warmBody,
      answers: { 202: { description: "It is queued.", schema: startedShape } },
      handle: ({ request, server, caller, body: { views } }) => {
        const wanted = views === undefined ? usedBy(parts, caller) : views.map((view) => viewOf(view, caller));
        const answer = started(parts, caller, {
          kind: "cache_warming",
          location_id: null,
          by: { kind: caller.kind, id: caller.id },
          run: (progress, signal) => warmViews(parts, routes(), wanted, progress, signal),
        });
        audited(parts, { request, server }, "cache_warmed", { details: { views: wanted.length } });
        return answer;
      },
    }),
  ];
}

/** Values of filters and formulas are left out: they may be personal. */
function questionJson({ key, hits, bytes, age_ms, took_ms }: CachedQuestion): z.infer<typeof questionShape>[] {
  const question = questionOfKey(key);
  if (question === null) return [];
  return [{ ...question, hits, bytes, age_ms: Math.round(age_ms), took_ms: Math.round(took_ms) }];
}

/** Those that show nothing that the caller may not see. */
function usedBy({ views }: Parts, caller: Caller): readonly View[] {
  return views
    .most()
    .filter(
      ({ locations }) => caller.locations === null || locations?.every((id) => seesLocation(caller, id)) === true,
    );
}

function viewOf(view: string | { path: string; body: Record<string, unknown> }, { locations, scopes }: Caller): View {
  const rights = { locations, personal: scopes.includes("export") };
  if (typeof view === "string") return { method: "GET", path: view, body: null, ...rights };
  return { method: "POST", path: view.path, body: JSON.stringify(view.body), ...rights };
}
