/** The settings of one card: one form a kind, the same for a new card and one that is there, with script and without. */

import { COLUMNS } from "../../src/catalogue/grid.ts";
import { KPIS } from "../../src/catalogue/kpis.ts";
import type { DashboardCard } from "../../src/control/dashboard-cards.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { csrfField, formField } from "../parts/field.ts";
import type { Errors } from "../parts/settings.ts";

export interface CardFormProps {
  /** "Chart". */
  heading: string;
  dashboard_id: string;
  csrf: string;
  revision: number;
  /** As it is, or as a new one of this kind begins. */
  card: DashboardCard;
  /** Not on the dashboard yet. */
  fresh: boolean;
  kpis: readonly { key: string; label: string }[];
  dimensions: readonly { field: string; label: string }[];
  types: readonly string[];
  errors: Errors;
}

const TIMEFRAMES: readonly (readonly [string, string])[] = [
  ["", "As the page"],
  ["24h", "24 hours"],
  ["7d", "7 days"],
  ["30d", "30 days"],
  ["90d", "90 days"],
  ["1y", "1 year"],
  ["all", "All time"],
];
const CHARTS: readonly (readonly [string, string])[] = [
  ["line", "Lines"],
  ["bar", "Bars"],
  ["stacked", "Stacked"],
  ["heat", "Hours of the week"],
];
const GRAINS: readonly (readonly [string, string])[] = [
  ["", "As the timeframe"],
  ["hour", "Hours"],
  ["day", "Days"],
  ["week", "Weeks"],
  ["month", "Months"],
];
const WAYS: readonly (readonly [string, string])[] = [
  ["contact_id", "Contacts"],
  ["conversation_id", "Conversations"],
];

export function cardForm(props: CardFormProps): Html {
  const { dashboard_id, csrf, revision, card, fresh, errors } = props;
  const action = `/dashboards/${dashboard_id}/cards${fresh ? "" : `/${card.id}`}`;
  return html`<form class="form edit-form" method="post" action="${action}" data-edit-form>
    ${csrfField(csrf)}<input type="hidden" name="revision" value="${revision}"><input type="hidden" name="kind" value="${card.kind}"><input type="hidden" name="id" value="${card.id}">
    ${errors.form !== undefined && html`<p class="form-note is-bad" role="alert">${icon("i-circle-alert")}${errors.form}</p>`}
    ${own(props)}
    ${"timeframe" in card && figures(card, errors)}
    ${text("title", "Title", card.title, errors, { maxlength: 80, hint: "Empty: as its contents say." })}
    ${place(card)}
    <div class="btn-group"><button class="btn btn-primary" type="submit">${fresh ? "Add the card" : "Apply"}</button>${
      !fresh &&
      html`<button class="btn" type="submit" formaction="/dashboards/${dashboard_id}/cards/${card.id}/removal" data-edit-drop>Remove</button>`
    }</div>
  </form>`;
}

function own({ card, kpis, dimensions, types, errors }: CardFormProps): Html {
  switch (card.kind) {
    case "kpi":
      return choice("kpi", "KPI", kpiOptions(kpis), card.kpi, errors);
    case "chart":
      return html`${choice("kpi", "KPI", kpiOptions(kpis), card.kpi, errors)}
        ${choice("chart", "Drawn as", CHARTS, card.chart, errors)}
        ${choice("by", "Split by", [["", "Not split"], ...dimensionOptions(dimensions, card.by)], card.by ?? "", errors)}
        ${choice("grain", "By", GRAINS, card.grain ?? "", errors)}`;
    case "table":
      return html`${several("kpis", "KPIs", kpiOptions(kpis), card.kpis, errors)}
        ${choice("by", "By", dimensionOptions(dimensions, card.by), card.by, errors)}
        ${number("rows", "Rows", card.rows, 1, 100, errors)}`;
    case "funnel":
      return html`${text("steps", "Steps", card.steps.join(", "), errors, { list: types, hint: "Event types in their order, parted by commas: lead_created, lead_qualified, deal_closed. Empty: the lead funnel." })}
        ${choice("by", "Of", WAYS, card.by, errors)}
        ${number("window_days", "Within days", card.window_days, 1, 3_660, errors)}`;
    case "text":
      return formField({
        id: "card-text",
        label: "Text",
        error: errors.text,
        hint: "# Heading, - list, **bold**, *slanted*, [words](https://example.com).",
        control: (described) =>
          html`<textarea class="input" id="card-text" name="text" rows="8" maxlength="4000"${described}>${card.text}</textarea>`,
      });
    default:
      return html`<p class="hint">It shows what is newest, in the location of the page.</p>`;
  }
}

