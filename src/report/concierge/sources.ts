/** Where insights come from: each asks a report that the API answers as well, and puts what matters into a sentence. */

import { kpiOf } from "../../catalogue/kpis.ts";
import { formatInstant } from "../../catalogue/time.ts";
import { ANOMALY_METHOD, type Anomaly, anomalyReport } from "../anomalies.ts";
import { dimensionName } from "../anomaly-advice.ts";
import { botsSeen } from "../bots.ts";
import type { Asked, Framed, ReportParts } from "../common.ts";
import { targetOf } from "../kpis.ts";
import type { MonthFigure } from "../month.ts";
import { maskedCell, maskedText } from "../personal.ts";
import { scanOf } from "../scan.ts";
import { scoreContacts } from "../scored-contacts.ts";
import type { Purpose } from "../scores/definition.ts";
import { contactFigure } from "../scores/figure.ts";
import { modelFigure } from "../scores/models.ts";
import { amountText, lengthText, percentText, unit } from "./figures.ts";
import type { Found } from "./insight.ts";

const ANOMALIES_MAX = 3;
const CONTACTS_MAX = 3;
const SEVERITY: Readonly<Record<Anomaly["severity"], number>> = { critical: 95, high: 80, medium: 50 };
const STALLED_DAYS = 7;
const DAY = 86_400_000_000;

/** What was odd in the last week and nobody has seen to: of what was odd at the same time in the same way, one. */
export async function anomalyInsights(parts: ReportParts, asked: Asked): Promise<readonly Found[]> {
  const { anomalies, quality } = await anomalyReport(parts, { ...asked, timeframe: "7d" });
  const open = anomalies
    .filter(({ acknowledged }) => !acknowledged)
    .toSorted((one, other) => weightOf(other) - weightOf(one) || other.score - one.score);
  const together = [...Map.groupBy(open, ({ t, side }) => `${t} ${side}`).values()];
  return together.slice(0, ANOMALIES_MAX).flatMap(([first, ...others]) => {
    if (!first) return [];
    const { per_100_judged, judged } = quality;
    return [{ ...anomalyInsight(asked, first, others), quality: { per_100_judged, judged } }];
  });
}

function anomalyInsight(asked: Asked, anomaly: Anomaly, others: readonly Anomaly[]): Found {
  const { id, kpi, label, currency, t, severity, score, cause, recommendation } = anomaly;
  const [first] = cause;
  const facts = {
    label,
    day: t.slice(0, 10),
    value: amountText(kpi, anomaly.value, currency),
    expected: amountText(kpi, anomaly.expected, currency),
    cause: first?.key ?? null,
    dimension: first ? dimensionName(first.dimension) : null,
    also: others.length === 0 ? null : others.map((other) => other.label).join(", "),
  };
  const why = facts.cause === null ? "" : ` Contributed most: ${facts.dimension} ${facts.cause}.`;
  const also = facts.also === null ? "" : ` Odd with it: ${facts.also}.`;
  return {
    kind: "anomaly",
    subject: [id],
    urgency: SEVERITY[severity],
    sentence: `${label}: ${facts.value} on ${facts.day}, where ${facts.expected} was to be expected.${why}${also}`,
    facts: { ...facts, kpi, severity, score, anomaly_id: id },
    evidence: addressOf("/api/bi/anomaly-detection", asked, { timeframe: "7d" }),
    action: { action: "look", title: recommendation },
    method: ANOMALY_METHOD,
    quality: null,
  };
}

/** The most severe first, and of those what has a cause. */
function weightOf({ severity, cause }: Anomaly): number {
  return SEVERITY[severity] + (cause.length > 0 ? 1 : 0);
}

/** Where the month's forecast misses the location's target for revenue. */
export function forecastInsights(
  { control }: ReportParts,
  asked: Asked,
  { month, currency, so_far, estimate, lower, upper, forecast }: MonthFigure,
): readonly Found[] {
  const kpi = kpiOf("revenue");
  const target = kpi && targetOf(control, kpi, asked.location_id === null ? asked.locations : [asked.location_id]);
  if (!target || estimate === null || Number(estimate) >= target.target.value) return [];
  const facts = {
    month,
    estimate: amountText("revenue", estimate, currency),
    target: amountText("revenue", String(target.shown), currency),
    so_far: amountText("revenue", so_far, currency),
    lower: lower === null ? null : amountText("revenue", lower, currency),
    upper: upper === null ? null : amountText("revenue", upper, currency),
  };
  // Not even the upper end of the interval reaches it.
  const sure = upper !== null && Number(upper) < target.target.value;
  return [
    {
      kind: "forecast",
      subject: ["revenue", month],
      urgency: sure ? 75 : 60,
      sentence: `Revenue of ${month} is forecast at ${facts.estimate}, below the target of ${facts.target}; ${facts.so_far} is in so far.`,
      facts,
      evidence: addressOf("/api/bi/predictive-insights", asked, {}),
      action: { action: "see_drivers", title: "See what moves revenue, and whom to call first" },
      method: forecast.method ?? "none",
      quality: forecast.backtest && { mae: forecast.backtest.mae, naive_mae: forecast.backtest.naive_mae },
    },
  ];
}

