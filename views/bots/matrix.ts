import { parseInstant } from "../../src/catalogue/time.ts";
import type { BotKpi, BotRow } from "../../src/report/bot-performance.ts";
import type { BotLine, BotsPageReport } from "../../src/report/bots/page.ts";
import type { BotKind } from "../../src/report/bots/trades.ts";
import { counted, decimal, exactText, MISSING, nameOf, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { ago } from "../parts/age.ts";
import { botHref } from "../parts/bot-link.ts";
import { botStatus } from "../parts/bot-status.ts";
import type { ViewQuery } from "../parts/query.ts";
import { sparkLine } from "../parts/spark.ts";
import { failedState } from "../parts/states.ts";
import { botAvatar, tradeWords } from "./trade.ts";

const GROUPS: readonly { kind: BotKind; title: string }[] = [
  { kind: "pipeline", title: "Pipeline bots" },
  { kind: "employee", title: "AI employees" },
  { kind: "other", title: "Other bots" },
];
const COLUMNS = 10;
/** The first that a bot has anything for is its latency. */
const LATENCIES = ["intent_latency_p95", "response_time_p95", "wait_time_p95"] as const;
/** Where on the bar a target lies. */
const TARGET_AT = 0.769;

/** Every bot against its targets, a line each, in groups by trade. */
export function matrixPanel({ bots, now, framed }: BotsPageReport, query: ViewQuery): Html {
  const lines = bots.ok ? bots.value.lines : [];
  const low = lowOf(lines);
  return html`<section class="panel" id="matrix" aria-labelledby="h-matrix">
    <header class="panel-head"><h2 id="h-matrix">Performance</h2>${
      lines.length > 0 &&
      html`<span class="meta">Success on a scale of ${decimal(low * 100, 0)}–100%, latency as a share of each target</span><span class="end meta">${summary(lines, bots.ok ? bots.value.total : 0)}</span>`
    }</header>
    ${
      !bots.ok
        ? failedState("The bots could not be read", bots.reason)
        : lines.length === 0
          ? nothing(query)
          : html`<div class="panel-flush table-scroll" tabindex="0" role="region" aria-label="Performance table, scrollable">
      <table class="table table-stack table-bots">
        <thead><tr><th scope="col">Bot</th><th scope="col">Status</th><th scope="col" class="num" title="Events but for heartbeats and bookkeeping">Interactions</th><th scope="col" class="pri-2">${trendName(framed.frame.name)}</th><th scope="col">Success${sharedTarget(lines)}</th><th scope="col">Verdict</th><th scope="col">Latency, p95</th><th scope="col" class="num pri-3">Target</th><th scope="col" class="num pri-3">To a person</th><th scope="col" class="num pri-3">Last event</th></tr></thead>
        ${GROUPS.map(({ kind, title }) =>
          group(
            title,
            lines.filter(({ row }) => row.kind === kind),
            { low, now, query },
          ),
        )}
      </table></div>`
    }
  </section>`;
}

/** "Lead bot" as a link to its page, where there is one to go to. */
export function botName({ row, page }: BotLine, query: ViewQuery): Html {
  const name = nameOf(row.bot_id);
  return page === null ? html`${name}` : html`<a href="${botHref(page, query)}" title="${page}">${name}</a>`;
}

function nothing(query: ViewQuery): Html {
  return query.filters.length > 0
    ? html`<div class="state">${icon("i-bot", "i i-l")}<h3>No bot has events that match</h3><p>The filters leave nothing of what the bots did in this period.</p></div>`
    : html`<div class="state">${icon("i-bot", "i i-l")}<h3>No bot has reported in this period or the last 14 days</h3><p>A bot is listed when its events carry a bot_id.</p><p><a class="btn btn-small" href="/docs">How to send events</a></p></div>`;
}

interface Context {
  low: number;
  now: number;
  query: ViewQuery;
}

function group(title: string, lines: readonly BotLine[], context: Context): Html {
  if (lines.length === 0) return html``;
  return html`<tbody><tr class="group"><th colspan="${COLUMNS}" scope="rowgroup">${title}</th></tr>${lines.map((line) => row(line, context))}</tbody>`;
}

function row(line: BotLine, { low, now, query }: Context): Html {
  const { row, mark } = line;
  const { bot_id, status, current_step, last_seen, interactions, activity, kpis, handed_to_person } = row;
  const latency = latencyOf(row);
  return html`<tr id="bot-${mark}" data-bot="${bot_id}" data-beat="${last_seen ?? ""}">
    <td><span class="cell-id">${botAvatar(row, bot_id)}<span class="cell-2"><strong>${botName(line, query)}</strong><small>${tradeWords(row)}</small></span></span></td>
    <td><span class="cell-2">${botStatus(status)}<small class="bot-step" title="${current_step ?? ""}">${current_step ?? "No step reported"}</small></span></td>
    <td class="num" data-label="Interactions"><span title="${counted(Number(kpis.bot_events?.value ?? 0), "event")} with heartbeats">${decimal(interactions, 0)}</span></td>
    <td class="hide-s pri-2">${sparkInline(activity)}</td>
    <td class="wide" data-label="Success">${success(kpis.bot_success_rate, low)}</td>
    <td class="hide-s">${verdict(kpis.bot_success_rate)}</td>
    <td class="wide" data-label="p95 latency">${latencyBar(latency)}</td>
    <td class="num dim hide-s pri-3">${latency === null || latency.target === null ? MISSING : shortText(latency.target, "duration")}</td>
    <td class="num pri-3" data-label="To a person">${handed_to_person === null ? html`<span title="It does not tell of handing over">${MISSING}</span>` : shortText(handed_to_person, "percent")}</td>
    <td class="num dim pri-3 hide-s">${ago(last_seen === null ? null : parseInstant(last_seen), now)}</td>
  </tr>`;
}

function sparkInline(series: BotRow["activity"]): Html {
  const line = sparkLine(
    series.map(({ v }) => Number(v ?? 0)),
    [],
  );
  return html`<span class="spark-cell">${line}</span>`;
}

/** A dot on the scale from `low` to all, beside the tick of its target. */
function success(kpi: BotKpi | undefined, low: number): Html {
  if (kpi === undefined || kpi.value === null)
    return html`<span class="cell-bar"><span></span><b title="No outcome is known">${MISSING}</b></span>`;
  const at = (value: number): string => percentAt((value - low) / (1 - low));
  const value = Number(kpi.value);
  const target = kpi.target === null ? null : Number(kpi.target);
  const tone = kpi.status === null || kpi.status === "on_target" ? "ok" : "miss";
  return html`<span class="cell-bar" title="${exactText(value, "percent")}"><svg class="dots" aria-hidden="true"><line x1="0" x2="100%" y1="7" y2="7"/>${
    target !== null &&
    html`<line class="lead ${tone}" x1="${at(target)}" x2="${at(value)}" y1="7" y2="7"/><line class="bar-tick" x1="${at(target)}" x2="${at(target)}" y1="1" y2="13"/>`
  }<circle class="${tone}" cx="${at(value)}" cy="7" r="3.5"/></svg><b>${shortText(value, "percent")}</b></span>`;
}

/** Met or not, as a shape and a word. */
export function verdict(kpi: Pick<BotKpi, "status" | "better"> | undefined): Html {
  if (!kpi || kpi.status === null) return html`<span class="dim">${MISSING}</span>`;
  const met = kpi.status === "on_target";
  const missed = kpi.better === "down" ? "Over" : "Below";
  return html`<span class="verdict verdict-${met ? "ok" : "miss"}">${icon(met ? "i-check" : "i-triangle-alert", "i i-s")}${met ? "Met" : missed}</span>`;
}

function latencyOf({ kpis }: BotRow): BotKpi | null {
  const key = LATENCIES.find((one) => kpis[one]?.value !== null && kpis[one] !== undefined);
  return key === undefined ? null : (kpis[key] ?? null);
}

function latencyBar(kpi: BotKpi | null): Html {
  if (kpi === null || kpi.value === null)
    return html`<span class="cell-bar"><span></span><b title="No latency is reported">${MISSING}</b></span>`;
  const text = shortText(kpi.value, "duration");
  if (kpi.target === null)
    return html`<span class="cell-bar" title="${kpi.label}; no target"><span></span><b>${text}</b></span>`;
  const share = (Number(kpi.value) / Number(kpi.target)) * TARGET_AT;
  const tick = percentAt(TARGET_AT);
  return html`<span class="cell-bar" title="${kpi.label}"><svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/><rect class="${kpi.status === "on_target" ? "bar-fill" : "bar-warn"}" width="${percentAt(share)}" height="100%"/><line class="bar-tick" x1="${tick}" x2="${tick}" y1="-3" y2="9"/></svg><b>${text}</b></span>`;
}

function percentAt(share: number): string {
  return `${Math.round(Math.max(0, Math.min(1, share)) * 1_000) / 10}%`;
}

/** 85%, or lower in steps of five where a bot is: no dot stands outside. */
function lowOf(lines: readonly BotLine[]): number {
  const known = lines.flatMap(({ row }) => {
    const kpi = row.kpis.bot_success_rate;
    return [kpi?.value, kpi?.target].filter((value) => value !== null && value !== undefined).map(Number);
  });
  const least = Math.min(0.85, ...known);
  return Math.max(0, Math.floor(least * 20 + 1e-9) / 20);
}

function sharedTarget(lines: readonly BotLine[]): string {
  const [target] = lines.map(({ row }) => row.success_target);
  return target === null || target === undefined ? "" : `, target ${shortText(target, "percent")}`;
}

function summary(lines: readonly BotLine[], total: number): string {
  const words = (["active", "idle", "offline", "error"] as const).flatMap((status) => {
    const count = lines.filter(({ row }) => row.status === status).length;
    return count === 0 ? [] : [`${count} ${status === "error" ? "in error" : status}`];
  });
  return words.join(", ") + (total > lines.length ? `, ${total - lines.length} more` : "");
}

function trendName(name: string): string {
  const named: Readonly<Record<string, string>> = {
    "24h": "24 hours",
    "7d": "7 days",
    "30d": "30 days",
    "90d": "90 days",
    "1y": "Year",
    all: "All time",
  };
  return named[name] ?? "Trend";
}
