/** The views that move: what their query means, whose they are, and how they are rendered, for the page, the socket and polling alike. */
import { alertsFragments } from "../../views/alerts/alerts.ts";
import { firstEventFragments, type WaitProps } from "../../views/first-event.ts";
import { inLocale } from "../../views/locale.ts";
import type { Caller } from "../control/types.ts";
import { hasEvents } from "../report/first.ts";
import { locationsOf } from "./access.ts";
import { alertsAsked, alertsKey, alertsProps } from "./alerts/pages/moving.ts";
import { Problem } from "./errors.ts";
import type { MovingView } from "./figures/page.ts";
import { pageOfView } from "./figures/pages.ts";
import { localeOf } from "./locale.ts";
import type { Parts } from "./parts.ts";
import { systemView } from "./system/moving.ts";

/** The view that `?view=` names, with the rest of the query its own; whoever writes numbers otherwise has another. */
export function movingView(parts: Parts, caller: Caller, request: Request): MovingView {
  const { key, locations, fragments } = namedView(parts, caller, request);
  const locale = localeOf(parts, request);
  return { key: `${locale} ${key}`, locations, fragments: () => inLocale(locale, fragments) };
}

function namedView(parts: Parts, caller: Caller, request: Request): MovingView {
  const name = new URL(request.url).searchParams.get("view");
  const page = name === null ? null : pageOfView(name);
  if (page) return page.moving(parts, caller, request);
  const make = name !== null && Object.hasOwn(VIEWS, name) ? VIEWS[name] : undefined;
  if (!make) throw new Problem({ status: 404, title: "Not found", detail: "There is no such view." });
  return make(parts, caller, request);
}

const VIEWS: Readonly<Record<string, (parts: Parts, caller: Caller, request: Request) => MovingView>> = {
  alerts(parts, caller, request) {
    const asked = alertsAsked(caller, request);
    return {
      key: alertsKey(asked),
      locations: asked.locations,
      fragments: async () => alertsFragments(await alertsProps(parts, asked)).map(({ text }) => text),
    };
  },
  system: systemView,
  "first-event"(parts, caller) {
    const locations = locationsOf(caller, null);
    return {
      key: `first-event ${JSON.stringify(locations)}`,
      locations,
      fragments: async () => firstEventFragments(await waitProps(parts, locations)).map(({ text }) => text),
    };
  },
};

const REJECTED_MAX = 100;

/** What the wait for a first event shows. */
export async function waitProps(parts: Parts, locations: readonly string[] | null): Promise<WaitProps> {
  parts.ingest.flushQuarantine();
  const rejected = parts.control.quarantined({ locations, limit: REJECTED_MAX });
  const newest = rejected[0]?.reason;
  return {
    arrived: await hasEvents(parts.store, locations),
    rejected: rejected.length,
    rejection: newest ? `${newest.field === null ? "" : `${newest.field}: `}${newest.detail}` : null,
  };
}
