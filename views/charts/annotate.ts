import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { csrfField } from "../parts/field.ts";
import type { ChartAnnotation, ChartProps } from "./chart.ts";

export interface AnnotateProps {
  /** Of the session: so it stands in the page, never in what is pushed to all. */
  csrf: string;
  /** The page to come back to. */
  back: string;
  /** Of which the note may be; an empty id: of all of them. */
  places: readonly { location_id: string; name: string }[];
}

const TEXT_CHARS_MAX = 200;

/**
 * Notes something about a bucket of the chart: while it is open, a click or Enter in the chart chooses the bucket.
 * What is being typed is left alone by every push; over another stretch of time it is another form.
 */
export function annotateMenu(chart: ChartProps, props: AnnotateProps): Html {
  const { id, buckets, annotations = [] } = chart;
  const { csrf, back } = props;
  const removable = annotations.filter((one) => one.removable);
  return html`<details class="menu menu-end annotate" id="${id}-annotate" data-annotate="chart-${id}"><summary class="btn">${icon("i-flag")}Annotate</summary>
    <div class="menu-panel" id="${id}-note-${buckets[0]?.from ?? ""}-${annotations.length}" hx-morph-skip>
      <form class="annotate-form" method="post" action="/annotations" hx-post="/annotations" hx-target=".app" hx-select=".app" hx-swap="outerMorph">${csrfField(csrf)}<input type="hidden" name="back" value="${back}">${fields(chart, props)}
      <button class="btn btn-primary" type="submit">Save the note</button></form>
      ${removable.length > 0 && html`<hr class="menu-rule"><p class="menu-title">Notes in this period</p>${removable.map((one) => removal(one, props))}`}</div></details>`;
}

function fields({ id, buckets, forecast, rowName = "Period" }: ChartProps, { places }: AnnotateProps): Html {
  const running = buckets.findLastIndex(({ partial }) => partial === true);
  const past = forecast ? buckets.slice(0, Math.max(forecast.from, running + 1)) : buckets;
  return html`<p class="dim">Choose a bar or a point in the chart, or here. Everyone who sees the location sees the note.</p>
      <div class="field"><label for="${id}-at">${rowName}</label><select class="input" id="${id}-at" name="stretch">${past.map(
        ({ long, from, to }, at) =>
          html`<option value="${from} ${to}"${at === past.length - 1 && html` selected`}>${long}</option>`,
      )}</select></div>
      <div class="field"><label for="${id}-text">What happened</label><input class="input" id="${id}-text" name="text" required maxlength="${TEXT_CHARS_MAX}" autocomplete="off"></div>
      ${
        places.length === 1
          ? html`<input type="hidden" name="location_id" value="${places[0]?.location_id}">`
          : html`<div class="field"><label for="${id}-place">Location</label><select class="input" id="${id}-place" name="location_id">${places.map(({ location_id, name }) => html`<option value="${location_id}">${name}</option>`)}</select></div>`
      }
      <div class="field"><label for="${id}-kind">Kind</label><select class="input" id="${id}-kind" name="kind"><option value="note">Note</option><option value="holiday">Holiday: forecasts are told of it</option></select></div>`;
}

function removal({ id, letter, when, text }: ChartAnnotation, { csrf, back }: AnnotateProps): Html {
  return html`<form class="annotate-one" method="post" action="/annotations/${id}/removal" hx-post="/annotations/${id}/removal" hx-target=".app" hx-select=".app" hx-swap="outerMorph">${csrfField(csrf)}<input type="hidden" name="back" value="${back}"><span class="flag">${letter}</span><span class="annotate-text">${when}, ${text}</span><button class="btn btn-quiet btn-small" type="submit">Remove<span class="vh"> the note: ${text}</span></button></form>`;
}
