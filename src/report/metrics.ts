/** The flat snapshot: main figures of today and of the last 30 days, and how things are. */
import { kpiOf } from "../catalogue/kpis.ts";
import { bucketsOf } from "../catalogue/period.ts";
import type { Kpi } from "../catalogue/types.ts";
import { botsSeen } from "./bots.ts";
import { type Asked, currencyOf, type Framed, framed, type ReportParts } from "./common.ts";
import { type Amount, type KpiFigure, kpiFigures } from "./kpis.ts";
import { pulseOf } from "./pulse.ts";

/** Asked for today and for 30 days. */
export const SNAPSHOT_KPIS = [
  "revenue",
  "commission",
  "margin",
  "deals_closed",
  "orders",
  "leads",
  "leads_qualified",
  "conversions",
  "bookings",
  "calls",
  "conversations",
  "messages",
  "tickets",
  "bot_errors",
  "qualification_rate",
  "conversion_rate",
  "hot_leads",
  "bot_success_rate",
  "intent_latency_p95",
  "response_time_p95",
  "active_contacts",
  "events",
] as const;

/** Key to figure: `revenue_today`, `revenue_30d`, `bots_active` … */
export type Snapshot = Readonly<Record<string, Amount>>;

/** Statuses are counted over so many bots, those heard last. */
const BOTS_MAX = 200;
export const BOT_STATUSES = ["active", "idle", "offline", "error"] as const;

/** Money is of one currency, that of the last 30 days' revenue; today begins at midnight in its zone. */
export async function snapshot(parts: ReportParts, asked: Asked): Promise<{ framed: Framed; metrics: Snapshot }> {
  const common = { ...asked, filters: [] };
  const resolved = await framed(parts, { ...common, timeframe: "30d" });
  const { scope, timezone } = resolved;
  const midnight = bucketsOf("day", timezone, asked.now, asked.now + 1)[0]?.start ?? asked.now;
  const kpis = SNAPSHOT_KPIS.map(known);
  const options = { comparisons: false, trends: false };
  const today = { from: midnight, to: resolved.frame.to };
  const [day, month, active, bots, pulse] = await Promise.all([
    kpiFigures(parts, { ...common, ...options, timeframe: today, kpis }),
    kpiFigures(parts, { ...common, ...options, comparisons: true, timeframe: "30d", kpis }),
    parts.store.ask({ ...scope, kpis: [known("active_conversations")], by: [], grain: null }),
    botsSeen(parts.store, scope.locations, asked.now, asked.signal, BOTS_MAX),
    pulseOf(parts.store, scope.locations, asked.now, asked.signal),
  ]);
  const currency = month.kpis.revenue?.currency ?? currencyOf(parts.control, scope.locations);
  const flat: Record<string, Amount> = {};
  for (const key of SNAPSHOT_KPIS) {
    const [now, long] = [day.kpis[key], month.kpis[key]].map((figure) => inCurrency(figure, currency));
    flat[`${key}_today`] = now?.value ?? null;
    flat[`${key}_30d`] = long?.value ?? null;
    flat[`${key}_30d_change`] = long?.change ?? null;
  }
  for (const status of BOT_STATUSES) flat[`bots_${status}`] = bots.bots.filter((bot) => bot.status === status).length;
  const metrics = {
    ...flat,
    active_conversations: Number(active.totals.active_conversations ?? 0),
    events_per_minute: pulse.per_minute,
    events_24h: pulse.last_24h,
    last_event_age_ms:
      pulse.last_event_at === null ? null : Math.max(0, Math.round((asked.now - pulse.last_event_at) / 1_000)),
    currency,
    timezone,
  };
  return { framed: resolved, metrics };
}

/** A figure without money, or with money in this currency; null for money in none but others. */
function inCurrency(figure: KpiFigure | undefined, currency: string): Pick<KpiFigure, "value" | "change"> | null {
  if (!figure || figure.currency === undefined || figure.currency === currency) return figure ?? null;
  return figure.currencies?.find((one) => one.currency === currency) ?? null;
}

function known(key: string): Kpi {
  const kpi = kpiOf(key);
  if (!kpi) throw new Error("a KPI of the catalogue is missing");
  return kpi;
}
