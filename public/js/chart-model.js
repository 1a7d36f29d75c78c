// From what stands in data-chart to columns: which series are drawn, how, and with which numbers. Knows neither canvas nor page.
const DASHES = [[], [7, 3], [2, 2], [10, 3, 2, 3], [4, 4], [1, 3]];
const number = (value) => (value === null || value === undefined ? null : Number(value));
const nothing = (model) => model.names.map(() => null);

/** Numbers instead of amounts as text; `raw` keeps those for a table. */
export function modelOf(json) {
  const wire = JSON.parse(json);
  const forecast = wire.forecast && {
    ...wire.forecast,
    median: wire.forecast.median.map(number),
    lower: wire.forecast.lower.map(number),
    upper: wire.forecast.upper.map(number),
  };
  const series = wire.series.map((one) => ({ ...one, raw: one.values, values: one.values.map(number) }));
  return { ...wire, series, forecast, cut: new Set(wire.partial) };
}

/** Charts with the same shape take each other's data without being built anew. */
export function shapeOf({ kind, series, forecast, bare, sync }) {
  return JSON.stringify([
    kind,
    series.map(({ key, role, colour }) => [key, role, colour]),
    forecast !== null,
    bare,
    sync,
  ]);
}

export const isDrawn = ({ role }) => role !== "aside";
const isOwn = ({ role }) => role === "value" || role === "segment";

/** Several columns in one place stand on each other. */
export function looksOf({ kind, series }) {
  const own = series.filter(isOwn);
  const bars = kind === "bars" || kind === "stacked";
  const stacked = kind === "stacked" || (own.length > 1 && kind !== "line");
  return { bars, stacked, filled: kind === "area", single: own.length === 1 };
}

/**
 * What is drawn, from back to front: {key, draw, colour, width, dash, contrast, values(model, hidden)}.
 * `draw`: "bars", "partial", "line", "area", "edge" (of a band). Of a stack the highest sum comes first.
 */
export function layersOf(model) {
  const { bars, stacked, filled, single } = looksOf(model);
  const own = model.series.filter(isOwn);
  const layers = [];
  const order = stacked ? [...own].reverse() : own;
  for (const { key, colour } of order) {
    const at = own.findIndex((one) => one.key === key);
    const soft = bars && single;
    const base = { key, colour: soft ? "--c1-soft" : `--c${colour}`, contrast: DASHES[at % DASHES.length] };
    const values = (now, hidden) => (stacked ? sumTo(now, at, hidden) : valuesOf(now, key, hidden));
    if (bars) {
      const whole = (now, hidden) => values(now, hidden).map((v, i) => (stacked || !now.cut.has(i) ? v : null));
      layers.push({ ...base, draw: "bars", stacked, values: whole });
      if (!stacked) {
        const cut = (now, hidden) => values(now, hidden).map((v, i) => (now.cut.has(i) ? v : null));
        layers.push({ ...base, draw: "partial", values: cut });
      }
      continue;
    }
    const draw = filled || stacked ? "area" : "line";
    // What is cut is drawn apart, dashed; under a filled line it would leave a hole.
    const shown = (now, hidden) => values(now, hidden).map((v, i) => (draw === "line" && now.cut.has(i) ? null : v));
    layers.push({ ...base, draw, width: 2, solid: stacked, values: shown });
  }
  for (const { key, role, colour } of model.series) {
    const values = (now, hidden) => valuesOf(now, key, hidden);
    if (role === "previous") layers.push({ key, draw: "line", colour: "--c-ghost", width: 1.5, dash: [2, 3], values });
    if (role === "target") layers.push({ key, draw: "line", colour: "--c-target", width: 1.5, dash: [1, 3], values });
    if (role === "mean") layers.push({ key, draw: "line", colour: `--c${colour}`, width: 2.5, values });
  }
  if (model.forecast) {
    const of = (part) => (now, hidden) => (hidden.has("forecast") ? nothing(now) : now.forecast[part]);
    const base = { key: "forecast", colour: "--c1" };
    layers.push(
      { ...base, draw: "edge", width: 0, values: of("upper") },
      { ...base, draw: "edge", width: 0, values: of("lower") },
    );
    layers.push({ ...base, draw: "line", width: 2, dash: [5, 4], values: of("median") });
  }
  return layers;
}

export function valuesOf(model, key, hidden) {
  const found = model.series.find((one) => one.key === key);
  return !found || hidden.has(key) ? nothing(model) : found.values;
}

