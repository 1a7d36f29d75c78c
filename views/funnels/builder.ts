import { eventType } from "../../src/catalogue/events.ts";
import type { StepType } from "../../src/report/funnel-page.ts";
import { decimal, nameOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { ownHref, ownWith, queryText, swapLink } from "../parts/query.ts";
import type { FunnelsShown } from "./funnels.ts";
import { type StepText, stepsText } from "./steps-text.ts";

/** As the API has it. */
const STEPS_MIN = 2;
const STEPS_MAX = 10;
const UNITS: readonly { unit: string; label: string }[] = [
  { unit: "m", label: "minutes" },
  { unit: "h", label: "hours" },
  { unit: "d", label: "days" },
  { unit: "w", label: "weeks" },
];

/** "Lead created". */
export function typeLabel(type: string): string {
  return eventType(type)?.label ?? nameOf(type.replace(/[.:]/g, " "));
}

/** The steps and how they are counted. A form that works without script; with it, each change is shown at once. */
export function funnelBuilder(shown: FunnelsShown): Html {
  const { own, report } = shown;
  const { steps } = own;
  const types = report.types.ok ? report.types.value : [];
  return html`<section class="panel span-5 top" id="builder" aria-labelledby="builder-h">
    <header class="panel-head"><h2 id="builder-h">Steps</h2><span class="meta">${own.ordered ? "in this order" : "in any order"}</span></header>
    <form class="panel-body stack" id="funnel-form" method="get" action="/funnels/steps" hx-get="/funnels/steps" hx-target=".app" hx-select=".app" hx-swap="outerMorph" hx-push-url="true" hx-trigger="submit, change">
      ${kept(shown)}
      <ol class="steps-list">${steps.map((step, index) => stepRow(shown, step, index, types))}</ol>
      ${addStep(shown, types)}
      <fieldset class="field"><legend class="label">Counted by</legend><span class="bar-row">${radio("by", "contact_id", "Contact", own.by === "contact_id")}${radio("by", "conversation_id", "Conversation", own.by === "conversation_id")}</span></fieldset>
      <div class="field"><span class="label" id="window-l">First to last step within</span><span class="bar-row window-row">${windowFields(own.window)}</span></div>
      <fieldset class="field"><legend class="label">Order</legend><span class="bar-row">${radio("ordered", "true", "As listed", own.ordered)}${radio("ordered", "false", "Any", !own.ordered)}</span></fieldset>
      <div class="btn-group"><button class="btn btn-primary" type="submit">Show</button></div>
    </form>
    <datalist id="step-types">${types.map(({ type, events }) => html`<option value="${type}">${typeLabel(type)}${events > 0 && ` · ${decimal(events, 0)} events`}</option>`)}</datalist>
    <datalist id="step-fields">${own.fields.map(({ field, label }) => html`<option value="${field}">${label}</option>`)}</datalist>
  </section>`;
}

/** What the form does not say itself. */
function kept({ query }: FunnelsShown): Html[] {
  const others = new URLSearchParams(
    queryText(query, { own: ownWith(query, { steps: null, by: null, window: null, ordered: null }) }),
  );
  return [...others].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
}

function stepRow(shown: FunnelsShown, { type, filters }: StepText, index: number, types: readonly StepType[]): Html {
  const { own, report } = shown;
  const { steps } = own;
  const id = `step-${index}`;
  const wrong = report.result.ok && "refused" in report.result.value && report.result.value.step === index;
  const unseen = report.types.ok && !types.some((one) => one.type === type && one.events > 0);
  return html`<li class="step-row"><span class="step-no" aria-hidden="true">${index + 1}</span>
    <div class="step-main"><label class="vh" for="${id}">Event of step ${index + 1}</label><input class="input" id="${id}" name="type.${index}" list="step-types" value="${type}" autocomplete="off" spellcheck="false" required pattern="[a-z][a-z0-9_.:\\-]{0,63}" maxlength="64"${wrong && html` aria-invalid="true"`}>
      <p class="hint">${typeLabel(type)}${unseen && html` · <span class="stale">none in this period</span>`}</p>
      ${filters.map((filter, place) => filterChip(shown, index, filter, place))}
      <details class="step-filter" id="${id}-more"><summary class="link">${icon("i-plus", "i i-s")}Condition<span class="vh"> of step ${index + 1}</span></summary>
        <span class="step-filter-row"><label class="vh" for="${id}-field">Field</label><input class="input" id="${id}-field" name="field.${index}" list="step-fields" placeholder="data.source" autocomplete="off" spellcheck="false" maxlength="256"><label class="vh" for="${id}-op">Comparison</label><select class="input" id="${id}-op" name="op.${index}">${own.ops.map(({ op, label }) => html`<option value="${op}">${label}</option>`)}</select><label class="vh" for="${id}-value">Value</label><input class="input" id="${id}-value" name="value.${index}" autocomplete="off" maxlength="256"></span>
      </details></div>
    <span class="step-tools" role="group" aria-label="Step ${index + 1}">${tool(shown, moved(steps, index, -1), "i-arrow-up", `Move step ${index + 1} up`)}${tool(shown, moved(steps, index, 1), "i-arrow-down", `Move step ${index + 1} down`)}${tool(shown, steps.length > STEPS_MIN ? steps.toSpliced(index, 1) : null, "i-x", `Remove step ${index + 1}`)}</span></li>`;
}

function filterChip({ query, own }: FunnelsShown, index: number, filter: string, place: number): Html {
  const without = own.steps.map((step, at) =>
    at === index ? { ...step, filters: step.filters.toSpliced(place, 1) } : step,
  );
  const words = own.words(filter);
  return html`<span class="chip"><input type="hidden" name="filter.${index}" value="${filter}">${words}<a class="chip-x" ${swapLink(ownHref(query, { steps: stepsText(without) }))} aria-label="Remove ${words}">${icon("i-x", "i i-s")}</a></span>`;
}

function moved(steps: readonly StepText[], index: number, by: number): readonly StepText[] | null {
  const to = index + by;
  const step = steps[index];
  if (!step || to < 0 || to >= steps.length) return null;
  return steps.toSpliced(index, 1).toSpliced(to, 0, step);
}

/** A link to the funnel with other steps; null: nothing to do. */
function tool(
  { query }: FunnelsShown,
  steps: readonly StepText[] | null,
  name: "i-arrow-up" | "i-arrow-down" | "i-x",
  label: string,
): Html {
  if (steps === null)
    return html`<span class="btn btn-quiet btn-icon btn-small" aria-hidden="true">${icon(name, "i i-s")}</span>`;
  return html`<a class="btn btn-quiet btn-icon btn-small" role="button" ${swapLink(ownHref(query, { steps: stepsText(steps) }))} aria-label="${label}" title="${label}">${icon(name, "i i-s")}</a>`;
}

/** The next step is one that the data has and no step asks for yet; it is changed in its row. */
function addStep({ query, own }: FunnelsShown, types: readonly StepType[]): Html {
  const next = types.find(({ type }) => own.steps.every((step) => step.type !== type));
  if (!next || own.steps.length >= STEPS_MAX) return html`<p class="dim">A funnel has ${STEPS_MAX} steps at most.</p>`;
  const href = ownHref(query, { steps: stepsText([...own.steps, { type: next.type, filters: [] }]) });
  return html`<div><a class="btn btn-small" id="add-step" role="button" ${swapLink(href)}>${icon("i-plus", "i i-s")}Add step</a></div>`;
}

function radio(name: string, value: string, label: string, checked: boolean): Html {
  return html`<label class="check"><input type="radio" name="${name}" value="${value}"${checked && html` checked`}>${label}</label>`;
}

function windowFields(window: string): Html {
  const [, count = "14", unit = "d"] = /^(\d+)([a-z]+)$/.exec(window) ?? [];
  return html`<input class="input" type="number" name="window_count" min="1" max="99999" value="${count}" aria-labelledby="window-l" required><select class="input" name="window_unit" aria-label="Unit of the window">${UNITS.map((one) => html`<option value="${one.unit}"${one.unit === unit && html` selected`}>${one.label}</option>`)}</select>`;
}
