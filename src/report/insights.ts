/** What the pages of insights show: each part by itself, so that one that fails does not take the others with it. */
import { type AnomalyReport, anomalyReport } from "./anomalies.ts";
import { type CallFirst, type CallPage, callFirst } from "./call-first.ts";
import { type Cohorts, contactCohorts } from "./cohorts.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";
import type { Insight } from "./concierge/insight.ts";
import { concierge } from "./concierge.ts";
import { type History, historyOf } from "./history.ts";
import { attempted, type Part } from "./overview.ts";
import { FORECAST_KPIS, type Outlook, outlookOf } from "./predictive.ts";
import type { Purpose } from "./scores/definition.ts";

export interface InsightsReport {
  timezone: string;
  insights: Part<readonly Insight[]>;
  anomalies: Part<AnomalyReport>;
  outlook: Part<Outlook & { past: History }>;
}

export interface ContactsReport {
  timezone: string;
  calls: Part<CallFirst>;
  cohorts: Part<Cohorts>;
}

type Log = (what: string, error: unknown) => void;

const DAY = 86_400_000_000;
/** Beside a forecast; enough to see the week in it. */
const PAST_US = 35 * DAY;

/** What to see to, what was odd, what comes next. */
export async function insightsReport(parts: ReportParts, asked: Asked, log: Log): Promise<InsightsReport> {
  const resolved = await framed(parts, asked);
  const attempt = attempted(log);
  // One after the other: they share what they look up.
  const anomalies = await attempt("anomalies", anomalyReport(parts, asked));
  const outlook = await attempt("forecasts", outlookWithPast(parts, resolved, asked.personal === true));
  const insights = await attempt(
    "concierge",
    concierge(parts, asked).then((said) => said.insights),
  );
  return { timezone: resolved.timezone, insights, anomalies, outlook };
}

/** Whom to see to, how good what says so is, and what became of those before. */
export async function contactsReport(
  parts: ReportParts,
  asked: Asked & { purpose: Purpose; after: CallPage | null; limit: number },
  log: Log,
): Promise<ContactsReport> {
  const { timezone } = await framed(parts, asked);
  const attempt = attempted(log);
  const calls = await attempt("call first", callFirst(parts, asked));
  const cohorts = await attempt("cohorts", contactCohorts(parts, asked));
  return { timezone, calls, cohorts };
}

async function outlookWithPast(parts: ReportParts, resolved: Framed, personal: boolean) {
  const outlook = await outlookOf(parts, resolved, personal);
  return { ...outlook, past: await historyOf(parts, resolved, { kpis: FORECAST_KPIS, grain: "day", length: PAST_US }) };
}
