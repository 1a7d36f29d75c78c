/**
 * The BI API: questions in, figures out.
 * It must never answer about a location that the caller may not see, nor say 500 for what was asked wrongly.
 */
import { Elysia } from "elysia";
import { z } from "zod";
import { KPIS } from "../catalogue/kpis.ts";
import { GRAINS } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Kpi } from "../catalogue/types.ts";
import { type Asked, type Framed, freshnessOf } from "../report/common.ts";
import { kpiFigures } from "../report/kpis.ts";
import { answerQuestion, wantedKpi } from "../report/question.ts";
import { QueryRefused, QueryTimeout } from "../store/errors.ts";
import { QuestionFault } from "../store/query/fault.ts";
import { requireCaller } from "./access.ts";
import { askedOf, commonBody, commonQuery, fieldProblem } from "./bi-input.ts";
import { Problem } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { jsonOf, queryOf } from "./request.ts";

const KPIS_MAX = 100;
const BY_MAX = 6;
const ROWS_MAX = 100_000;

const key = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "Use a key such as revenue.");
const dashboardQuery = commonQuery.extend({
  keys: z
    .string()
    .min(1)
    .max(4_000)
    .transform((text) => text.split(","))
    .optional(),
});
const queryBody = commonBody.extend({
  kpis: z
    .array(
      z.union(
        [
          key,
          z.strictObject({
            key,
            label: z.string().min(1).max(80).optional(),
            unit: z.enum(["money", "count", "percent", "ratio", "duration", "score"]).optional(),
            formula: z.string().min(1).max(10_000),
          }),
        ],
        { error: "Name a KPI by its key, or write {key, formula}." },
      ),
    )
    .min(1)
    .max(KPIS_MAX),
  by: z.array(z.string().min(1).max(256)).max(BY_MAX).default([]),
  grain: z.enum(GRAINS).nullable().default(null),
  order: z
    .array(z.strictObject({ by: z.string().min(1).max(256), dir: z.enum(["asc", "desc"]).default("desc") }))
    .max(BY_MAX + 2)
    .default([]),
  limit: z.int().min(1).max(ROWS_MAX).nullable().default(null),
});

/** `/api/bi/dashboard-kpis` and `/api/bi/query`. */
export function biRoutes(parts: Parts) {
  return new Elysia({ name: "bi" })
    .get("/api/bi/dashboard-kpis", async ({ request }) => {
      const caller = requireCaller(parts, request, "read");
      const { filter, keys, include_comparisons, include_trends, ...given } = queryOf(request, dashboardQuery);
      const asked = askedOf(parts, caller, given, filter, request.signal);
      const kpis = keys === undefined ? KPIS : keysToKpis(keys);
      const { framed, kpis: figures } = await expected(
        kpiFigures(parts, { ...asked, kpis, comparisons: include_comparisons, trends: include_trends }),
        "filter",
      );
      return answered(request, { ...commonPart(parts, asked, framed), kpis: figures });
    })
    .post("/api/bi/query", async ({ request }) => {
      const caller = requireCaller(parts, request, "read");
      const { filters, kpis, by, grain, order, limit, ...given } = await jsonOf(request, queryBody);
      const asked = askedOf(parts, caller, given, filters, request.signal);
      const { framed, answer } = await expected(
        answerQuestion(parts, { ...asked, kpis, by, grain, order, limit }),
        "filters",
      );
      const { columns, rows, totals } = answer;
      return answered(request, {
        ...commonPart(parts, asked, framed, grain ?? framed.frame.grain),
        columns,
        rows,
        totals,
      });
    });
}

function keysToKpis(keys: readonly string[]): readonly Kpi[] {
  if (keys.length > KPIS_MAX) throw fieldProblem("keys", `At most ${KPIS_MAX} KPIs at once.`);
  if (new Set(keys).size < keys.length) throw fieldProblem("keys", "A KPI is named twice.");
  return keys.map((key, index) => {
    try {
      return wantedKpi(key, index);
    } catch (error) {
      throw error instanceof QuestionFault ? fieldProblem("keys", error.detail, error.code) : error;
    }
  });
}

interface CommonPart {
  generated_at: string;
  timeframe: { name: string; from: string; to: string; grain: string; timezone: string };
  location_id: string | null;
  freshness: { as_of: string; lag_ms: number };
  cache: { hit: boolean; age_ms: number };
}

function commonPart(parts: Parts, asked: Asked, { frame, timezone }: Framed, grain = frame.grain): CommonPart {
  return {
    generated_at: formatInstant(asked.now),
    timeframe: { name: frame.name, from: formatInstant(frame.from), to: formatInstant(frame.to), grain, timezone },
    location_id: asked.location_id,
    freshness: freshnessOf(parts.ingest.stats().oldest_pending, asked.now),
    cache: { hit: false, age_ms: 0 },
  };
}

/** JSON with an ETag over what does not change by itself; 304 when the asker has it already. */
function answered(request: Request, body: CommonPart & Record<string, unknown>): Response {
  const { generated_at: _, freshness: __, cache: ___, ...lasting } = body;
  // Weak: the same figures, though not the same moment.
  const etag = `W/"${Bun.hash(JSON.stringify(lasting)).toString(36)}"`;
  const headers = { etag, "cache-control": "private, no-cache" };
  const known =
    request.method === "POST"
      ? []
      : request.headers
          .get("if-none-match")
          ?.split(",")
          .map((tag) => tag.trim());
  if (known?.includes(etag) || known?.includes("*")) return new Response(null, { status: 304, headers });
  return Response.json(body, { headers });
}

/** Turns what can go wrong with a question into its problem. `filters`: how this route calls them. */
async function expected<T>(work: Promise<T>, filters: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof QuestionFault)
      throw fieldProblem(error.field.replace(/^filters/, filters), error.detail, error.code);
    if (error instanceof QueryTimeout || error instanceof QueryRefused)
      throw new Problem({
        status: 503,
        title: "Too slow",
        detail: "The answer took too long. Ask for a shorter timeframe, a coarser grain or fewer splits, or try again.",
        headers: { "retry-after": "5" },
      });
    throw error;
  }
}
