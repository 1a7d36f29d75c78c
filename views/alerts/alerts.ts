import type { Part } from "../../src/report/overview.ts";
import type { Pulse } from "../../src/report/pulse.ts";
import { partial } from "../figures.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import type { ShellUser } from "../layout.ts";
import { alertCount } from "../nav.ts";
import { type ControlsProps, locationMenu } from "../parts/controls.ts";
import { csrfField } from "../parts/field.ts";
import { type LiveProps, liveBanner, liveState } from "../parts/live-state.ts";
import { pulseFoot } from "../parts/pulse.ts";
import { queryText, type ViewQuery } from "../parts/query.ts";
import { type Errors, formNote } from "../parts/settings.ts";
import { emptyState } from "../parts/states.ts";
import { type AlertDetailProps, alertForms, alertMoving, detailHead } from "./detail.ts";
import { alertsShell } from "./shell.ts";
import { severityTag, stateMark } from "./states.ts";

/** An alert as the lists show it. */
export interface AlertItem {
  alert_id: string;
  state: string;
  severity: string;
  title: string;
  text: string;
  /** Null: the appliance itself. */
  location: string | null;
  /** "22:41" today, with the day before that. */
  since: string;
  /** The same as machines read it. */
  since_iso: string;
  /** "40 min"; of one that is over how long it was. */
  lasted: string;
  acknowledged_by: string | null;
  /** When the snooze ends. */
  snoozed_until: string | null;
  is_open: boolean;
}

/** What moves: the same for the page and for what is pushed. It is shared by all who may see and do the same. */
export interface AlertsProps {
  query: ViewQuery;
  open: readonly AlertItem[];
  /** Also those beyond the list. */
  open_total: number;
  /** In every location that they may see. */
  open_everywhere: number;
  /** Null on later pages, which do not move. */
  history: readonly AlertItem[];
  /** Where the next page of the history begins. */
  older: string | null;
  newer: boolean;
  rules_on: number;
  timezone: string;
  /** May say that somebody sees to it. */
  acts: boolean;
  detail: AlertDetailProps | null;
  pulse: Part<Pulse>;
  now: number;
}

export interface AlertsPageProps extends AlertsProps {
  user: ShellUser;
  locations: ControlsProps["locations"];
  live: LiveProps;
  done: string | null;
  errors: Errors;
  /** What was typed and is not kept. */
  typed: { note: string };
}

/** Where the buttons of the lists go: one form for all, as what is pushed must not hold anybody's token. */
export const ACT_FORM = "alert-act";

/** Alerts: what is wrong now, what was, and beside it the one that is looked at. Works without script. */
export function alertsPage(props: AlertsPageProps): Html {
  const { user, query, locations, live, done, errors, detail, typed } = props;
  return alertsShell({
    user,
    tab: "alerts",
    sub: subLine(props),
    controls: locationMenu(query, locations),
    live: liveState(live),
    navFoot: pulseFoot(props.pulse, props.now),
    banner: liveBanner(),
    content: html`<div class="stack">${formNote(done, errors.form)}
      <form id="${ACT_FORM}" method="post" action="/alerts" hidden>${csrfField(user.csrf)}<input type="hidden" name="back" value="${backOf(props)}"></form>
      ${openPanel(props)}
      ${historyPanel(props)}
    </div>`,
    aside:
      detail &&
      html`<aside class="inspector" aria-labelledby="alert-title">
        <div class="insp-head">${detailHead(detail)}<a class="btn btn-quiet btn-icon" href="/alerts${queryText(query)}" aria-label="Close">${icon("i-x")}</a></div>
        <div class="inspector-body" tabindex="0" role="group" aria-label="The alert">${alertMoving(detail, props.acts)}${props.acts && alertForms(detail, { csrf: user.csrf, errors, typed })}</div>
      </aside>`,
  });
}

/** The moving parts, one a fragment. */
export function alertsFragments(props: AlertsProps): readonly Html[] {
  return [
    partial("alerts-sub", html`<p class="sub" id="alerts-sub">${subLine(props)}</p>`),
    partial("alerts-open", openPanel(props)),
    ...(props.newer ? [] : [partial("alerts-history", historyPanel(props))]),
    ...(props.detail ? [partial("alert-moving", alertMoving(props.detail, props.acts))] : []),
    partial("nav-alerts", alertCount(props.open_everywhere)),
    partial("pulse", pulseFoot(props.pulse, props.now)),
  ];
}

function subLine({ open_total, rules_on, timezone }: AlertsProps): string {
  const open = open_total === 0 ? "Nothing is open" : `${open_total} open`;
  return `${open} · ${rules_on} ${rules_on === 1 ? "rule is" : "rules are"} on · ${timezone.replaceAll("_", " ")}`;
}

/** Back to what is looked at now. */
function backOf({ query, detail }: AlertsProps): string {
  return alertHref(query, detail?.item.alert_id ?? null);
}

