/** How far leads came: through the four questions of the seller bot where it runs, else from lead to conversion. */
import { previousOf } from "../catalogue/period.ts";
import type { Kpi } from "../catalogue/types.ts";
import { listScope } from "../store/query/list.ts";
import { visibleSql, withinSql } from "../store/query/scope.ts";
import type { Store } from "../store/store.ts";
import type { Framed, ReportParts } from "./common.ts";

export interface Stage {
  key: string;
  label: string;
  /** "Q1" … where the stage is a question. */
  mark: string | null;
  contacts: number;
  previous: number | null;
  /** Of the stage before; null for the first, and where the stage before is empty. */
  share: number | null;
  /** Contacts of the stage before that are not here; null for the first. */
  lost: number | null;
}

export interface Funnel {
  kind: "seller" | "lead";
  stages: readonly Stage[];
  /** Steps in which a stall was detected; null for a funnel without questions. */
  stalls: number | null;
  /** The stage before which most were lost; null when none was. */
  largest_loss: string | null;
}

interface StageOf {
  key: string;
  label: string;
  mark?: string;
}

const PROGRESS = "jorge_qualification_progress";
const LEADS: StageOf = { key: "leads", label: "New leads" };
const QUALIFIED: StageOf = { key: "qualified", label: "Qualified" };
const CONVERTED: StageOf = { key: "converted", label: "Converted" };
const QUESTIONS: readonly StageOf[] = ["Condition", "Price", "Motivation", "Timeline"].map((label, index) => ({
  key: `q${index + 1}`,
  label,
  mark: `Q${index + 1}`,
}));

/** What the rollups hold; the questions are counted from the events. */
const ROLLED_UP: readonly Kpi[] = [
  countKpi("leads", `contacts(type = "lead_created")`),
  countKpi("qualified", `contacts(type = "lead_qualified")`),
  countKpi("converted", `contacts(type = "lead_converted")`),
  countKpi("stalls", `count(type = "${PROGRESS}" and data.stall_detected = true)`),
];

type Counts = Readonly<Record<string, number>>;

/** Contacts at each stage of the timeframe, and of the one before when asked. */
export async function leadFunnel({ store }: ReportParts, scope: Framed["scope"], compares: boolean): Promise<Funnel> {
  const [now, before] = await Promise.all([
    countsOf(store, scope),
    compares ? countsOf(store, { ...scope, ...previousOf(scope) }) : null,
  ]);
  const countOf = (key: string): number => now[key] ?? 0;
  const seller = QUESTIONS.some(({ key }) => countOf(key) > 0);
  // A stage before the questions that nobody reports is left out: it would say that everyone was lost there.
  const first = countOf(LEADS.key) > 0 ? [LEADS] : [];
  const chosen = seller ? [...first, ...QUESTIONS, QUALIFIED] : [LEADS, QUALIFIED, CONVERTED];
  const stages = chosen.map(({ key, label, mark }, index): Stage => {
    const contacts = countOf(key);
    const above = index === 0 ? null : countOf(chosen[index - 1]?.key ?? "");
    return {
      key,
      label,
      mark: mark ?? null,
      contacts,
      previous: before ? (before[key] ?? 0) : null,
      share: above ? contacts / above : null,
      lost: above === null ? null : Math.max(0, above - contacts),
    };
  });
  const worst = stages.reduce<Stage | null>(
    (most, stage) => ((stage.lost ?? 0) > (most?.lost ?? 0) ? stage : most),
    null,
  );
  return {
    kind: seller ? "seller" : "lead",
    stages,
    stalls: seller ? countOf("stalls") : null,
    largest_loss: worst ? (worst.mark ?? worst.label) : null,
  };
}

async function countsOf(store: Store, scope: Framed["scope"]): Promise<Counts> {
  const [{ totals }, answered] = await Promise.all([
    store.ask({ ...scope, kpis: ROLLED_UP, by: [], grain: null }),
    questionsAnswered(store, scope),
  ]);
  const counts = Object.entries(totals).map(([key, count]) => [key, Number(count ?? 0)] as const);
  return { ...Object.fromEntries(counts), ...answered };
}

/** Each contact once, by the most questions it answered: one pass, where a distinct count a question would take four. */
async function questionsAnswered(store: Store, scope: Framed["scope"]): Promise<Counts> {
  const listed = listScope(scope);
  const rows = await store.rows<{ answered: number; contacts: number }>(
    `SELECT answered, count(*) AS contacts FROM (
       SELECT contact_id, max(TRY_CAST(data->>'questions_answered' AS INTEGER)) AS answered FROM events
       WHERE ${withinSql("time", scope.from, scope.to)} AND type = '${PROGRESS}' AND contact_id IS NOT NULL
         AND ${visibleSql(listed)}
       GROUP BY contact_id
     ) WHERE answered >= 1 GROUP BY answered`,
    listed.params,
    scope.signal,
  );
  const counts = QUESTIONS.map(({ key }, index) => {
    const reached = rows.filter(({ answered }) => answered >= index + 1);
    return [key, reached.reduce((sum, { contacts }) => sum + contacts, 0)] as const;
  });
  return Object.fromEntries(counts);
}

function countKpi(key: string, formula: string): Kpi {
  return { key, label: key, formula, unit: "count", better: "up", description: "", dimensions: [], group: "leads" };
}
