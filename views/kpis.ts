import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";
import { layout, type ShellUser } from "./layout.ts";
import { csrfField, formField } from "./parts/field.ts";
import { emptyState, notice } from "./parts/states.ts";

export interface KpiListRow {
  key: string;
  label: string;
  unit: string;
  formula: string;
  location_id: string | null;
  /** Name of its location, or that it holds for all. */
  location: string;
  version: number;
  changed: string;
  changed_by: string | null;
  /** Whether this person may change it. */
  editable: boolean;
}

export interface KpiVersionRow {
  version: number;
  /** null for a removal. */
  formula: string | null;
  changed: string;
  changed_by: string | null;
}

/** What a form for a KPI holds, as typed. */
export interface KpiTyped {
  key: string;
  label: string;
  unit: string;
  better: string;
  description: string;
  formula: string;
  location_id: string;
}

/** What the check of a formula found. */
export type FormulaCheck =
  | { ok: true; value: string; fields: readonly string[]; types: readonly string[] }
  | { ok: false; detail: string; formula: string; position: number | null };

export interface KpisPageProps {
  user: ShellUser;
  kpis: readonly KpiListRow[];
  /** The form; null for those who may not define KPIs. */
  form: {
    typed: KpiTyped;
    /** The KPI that is being changed; null for a new one. */
    editing: string | null;
    /** By field. */
    errors: Readonly<Record<string, string>>;
    check: FormulaCheck | null;
    locations: readonly { location_id: string; name: string }[];
    /** Whether one may be defined for all locations. */
    any_location: boolean;
    /** Of the KPI that is being changed, newest first. */
    versions: readonly KpiVersionRow[];
  } | null;
  /** What was done just now. */
  done: string | null;
}

const UNITS: readonly { unit: string; label: string }[] = [
  { unit: "count", label: "Count" },
  { unit: "money", label: "Money" },
  { unit: "percent", label: "Percent" },
  { unit: "ratio", label: "Ratio" },
  { unit: "duration", label: "Duration, from milliseconds" },
  { unit: "score", label: "Score" },
];

/** The team's own KPIs: a list, and a form that checks the formula while it is written. Works without script. */
export function kpisPage({ user, kpis, form, done }: KpisPageProps): Html {
  return layout({
    title: "KPIs",
    user,
    nav: "kpis",
    body: html`<div class="page-head"><h1>KPIs</h1><p class="sub">Those of the team, beside the ${html`<a class="link" href="/docs/kpis">built-in ones</a>`}. They can be used wherever a KPI can.</p></div>
    <div class="stack">${done !== null && notice("ok", done)}
    <div class="grid">
      <section class="panel ${form === null ? "" : "span-7"}" aria-labelledby="kpis-h">
        <div class="panel-head"><h2 id="kpis-h">Defined by the team</h2></div>
        ${kpis.length === 0 ? emptyState("i-activity", "None yet", "A formula over events makes one, such as revenue for each call.") : kpiTable(user.csrf, kpis)}
      </section>
      ${form !== null && html`<div class="span-5 stack">${kpiForm(user.csrf, form)}${form.versions.length > 0 && versionList(form.versions)}</div>`}
    </div></div>`,
  });
}

function kpiTable(csrf: string, kpis: readonly KpiListRow[]): Html {
  return html`<div class="table-scroll" tabindex="0" role="group" aria-labelledby="kpis-h"><table class="table table-stack kpi-table">
    <thead><tr><th scope="col">KPI</th><th scope="col">Where</th><th scope="col">Version</th><th scope="col"><span class="vh">Change</span></th></tr></thead>
    <tbody>${kpis.map((kpi) => kpiRow(csrf, kpi))}</tbody>
  </table></div>`;
}

function kpiRow(csrf: string, kpi: KpiListRow): Html {
  const { key, label, formula, location_id, location, version, changed, changed_by, editable } = kpi;
  return html`<tr>
    <td class="wide kpi-what"><span class="strong">${label}</span> <code class="dim">${key}</code><code class="formula">${formula}</code></td>
    <td data-label="Where">${location}</td>
    <td data-label="Version"><span class="cell-2"><span>${version}</span><small>${changed}${changed_by !== null && html`, ${changed_by}`}</small></span></td>
    <td>${
      editable &&
      html`<div class="btn-group"><a class="btn btn-small" href="/settings/kpis?${editQuery(key, location_id)}" aria-label="Change ${label}">Change</a>
      <form method="post" action="/settings/kpis/${key}/removal">${csrfField(csrf)}<input type="hidden" name="location_id" value="${location_id ?? ""}"><button class="btn btn-small" type="submit" aria-label="Remove ${label}">Remove</button></form></div>`
    }</td>
  </tr>`;
}

