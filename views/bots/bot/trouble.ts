import { parseInstant } from "../../../src/catalogue/time.ts";
import type { BotPageReport } from "../../../src/report/bots/bot.ts";
import type { Trouble } from "../../../src/report/bots/trouble.ts";
import type { ListedEvent } from "../../../src/report/events.ts";
import type { Part } from "../../../src/report/overview.ts";
import { severityTag, stateMark } from "../../alerts/states.ts";
import { clockTime, day, exactText, yearOf } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { icon } from "../../icons.ts";
import { emptyState, failedState } from "../../parts/states.ts";

/** What went wrong: errors that it reported, what was noticed about it, alerts. */
export function errorsPanel({ errors, framed, now }: BotPageReport): Html {
  return html`<section class="panel" id="errors" aria-labelledby="h-errors">
    <header class="panel-head"><h2 id="h-errors">Errors</h2><span class="meta">Newest first, of this period</span></header>
    ${
      !errors.ok
        ? failedState("Its errors could not be read", errors.reason)
        : errors.value.length === 0
          ? emptyState("i-check", "No error in this period", "It reported none, and its status never said so.")
          : html`<ol class="mishaps">${errors.value.map((event) => error(event, framed.timezone, now))}</ol>`
    }
  </section>`;
}

function error({ time, type, data }: ListedEvent, timezone: string, now: number): Html {
  const at = parseInstant(time) ?? 0;
  const said = type === "error_occurred" ? data.message : (data.current_step ?? "Its status says error");
  const component = typeof data.component === "string" ? data.component : null;
  return html`<li>${icon("i-triangle-alert")}<span class="mishap">${component !== null && html`<b>${component}</b> `}${typeof said === "string" ? said : "No message"}</span>${when(at, timezone, now)}</li>`;
}

export function troublePanel(trouble: Part<Trouble>, timezone: string, now: number): Html {
  return html`<section class="panel" id="trouble" aria-labelledby="h-trouble">
    <header class="panel-head"><h2 id="h-trouble">Alerts and anomalies</h2><span class="meta">Last 30 days</span></header>
    ${
      !trouble.ok
        ? failedState("Alerts could not be read", trouble.reason)
        : trouble.value.alerts.length + trouble.value.anomalies.length === 0
          ? emptyState(
              "i-check",
              "Nothing was noticed",
              "No rule fired about it, and its figures are as they usually are.",
            )
          : html`<ul class="mishaps">${trouble.value.alerts.map(
              (alert) =>
                html`<li>${icon("i-bell")}<span class="mishap"><a class="link" href="/alerts?id=${encodeURIComponent(alert.alert_id)}">${alert.title}</a> ${stateMark(alert.state)} ${severityTag(alert.severity)}</span>${when(alert.began_at, timezone, now)}</li>`,
            )}${trouble.value.anomalies.map(noticed(timezone, now))}</ul>`
    }
  </section>`;
}

function noticed(timezone: string, now: number) {
  return ({ anomaly, label, unit }: Trouble["anomalies"][number]): Html => {
    const { value, expected, currency, side, severity, t } = anomaly;
    const write = (amount: number): string => exactText(amount, unit, currency ?? "USD");
    return html`<li>${icon("i-activity")}<span class="mishap"><a class="link" href="/insights">${label} ${side}</a> ${write(value)}, expected ${write(expected)} ${severityTag(severity)}</span>${when(t, timezone, now)}</li>`;
  };
}

/** The time today, else the day. */
export function when(at: number, timezone: string, now: number): Html {
  const today = day(at, timezone) === day(now, timezone);
  return html`<time datetime="${new Date(at / 1_000).toISOString()}" title="${day(at, timezone)}, ${clockTime(at, timezone)}">${today ? clockTime(at, timezone, false) : day(at, timezone, yearOf(now, timezone))}</time>`;
}
