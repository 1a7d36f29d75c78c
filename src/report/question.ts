/** The explorer's question: names to KPIs, and the answer with its timeframe. */
import { faultText, parseFormula } from "../catalogue/formula.ts";
import { kpiOf } from "../catalogue/kpis.ts";
import type { Grain, Kpi, Unit } from "../catalogue/types.ts";
import type { Control } from "../control/control.ts";
import { QuestionFault } from "../store/query/fault.ts";
import type { Answer } from "../store/store.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";
import { knownKpi, kpiFrom, type Whose } from "./custom-kpis.ts";
import { maskedAnswer } from "./personal.ts";

/** A KPI by its key, or one made up for this question. */
export type KpiWanted = string | { key: string; label?: string | undefined; unit?: Unit | undefined; formula: string };

export interface QuestionAsked extends Asked {
  kpis: readonly KpiWanted[];
  by: readonly string[];
  grain: Grain | null;
  order: readonly { by: string; dir: "asc" | "desc" }[];
  limit: number | null;
}

/** Throws QuestionFault for names that do not exist and formulas that do not parse. */
export async function answerQuestion(
  parts: ReportParts,
  asked: QuestionAsked,
): Promise<{ framed: Framed; answer: Answer }> {
  const kpis = asked.kpis.map((wanted, index) => wantedKpi(parts.control, asked, wanted, index));
  const resolved = await framed(parts, asked);
  const answer = await parts.store.ask({
    ...resolved.scope,
    kpis,
    by: asked.by,
    grain: asked.grain,
    order: asked.order,
    ...(asked.limit === null ? {} : { limit: asked.limit }),
  });
  return { framed: resolved, answer: asked.personal ? answer : maskedAnswer(answer) };
}

/** The KPI of a key or of a formula written down for this question; `index` says where a fault is. Throws QuestionFault. */
export function wantedKpi(control: Control, asked: Whose, wanted: KpiWanted, index: number): Kpi {
  if (typeof wanted === "string") {
    const kpi = knownKpi(control, asked, wanted);
    if (!kpi) throw new QuestionFault(`kpis.${index}`, "unknown", "There is no such KPI.");
    return kpi;
  }
  const { key, label = key, unit = "count", formula } = wanted;
  if (kpiOf(key)) throw new QuestionFault(`kpis.${index}.key`, "invalid", "A built-in KPI has this key.");
  const parsed = parseFormula(formula);
  if (!parsed.ok)
    throw new QuestionFault(`kpis.${index}.formula`, "formula_invalid", faultText(parsed.fault), parsed.fault.position);
  return kpiFrom(key, { label, unit, better: null, description: "", formula });
}