function figures({ timeframe, filters }: Extract<DashboardCard, { timeframe: unknown }>, errors: Errors): Html {
  return html`${choice("timeframe", "Timeframe", TIMEFRAMES, timeframe ?? "", errors)}
    ${formField({
      id: "card-filters",
      label: "Filters",
      error: errors.filters,
      hint: "One a line: bot_id:eq:seller-bot. They take the place of the page’s filters of the same field.",
      control: (described) =>
        html`<textarea class="input mono" id="card-filters" name="filters" rows="2"${described}>${filters.join("\n")}</textarea>`,
    })}`;
}

function place({ x, y, w, h }: DashboardCard): Html {
  const field = (name: string, label: string, value: number, least: number, most: number): Html =>
    html`<div class="field"><label for="card-${name}">${label}</label><input class="input" id="card-${name}" name="${name}" type="number" value="${value}" min="${least}" max="${most}" required></div>`;
  return html`<fieldset class="field"><legend class="label">Place</legend><div class="edit-place">${field("x", "Column", x + 1, 1, COLUMNS)}${field("y", "Row", y + 1, 1, 200)}${field("w", "Wide", w, 1, COLUMNS)}${field("h", "High", h, 1, 24)}</div></fieldset>`;
}

type Options = readonly (readonly [string, string])[];

function choice(name: string, label: string, options: Options, chosen: string, errors: Errors): Html {
  return formField({
    id: `card-${name}`,
    label,
    error: errors[name],
    control: (described) =>
      html`<select class="input" id="card-${name}" name="${name}"${described}>${optionsOf(options, [chosen])}</select>`,
  });
}

function several(name: string, label: string, options: Options, chosen: readonly string[], errors: Errors): Html {
  return formField({
    id: `card-${name}`,
    label,
    error: errors[name],
    hint: "Up to six; hold Ctrl to choose several.",
    control: (described) =>
      html`<select class="input edit-several" id="card-${name}" name="${name}" multiple size="8"${described}>${optionsOf(options, chosen)}</select>`,
  });
}

function optionsOf(options: Options, chosen: readonly string[]): Html {
  return html`${options.map(
    ([value, words]) => html`<option value="${value}"${chosen.includes(value) && html` selected`}>${words}</option>`,
  )}`;
}

function text(
  name: string,
  label: string,
  value: string,
  errors: Errors,
  { maxlength = 600, hint, list }: { maxlength?: number; hint: string; list?: readonly string[] },
): Html {
  return html`${formField({
    id: `card-${name}`,
    label,
    error: errors[name],
    hint,
    control: (described) =>
      html`<input class="input" id="card-${name}" name="${name}" value="${value}" maxlength="${maxlength}"${list && html` list="card-${name}-list"`}${described}>`,
  })}${list && html`<datalist id="card-${name}-list">${list.map((one) => html`<option value="${one}">`)}</datalist>`}`;
}

function number(name: string, label: string, value: number, least: number, most: number, errors: Errors): Html {
  return formField({
    id: `card-${name}`,
    label,
    error: errors[name],
    control: (described) =>
      html`<input class="input" id="card-${name}" name="${name}" type="number" value="${value}" min="${least}" max="${most}" required${described}>`,
  });
}

function kpiOptions(kpis: CardFormProps["kpis"]): Options {
  const built = new Set(KPIS.map(({ key }) => key));
  return kpis.map(({ key, label }) => [key, built.has(key) ? label : `${label} (your team’s)`]);
}

/** What the card is split by is offered even where it is no field of the catalogue. */
function dimensionOptions(dimensions: CardFormProps["dimensions"], chosen: string | null): Options {
  const known = dimensions.map(({ field, label }) => [field, label] as const);
  const missing = chosen !== null && chosen !== "" && !dimensions.some(({ field }) => field === chosen);
  return missing ? [...known, [chosen, chosen]] : known;
}
