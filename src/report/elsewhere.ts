/** Where the events are, when none are in the timeframe: imported history is often years old, and an empty page would say it is lost. */
import { kpiOf } from "../catalogue/kpis.ts";
import { type Asked, framed, type ReportParts } from "./common.ts";

/** From the first to the last event, microseconds; null when some are in the timeframe, or none anywhere. */
export async function extentElsewhere(
  parts: ReportParts,
  asked: Asked,
): Promise<{ first: number; last: number } | null> {
  if (asked.timeframe === "all") return null;
  const { scope } = await framed(parts, asked);
  return (await eventsIn(parts, scope)) > 0 ? null : extentOf(parts, asked);
}

/** The same where it is known already that none are in the timeframe. */
export async function extentOf(parts: ReportParts, asked: Asked): Promise<{ first: number; last: number } | null> {
  if (asked.timeframe === "all") return null;
  const all = await framed(parts, { ...asked, timeframe: "all" });
  return (await eventsIn(parts, all.scope)) === 0 ? null : { first: all.frame.from, last: all.frame.to - 1 };
}

async function eventsIn({ store }: ReportParts, scope: Awaited<ReturnType<typeof framed>>["scope"]): Promise<number> {
  const events = kpiOf("events");
  if (!events) throw new Error("the catalogue lacks events");
  const { totals } = await store.ask({ ...scope, kpis: [events], by: [], grain: null });
  return Number(totals.events ?? 0);
}
