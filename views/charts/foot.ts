import { exactText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import type { ChartProps } from "./chart.ts";
import { partialNote } from "./data.ts";

/** Below a chart: its values, what was noted about its buckets, which of them are cut. */
export function footOf(props: ChartProps): Html {
  const { id, title, annotations = [] } = props;
  const note = partialNote(props.buckets);
  return html`${
    annotations.length > 0 &&
    html`<ul class="annots" aria-label="Annotations">${annotations.map(({ letter, when, text, by }) => html`<li title="${by}"><span class="flag">${letter}</span>${when}, ${text}</li>`)}</ul>`
  }
    ${valuesAsTable(`${id}-rows`, title, rowsOf(props))}
    ${note !== null && html`<span class="end">${note}</span>`}`;
}

/** Behind one click; open it stays open when a push changes it. */
export function valuesAsTable(id: string, title: string, table: Html): Html {
  return html`<details class="rows" id="${id}"><summary class="link">${icon("i-table-2")}Values as a table</summary><div class="table-scroll rows-table" tabindex="0" role="group" aria-label="${title}, values">${table}</div></details>`;
}

function rowsOf(props: ChartProps): Html {
  const { unit, currency, buckets, series, forecast, rowName = "Period" } = props;
  const shown = series.filter(({ values }) => values.some((value) => value !== null));
  const band = (at: number): Html | string => {
    const [lower, upper] = [forecast?.lower[at] ?? null, forecast?.upper[at] ?? null];
    return lower === null || upper === null
      ? "–"
      : `${exactText(lower, unit, currency)} – ${exactText(upper, unit, currency)}`;
  };
  return html`<table class="table">
    <thead><tr><th scope="col">${rowName}</th>${shown.map(({ label }) => html`<th scope="col" class="num">${label}</th>`)}${forecast && html`<th scope="col" class="num">${forecast.label ?? "Forecast"}</th><th scope="col" class="num">${forecast.band ?? "80% band"}</th>`}</tr></thead>
    <tbody>${buckets.map(
      ({ long, partial }, at) =>
        html`<tr><td>${long}${partial && html` <span class="dim">partial</span>`}</td>${shown.map((one) => html`<td class="num">${exactText(one.values[at] ?? null, one.unit ?? unit, one.currency ?? currency)}</td>`)}${forecast && html`<td class="num">${exactText(forecast.median[at] ?? null, unit, currency)}</td><td class="num">${band(at)}</td>`}</tr>`,
    )}</tbody></table>`;
}
