/**
 * What channels show, in blocks that are asked together. To add one, add an entry.
 * It must never hold a figure of its own: each block is a report that the API answers, too.
 */
import { kpiOf } from "../../catalogue/kpis.ts";
import { formatInstant } from "../../catalogue/time.ts";
import type { Kpi } from "../../catalogue/types.ts";
import { anomalyReport } from "../anomalies.ts";
import { botReport } from "../bot-performance.ts";
import { botsSeen } from "../bots.ts";
import { type Asked, framed, type ReportParts } from "../common.ts";
import { concierge, INSIGHTS_MAX } from "../concierge.ts";
import { employeesOf } from "../employees.ts";
import { kpiFigures } from "../kpis.ts";
import { maskedCell, maskedEvent } from "../personal.ts";
import { predictiveReport, scoredOf } from "../predictive.ts";
import { pulseOf } from "../pulse.ts";
import { REVENUE_KPIS, type RevenueReport, revenueReport } from "../revenue.ts";
import { scanOf } from "../scan.ts";

/** Entries by section; an entry is anything that becomes JSON. */
export type Shown = Readonly<Record<string, ReadonlyMap<string, unknown>>>;

export interface Block {
  name: string;
  /** Section to the type of frame in which its changes are sent. */
  sections: Readonly<Record<string, string>>;
  /** Dear ones are not asked with every commit, but so often at most. */
  every_ms: number;
  render(parts: ReportParts, asked: Asked): Promise<Shown>;
}

const UPDATE = "metrics:update";
const DEAR_MS = 5_000;
/** Scores look through a year, anomalies through weeks; they move by the hour. */
const DEAREST_MS = 60_000;
const ANOMALIES_MAX = 50;

/** On the dashboard, and in all together. */
const HEADLINE = kpisOf([
  "revenue",
  "commission",
  "cost",
  "margin",
  "leads",
  "leads_qualified",
  "conversions",
  "conversion_rate",
  "bookings",
  "calls",
  "bot_success_rate",
  "intent_latency_p95",
  "sentiment",
  "events",
]);

export const HEADLINE_BLOCK: Block = kpiBlock("headline", HEADLINE);
export const MONEY_BLOCK: Block = kpiBlock("money", REVENUE_KPIS);

export const PULSE_BLOCK: Block = {
  name: "pulse",
  sections: { pulse: UPDATE },
  every_ms: 0,
  async render({ store }, { locations, now, signal }) {
    const { last_event_at, ...pulse } = await pulseOf(store, locations, now, signal);
    const last = last_event_at === null ? null : formatInstant(last_event_at);
    return { pulse: new Map<string, unknown>([...Object.entries(pulse), ["last_event_at", last]]) };
  },
};

export const BOTS_BLOCK: Block = {
  name: "bots",
  sections: { bots: "bot_status" },
  every_ms: 0,
  async render({ store }, { locations, now, signal, personal }) {
    const { bots } = await botsSeen(store, locations, now, signal);
    const shown = bots.map((bot) => {
      const bot_id = personal ? bot.bot_id : String(maskedCell(bot.bot_id));
      const { current_step } = personal ? { current_step: bot.step } : maskedEvent({ current_step: bot.step });
      return [bot_id, { bot_id, status: bot.status, current_step }] as const;
    });
    return { bots: new Map(shown) };
  },
};

/** What each bot did, beside its status, and what the bots of each trade did. */
export const TRADES_BLOCK: Block = {
  name: "trades",
  sections: { bot_kpis: UPDATE, sequences: UPDATE, qualification: UPDATE, intent: UPDATE, employees: UPDATE },
  every_ms: DEAR_MS,
  async render(parts, asked) {
    const report = await botReport(parts, { ...asked, comparisons: true, trends: false });
    return {
      bot_kpis: new Map(report.bots.map(({ bot_id, kpis, success_target }) => [bot_id, { kpis, success_target }])),
      sequences: new Map(report.sequences.map((sequence) => [String(sequence.sequence_day), sequence])),
      qualification: new Map(Object.entries(report.qualification)),
      intent: new Map(Object.entries(report.intent)),
      employees: new Map(report.employees.map((employee) => [employee.bot_id, employee])),
    };
  },
};

