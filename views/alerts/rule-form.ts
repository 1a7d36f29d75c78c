import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { csrfField, fieldError, formField } from "../parts/field.ts";
import { type Errors, locationSelect, type PlaceOption } from "../parts/settings.ts";
import { HEAD_FIELDS, MORE_FIELDS, RULE_FORMS, type RuleField, TOLD_FIELDS, WITHOUT_LOCATION } from "./rule-fields.ts";

/** What the form holds as it was typed: every field a list, as forms send them. */
export type RuleTyped = Readonly<Record<string, readonly string[]>>;

/** What a rule would have said in the past. */
export interface BacktestShown {
  summary: string;
  /** Newest first, a few. */
  firings: readonly { where: string; from: string; lasted: string; peak: string | null; told: string }[];
  more: number;
  evaluations: string;
}

export type Tried = { ok: true; backtest: BacktestShown } | { ok: false; errors: Errors } | null;

export interface RuleFormProps {
  csrf: string;
  kind: string;
  /** The rule that is changed; null for a new one. */
  editing: string | null;
  typed: RuleTyped;
  errors: Errors;
  tried: Tried;
  kpis: readonly { key: string; label: string; unit: string }[];
  locations: readonly PlaceOption[];
  any_location: boolean;
  channels: readonly { channel_id: string; name: string; kind: string }[];
  /** May this person keep it? Else it can be tried alone. */
  keeps: boolean;
}

const DAYS: readonly string[] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/** Names of fields as faults are told of them. */
const FIRST_OF_MORE = new Set(MORE_FIELDS.map(({ name }) => name));

/** A rule of one kind, new or changed, with what it would have said. */
export function ruleForm(props: RuleFormProps): Html {
  const { csrf, kind, editing, errors, keeps, tried } = props;
  const known = RULE_FORMS.find((one) => one.kind === kind);
  const action = editing === null ? "/alerts/rules" : `/alerts/rules/${encodeURIComponent(editing)}`;
  const places = WITHOUT_LOCATION.includes(kind);
  const head = HEAD_FIELDS.filter(({ control }) => control !== "location" || !places);
  const told = TOLD_FIELDS.filter(({ name }) => name !== "channels" || keeps);
  const wrong = Object.keys(errors).some((name) => FIRST_OF_MORE.has(name));
  const on = props.typed.enabled?.[0] !== "false";
  return html`<form class="setup-card span-5 rule-form" method="post" action="${action}" aria-labelledby="rule-form-h">
    <div><h2 id="rule-form-h">${editing === null ? (keeps ? "New rule" : "Try a rule") : keeps ? "Change the rule" : "The rule"}: ${known?.label.toLowerCase()}</h2><p class="dim">${known?.says}.</p></div>
    ${csrfField(csrf)}<input type="hidden" name="kind" value="${kind}">${editing !== null && html`<input type="hidden" name="editing" value="${editing}">`}<input type="hidden" name="enabled" value="${String(on)}">
    ${fieldsOf(props, head)}
    ${fieldsOf(props, known?.fields ?? [])}
    ${fieldsOf(props, told)}
    <details class="more"${wrong && html` open`}><summary>${icon("i-chevron-right", "i i-s")}Timing, quiet hours, grouping</summary><div class="stack mt-3">${fieldsOf(props, MORE_FIELDS)}</div></details>
    ${!on && html`<p class="dim">This rule is off.</p>`}
    <div class="btn-group">
      ${keeps && html`<button class="btn btn-primary" type="submit">${editing === null ? "Keep the rule" : "Save"}</button>`}
      <button class="btn" type="submit" formaction="/alerts/rules/backtest#backtest" formnovalidate hx-post="/alerts/rules/backtest" hx-target="#backtest" hx-swap="outerHTML">Try on the last 30 days</button>
      <a class="btn btn-quiet" href="/alerts/rules">Cancel</a>
    </div>
    ${backtestPart(tried)}
  </form>`;
}

