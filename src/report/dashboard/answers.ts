/** What each kind of card is answered with. */
import type { Kpi } from "../../catalogue/types.ts";
import type { DashboardCard } from "../../control/dashboard-cards.ts";
import type { Answer } from "../../store/store.ts";
import { type Bots, botsSeen } from "../bots.ts";
import type { ReportParts } from "../common.ts";
import type { Insight } from "../concierge/insight.ts";
import { concierge } from "../concierge.ts";
import type { DashboardAsked } from "../dashboard.ts";
import { type FeedItem, newestEvents } from "../feed.ts";
import type { KpiFigure } from "../kpis.ts";
import { type ChartAnswer, chartAnswer } from "./chart.ts";
import { type FunnelStep, funnelAnswer } from "./funnel.ts";
import { tableAnswer } from "./table.ts";

export type CardAnswer =
  | { kind: "kpi"; figure: KpiFigure }
  | ({ kind: "chart" } & ChartAnswer)
  | { kind: "table"; answer: Answer; kpis: readonly Kpi[] }
  | { kind: "funnel"; steps: readonly FunnelStep[] }
  | { kind: "feed"; items: readonly FeedItem[] }
  | { kind: "bots"; bots: Bots }
  | { kind: "insights"; insights: readonly Insight[] }
  | { kind: "text" };

/** Of one card; those of a single figure are answered together by kpi.ts. */
export async function answerOf(
  parts: ReportParts,
  asked: DashboardAsked,
  card: Exclude<DashboardCard, { kind: "kpi" }>,
  compares: boolean,
): Promise<CardAnswer> {
  const { store } = parts;
  const places = asked.location_id === null ? asked.locations : [asked.location_id];
  switch (card.kind) {
    case "chart":
      return { kind: "chart", ...(await chartAnswer(parts, asked, card, compares)) };
    case "table":
      return { kind: "table", ...(await tableAnswer(parts, asked, card)) };
    case "funnel":
      return { kind: "funnel", steps: await funnelAnswer(parts, asked, card, compares) };
    case "feed":
      return { kind: "feed", items: await newestEvents(store, places, asked) };
    case "bots":
      return { kind: "bots", bots: await botsSeen(store, places, asked.now, asked.signal) };
    case "insights":
      return { kind: "insights", insights: (await concierge(parts, asked)).insights };
    case "text":
      return { kind: "text" };
  }
}