export const EMPLOYEES_BLOCK: Block = {
  name: "employees",
  sections: { employees: UPDATE },
  every_ms: DEAR_MS,
  async render(parts, asked) {
    const employees = await employeesOf(scanOf(parts.store, await framed(parts, asked)), asked.personal === true);
    return { employees: new Map(employees.map((employee) => [employee.bot_id, employee])) };
  },
};

/** The newest of the timeframe. */
export const ANOMALIES_BLOCK: Block = {
  name: "anomalies",
  sections: { anomalies: "anomaly" },
  every_ms: DEAREST_MS,
  async render(parts, asked) {
    const { anomalies } = await anomalyReport(parts, asked);
    return { anomalies: new Map(anomalies.slice(0, ANOMALIES_MAX).map((anomaly) => [anomaly.id, anomaly])) };
  },
};

/** What to see to, in sentences. What somebody dismissed for themselves is among it: all who listen hear the same. */
export const CONCIERGE_BLOCK: Block = {
  name: "concierge",
  sections: { insights: "insight" },
  every_ms: DEAREST_MS,
  async render(parts, asked) {
    const { insights } = await concierge(parts, asked);
    return { insights: new Map(insights.slice(0, INSIGHTS_MAX).map((insight) => [insight.id, insight])) };
  },
};

/** What to do next. */
export const ACTIONS_BLOCK: Block = {
  name: "actions",
  sections: { actions: "insight" },
  every_ms: DEAREST_MS,
  async render(parts, asked) {
    const { actions } = await scoredOf(parts, await framed(parts, asked), asked.personal === true);
    return { actions: new Map(actions.map((action) => [`${action.action} ${action.contact_id}`, action])) };
  },
};

/** What comes next, whom it is about, and why. */
export const OUTLOOK_BLOCK: Block = {
  name: "outlook",
  sections: { forecasts: UPDATE, scores: "insight", actions: "insight" },
  every_ms: DEAREST_MS,
  async render(parts, asked) {
    const { bookings, revenue_month, conversion, churn, actions } = await predictiveReport(parts, asked);
    return {
      forecasts: new Map<string, unknown>([
        ["bookings", bookings],
        ["revenue_month", revenue_month],
      ]),
      scores: new Map<string, unknown>([
        ["conversion", conversion],
        ["churn", churn],
      ]),
      actions: new Map(actions.map((action) => [`${action.action} ${action.contact_id}`, action])),
    };
  },
};

export const REVENUE_BLOCK: Block = {
  name: "revenue",
  sections: { series: UPDATE, by_bot: UPDATE, by_source: UPDATE, drivers: UPDATE, forecast: UPDATE },
  every_ms: DEAR_MS,
  async render(parts, asked) {
    return revenueShown(await revenueReport(parts, { ...asked, comparisons: true, trends: false }));
  },
};

function revenueShown({ series, by_bot, by_source, drivers, forecast }: RevenueReport): Shown {
  // One entry a bot or source, with a row for each currency.
  return {
    series: Map.groupBy(series, ({ t }) => t),
    by_bot: Map.groupBy(by_bot, ({ bot_id }) => bot_id ?? ""),
    by_source: Map.groupBy(by_source, ({ source }) => source ?? ""),
    drivers: new Map((drivers ?? []).map((of) => [of.currency, of])),
    forecast: new Map(Object.entries(forecast)),
  };
}

function kpiBlock(name: string, kpis: readonly Kpi[]): Block {
  return {
    name,
    sections: { kpis: UPDATE },
    every_ms: 0,
    async render(parts, asked) {
      const { kpis: figures } = await kpiFigures(parts, { ...asked, kpis, comparisons: true, trends: false });
      const shown = Object.entries(figures).map(([key, { trend: _, ...figure }]) => [key, figure] as const);
      return { kpis: new Map(shown) };
    },
  };
}

function kpisOf(keys: readonly string[]): readonly Kpi[] {
  return keys.map(kpiOf).filter((kpi) => kpi !== null);
}
