/** What comes up while somebody looks at any page of figures: stalls and alerts, of the locations that are theirs to see. */
import { nameOf } from "../../../views/format.ts";
import { wordsOf } from "../../../views/parts/feed-words.ts";
import { type Toast, toastSource } from "../../../views/parts/toasts.ts";
import type { Caller } from "../../control/types.ts";
import type { FeedItem } from "../../report/feed.ts";
import { stallsWithin } from "../../report/stalls.ts";
import { seesPersonal } from "../access.ts";
import { shownAlert } from "../alerts/seeing-to.ts";
import { createKept, type Kept } from "../kept.ts";
import type { Parts } from "../parts.ts";

/** Long enough for a page that was away for a moment. */
const WITHIN = 120_000_000;
const ALERTS_MAX = 20;

const stalls = new WeakMap<Parts, Kept<readonly FeedItem[]>>();

/** The fragment; the same for all who may see the same. A failure is no reason to keep the figures back. */
export async function noticesOf(parts: Parts, caller: Caller, now: number) {
  const found = await stallsOf(parts, caller, now).catch((error: unknown) => {
    parts.log("error", "stalls could not be read", { error: error instanceof Error ? error.message : String(error) });
    return [];
  });
  const toasts = [...found.map(stallToast), ...alertToasts(parts, caller, now)].sort((one, other) => one.at - other.at);
  return toastSource(toasts, now, parts.hub.lag_p95_ms());
}

function stallsOf(parts: Parts, caller: Caller, now: number): Promise<readonly FeedItem[]> {
  const kept = stalls.get(parts) ?? createKept<readonly FeedItem[]>();
  stalls.set(parts, kept);
  const { locations } = caller;
  const personal = seesPersonal(caller);
  const ask = (): Promise<readonly FeedItem[]> => stallsWithin(parts.store, locations, { now, personal }, WITHIN);
  return kept.take(JSON.stringify([locations, personal]), ask, () => {});
}

function stallToast(item: FeedItem): Toast {
  const who = item.bot_id === null ? "A conversation" : nameOf(item.bot_id);
  return {
    id: Bun.hash(`${item.location_id}\0${item.id}`).toString(36),
    at: item.time,
    icon: "i-timer",
    title: `${who}: stalled.`,
    text: wordsOf(item).what.replace(/^./, (first) => first.toUpperCase()),
    href: null,
    grave: false,
  };
}

/** An alert about stalls would say the same twice. */
function alertToasts({ control }: Parts, caller: Caller, now: number): readonly Toast[] {
  const { locations } = caller;
  return control
    .alerts({ locations, open: true, from: now - WITHIN, limit: ALERTS_MAX })
    .filter(({ kind }) => kind !== "stall")
    .map((alert) => shownAlert(caller, alert))
    .map(({ alert_id, began_at, title, text, severity }) => ({
      id: alert_id,
      at: began_at,
      icon: severity === "critical" ? "i-triangle-alert" : "i-bell",
      title,
      text,
      href: `/alerts?id=${encodeURIComponent(alert_id)}`,
      grave: severity === "critical",
    }));
}