/** What it would have said; a fragment of its own. */
export function backtestPart(tried: Tried): Html {
  if (tried === null) return html`<div id="backtest" aria-live="polite"></div>`;
  if (!tried.ok) {
    return html`<div id="backtest" class="backtest" aria-live="polite"><ul class="stack">${Object.entries(
      tried.errors,
    ).map(
      ([name, detail]) =>
        html`<li class="err">${icon("i-circle-alert", "i i-s")}<span>${name !== "form" && html`<b>${labelOf(name)}:</b> `}${detail}</span></li>`,
    )}</ul></div>`;
  }
  const { summary, firings, more, evaluations } = tried.backtest;
  return html`<div id="backtest" class="backtest" aria-live="polite">
    <p><b>${summary}</b> <span class="dim">${evaluations}</span></p>
    ${
      firings.length > 0 &&
      html`<div class="table-scroll"><table class="table"><thead><tr><th scope="col">From</th><th scope="col" class="num">For</th><th scope="col" class="num">Worst</th><th scope="col">Told</th></tr></thead>
      <tbody>${firings.map(({ where, from, lasted, peak, told }) => html`<tr><td><span class="cell-2">${from}<small>${where}</small></span></td><td class="num">${lasted}</td><td class="num">${peak ?? "–"}</td><td>${told}</td></tr>`)}</tbody></table></div>`
    }
    ${more > 0 && html`<p class="dim">And ${more} more before these.</p>`}
  </div>`;
}

function labelOf(name: string): string {
  const all = [...HEAD_FIELDS, ...RULE_FORMS.flatMap(({ fields }) => fields), ...TOLD_FIELDS, ...MORE_FIELDS];
  return all.find((field) => field.name === name)?.label ?? name;
}

/** Fields in their order; those that are half stand two in a row. */
function fieldsOf(props: RuleFormProps, fields: readonly RuleField[]): readonly Html[] {
  const rows: RuleField[][] = [];
  for (const field of fields) {
    const last = rows.at(-1);
    if (field.half && last?.[0]?.half && last.length < 2) last.push(field);
    else rows.push([field]);
  }
  return rows.map((row) =>
    row.length === 1 && row[0]
      ? fieldOf(props, row[0])
      : html`<div class="pair">${row.map((field) => fieldOf(props, field))}</div>`,
  );
}

function fieldOf(props: RuleFormProps, field: RuleField): Html {
  const { name, label, hint, control } = field;
  const { typed, errors } = props;
  const id = `rule-${name.replaceAll("_", "-")}`;
  const value = typed[name]?.[0] ?? "";
  const error = errors[name];
  if (control === "check")
    return html`<label class="check"><input type="checkbox" name="${name}" value="on"${value !== "" && html` checked`}> <span>${label}</span></label>`;
  if (control === "days" || control === "channels") return boxes(props, field, id, error);
  return formField({
    id,
    label,
    error,
    ...(hint === undefined ? {} : { hint }),
    control: (described) => controlOf(props, field, id, value, described),
  });
}

function controlOf(props: RuleFormProps, field: RuleField, id: string, value: string, described: Html): Html {
  const { name, control, options = [], optional } = field;
  const required = !optional && html` required`;
  switch (control) {
    case "select":
      return html`<select class="input" id="${id}" name="${name}"${described}>${options.map((option) => html`<option value="${option.value}"${option.value === value && html` selected`}>${option.label}</option>`)}</select>`;
    case "kpi":
      return html`<select class="input" id="${id}" name="${name}"${described}>${props.kpis.map(({ key, label, unit }) => html`<option value="${key}"${key === value && html` selected`}>${label} (${unit})</option>`)}</select>`;
    case "location":
      return locationSelect({
        id,
        locations: props.locations,
        chosen: value,
        any: props.any_location ? "Every location" : null,
        described,
      });
    case "lines":
      return html`<textarea class="input" id="${id}" name="${name}" rows="2" spellcheck="false" autocomplete="off"${described}>${value}</textarea>`;
    default:
      return html`<input class="input" id="${id}" name="${name}" value="${value}" maxlength="200"${control === "number" && html` inputmode="decimal"`} autocomplete="off" autocapitalize="none" spellcheck="false"${described}${required}>`;
  }
}

function boxes(
  { typed, channels }: RuleFormProps,
  { name, label, control }: RuleField,
  id: string,
  error: string | undefined,
): Html {
  const chosen = typed[name] ?? [];
  const all =
    control === "days"
      ? DAYS.map((day, index) => ({ value: String(index + 1), text: day }))
      : channels.map(({ channel_id, name: called, kind }) => ({ value: channel_id, text: `${called} (${kind})` }));
  return html`<fieldset class="choices${control === "days" && " in-row"}"${error && html` aria-describedby="${id}-err"`}><legend>${label}</legend>
    ${all.length === 0 && html`<p class="dim">No channel yet: it is on the page alone. <a class="link" href="/alerts/channels">Add a channel</a></p>`}
    ${all.map(({ value, text }) => html`<label><input type="checkbox" name="${name}" value="${value}"${chosen.includes(value) && html` checked`}> <span class="break">${text}</span></label>`)}
    ${error && fieldError(`${id}-err`, error)}
  </fieldset>`;
}
