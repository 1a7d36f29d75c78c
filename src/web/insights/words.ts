/** What the concierge and the detector found, in the words of the page. */
import { day, exactText, MISSING, nameOf, shortText, yearOf } from "../../../views/format.ts";
import type { AnomaliesProps, AnomalyItem, CauseItem, ConciergeItem } from "../../../views/insights/insights.ts";
import { queryText, type ViewQuery } from "../../../views/parts/query.ts";
import { sentenceWords } from "../../../views/parts/value-words.ts";
import type { InsightNote } from "../../control/insight-notes.ts";
import type { Anomaly, AnomalyReport } from "../../report/anomalies.ts";
import type { CauseFigure } from "../../report/causes.ts";
import type { Insight } from "../../report/concierge/insight.ts";
import { whenText } from "../alerts/pages/shown.ts";

export interface Words {
  timezone: string;
  now: number;
}

/** Beyond so many the page is no list that is read. */
const ANOMALIES_SHOWN = 12;
/** Of the first level, and within the first of them. */
const CAUSES_SHOWN = 3;
const WITHIN_SHOWN = 2;
const SIGNALS: Readonly<Record<string, string>> = {
  level: "the level",
  season: "the value for this time of the week",
  change: "the step from one to the next",
  drift: "the drift over some of them",
  spread: "how much it swings",
  shape: "the course it took",
};

export function conciergeItem(insight: Insight, note: InsightNote | undefined, query: ViewQuery): ConciergeItem {
  const { id, kind, sentence, action, evidence, urgency, facts } = insight;
  return {
    id,
    kind,
    sentence: sentenceWords(sentence),
    action: action.title.replace(/\.$/, ""),
    page: pageOf(kind, facts, query),
    evidence,
    urgency: Math.round(urgency),
    rating: note?.rating ?? null,
  };
}

function pageOf(kind: string, facts: Insight["facts"], query: ViewQuery): ConciergeItem["page"] {
  const text = queryText(query);
  if (kind === "anomaly") return { label: "The anomaly", href: `#${markOf(String(facts.anomaly_id))}` };
  if (kind === "forecast") return { label: "The forecast", href: "#forecast-revenue" };
  if (kind === "bot") return { label: "The bots", href: `/${text}#bots` };
  if (kind !== "contact") return null;
  const model = facts.model === "churn" ? `${text === "" ? "?" : "&"}model=churn` : "";
  return { label: "Whom to call", href: `/insights/contacts${text}${model}` };
}

export function anomaliesProps(report: AnomalyReport, words: Words): AnomaliesProps {
  const { anomalies, total, quality, grain, watched } = report;
  const { series, judged, per_100_judged } = quality;
  const nothing =
    judged > 0
      ? null
      : (watched.find(({ reason }) => reason !== null)?.reason ??
        "No event has come yet: send one, and every KPI is watched.");
  const rate = per_100_judged === null ? "" : ` ${exactText(per_100_judged, "ratio")} anomalies a hundred.`;
  return {
    items: anomalies.slice(0, ANOMALIES_SHOWN).map((anomaly) => anomalyItem(anomaly, words)),
    total,
    quality: `${exactText(series, "count")} series looked at, ${exactText(judged, "count")} ${grain}s judged by what each did before.${rate}`,
    nothing,
  };
}

function anomalyItem(anomaly: Anomaly, words: Words): AnomalyItem {
  const { id, label, unit, currency, bot_id, grain, t, severity, cause, recommendation } = anomaly;
  const start = Date.parse(t) * 1_000;
  const when =
    grain === "hour" ? whenText(start, words) : day(start, words.timezone, yearOf(words.now, words.timezone));
  const range = {
    value: Number(anomaly.value),
    expected: Number(anomaly.expected),
    lower: Number(anomaly.lower),
    upper: Number(anomaly.upper),
  };
  const amount = (value: number): string => shortText(value, unit, currency);
  const bot = bot_id === undefined || bot_id === null ? "" : ` of ${nameOf(bot_id)}`;
  const within = range.value >= range.lower && range.value <= range.upper;
  const band = `${amount(range.lower)} to ${amount(range.upper)}`;
  const odd = SIGNALS[anomaly.signal] ?? anomaly.signal;
  return {
    id,
    mark: markOf(id),
    label: `${label}${bot}`,
    severity,
    when,
    when_iso: t,
    headline: `${label} was ${amount(range.value)}, ${against(anomaly, range)}`,
    why: within
      ? `Within the usual ${band}; it was ${odd} that was unlike all before.`
      : `Usual was ${band}; ${odd} was most unlike all before.`,
    range,
    causes: causesShown(cause).map((one) => causeItem(one, unit, currency)),
    recommendation,
    acknowledged:
      anomaly.acknowledged_by === null || anomaly.acknowledged_at === null
        ? null
        : { by: anomaly.acknowledged_by, at: whenText(Date.parse(anomaly.acknowledged_at) * 1_000, words) },
  };
}

/** "55% below the $5.5M that was to be expected"; of percentages in points. */
function against({ unit, currency }: Anomaly, { value, expected }: AnomalyItem["range"]): string {
  const side = value >= expected ? "above" : "below";
  const usual = shortText(expected, unit, currency);
  if (unit === "percent")
    return `${exactText(Math.round(Math.abs(value - expected) * 1_000) / 10, "ratio")} pp ${side} the ${usual} to be expected`;
  if (expected === 0) return `where ${usual} was to be expected`;
  const ratio = Math.abs(value - expected) / Math.abs(expected);
  const size = ratio >= 10 ? `${exactText(Math.round(value / expected), "count")} times` : null;
  return size !== null && value * expected > 0
    ? `${size} the ${usual} to be expected`
    : `${exactText(Math.round(ratio * 100), "count")}% ${side} the ${usual} to be expected`;
}

/** The first of the first level, what is inside of it, then the others. */
function causesShown(cause: readonly CauseFigure[]): readonly CauseFigure[] {
  const [first, ...others] = cause.filter(({ within }) => within === null).slice(0, CAUSES_SHOWN);
  if (!first) return [];
  return [first, ...cause.filter(({ within }) => within !== null).slice(0, WITHIN_SHOWN), ...others];
}

function causeItem(
  { dimension, key, contribution, share, within }: CauseFigure,
  unit: Anomaly["unit"],
  currency?: string,
): CauseItem {
  const size = Number(contribution);
  const sign = size < 0 ? "−" : "+";
  const length = Math.abs(size);
  const text =
    unit === "percent"
      ? `${exactText(Math.round(length * 1_000) / 10, "ratio")} pp`
      : shortText(length, unit, currency);
  return {
    dimension: dimensionOf(dimension),
    key: key === null ? "none given" : dimension === "bot_id" ? nameOf(key) : key,
    contribution: size === 0 ? text : sign + text,
    share: share === null ? null : `${Math.round(share * 100)}%`,
    width: share === null ? 0 : Math.max(0, Math.min(100, Math.round(Math.abs(share) * 100))),
    within: within === null ? null : `${dimensionOf(within.dimension)} ${within.key ?? MISSING}`,
  };
}

/** "data.lead_source" is "Lead source", "bot_id" is "Bot". */
function dimensionOf(dimension: string): string {
  return nameOf(
    dimension
      .replace(/^data\./, "")
      .replace(/_id$/, "")
      .replaceAll(".", " "),
  );
}

/** Of the element on the page: an id of HTML may hold no equals signs, and begins with a letter. */
function markOf(anomaly_id: string): string {
  return `anomaly-${Bun.hash(anomaly_id).toString(36)}`;
}
