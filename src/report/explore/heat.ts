/** When in the week: a figure by day and hour of the zone. */
import type { Kpi } from "../../catalogue/types.ts";
import type { Framed, ReportParts } from "../common.ts";
import type { Amount } from "../kpis.ts";
import { amountOf, recordsOf } from "../read-answer.ts";

export interface HeatCell {
  /** 1 (Monday) to 7. */
  day: number;
  /** 0 to 23. */
  hour: number;
  value: Amount;
}

/** Only hours with something in them; of money those in the one currency. Throws QuestionFault. */
export async function heatOf(
  { store }: ReportParts,
  { scope }: Framed,
  kpi: Kpi,
  currency: string | null,
): Promise<readonly HeatCell[]> {
  const answer = await store.ask({ ...scope, kpis: [kpi], by: ["day_of_week", "hour_of_day"], grain: null });
  return recordsOf(answer)
    .filter((row) => currency === null || row.currency === null || row.currency === currency)
    .map(({ cells }) => ({
      day: Number(cells.day_of_week),
      hour: Number(cells.hour_of_day),
      value: amountOf(cells[kpi.key]),
    }));
}