/** Bots that are silent for longer than is usual for them, or say that they are in error. */
export async function botInsights({ store }: ReportParts, asked: Asked): Promise<readonly Found[]> {
  const locations = asked.location_id === null ? asked.locations : [asked.location_id];
  const { bots } = await botsSeen(store, locations, asked.now, asked.signal, undefined, false);
  return bots.flatMap(({ bot_id, status, last_event_at, usual_gap }): Found[] => {
    if (status !== "offline" && status !== "error") return [];
    const bot = asked.personal ? bot_id : String(maskedCell(bot_id));
    const facts = {
      bot_id: bot,
      status,
      silent: lengthText(asked.now - last_event_at),
      usual: lengthText(usual_gap),
      last_event_at: formatInstant(last_event_at),
    };
    const said =
      status === "error"
        ? `${bot} says that it is in error; it was last heard ${facts.silent} ago.`
        : `${bot} has been silent for ${facts.silent}; it is usually heard again within ${facts.usual}.`;
    return [
      {
        kind: "bot",
        subject: [bot_id, status, last_event_at],
        urgency: status === "error" ? 90 : 85,
        sentence: said,
        facts,
        evidence: addressOf("/api/bi/bot-performance", asked, {}),
        action: { action: "check_bot", title: "See whether the bot still runs, and restart it" },
        method: "learned_gap",
        quality: null,
      },
    ];
  });
}

/** Leads whose last step stalled in the last week, and who have not moved since. */
export async function stallInsights({ store }: ReportParts, asked: Asked, framed: Framed): Promise<readonly Found[]> {
  const to = asked.now;
  const scan = scanOf(store, framed, { from: to - STALLED_DAYS * DAY, to });
  const [found] = await scan.rows<{ leads: number; since: number | null }>(
    `SELECT count(*) AS leads, max(step_at) AS since FROM (
       SELECT contact_id, max(time) FILTER (type = 'jorge_qualification_progress') AS step_at,
         arg_max(CASE WHEN type = 'jorge_qualification_progress' THEN coalesce((data->>'$.stall_detected') = 'true', false) END, time) AS stalled,
         bool_or(type IN ('lead_converted', 'lead_lost', 'lead_qualified')) AS closed
       FROM events WHERE contact_id IS NOT NULL AND type IN ('jorge_qualification_progress', 'lead_converted', 'lead_lost', 'lead_qualified')
         AND ${scan.where} GROUP BY contact_id)
     WHERE stalled AND NOT closed`,
  );
  if (!found || found.leads === 0 || found.since === null) return [];
  const facts = { leads: unit(found.leads, "lead"), days: STALLED_DAYS, newest: lengthText(to - found.since) };
  return [
    {
      kind: "stall",
      // Those of another day are news.
      subject: [formatInstant(found.since).slice(0, 10)],
      urgency: 65,
      sentence: `${facts.leads} of the last ${facts.days} days stalled at their last step, the newest ${facts.newest} ago.`,
      facts,
      evidence: addressOf("/api/bi/events", asked, {
        timeframe: "7d",
        filter: ["type:eq:jorge_qualification_progress", "data.stall_detected:eq:true"],
      }),
      action: { action: "take_over", title: "Take over by hand: the bot is stuck" },
      method: "last_step",
      quality: null,
    },
  ];
}

/** Whom to call first: the most probable conversions, and the buyers most likely to be lost. */
export async function contactInsights(
  parts: ReportParts,
  asked: Asked,
  framed: Framed,
  purpose: Purpose,
): Promise<readonly Found[]> {
  const { contacts } = await scoreContacts(parts, framed, { purpose });
  const rules = parts.control.recommendationRules();
  const personal = asked.personal === true;
  return contacts.slice(0, CONTACTS_MAX).flatMap((contact): Found[] => {
    const { probability, level, factors, action } = contactFigure(purpose, contact, rules, personal);
    if (level !== "high" || action === null) return [];
    const model = modelFigure(parts.control, contact.location_id, purpose);
    const measured = model.quality?.later ?? model.quality?.cross_validation ?? null;
    const facts = {
      contact_id: personal ? contact.contact_id : maskedText(contact.contact_id),
      probability: percentText(probability),
      horizon: unit(model.horizon_days ?? 0, "day"),
      silent: lengthText(asked.now - contact.last),
      because: factors[0]?.text ?? null,
    };
    const what = purpose === "conversion" ? "converts" : "buys nothing";
    return [
      {
        kind: "contact",
        subject: [purpose, contact.location_id, contact.contact_id],
        urgency: Math.round((purpose === "conversion" ? 40 : 30) + 30 * probability),
        sentence: `${facts.contact_id} ${what} within ${facts.horizon} with a probability of ${facts.probability}, and was last heard ${facts.silent} ago.`,
        facts: { ...facts, model: purpose, location_id: contact.location_id, level },
        evidence: addressOf("/api/bi/call-first", asked, { model: purpose }),
        action,
        method: model.method,
        quality: measured && { version: model.version, auc: measured.auc, brier: measured.brier },
      },
    ];
  });
}

function addressOf(
  path: string,
  { location_id }: Asked,
  query: Readonly<Record<string, string | readonly string[]>>,
): string {
  const search = new URLSearchParams();
  if (location_id !== null) search.set("location_id", location_id);
  for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) search.append(name, one);
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}
