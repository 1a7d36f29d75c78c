import type { Kpi } from "../../catalogue/types.ts";
import { QuestionFault } from "../../store/query/fault.ts";
import type { ReportParts } from "../common.ts";
import { knownKpi } from "../custom-kpis.ts";
import type { DashboardAsked } from "../dashboard.ts";

/** The KPI of a card. Throws QuestionFault when it was taken away since the card was made. */
export function cardKpi({ control }: ReportParts, asked: DashboardAsked, key: string): Kpi {
  const kpi = knownKpi(control, asked, key);
  if (!kpi) throw new QuestionFault("kpi", "unknown", `There is no KPI ${key} here any more.`);
  return kpi;
}
