/** Dashboards to begin with, as data. */
import { type CardKind, type DashboardCard, newCardId } from "../../control/dashboard-cards.ts";

interface Template {
  key: string;
  name: string;
  description: string;
  cards: readonly DashboardCard[];
}

type Given = Pick<DashboardCard, "x" | "y" | "w" | "h"> & { title?: string };

const FIGURES = { timeframe: null, filters: [] };

const kpi = (key: string, place: Given): DashboardCard => ({
  kind: "kpi",
  id: key,
  title: "",
  ...FIGURES,
  ...place,
  kpi: key,
});
const chart = (
  key: string,
  place: Given,
  more: { chart?: "line" | "bar" | "stacked" | "heat"; by?: string } = {},
): DashboardCard => ({
  kind: "chart",
  id: `c${key.replaceAll("_", "")}${place.x}`.slice(0, 24),
  title: "",
  ...FIGURES,
  ...place,
  kpi: key,
  chart: more.chart ?? "line",
  by: more.by ?? null,
  grain: null,
});
const table = (kpis: readonly string[], by: string, place: Given): DashboardCard => ({
  kind: "table",
  id: `t${by.replace(/[^a-z0-9]/g, "")}`,
  title: "",
  ...FIGURES,
  ...place,
  kpis: [...kpis],
  by,
  rows: 10,
});
const plain = (kind: "feed" | "bots" | "insights", place: Given): DashboardCard => ({
  kind,
  id: kind,
  title: "",
  ...place,
});

export const TEMPLATES: readonly Template[] = [
  {
    key: "real-estate",
    name: "Real-estate team",
    description: "Commission, leads through Q1 to Q4, where they come from, what to see to.",
    cards: [
      kpi("commission", { x: 0, y: 0, w: 3, h: 2 }),
      kpi("revenue", { x: 3, y: 0, w: 3, h: 2 }),
      kpi("leads_qualified", { x: 6, y: 0, w: 3, h: 2 }),
      kpi("conversion_rate", { x: 9, y: 0, w: 3, h: 2 }),
      chart("revenue", { x: 0, y: 2, w: 8, h: 5 }, { chart: "bar" }),
      {
        kind: "funnel",
        id: "funnel",
        title: "",
        ...FIGURES,
        x: 8,
        y: 2,
        w: 4,
        h: 5,
        steps: [],
        by: "contact_id",
        window_days: 14,
      },
      chart("leads", { x: 0, y: 7, w: 4, h: 4, title: "Leads by source" }, { chart: "bar", by: "data.source" }),
      plain("insights", { x: 4, y: 7, w: 4, h: 4 }),
      plain("feed", { x: 8, y: 7, w: 4, h: 4 }),
    ],
  },
  {
    key: "receptionist",
    name: "Receptionist service",
    description: "Calls and bookings by client and by employee, and the hours in which they come.",
    cards: [
      kpi("calls", { x: 0, y: 0, w: 3, h: 2 }),
      kpi("bookings", { x: 3, y: 0, w: 3, h: 2 }),
      kpi("booked_value", { x: 6, y: 0, w: 3, h: 2 }),
      kpi("answered_within_20s", { x: 9, y: 0, w: 3, h: 2 }),
      chart("bookings", { x: 0, y: 2, w: 8, h: 4, title: "Bookings by employee" }, { chart: "stacked", by: "bot_id" }),
      plain("feed", { x: 8, y: 2, w: 4, h: 4 }),
      table(["calls", "bookings", "booked_value", "abandonment_rate"], "location_id", {
        x: 0,
        y: 6,
        w: 6,
        h: 4,
        title: "Clients",
      }),
      chart("events", { x: 6, y: 6, w: 6, h: 4, title: "When it is busy" }, { chart: "heat" }),
    ],
  },
  {
    key: "bot-health",
    name: "Bot health",
    description: "Success, errors and latency of every bot, and whether they are there.",
    cards: [
      kpi("bot_success_rate", { x: 0, y: 0, w: 3, h: 2 }),
      kpi("bot_error_rate", { x: 3, y: 0, w: 3, h: 2 }),
      kpi("intent_latency_p95", { x: 6, y: 0, w: 3, h: 2 }),
      kpi("stall_rate", { x: 9, y: 0, w: 3, h: 2 }),
      plain("bots", { x: 0, y: 2, w: 5, h: 4 }),
      chart("bot_events", { x: 5, y: 2, w: 7, h: 4, title: "Events by bot" }, { chart: "stacked", by: "bot_id" }),
      chart("intent_latency_p95", { x: 0, y: 6, w: 6, h: 4 }),
      table(["bot_events", "bot_success_rate", "bot_errors", "stall_rate"], "bot_id", {
        x: 6,
        y: 6,
        w: 6,
        h: 4,
        title: "Bots",
      }),
    ],
  },
];

/** The cards of a template with ids of their own; none for a name that is none. */
export function cardsOfTemplate(key: string): readonly DashboardCard[] {
  const known = TEMPLATES.find((template) => template.key === key);
  return (known?.cards ?? []).map((card) => ({ ...card, id: newCardId() }));
}

/** How large a new card is, and how small it may get. */
export const SIZES: Readonly<Record<CardKind, { w: number; h: number; least: { w: number; h: number } }>> = {
  kpi: { w: 3, h: 2, least: { w: 2, h: 2 } },
  chart: { w: 6, h: 4, least: { w: 3, h: 3 } },
  table: { w: 6, h: 4, least: { w: 3, h: 2 } },
  funnel: { w: 4, h: 4, least: { w: 3, h: 3 } },
  feed: { w: 4, h: 4, least: { w: 3, h: 2 } },
  bots: { w: 4, h: 4, least: { w: 3, h: 2 } },
  insights: { w: 4, h: 4, least: { w: 3, h: 2 } },
  text: { w: 4, h: 2, least: { w: 2, h: 1 } },
};
