import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import type { ShellUser } from "../layout.ts";
import { type ControlsProps, locationMenu } from "../parts/controls.ts";
import { csrfField } from "../parts/field.ts";
import type { ViewQuery } from "../parts/query.ts";
import { buttonForm, type Errors, formNote, nothingYet } from "../parts/settings.ts";
import { RULE_FORMS } from "./rule-fields.ts";
import { type RuleFormProps, ruleForm } from "./rule-form.ts";
import { alertsShell } from "./shell.ts";
import { severityTag, stateMark } from "./states.ts";

export interface RuleRow {
  rule_id: string;
  name: string;
  /** What it watches for, in words. */
  words: string;
  location: string;
  severity: string;
  enabled: boolean;
  /** Series by state, those that there are: "firing" and 2. */
  states: readonly { state: string; count: number }[];
  channels: number;
  /** May be switched, changed and taken away by this person. */
  editable: boolean;
  /** A ready-made one that was never touched has nothing to be taken away. */
  removable: boolean;
}

export interface RulesPageProps {
  user: ShellUser;
  query: ViewQuery;
  locations: ControlsProps["locations"];
  rules: readonly RuleRow[];
  /** Of the rules that people made; where the next page begins. */
  older: string | null;
  newer: boolean;
  /** Came with the appliance and are off. */
  ready: readonly RuleRow[];
  /** Null where nothing is made or changed. */
  form: RuleFormProps | null;
  /** May try rules on the past. */
  tries: boolean;
  /** May make and change rules. */
  edits: boolean;
  done: string | null;
  errors: Errors;
}

/** Rules: those in force, those that come ready-made, and a form for a new one. Works without script. */
export function rulesPage(props: RulesPageProps): Html {
  const { user, query, locations, rules, ready, form, done, errors } = props;
  return alertsShell({
    user,
    tab: "rules",
    sub: "What is watched, and whom it is told to.",
    controls: locationMenu(query, locations),
    content: html`<div class="stack">${formNote(done, errors.form)}
    <div class="grid">
      <div class="stack span-7">
        <section class="panel" aria-labelledby="rules-h">
          <header class="panel-head"><h2 id="rules-h">Rules of the team</h2><span class="meta">Those in force, and those that were</span></header>
          ${rules.length === 0 ? nothingYet("i-bell", "No rule is in force", ready.length > 0 ? "Switch a ready-made one on below, or make your own." : "Make one with the form on this page.") : ruleTable(props, rules, "rules-h")}
          ${pager(props)}
        </section>
        ${
          ready.length > 0 &&
          html`<section class="panel" aria-labelledby="ready-h">
          <header class="panel-head"><h2 id="ready-h">Ready-made</h2><span class="meta">For your targets and bots; they are off until you switch them on</span></header>
          ${ruleTable(props, ready, "ready-h")}
        </section>`
        }
      </div>
      ${form ? ruleForm(form) : props.tries && startForm(props.edits)}
    </div></div>`,
  });
}

function ruleTable(props: RulesPageProps, rules: readonly RuleRow[], heading: string): Html {
  return html`<div class="table-scroll" tabindex="0" role="group" aria-labelledby="${heading}"><table class="table table-stack rule-table">
    <thead><tr><th scope="col">On</th><th scope="col">Rule</th><th scope="col">Location</th><th scope="col">Severity</th><th scope="col">Now</th><th scope="col"><span class="vh">Change</span></th></tr></thead>
    <tbody>${rules.map((rule) => ruleRow(props, rule))}</tbody></table></div>`;
}

function ruleRow({ user, tries }: RulesPageProps, rule: RuleRow): Html {
  const { csrf } = user;
  const { rule_id, name, words, location, severity, enabled, states, channels, editable, removable } = rule;
  const id = encodeURIComponent(rule_id);
  return html`<tr>
    <td>${editable ? switchForm(csrf, id, name, enabled) : html`<span class="dim">${enabled ? "On" : "Off"}</span>`}</td>
    <td class="rule-what">${tries ? html`<a class="strong" href="/alerts/rules?edit=${id}">${name}</a>` : html`<span class="strong">${name}</span>`}<span class="formula">${words}</span></td>
    <td data-label="Location"><span class="break">${location}</span></td>
    <td data-label="Severity">${severityTag(severity)}</td>
    <td data-label="Now"><span class="rule-now">${
      !enabled
        ? html`<span class="dim">Off</span>`
        : states.length === 0
          ? html`<span class="dim">Not evaluated yet</span>`
          : states.map(({ state, count }) => html`<span>${stateMark(state)} ${count}</span>`)
    }${enabled && html`<small class="dim">${channels === 0 ? "on this page alone" : channels === 1 ? "1 channel" : `${channels} channels`}</small>`}</span></td>
    <td>${removable && buttonForm({ action: `/alerts/rules/${id}/removal`, csrf, label: "Remove", whose: name })}</td>
  </tr>`;
}

function switchForm(csrf: string, id: string, name: string, enabled: boolean): Html {
  return html`<form method="post" action="/alerts/rules/${id}/switch">${csrfField(csrf)}<input type="hidden" name="enabled" value="${String(!enabled)}"><button class="switch" type="submit" role="switch" aria-checked="${String(enabled)}" aria-label="${name}"><span aria-hidden="true"></span></button></form>`;
}

/** The first step of a new rule: what it watches for. */
function startForm(edits: boolean): Html {
  return html`<section class="panel span-5" aria-labelledby="start-h">
    <header class="panel-head"><h2 id="start-h">${edits ? "New rule" : "Try a rule"}</h2><span class="meta">Tried on the past before it is kept</span></header>
    <ul class="kinds">${RULE_FORMS.map(
      ({ kind, label, says }) =>
        html`<li><a href="/alerts/rules?new=${kind}"><span><b>${label}</b><span class="dim">${says}</span></span>${icon("i-chevron-right")}</a></li>`,
    )}</ul>
  </section>`;
}

function pager({ older, newer }: RulesPageProps): Html | false {
  if (!newer && older === null) return false;
  return html`<nav class="panel-foot pager" aria-label="Pages">
    ${newer ? html`<a class="btn btn-small" href="/alerts/rules">First</a>` : html`<span></span>`}
    ${older !== null && html`<a class="btn btn-small" href="/alerts/rules?cursor=${encodeURIComponent(older)}" rel="next">More</a>`}
  </nav>`;
}