/** The address of the page, with one alert opened. */
export function alertHref(query: ViewQuery, alert_id: string | null): string {
  const text = queryText(query);
  if (alert_id === null) return `/alerts${text}`;
  return `/alerts${text === "" ? "?" : `${text}&`}id=${encodeURIComponent(alert_id)}`;
}

function openPanel(props: AlertsProps): Html {
  const { open, open_total, rules_on } = props;
  return html`<section class="panel" id="alerts-open" aria-labelledby="open-h">
    <header class="panel-head"><h2 id="open-h">Open</h2>${open_total > open.length && html`<span class="meta">The newest ${open.length} of ${open_total}</span>`}</header>
    ${
      open.length > 0
        ? html`<ul class="alerts">${open.map((item) => openRow(props, item))}</ul>`
        : rules_on > 0
          ? emptyState(
              "i-check",
              "All is well",
              "No rule that is on finds anything. What fires appears here by itself.",
            )
          : html`<div class="state">${icon("i-bell", "i i-l")}<h3>No rule is on</h3><p>Alerts come from rules. Some are ready-made for your targets and bots.</p><div class="btn-group"><a class="btn btn-primary btn-small" href="/alerts/rules">Choose rules</a></div></div>`
    }
  </section>`;
}

function openRow({ query, acts, detail }: AlertsProps, item: AlertItem): Html {
  const { alert_id, state, severity, title, text, location, since, since_iso, lasted, acknowledged_by, snoozed_until } =
    item;
  const selected = detail?.item.alert_id === alert_id;
  return html`<li class="alert${selected && " is-selected"}" data-alert="${alert_id}">
    <div class="alert-state">${stateMark(state)}${severityTag(severity)}</div>
    <div class="alert-what"><h3><a class="alert-link" href="${alertHref(query, alert_id)}"${selected && html` aria-current="true"`}>${title}</a></h3><p>${text}</p>
      <p class="alert-meta"><span>${location ?? "The appliance"}</span><span>since <time datetime="${since_iso}">${since}</time>, ${lasted}</span>${acknowledged_by !== null && html`<span>${icon("i-check", "i i-s")}seen to by ${acknowledged_by}</span>`}${snoozed_until !== null && html`<span>${icon("i-clock", "i i-s")}snoozed until ${snoozed_until}</span>`}</p></div>
    ${
      acts &&
      html`<div class="btn-group alert-acts">${acknowledged_by === null && actButton(alert_id, "acknowledgement", "Acknowledge", title)}${snoozed_until === null && actButton(alert_id, "snooze", "Snooze 1 h", title, 1)}</div>`
    }
  </li>`;
}

/** A button of the one form; `hours`: of a snooze. */
export function actButton(alert_id: string, what: string, label: string, title: string, hours?: number): Html {
  return html`<button class="btn btn-small" type="submit" form="${ACT_FORM}" formaction="/alerts/${alert_id}/${what}"${hours !== undefined && html` name="hours" value="${hours}"`} aria-label="${label}: ${title}">${label}</button>`;
}

function historyPanel(props: AlertsProps): Html {
  const { history, query } = props;
  return html`<section class="panel" id="alerts-history" aria-labelledby="history-h">
    <header class="panel-head"><h2 id="history-h">History</h2><span class="meta">What is over, newest first</span></header>
    ${
      history.length === 0
        ? emptyState("i-clock", "Nothing is over yet", "Alerts that have ended are kept here for 400 days.")
        : html`<div class="table-scroll" tabindex="0" role="group" aria-labelledby="history-h"><table class="table table-stack">
      <thead><tr><th scope="col">Alert</th><th scope="col">Severity</th><th scope="col">Location</th><th scope="col">Began</th><th scope="col" class="num">Lasted</th><th scope="col">Seen to by</th></tr></thead>
      <tbody>${history.map((item) => historyRow(query, item))}</tbody></table></div>`
    }
    ${pager(props)}
  </section>`;
}

function historyRow(query: ViewQuery, item: AlertItem): Html {
  const { alert_id, title, severity, location, since, since_iso, lasted, acknowledged_by } = item;
  return html`<tr><td class="strong"><a href="${alertHref(query, alert_id)}">${title}</a></td><td data-label="Severity">${severityTag(severity)}</td><td data-label="Location"><span class="break">${location ?? "The appliance"}</span></td><td data-label="Began" class="nowrap"><time datetime="${since_iso}">${since}</time></td><td data-label="Lasted" class="num">${lasted}</td><td data-label="Seen to by">${acknowledged_by ?? html`<span class="dim">Nobody</span>`}</td></tr>`;
}

function pager({ query, older, newer }: AlertsProps): Html | false {
  if (!newer && older === null) return false;
  const text = queryText(query);
  return html`<nav class="panel-foot pager" aria-label="Pages">
    ${newer ? html`<a class="btn btn-small" href="/alerts${text}">Newest</a>` : html`<span></span>`}
    ${older !== null && html`<a class="btn btn-small" href="/alerts${text === "" ? "?" : `${text}&`}cursor=${older}" rel="next">Older</a>`}
  </nav>`;
}
