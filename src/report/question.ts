/** The explorer's question: names to KPIs, and the answer with its timeframe. */
import { FORMULA_CHARS_MAX, parseFormula } from "../catalogue/formula.ts";
import { kpiOf } from "../catalogue/kpis.ts";
import type { Grain, Kpi, Unit } from "../catalogue/types.ts";
import { QuestionFault } from "../store/query/fault.ts";
import type { Answer } from "../store/store.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";

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
  const kpis = asked.kpis.map(wantedKpi);
  const resolved = await framed(parts, asked);
  const answer = await parts.store.ask({
    ...resolved.scope,
    kpis,
    by: asked.by,
    grain: asked.grain,
    order: asked.order,
    ...(asked.limit === null ? {} : { limit: asked.limit }),
  });
  return { framed: resolved, answer };
}

/** The KPI of a key; `path` says where a fault is. */
export function wantedKpi(wanted: KpiWanted, index: number): Kpi {
  if (typeof wanted === "string") {
    const kpi = kpiOf(wanted);
    if (!kpi) throw new QuestionFault(`kpis.${index}`, "unknown", "There is no such KPI.");
    return kpi;
  }
  const { key, label = key, unit = "count", formula } = wanted;
  if (kpiOf(key)) throw new QuestionFault(`kpis.${index}.key`, "invalid", "A built-in KPI has this key.");
  const parsed = parseFormula(formula);
  if (!parsed.ok) {
    const { position, expected } = parsed.fault;
    const detail =
      formula.length > FORMULA_CHARS_MAX ? `Write ${expected}.` : `At position ${position}: expected ${expected}.`;
    throw new QuestionFault(`kpis.${index}.formula`, "invalid", detail);
  }
  return { key, label, unit, formula, better: null, description: "", dimensions: [], group: "system" };
}
