/** `/bots`: all bots against their targets. */
import { z } from "zod";
import { botsFragments, botsPage } from "../../../views/bots.ts";
import { BOT_KPIS } from "../../report/bot-performance.ts";
import { type BotsFigures, type BotsPageReport, botsPage as botsReport } from "../../report/bots/page.ts";
import { createKept, type Kept } from "../kept.ts";
import type { Parts } from "../parts.ts";
import type { FiguresAsked } from "./asked.ts";
import { figuresPage, touchLater } from "./page.ts";

/** A status changes with time alone. */
export const STATUS_LASTS_MS = 5_000;

export const BOTS = figuresPage<BotsPageReport, object>({
  view: "bots",
  path: "/bots",
  summary: "All bots: status, targets, and what they did.",
  own: z.object({}),
  report: (parts, asked) => botsReport(parts, asked, logOf(parts, "bots")),
  moving: (parts, asked) =>
    botsReport(parts, asked, logOf(parts, "bots"), (ask) =>
      keptFor(figures, parts).take(askedKey(asked), ask, (wait_ms) => touchLater(parts, wait_ms)),
    ),
  page: botsPage,
  fragments: botsFragments,
  // Statuses are those of now, whatever the timeframe; a bot may have been heard last at any time.
  kept: () => ({
    of: null,
    kpis: BOT_KPIS,
    subject: { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, lasts_ms: STATUS_LASTS_MS },
  }),
});

const figures = new WeakMap<Parts, Kept<BotsFigures>>();

/** Of one appliance. */
export function keptFor<T>(all: WeakMap<Parts, Kept<T>>, parts: Parts): Kept<T> {
  const known = all.get(parts) ?? createKept<T>();
  all.set(parts, known);
  return known;
}

/** What decides the figures of a page, but for the present. */
export function askedKey({ now: _, signal: __, ...asked }: FiguresAsked): string {
  return JSON.stringify(asked);
}

/** Says in the log what part of which page failed. */
export function logOf({ log }: Parts, page: string): (what: string, error: unknown) => void {
  return (what, error) =>
    log("error", `${page}: ${what} failed`, { error: error instanceof Error ? error.message : String(error) });
}
