/** Some KPIs by a dimension, the largest of the first one first. */
import type { Kpi } from "../../catalogue/types.ts";
import type { CardOf } from "../../control/dashboard-cards.ts";
import type { Answer } from "../../store/store.ts";
import type { ReportParts } from "../common.ts";
import type { DashboardAsked } from "../dashboard.ts";
import { answerQuestion } from "../question.ts";
import { cardKpi } from "./card-kpi.ts";

export async function tableAnswer(
  parts: ReportParts,
  asked: DashboardAsked,
  { kpis: keys, by, rows }: CardOf<"table">,
): Promise<{ answer: Answer; kpis: readonly Kpi[] }> {
  const kpis = keys.map((key) => cardKpi(parts, asked, key));
  const order = kpis.slice(0, 1).map(({ key }) => ({ by: key, dir: "desc" as const }));
  const { answer } = await answerQuestion(parts, { ...asked, kpis: keys, by: [by], grain: null, order, limit: rows });
  return { answer, kpis };
}