function kpiForm(csrf: string, form: NonNullable<KpisPageProps["form"]>): Html {
  const { typed, editing, errors, check, locations, any_location } = form;
  const action = editing === null ? "/settings/kpis" : `/settings/kpis/${editing}`;
  return html`<form class="setup-card kpi-form" method="post" action="${action}" aria-labelledby="kpi-form-h">
    <h2 id="kpi-form-h">${editing === null ? "New KPI" : html`Change <code>${editing}</code>`}</h2>
    ${csrfField(csrf)}
    ${formField({
      id: "kpi-label",
      label: "Label",
      error: errors.label,
      control: (described) =>
        html`<input class="input" id="kpi-label" name="label" maxlength="80" value="${typed.label}" autocomplete="off"${described} required>`,
    })}
    ${
      editing === null
        ? formField({
            id: "kpi-key",
            label: "Key",
            error: errors.key,
            hint: "Its name in the API, such as revenue_per_call. It stays.",
            control: (described) =>
              html`<input class="input mono" id="kpi-key" name="key" maxlength="64" value="${typed.key}" autocomplete="off" spellcheck="false"${described} required>`,
          })
        : html`<input type="hidden" name="key" value="${editing}">`
    }
    ${formField({
      id: "kpi-formula",
      label: "Formula",
      error: errors.formula,
      hint: html`Such as <code>sum(value, type = "deal_closed") / count(type = "call_completed")</code>. Also <code>mean</code>, <code>percentile</code>, <code>contacts</code>.`,
      control: (described) =>
        html`<textarea class="input mono" id="kpi-formula" name="formula" rows="4" spellcheck="false" autocomplete="off" hx-post="/settings/kpis/check" hx-trigger="input delay:400ms" hx-include="closest form" hx-target="#formula-check" hx-swap="outerHTML"${described} required>${typed.formula}</textarea>`,
    })}
    ${formulaCheck(check)}
    <div class="kpi-pair">
    ${formField({
      id: "kpi-unit",
      label: "Unit",
      error: errors.unit,
      control: (described) =>
        html`<select class="input" id="kpi-unit" name="unit"${described}>${UNITS.map(({ unit, label }) => html`<option value="${unit}"${unit === typed.unit && html` selected`}>${label}</option>`)}</select>`,
    })}
    ${formField({
      id: "kpi-better",
      label: "Better",
      error: errors.better,
      control: (described) => html`<select class="input" id="kpi-better" name="better"${described}>
        <option value="">Neither</option>
        <option value="up"${typed.better === "up" && html` selected`}>Higher</option>
        <option value="down"${typed.better === "down" && html` selected`}>Lower</option>
      </select>`,
    })}
    </div>
    ${editing === null ? locationField(typed.location_id, locations, any_location, errors.location_id) : html`<input type="hidden" name="location_id" value="${typed.location_id}">`}
    ${formField({
      id: "kpi-description",
      label: "Description",
      error: errors.description,
      control: (described) =>
        html`<input class="input" id="kpi-description" name="description" maxlength="500" value="${typed.description}" autocomplete="off"${described}>`,
    })}
    <div class="btn-group">
      <button class="btn btn-primary" type="submit" name="do" value="save">${editing === null ? "Create KPI" : "Save as a new version"}</button>
      <button class="btn" type="submit" name="do" value="check" formnovalidate>Check formula</button>
      ${editing !== null && html`<a class="btn btn-quiet" href="/settings/kpis">Cancel</a>`}
    </div>
  </form>`;
}

function locationField(
  chosen: string,
  locations: readonly { location_id: string; name: string }[],
  any_location: boolean,
  error: string | undefined,
): Html {
  return formField({
    id: "kpi-location",
    label: "Where",
    error,
    hint: "A location's own definition beats the one for all.",
    control: (described) => html`<select class="input" id="kpi-location" name="location_id"${described}>
      ${any_location && html`<option value="">All locations</option>`}
      ${locations.map(({ location_id, name }) => html`<option value="${location_id}"${location_id === chosen && html` selected`}>${name}</option>`)}
    </select>`,
  });
}

/** What stands under the formula: its value and what it reads, or where it is wrong. A fragment of its own. */
export function formulaCheck(check: FormulaCheck | null): Html {
  if (check === null) return html`<div id="formula-check" aria-live="polite"></div>`;
  if (check.ok) {
    const { value, fields, types } = check;
    return html`<div id="formula-check" class="formula-check" aria-live="polite">
      <p class="ok">${icon("i-check", "i i-s")}<span>Over the last 30 days: <b>${value}</b></span></p>
      <p class="dim">${types.length > 0 && html`Event types: ${named(types)}. `}Fields: ${fields.length === 0 ? "none" : named(fields)}.</p>
    </div>`;
  }
  const { detail, formula, position } = check;
  return html`<div id="formula-check" class="formula-check" aria-live="polite">
    <p class="err">${icon("i-circle-alert", "i i-s")}<span>${detail}</span></p>
    ${position !== null && marked(formula, position)}
  </div>`;
}

/** The formula with the place of the fault marked. */
function marked(formula: string, position: number): Html {
  const at = formula.slice(position, position + 1).trim();
  return html`<pre class="code" aria-hidden="true">${formula.slice(0, position)}<mark>${at === "" ? " " : at}</mark>${formula.slice(position + 1)}</pre>`;
}

function versionList(versions: readonly KpiVersionRow[]): Html {
  return html`<section class="panel" aria-labelledby="versions-h">
    <div class="panel-head"><h2 id="versions-h">Versions</h2><span class="meta">Newest first</span></div>
    <ol class="versions">${versions.map(
      ({ version, formula, changed, changed_by }) =>
        html`<li><span><b>${version}</b> <span class="dim">${changed}${changed_by !== null && html`, ${changed_by}`}</span></span>${formula === null ? html`<span class="dim">Removed</span>` : html`<code class="formula">${formula}</code>`}</li>`,
    )}</ol>
  </section>`;
}

function named(names: readonly string[]): Html {
  return html`${names.map((name, i) => html`${i > 0 && ", "}<code>${name}</code>`)}`;
}

function editQuery(key: string, location_id: string | null): string {
  return new URLSearchParams({ edit: key, ...(location_id === null ? {} : { location_id }) }).toString();
}
