/** The views that move: what their query means, whose they are, and how they are rendered, for the page, the socket and polling alike. */
import { z } from "zod";
import { alertsFragments } from "../../views/alerts/alerts.ts";
import { firstEventFragments, type WaitProps } from "../../views/first-event.ts";
import { alertCount } from "../../views/nav.ts";
import { type OverviewProps, overviewFragments, partial } from "../../views/overview.ts";
import { queryText, type ViewQuery } from "../../views/parts/query.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Caller } from "../control/types.ts";
import { hasEvents } from "../report/first.ts";
import type { Funnel } from "../report/funnel.ts";
import { type OverviewAsked, overviewReport } from "../report/overview.ts";
import { locationsOf } from "./access.ts";
import { alertsAsked, alertsKey, alertsProps } from "./alerts/pages/moving.ts";
import { askedOf, commonQuery } from "./bi/input.ts";
import { Problem } from "./errors.ts";
import { createKept, type Kept } from "./kept.ts";
import type { Parts } from "./parts.ts";
import { queryOf } from "./request.ts";

/** A view as a socket watches it and polling asks for it. */
export interface MovingView {
  /** The same for all who see the same. */
  key: string;
  locations: readonly string[] | null;
  fragments: () => Promise<readonly string[]>;
}

const overviewQuery = commonQuery
  .pick({ timeframe: true, from: true, to: true, timezone: true, location_id: true })
  .extend({
    compare: z.enum(["on", "off"]).default("on"),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, "Use an ISO 4217 code, such as EUR.")
      .optional(),
    view: z.string().max(32).optional(),
  });

/** What a request of the overview asks for; throws Problem for what makes no sense or is not theirs to see. */
export function overviewAsked(
  parts: Parts,
  caller: Caller,
  request: Request,
): { query: ViewQuery; asked: OverviewAsked } {
  const given = queryOf(request, overviewQuery);
  const asked = askedOf(parts, caller, given, [], new AbortController().signal);
  const { timeframe = null, from, to, location_id = null, timezone = null, compare, currency = null } = given;
  const query: ViewQuery = {
    timeframe,
    from: from === undefined ? null : formatInstant(from),
    to: to === undefined ? null : formatInstant(to),
    location_id,
    timezone,
    compare: compare === "on",
    currency,
  };
  const { signal: _, ...rest } = asked;
  return { query, asked: { ...rest, compare: query.compare, currency } };
}

/** The report and what a view needs beside it. */
export async function overviewProps(parts: Parts, query: ViewQuery, asked: OverviewAsked): Promise<OverviewProps> {
  const log = (what: string, error: unknown): void =>
    parts.log("error", `overview: ${what} failed`, { error: error instanceof Error ? error.message : String(error) });
  const report = await overviewReport(parts, { ...asked, now: parts.now() }, log, (key, ask) =>
    funnelsOf(parts).take(key, ask, (wait_ms) => touchLater(parts, wait_ms)),
  );
  const names = new Map(parts.control.locations().map(({ location_id, name }) => [location_id, name]));
  const several = asked.location_id === null && (asked.locations ?? [...names.keys()]).length > 1;
  return { report, query, locationName: several ? (id) => names.get(id) ?? id : null };
}

const funnels = new WeakMap<Parts, Kept<Funnel>>();

/** Of one appliance. */
function funnelsOf(parts: Parts): Kept<Funnel> {
  const kept = funnels.get(parts) ?? createKept<Funnel>();
  funnels.set(parts, kept);
  return kept;
}

const later = new WeakMap<Parts, ReturnType<typeof setTimeout>>();

/** What was shown from a kept answer is shown anew when it may be asked again. */
function touchLater(parts: Parts, wait_ms: number): void {
  if (parts.hub.watchers() === 0 || later.has(parts)) return;
  const timer = setTimeout(() => {
    later.delete(parts);
    parts.hub.tick();
  }, wait_ms);
  timer.unref();
  later.set(parts, timer);
}

/** The view that `?view=` names, with the rest of the query its own. */
export function movingView(parts: Parts, caller: Caller, request: Request): MovingView {
  const name = new URL(request.url).searchParams.get("view");
  const make = name !== null && Object.hasOwn(VIEWS, name) ? VIEWS[name] : undefined;
  if (!make) throw new Problem({ status: 404, title: "Not found", detail: "There is no such view." });
  return make(parts, caller, request);
}

const VIEWS: Readonly<Record<string, (parts: Parts, caller: Caller, request: Request) => MovingView>> = {
  overview(parts, caller, request) {
    const { query, asked } = overviewAsked(parts, caller, request);
    const locations = asked.location_id === null ? asked.locations : [asked.location_id];
    return {
      key: `overview ${JSON.stringify([locations, asked.personal, caller.locations])} ${queryText(query)}`,
      locations,
      fragments: async () => {
        const fragments = overviewFragments(await overviewProps(parts, query, asked));
        const alerts = partial("nav-alerts", alertCount(parts.control.openAlerts(caller.locations)));
        return [...fragments, alerts].map(({ text }) => text);
      },
    };
  },
  alerts(parts, caller, request) {
    const asked = alertsAsked(caller, request);
    return {
      key: alertsKey(asked),
      locations: asked.locations,
      fragments: async () => alertsFragments(await alertsProps(parts, asked)).map(({ text }) => text),
    };
  },
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
