/** The page of retention: who came back, period by period, and on average. */
import { bucketsOf } from "../catalogue/period.ts";
import { parseInstant } from "../catalogue/time.ts";
import { QuestionFault } from "../store/query/fault.ts";
import { type Framed, framed, type ReportParts } from "./common.ts";
import { type StepType, stepTypes } from "./funnel-page.ts";
import { attempted, type Part } from "./overview.ts";
import { type Cohort, type RetentionAsked, retentionReport } from "./retention.ts";

export interface RetentionFound {
  cohorts: readonly Cohort[];
  /** The last period of every cohort is not over: it is no part of the average. */
  running: boolean;
  /** By period: of all contacts of the cohorts that had it whole, the share that came back; null where none had. */
  mean: readonly (number | null)[];
}

export interface RetentionPage {
  framed: Framed;
  found: Part<RetentionFound | { refused: string }>;
  types: Part<readonly StepType[]>;
}

export async function retentionPage(
  parts: ReportParts,
  asked: RetentionAsked,
  log: (what: string, error: unknown) => void,
): Promise<RetentionPage> {
  const attempt = attempted(log);
  const [resolved, found, types] = await Promise.all([
    framed(parts, asked),
    attempt("retention", foundOf(parts, asked)),
    attempt("event types", stepTypes(parts, asked)),
  ]);
  return { framed: resolved, found, types };
}

async function foundOf(parts: ReportParts, asked: RetentionAsked): Promise<RetentionFound | { refused: string }> {
  try {
    const { cohorts, framed } = await retentionReport(parts, asked);
    const last = parseInstant(cohorts.at(-1)?.start ?? "");
    const end = last === null ? 0 : (bucketsOf(asked.grain, framed.timezone, last, last + 1)[0]?.end ?? 0);
    const running = end > Math.min(asked.now, framed.scope.to);
    return { cohorts, running, mean: meanRetention(cohorts, running) };
  } catch (error) {
    if (!(error instanceof QuestionFault)) throw error;
    return { refused: error.detail };
  }
}

/** Weighted by size: each contact counts once, whichever cohort it is of. */
export function meanRetention(
  cohorts: readonly Pick<Cohort, "size" | "counts">[],
  running: boolean,
): readonly (number | null)[] {
  const periods = Math.max(0, ...cohorts.map(({ counts }) => counts.length));
  return Array.from({ length: periods }, (_, period) => {
    const whole = cohorts.filter(({ counts }) => period < counts.length - (running ? 1 : 0));
    const size = whole.reduce((sum, cohort) => sum + cohort.size, 0);
    return size === 0 ? null : whole.reduce((sum, { counts }) => sum + (counts[period] ?? 0), 0) / size;
  });
}
