/** `/insights`: what to see to, what was odd and why, what comes next. */
import { z } from "zod";
import { type InsightsPageProps, insightsPage, insightsWaiting } from "../../../views/insights/insights.ts";
import { NO_QUERY, type ViewQuery } from "../../../views/parts/query.ts";
import type { Errors } from "../../../views/parts/settings.ts";
import type { InsightNote } from "../../control/insight-notes.ts";
import type { Caller } from "../../control/types.ts";
import { timezoneOf } from "../../report/common.ts";
import { INSIGHTS_MAX } from "../../report/concierge.ts";
import { type InsightsReport, insightsReport } from "../../report/insights.ts";
import { locationsFor } from "../alerts/pages/alerts.ts";
import { acknowledgeAnomaly, withdrawAnomalyAcknowledgement } from "../bi/anomalies.ts";
import { keptReport } from "../bi/answer.ts";
import { noterOf, sayOfInsight } from "../bi/concierge.ts";
import { askedOf } from "../bi/input.ts";
import { tickOf } from "../bi/insight-shapes.ts";
import type { Parts } from "../parts.ts";
import { formOf, htmlResponse, queryOf, seeOther } from "../request.ts";
import { type Route, route } from "../route.ts";
import { faultsOf } from "../settings/form.ts";
import { shellUser } from "../shell-user.ts";
import type { Given } from "../sign-in.ts";
import { forecastsProps } from "./forecasts.ts";
import { soon } from "./soon.ts";
import { anomaliesProps, conciergeItem } from "./words.ts";

const DAY = 86_400_000_000;
const DONE = {
  acknowledged: "Acknowledged.",
  withdrawn: "The acknowledgement was taken back.",
  dismissed: "Dismissed for you.",
  snoozed: "Left out of your list for a day.",
  rated: "Thank you: it is kept.",
} as const;

const pageQuery = z.object({
  location_id: z.string().min(1).max(64).optional(),
  all: z.literal("yes").optional().catch(undefined),
  /** The page is already shown without its figures: it waits for them. */
  wait: z.literal("yes").optional().catch(undefined),
  done: z.enum(["acknowledged", "withdrawn", "dismissed", "snoozed", "rated"]).optional().catch(undefined),
});

type By = Given & { caller: Caller };

export function insightRoutes(parts: Parts): readonly Route[] {
  const does = (
    path: string,
    access: "read" | "export",
    summary: string,
    done: keyof typeof DONE,
    work: (by: By, id: string, form: URLSearchParams) => void,
  ): Route =>
    route({
      method: "POST",
      path,
      access,
      tag: "Page",
      summary,
      params: { id: "The insight or anomaly." },
      body: "own",
      answers: { 303: { description: "Done." } },
      handle: async ({ request, server, caller, params }) => {
        const form = await formOf(request);
        const faults = await faultsOf(() => work({ request, server, caller }, params.id, form));
        const location_id = form.get("location_id") || undefined;
        if (!faults) return seeOther(addressOf(location_id, done));
        const errors = { form: Object.values(faults)[0] ?? "It could not be done." };
        return htmlResponse(await pageOf(parts, request, caller, { location_id, wait: "yes" }, errors), 422);
      },
    });
  return [
    route({
      method: "GET",
      path: "/insights",
      access: "read",
      tag: "Page",
      summary: "What to see to, anomalies with their causes, forecasts.",
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: async ({ request, caller }) =>
        htmlResponse(await pageOf(parts, request, caller, queryOf(request, pageQuery), {})),
    }),
    does("/insights/:id/dismissal", "read", "Dismisses an insight for you.", "dismissed", (by, id) => {
      sayOfInsight(parts, by, id, "dismissed", { dismissed_at: parts.now() });
    }),
    does("/insights/:id/snooze", "read", "Leaves an insight out of your list for a day.", "snoozed", (by, id) => {
      sayOfInsight(parts, by, id, "snoozed", { snoozed_until: parts.now() + DAY });
    }),
    does("/insights/:id/rating", "read", "Says whether an insight was of use.", "rated", (by, id, form) => {
      const said = form.get("rating");
      sayOfInsight(parts, by, id, "rated", { rating: said === "useful" || said === "useless" ? said : null });
    }),
    does(
      "/insights/anomalies/:id/acknowledgement",
      "export",
      "Says that somebody has seen to an anomaly.",
      "acknowledged",
      (by, id) => void acknowledgeAnomaly(parts, by, id),
    ),
    does(
      "/insights/anomalies/:id/acknowledgement/removal",
      "export",
      "Takes an acknowledgement back.",
      "withdrawn",
      (by, id) => void withdrawAnomalyAcknowledgement(parts, by, id),
    ),
  ];
}

