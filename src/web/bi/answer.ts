/** How every route of the BI API answers: from the cache where it holds, with the common part, an ETag and honest failures. */
import { z } from "zod";
import { aggregatesOf, expressionOf } from "../../catalogue/formula.ts";
import { timeframeOf } from "../../catalogue/period.ts";
import { formatInstant } from "../../catalogue/time.ts";
import type { Aggregate, Grain, Kpi } from "../../catalogue/types.ts";
import type { Subject } from "../../report/cache.ts";
import { type Asked, type Framed, freshnessOf } from "../../report/common.ts";
import { QuestionFault } from "../../store/query/fault.ts";
import { callerOf } from "../access.ts";
import type { Parts } from "../parts.ts";
import { requestId } from "../request.ts";
import { fieldProblem } from "./input.ts";

/** What tells one question of a route from another, beside what all routes are asked. */
export interface About {
  /** The route's name: "query". */
  route: string;
  /** Everything else that decides the answer; who may see what is personal is told apart in any case. */
  of: unknown;
  /** The KPIs in the answer: they say how far back it depends on events, and whether it changes with the clock. */
  kpis?: readonly Kpi[];
  /** Narrower or wider than what the timeframe and the KPIs say. */
  subject?: Partial<Subject>;
  /** What the question was asked with, where it was a body: it is asked again when the cache is warmed. */
  again?: unknown;
  /** How this route calls its filters: "filter" in a query, "filters" in a body. */
  filters?: "filter" | "filters";
}

export interface Answered {
  framed: Framed;
  /** Of the series, when it is not the timeframe's own. */
  grain?: Grain;
  body: Record<string, unknown>;
}

/** Active conversations are those of the last half hour: within a few seconds one may have ended by itself. */
const MOVING_MS = 5_000;

/** JSON with the common part; 304 when the asker has these very figures. Throws Problem 422 and 503. */
export async function biAnswer(
  parts: Parts,
  request: Request,
  asked: Asked,
  about: About,
  work: (asked: Asked) => Promise<Answered>,
): Promise<Response> {
  const asker = callerOf(parts, request);
  if (asker && asked.filters.length === 0) parts.views.asked(request, asker, about.again);
  const subject = subjectOf(asked, about);
  const key = keyOf(parts, asked, about);
  const ask = async (signal: AbortSignal): Promise<{ value: Lasting; bytes: number }> => {
    parts.observe.tag(signal, requestId(request));
    const turn = () => work({ ...asked, signal });
    const { framed, grain, body } = await parts.questions.run(`${asker?.kind} ${asker?.id}`, signal, turn);
    const text = JSON.stringify({ ...frameJson(framed, grain), location_id: asked.location_id, ...body }).slice(1);
    // Weak: the same figures, though not the same moment.
    const etag = `W/"${Bun.hash(text).toString(36)}"`;
    return { value: { text, etag, generated_at: asked.now }, bytes: text.length * 2 };
  };
  const { value, hit, age_ms } = await expected(
    parts.cache.take(key, subject, ask, asked.signal),
    about.filters ?? (request.method === "GET" ? "filter" : "filters"),
  );
  const headers = { etag: value.etag, "cache-control": "private, no-cache", "content-type": "application/json" };
  if (isKnown(request, value.etag)) return new Response(null, { status: 304, headers });
  const head = JSON.stringify({
    generated_at: formatInstant(value.generated_at),
    freshness: freshnessOf(parts.ingest.stats().oldest_pending, hit ? parts.now() : asked.now),
    cache: { hit, age_ms: Math.round(age_ms) },
  });
  return new Response(`${head.slice(0, -1)},${value.text}`, { headers });
}

/** A report for a page, kept as long as the API keeps the same answer. Throws Problem 422 and 503. */
export async function keptReport<T>(
  parts: Parts,
  request: Request,
  asked: Asked,
  about: About,
  work: (asked: Asked) => Promise<T>,
): Promise<T> {
  const asker = callerOf(parts, request);
  const ask = async (signal: AbortSignal): Promise<{ value: T; bytes: number }> => {
    parts.observe.tag(signal, requestId(request));
    const turn = () => work({ ...asked, signal });
    const value = await parts.questions.run(`${asker?.kind} ${asker?.id}`, signal, turn);
    return { value, bytes: JSON.stringify(value).length * 2 };
  };
  const { value } = await expected(
    parts.cache.take(keyOf(parts, asked, about), subjectOf(asked, about), ask, asked.signal),
    "filter",
  );
  return value;
}

/** The part of an answer that stays true: JSON without its opening brace. */
interface Lasting {
  text: string;
  etag: string;
  generated_at: number;
}

function keyOf({ control }: Parts, asked: Asked, { route, of }: About): string {
  const { timeframe, timezone, location_id, locations, filters, now, personal = false } = asked;
  // Without an event, and with an end that is still to come, even "all" moves with the clock.
  const range = rangeOf(timeframe === "all" ? "24h" : timeframe, now);
  return JSON.stringify([
    route,
    control.generation(),
    location_id,
    locations,
    timeframe,
    range,
    timezone,
    filters,
    personal,
    of,
  ]);
}

/** What a key of the cache may be told of: no values of filters, no formulas. Null for what channels keep there. */
export function questionOfKey(key: string) {
  const read = keyShape.safeParse(JSON.parse(key));
  if (!read.success) return null;
  const [route, , location_id, , timeframe, , timezone, filters] = read.data;
  return { route, location_id, timeframe, timezone, filters: filters.length };
}

/** As keyOf writes it. */
const keyShape = z.tuple(
  [
    z.string(),
    z.number(),
    z.string().nullable(),
    z.unknown(),
    z.string().catch("custom"),
    z.unknown(),
    z.string().nullable(),
    z.array(z.unknown()),
  ],
  z.unknown(),
);

function subjectOf(asked: Asked, { kpis = [], subject = {} }: About): Subject {
  const locations = asked.location_id === null ? asked.locations : [asked.location_id];
  const aggregates = kpis.flatMap(({ formula }) => aggregatesOf(expressionOf(formula)));
  const of = (...kinds: Aggregate["agg"][]): boolean => aggregates.some(({ agg }) => kinds.includes(agg));
  const endless = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const { from, to } = asked.timeframe === "all" ? endless : rangeOf(asked.timeframe, asked.now);
  return {
    locations,
    // Compared with the period before. Of a series, the bucket before the first may begin long before the range.
    from: of("new_contacts", "churned", "contacts_before") ? Number.NEGATIVE_INFINITY : from - 2 * (to - from),
    to,
    types: null,
    ...(of("open_conversations") ? { lasts_ms: MOVING_MS } : {}),
    ...subject,
  };
}

function rangeOf(timeframe: Exclude<Asked["timeframe"], "all">, now: number): { from: number; to: number } {
  if (typeof timeframe !== "string") return timeframe;
  const { from, to } = timeframeOf(timeframe, now, null);
  return { from, to };
}

function frameJson({ frame, timezone }: Framed, grain: Grain = frame.grain) {
  const { name, from, to } = frame;
  return { timeframe: { name, from: formatInstant(from), to: formatInstant(to), grain, timezone } };
}

function isKnown(request: Request, etag: string): boolean {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  const known = request.headers.get("if-none-match")?.split(",") ?? [];
  return known.some((tag) => tag.trim() === etag || tag.trim() === "*");
}

/** Turns what is wrong with a question into its problem. `filters`: how the route calls them. */
export async function expected<T>(work: Promise<T>, filters: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof QuestionFault)
      throw fieldProblem(error.field.replace(/^filters/, filters), error.detail, error.code);
    throw error;
  }
}
