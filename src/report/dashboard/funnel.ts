/** A funnel of a card: the lead funnel of the overview, or steps of its own. */
import { eventType } from "../../catalogue/events.ts";
import type { CardOf } from "../../control/dashboard-cards.ts";
import { framed, type ReportParts } from "../common.ts";
import type { DashboardAsked } from "../dashboard.ts";
import { leadFunnel } from "../funnel.ts";
import { stepsReport } from "../steps.ts";

export interface FunnelStep {
  label: string;
  count: number;
  /** In the stretch before; null where nothing is compared. */
  previous: number | null;
  /** Of the step before; null for the first. */
  share: number | null;
}

const DAY_MS = 86_400_000;

export async function funnelAnswer(
  parts: ReportParts,
  asked: DashboardAsked,
  { steps, by, window_days }: CardOf<"funnel">,
  compares: boolean,
): Promise<readonly FunnelStep[]> {
  if (steps.length < 2) {
    const { scope } = await framed(parts, asked);
    const { stages } = await leadFunnel(parts, scope, compares);
    return stages.map(({ label, contacts, previous, share }) => ({ label, count: contacts, previous, share }));
  }
  const wanted = steps.map((type) => ({ type, filters: [] }));
  const report = await stepsReport(parts, {
    ...asked,
    steps: wanted,
    by,
    window_ms: window_days * DAY_MS,
    ordered: true,
  });
  return report.steps.map(({ type, count, rate_from_previous }) => ({
    label: eventType(type)?.label ?? type,
    count,
    previous: null,
    share: rate_from_previous,
  }));
}