async function pageOf(
  parts: Parts,
  request: Request,
  caller: Caller,
  { location_id, all, wait, done }: z.output<typeof pageQuery>,
  errors: Errors,
) {
  const { signal } = wait ? request : new AbortController();
  const asked = askedOf(parts, caller, { location_id }, [], signal);
  const about = { route: "page-insights", of: [tickOf(asked.now)], subject: { from: Number.NEGATIVE_INFINITY } };
  const work = keptReport(parts, request, asked, about, (asked) => insightsReport(parts, asked, logOf(parts)));
  const report = await (wait ? work : soon(work));
  const query = queryFor("/insights", location_id);
  const shell = { user: shellUser(parts, request), query, locations: locationsFor(parts, caller) };
  if (!report) {
    const seen = location_id === undefined ? caller.locations : [location_id];
    return insightsWaiting({ ...shell, timezone: timezoneOf(parts.control, seen), href: waitingHref(request) });
  }
  const words = { timezone: report.timezone, now: asked.now };
  const { anomalies, outlook } = report;
  return insightsPage({
    ...shell,
    timezone: report.timezone,
    concierge: conciergeProps(parts, caller, report, query, asked.now, all === "yes"),
    anomalies: anomalies.ok ? { ok: true, value: anomaliesProps(anomalies.value, words) } : anomalies,
    forecasts: outlook.ok ? { ok: true, value: forecastsProps(outlook.value, report.timezone) } : outlook,
    acts: caller.scopes.includes("export"),
    done: done ? DONE[done] : null,
    errors,
  });
}

/** What the caller dismissed or snoozed is left out for them, and for nobody else. */
function conciergeProps(
  { control }: Parts,
  caller: Caller,
  { insights }: InsightsReport,
  query: ViewQuery,
  now: number,
  all: boolean,
): InsightsPageProps["concierge"] {
  if (!insights.ok) return insights;
  const notes = control.insightNotes(
    noterOf(caller),
    insights.value.map(({ id }) => id),
  );
  const open = insights.value.filter(({ id }) => all || isOpen(notes.get(id), now));
  return {
    ok: true,
    value: {
      items: open.slice(0, INSIGHTS_MAX).map((insight) => conciergeItem(insight, notes.get(insight.id), query)),
      hidden: insights.value.length - open.length,
      all,
    },
  };
}

function isOpen(note: InsightNote | undefined, now: number): boolean {
  if (!note) return true;
  return note.dismissed_at === null && (note.snoozed_until === null || note.snoozed_until <= now);
}

/** The same address, which waits. */
export function waitingHref(request: Request): string {
  const { pathname, searchParams } = new URL(request.url);
  searchParams.set("wait", "yes");
  return `${pathname}?${searchParams}`;
}

/** The question of the address, as links of the page repeat it. */
export function queryFor(path: string, location_id: string | undefined): ViewQuery {
  return { ...NO_QUERY, path, location_id: location_id ?? null };
}

/** What fails in a part is for the log. */
export function logOf({ log }: Parts): (what: string, error: unknown) => void {
  return (what, error) =>
    log("error", `insights: ${what} failed`, { error: error instanceof Error ? error.message : String(error) });
}

function addressOf(location_id: string | undefined, done: string): string {
  const params = new URLSearchParams({ ...(location_id === undefined ? {} : { location_id }), done });
  return `/insights?${params}`;
}
