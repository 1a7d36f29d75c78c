import { type Html, html } from "../html.ts";
import type { ChartProps, ChartSeries } from "./chart.ts";

/** What is drawn and how it is called: each entry hides and shows its series. */
export function legendOf(props: ChartProps): Html {
  const { id, kind, series, forecast, awaits_forecast, anomalies = [], buckets } = props;
  const cut = buckets.some(({ partial }) => partial) && (kind === "bars" || kind === "stacked");
  return html`<ul class="legend" aria-label="Legend, each entry hides or shows its series">
    ${series
      .filter((one) => one.role !== "aside" && one.values.some((value) => value !== null))
      .map((one) => entry(id, one.key, html`${keyOf(kind, one)}${one.label}${one.note && html` <b>${one.note}</b>`}`))}
    ${forecast && entry(id, "forecast", html`${lineKey("k-fore")}${forecast.label ?? "Forecast"}`)}
    ${forecast && html`<li>${boxKey("k-band")}${forecast.band ?? "80% band"}</li>`}
    ${!forecast && awaits_forecast && html`<li class="is-awaited" aria-hidden="true">${lineKey("k-fore")}Forecast</li><li class="is-awaited" aria-hidden="true">${boxKey("k-band")}80% band</li>`}
    ${anomalies.length > 0 && html`<li><svg class="key k-alert" aria-hidden="true"><path d="M7 0 12 5 7 10 2 5Z"/></svg>Anomaly</li>`}
    ${cut && html`<li>${boxKey("k-partial")}Partial</li>`}
  </ul>`;
}

function entry(id: string, key: string, content: Html): Html {
  return html`<li><button type="button" data-legend="chart-${id}" data-series="${key}" aria-pressed="true">${content}</button></li>`;
}

function keyOf(kind: ChartProps["kind"], { role, colour = 1 }: ChartSeries): Html {
  if (role === "previous") return lineKey("k-ghost");
  if (role === "target") return lineKey("k-target");
  if (role === "mean") return lineKey(`k${colour}`);
  if (kind === "bars" && role === "value") return boxKey("k-soft");
  return kind === "bars" || kind === "stacked" ? boxKey(`k-box k${colour}`) : lineKey(`k${colour}`);
}

function lineKey(classes: string): Html {
  return html`<svg class="key ${classes}" aria-hidden="true"><path d="M0 5h14"/></svg>`;
}

function boxKey(classes: string): Html {
  return html`<svg class="key ${classes}" aria-hidden="true"><rect x="1" y="0" width="12" height="10" rx="1"/></svg>`;
}
