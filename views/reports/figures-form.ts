import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { EXPORT_FORMATS } from "../parts/export-menu.ts";
import { queryText } from "../parts/query.ts";
import type { ReportsShown } from "../reports.ts";

const GRAINS = ["hour", "day", "week", "month", "quarter", "year"];

/** Any figure by a dimension and a grain: a form that leads to the file. */
export function figuresForm({ report, query }: ReportsShown): Html {
  const { kpis, dimensions } = report;
  const kept = [...new URLSearchParams(queryText(query, { own: {}, compare: true, currency: null }))];
  return html`<section class="panel" aria-labelledby="figures-h">
    <header class="panel-head"><h2 id="figures-h">Figures</h2><span class="meta">Any figure, split and over time</span></header>
    <form class="form" method="get" action="/api/export/query">
      ${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
      <div class="field"><label for="report-kpi">Figure</label><select class="input" id="report-kpi" name="kpi">${kpis.map(
        ({ key, label }) => html`<option value="${key}"${key === "revenue" && html` selected`}>${label}</option>`,
      )}</select></div>
      <div class="report-pair">
        <div class="field"><label for="report-by">Split by</label><select class="input" id="report-by" name="by"><option value="">Not split</option>${dimensions.map(
          ({ name, label }) => html`<option value="${name}">${label}</option>`,
        )}</select></div>
        <div class="field"><label for="report-grain">Over time</label><select class="input" id="report-grain" name="grain"><option value="">As one</option>${GRAINS.map(
          (grain) => html`<option value="${grain}"${grain === "day" && html` selected`}>By ${grain}</option>`,
        )}</select></div>
      </div>
      <fieldset class="field"><legend class="label">Format</legend><div class="report-formats">${EXPORT_FORMATS.map(
        ({ format, label }, at) =>
          html`<label class="check"><input type="radio" name="format" value="${format}"${at === 0 && html` checked`}>${label}</label>`,
      )}</div></fieldset>
      <label class="check"><input type="checkbox" name="bom" value="true">Mark CSV as UTF-8, for old versions of Excel</label>
      <div class="btn-group"><button class="btn btn-primary" type="submit">${icon("i-download")}Export</button></div>
    </form>
  </section>`;
}