/** The sum of the shown series up to this one; null where none of them has a value, and of a hidden one throughout. */
function sumTo(model, at, hidden) {
  const own = model.series.filter(isOwn);
  if (hidden.has(own[at]?.key)) return nothing(model);
  const below = own.slice(0, at + 1).filter(({ key }) => !hidden.has(key));
  return model.names.map((_, index) => {
    const known = below.map(({ values }) => values[index]).filter((value) => value !== null && value !== undefined);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
  });
}

/** The last value of each line that is shown. */
export function endsOf(model, hidden) {
  return model.series.flatMap(({ key, label, role, colour, values }) => {
    const last = values.findLastIndex((value) => value !== null);
    if ((role !== "value" && role !== "segment") || hidden.has(key) || last < 0) return [];
    return [{ label, value: values[last], colour: `--c${colour}` }];
  });
}

/** Places (`y`) at least `gap` apart and none below `bottom`, moved as little as it takes. */
export function spread(labels, gap, bottom) {
  const placed = labels.map((one) => ({ ...one })).sort((a, b) => a.y - b.y);
  for (let at = 1; at < placed.length; at++) placed[at].y = Math.max(placed[at].y, placed[at - 1].y + gap);
  let limit = bottom;
  for (const one of placed.reverse()) {
    one.y = Math.min(one.y, limit);
    limit = one.y - gap;
  }
  return placed.reverse();
}

/** Columns as uPlot takes them. */
export function columnsOf(model, layers, hidden) {
  return [model.names.map((_, at) => at), ...layers.map(({ values }) => values(model, hidden))];
}

/** The lowest and highest of the axis: from the ground up, with room; refunds may lie below. */
export function rangeOf(model, low, high) {
  const marks = [model.target?.value, ...model.anomalies.flatMap(({ value, upper }) => [number(value), number(upper)])];
  const known = marks.filter((value) => value !== null && value !== undefined);
  const top = Math.max(high ?? 0, ...known);
  const bottom = Math.min(low ?? 0, ...known, 0);
  return [bottom < 0 ? bottom * 1.08 : 0, top > 0 ? top * 1.08 : 1];
}

/** The range of buckets as one stretch of time, filled into an address. */
export function hrefOf(template, model, first, last, series) {
  const given = { from: model.from[first], to: model.to[last], series: series ?? "" };
  return Object.entries(given).reduce(
    (href, [name, value]) =>
      href.replaceAll(`%7B${name}%7D`, encodeURIComponent(value)).replaceAll(`{${name}}`, encodeURIComponent(value)),
    template,
  );
}

/** What a tooltip says of a bucket: {head, note, rows: [{key, box, label, value, unit, currency}], remarks}. */
export function readingOf(model, hidden, at) {
  const { bars, single } = looksOf(model);
  const cut = model.cut.has(at);
  const rows = model.series
    .filter(({ key }) => !hidden.has(key))
    .map(({ key, label, role, colour, values, unit, currency }) => {
      const own = role === "value" || role === "segment";
      const soft = own && bars && single;
      const marks = { previous: "k-ghost", target: "k-target", aside: "k-target" };
      const mark = soft ? (cut ? "k-partial" : "k-soft") : (marks[role] ?? `${bars && own ? "k-box " : ""}k${colour}`);
      const of = { unit: unit ?? model.unit, currency: currency ?? model.currency };
      return { series: key, own, key: mark, box: bars && own, label, value: values[at], ...of };
    });
  const own = rows.filter((row) => row.own);
  const sorted = single
    ? own
    : own.sort((a, b) => (b.value ?? Number.NEGATIVE_INFINITY) - (a.value ?? Number.NEGATIVE_INFINITY));
  const { forecast } = model;
  const ahead =
    forecast && !hidden.has("forecast") && forecast.median[at] != null
      ? [
          {
            key: "k-fore",
            label: forecast.label,
            value: forecast.median[at],
            unit: model.unit,
            currency: model.currency,
          },
          {
            key: "k-band",
            box: true,
            label: forecast.band,
            value: forecast.lower[at],
            upTo: forecast.upper[at],
            unit: model.unit,
            currency: model.currency,
          },
        ]
      : [];
  const remarks = [
    ...model.anomalies.filter((one) => one.at === at).map(({ label }) => label),
    ...model.annotations.filter((one) => one.at === at).map(({ letter, text }) => `${letter}: ${text}`),
  ];
  const shown = [...sorted, ...rows.filter((row) => !row.own), ...ahead].filter(({ value }) => value != null);
  return { head: model.long[at], note: cut ? "partial" : "", rows: shown, remarks };
}
