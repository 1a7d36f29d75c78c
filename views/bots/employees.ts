import type { BotKpi } from "../../src/report/bot-performance.ts";
import type { CardFigure, EmployeeCard } from "../../src/report/bots/employees.ts";
import type { BotsPageReport } from "../../src/report/bots/page.ts";
import { clockTime, counted, day, decimal, exactText, MISSING, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { botStatus } from "../parts/bot-status.ts";
import { wordsOf } from "../parts/feed-words.ts";
import type { ViewQuery } from "../parts/query.ts";
import { sparkColumns } from "../parts/spark.ts";
import { failedState } from "../parts/states.ts";
import { botName } from "./matrix.ts";
import { botAvatar, tradeWords } from "./trade.ts";

export interface EmployeesContext {
  query: ViewQuery;
  timezone: string;
  now: number;
  /** "previous 30 days", in words; null when nothing is compared. */
  previous: string | null;
}

/** A card for each AI employee, whoever they are; nothing where there is none. */
export function employeesPanel({ employees }: BotsPageReport, context: EmployeesContext): Html {
  if (!employees.ok)
    return html`<div class="emps" id="employees"><section class="panel">${failedState("The AI employees could not be read", employees.reason)}</section></div>`;
  return html`<div class="emps" id="employees">${employees.value.map(({ line, card }) => employee(line, card, context))}</div>`;
}

type Line = Extract<BotsPageReport["employees"], { ok: true }>["value"][number]["line"];

function employee(line: Line, card: EmployeeCard, context: EmployeesContext): Html {
  const { row, mark } = line;
  return html`<article class="panel" id="emp-${mark}"><div class="emp">
      <header class="emp-head">${botAvatar(row, row.bot_id, true)}<div><h2>${botName(line, context.query)}</h2><p>${tradeWords(row)}</p></div>${botStatus(row.status)}</header>
      ${performance(row.kpis.bot_success_rate, card)}
      ${trio(card, context.previous)}
      ${halfHours(card)}
      ${latest(card, row.current_step, context)}
    </div></article>`;
}

/** How often it succeeds against the target; else what it says of itself. */
function performance(kpi: BotKpi | undefined, { performance }: EmployeeCard): Html {
  if (kpi && kpi.value !== null) {
    const target = kpi.target === null ? null : shortText(kpi.target, "percent");
    const at = `${Math.round(Number(kpi.target ?? 0) * 1_000) / 10}%`;
    const met = kpi.status === null || kpi.status === "on_target";
    return html`<div class="perf"><div><span>Success</span><span><b title="${exactText(kpi.value, "percent")}">${shortText(kpi.value, "percent")}</b>${target !== null && html` · target ${target}${!met && html`, below`}`}</span></div><svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/><rect class="${met ? "bar-fill" : "bar-warn"}" width="${Math.round(Number(kpi.value) * 1_000) / 10}%" height="100%"/>${target !== null && html`<line class="bar-tick" x1="${at}" x2="${at}" y1="-3" y2="7"/>`}</svg></div>`;
  }
  const said = performance === null ? MISSING : decimal(performance, 2);
  return html`<div class="perf"><div><span>${performance === null ? "Success" : "Performance, as reported"}</span><span><b>${said}</b>${performance === null && html`<span class="vh"> no outcome is known</span>`}</span></div><svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/></svg></div>`;
}

function trio({ calls, bookings, money }: EmployeeCard, previous: string | null): Html {
  return html`<dl class="trio">
      <div><dt>Calls</dt><dd>${decimal(Number(calls.value ?? 0), 0)}${change(calls, previous, (size) => decimal(size, 0))}</dd></div>
      <div><dt>Bookings</dt><dd>${decimal(Number(bookings.value ?? 0), 0)}${change(bookings, previous, (size) => decimal(size, 0))}</dd></div>
      <div><dt>${money.label}</dt><dd><span title="${exactText(money.value, "money", money.currency)}">${shortText(money.value, "money", money.currency)}</span>${change(money, previous, (size) => shortText(size, "money", money.currency))}</dd></div>
    </dl>`;
}

/** More is better for all three. */
function change({ value, previous }: CardFigure, name: string | null, write: (size: number) => string): Html {
  if (name === null || value === null || previous === null)
    return html`<span class="delta"><span class="vh">nothing to compare with</span>${MISSING}</span>`;
  const difference = Number(value) - Number(previous);
  if (difference === 0) return html`<span class="delta">unchanged<span class="vh"> from the ${name}</span></span>`;
  const up = difference > 0;
  return html`<span class="delta delta-${up ? "good" : "bad"}">${icon(up ? "i-arrow-up" : "i-arrow-down")}${write(Math.abs(difference))}<span class="vh"> ${up ? "above" : "below"} the ${name}</span></span>`;
}

function halfHours({ half_hours }: EmployeeCard): Html {
  const { counts, columns } = half_hours ?? { counts: "events" as const, columns: [] };
  const total = columns.reduce((sum, count) => sum + count, 0);
  const words =
    counts === "calls"
      ? `${counted(total, "call")} in 24 h, by the half hour`
      : `${counted(total, "event")} in 24 h, by the half hour`;
  return html`<div>${sparkColumns(columns)}<p class="bot-meta mt-1">${words}</p></div>`;
}

function latest({ latest }: EmployeeCard, step: string | null, { timezone, now }: EmployeesContext): Html {
  if (latest === null) return html`<p class="emp-latest"><span>${step ?? "Nothing but heartbeats lately"}</span></p>`;
  const { what } = wordsOf(latest);
  const today = day(latest.time, timezone) === day(now, timezone);
  return html`<p class="emp-latest"><span title="${what}">${sentence(what)}</span><time datetime="${new Date(latest.time / 1_000).toISOString()}" title="${day(latest.time, timezone)}, ${clockTime(latest.time, timezone)}">${today ? clockTime(latest.time, timezone, false) : day(latest.time, timezone)}</time></p>`;
}

function sentence(what: string): string {
  return (what[0]?.toUpperCase() ?? "") + what.slice(1);
}
