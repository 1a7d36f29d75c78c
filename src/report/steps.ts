/** Funnels of any steps: how many came how far, and how long it took them. */
import { eventType } from "../catalogue/events.ts";
import type { Filter } from "../catalogue/types.ts";
import { QuestionFault } from "../store/query/fault.ts";
import { listScope } from "../store/query/list.ts";
import { type StepRow, stepCondition, stepsSql } from "../store/query/steps.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";

export interface StepWanted {
  type: string;
  filters: readonly Filter[];
}

export interface StepsAsked extends Asked {
  steps: readonly StepWanted[];
  by: "contact_id" | "conversation_id";
  /** From the first step to the last. */
  window_ms: number;
  ordered: boolean;
}

export interface Step {
  type: string;
  /** Contacts or conversations that came at least this far. */
  count: number;
  /** Null for the first step, and after a step that nobody reached. */
  rate_from_previous: number | null;
  rate_from_first: number | null;
  /** Since the step before, of those who came this far. */
  median_ms: number | null;
}

/** Throws QuestionFault for fields that do not exist. */
export async function stepsReport(
  parts: ReportParts,
  asked: StepsAsked,
): Promise<{ framed: Framed; steps: readonly Step[] }> {
  const { steps, by, window_ms, ordered } = asked;
  const resolved = await framed(parts, asked);
  const { scope } = resolved;
  for (const [index, { filters }] of steps.entries()) checkFilters(scope, filters, index);
  const { sql, params } = stepsSql({
    scope,
    by,
    steps: steps.map(({ type, filters }) => stepCondition(eventType(type)?.type ?? type, filters)),
    window: window_ms * 1_000,
    ordered,
  });
  const rows = await parts.store.rows<StepRow>(sql, params, scope.signal);
  return { framed: resolved, steps: stepsOf(steps, rows) };
}

/** The faults of a step's filters, named by where they stand. */
function checkFilters(scope: Framed["scope"], filters: readonly Filter[], index: number): void {
  try {
    listScope({ ...scope, filters });
  } catch (error) {
    if (!(error instanceof QuestionFault)) throw error;
    throw new QuestionFault(`steps.${index}.${error.field}`, error.code, error.detail);
  }
}

function stepsOf(steps: readonly StepWanted[], rows: readonly StepRow[]): readonly Step[] {
  const counts = steps.map((_, index) => rows.find(({ step }) => step === index)?.count ?? 0);
  const share = (count: number, of: number | undefined): number | null => (of ? count / of : null);
  return steps.map(({ type }, index) => {
    const count = counts[index] ?? 0;
    const median = rows.find(({ step }) => step === index)?.median_us ?? null;
    return {
      type: eventType(type)?.type ?? type,
      count,
      rate_from_previous: index === 0 ? null : share(count, counts[index - 1]),
      rate_from_first: share(count, counts[0]),
      median_ms: median === null ? null : median / 1_000,
    };
  });
}
