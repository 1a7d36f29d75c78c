import type { ChartProps } from "./chart.ts";

/** What js/charts.js reads from data-chart: as asked, without what only the page shows. Money stays text: a table of it loses no digit. */
export function wireOf(props: ChartProps) {
  const { title, scope = "", kind, unit, currency = null, buckets, series, target = null, forecast = null } = props;
  const { anomalies = [], annotations = [], sync = null, zoom = null, point = null, annotate, bare, id } = props;
  return {
    id,
    title,
    scope,
    kind,
    unit,
    currency,
    names: buckets.map(({ name }) => name),
    long: buckets.map(({ long }) => long),
    from: buckets.map(({ from }) => from),
    to: buckets.map(({ to }) => to),
    partial: buckets.flatMap(({ partial }, at) => (partial ? [at] : [])),
    series: series.map(({ key, label, role, values, colour = 1, unit: own, currency: of }) => ({
      key,
      label,
      role,
      colour,
      values,
      ...(own === undefined ? {} : { unit: own }),
      ...(of === undefined ? {} : { currency: of }),
    })),
    target,
    forecast: forecast && { label: "Forecast", band: "80% band", ...forecast },
    anomalies,
    annotations: annotations.map(({ at, letter, text }) => ({ at, letter, text })),
    sync,
    zoom,
    point,
    annotate: annotate === true,
    bare: bare === true,
  };
}
