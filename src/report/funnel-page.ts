/** The page of funnels: how far contacts came through steps of one's own, beside the period before, and what steps there are. */
import { eventTypes } from "../catalogue/events.ts";
import { previousOf } from "../catalogue/period.ts";
import { QuestionFault } from "../store/query/fault.ts";
import { type Framed, framed, type ReportParts } from "./common.ts";
import { filterValues } from "./filter-values.ts";
import { attempted, type Part } from "./overview.ts";
import { type Step, type StepsAsked, stepsReport } from "./steps.ts";

/** A type that a step may be; events in the timeframe, 0 for one that the catalogue knows and nobody sent. */
export interface StepType {
  type: string;
  events: number;
}

export interface FunnelResult {
  steps: readonly Step[];
  /** Of the period before; null where nothing is compared. */
  previous: readonly Step[] | null;
}

export interface FunnelReport {
  framed: Framed;
  /** A sentence instead, where a step asks for what does not exist. */
  result: Part<FunnelResult | { refused: string; step: number | null }>;
  types: Part<readonly StepType[]>;
}

const TYPES_MAX = 200;

export async function funnelReport(
  parts: ReportParts,
  asked: StepsAsked & { compare: boolean },
  log: (what: string, error: unknown) => void,
): Promise<FunnelReport> {
  const attempt = attempted(log);
  const resolved = await framed(parts, asked);
  const compares = asked.compare && resolved.frame.name !== "all";
  const [result, types] = await Promise.all([
    attempt("funnel", resultOf(parts, asked, compares ? previousOf(resolved.scope) : null)),
    attempt("event types", stepTypes(parts, asked)),
  ]);
  return { framed: resolved, result, types };
}

async function resultOf(
  parts: ReportParts,
  asked: StepsAsked,
  previous: { from: number; to: number } | null,
): Promise<FunnelResult | { refused: string; step: number | null }> {
  try {
    const { steps } = await stepsReport(parts, asked);
    const before = previous && (await stepsReport(parts, { ...asked, timeframe: previous }));
    return { steps, previous: before?.steps ?? null };
  } catch (error) {
    if (!(error instanceof QuestionFault)) throw error;
    const [, step] = /^steps\.(\d+)\./.exec(error.field) ?? [];
    return { refused: error.detail, step: step === undefined ? null : Number(step) };
  }
}

/** Those of the data first, the most frequent first; then the rest of the catalogue. */
export async function stepTypes(
  parts: ReportParts,
  asked: Omit<StepsAsked, "steps" | "by" | "window_ms" | "ordered">,
): Promise<readonly StepType[]> {
  const { values } = await filterValues(parts, { ...asked, field: "type", search: "", limit: TYPES_MAX });
  const sent = new Set(values.map(({ value }) => value));
  const rest = eventTypes.filter(({ type }) => !sent.has(type)).map(({ type }) => ({ type, events: 0 }));
  return [...values.map(({ value, events }) => ({ type: value, events })), ...rest];
}
