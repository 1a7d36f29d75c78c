// The revenue chart: bars by bucket, their mean, the period before; below it commission. Data stands in data-chart, which a
// push changes: the chart then takes the new data, nothing is built anew.
import { endLabel, forgetColours, line, token, xAxis, yAxis } from "./chart-marks.js";
import { tip } from "./chart-tip.js";

let mounted = null;

function mount() {
  const host = document.getElementById("chart-revenue");
  const below = document.getElementById("chart-commission");
  if (mounted && mounted.host !== host) {
    mounted.destroy();
    mounted = null;
  }
  if (!host || !below) return;
  if (mounted) mounted.update();
  else mounted = build(host, below);
}

function build(host, below) {
  let shown = host.dataset.chart;
  let chart = JSON.parse(shown);
  const money = formats(() => chart.currency);
  const names = () => chart.names;
  const cursor = {
    sync: { key: "revenue", setSeries: false },
    y: false,
    points: { show: false },
    drag: { x: false, y: false },
  };
  const scales = (top) => ({
    x: { time: false, range: (u) => [-0.5, u.data[0].length - 0.5] },
    y: { range: (_, low, high) => top(low, high) },
  });
  const bars = uPlot.paths.bars({ size: [0.62, 18], radius: [0.18, 0] });

  const upper = new uPlot(
    {
      ...sizeOf(host),
      legend: { show: false },
      padding: [14, 20, 0, 0],
      cursor,
      scales: scales(room),
      axes: [xAxis(names), yAxis(money.axis)],
      series: [
        {},
        { paths: bars, fill: () => token("--c1-soft"), width: 0, points: { show: false } },
        {
          paths: bars,
          fill: () => token("--surface"),
          stroke: () => token("--c1-soft"),
          width: 1.5,
          dash: [3, 2],
          points: { show: false },
        },
        line("--c-ghost", { width: 1.5, dash: [2, 3] }),
        line("--c1", { width: 2.5 }),
      ],
    },
    upperData(chart),
    host,
  );
  const lower = new uPlot(
    {
      ...sizeOf(below),
      legend: { show: false },
      padding: [14, 20, 6, 0],
      cursor,
      scales: scales(room),
      axes: [xAxis(names, false), yAxis(money.axis, 36)],
      series: [{}, line("--c-ghost", { width: 1.5, dash: [1, 3] }), line("--c1", { fill: () => token("--c-band") })],
      hooks: { draw: [(u) => labelEnd(u, money)] },
    },
    lowerData(chart),
    below,
  );
  const say = (text) => {
    document.getElementById("chart-say").textContent = text;
  };
  const quiet = tip(upper, (at) => describe(chart, at, money), say);
  const sizes = new ResizeObserver(() => {
    upper.setSize(sizeOf(host));
    lower.setSize(sizeOf(below));
  });
  sizes.observe(host);
  sizes.observe(below);

  return {
    host,
    update() {
      if (host.dataset.chart === shown) return;
      shown = host.dataset.chart;
      chart = JSON.parse(shown);
      upper.setData(upperData(chart));
      lower.setData(lowerData(chart));
    },
    redraw() {
      forgetColours();
      // Bar paths keep the fill they were made with.
      upper.redraw(true);
      lower.redraw(true);
    },
    destroy() {
      quiet();
      sizes.disconnect();
      upper.destroy();
      lower.destroy();
    },
  };
}

const indexes = ({ names }) => names.map((_, at) => at);
const upperData = (chart) => [indexes(chart), chart.bars, chart.partial, chart.previous_line, chart.mean];
const lowerData = (chart) => [indexes(chart), chart.commission_previous, chart.commission];
const sizeOf = (host) => ({ width: host.clientWidth, height: host.clientHeight });

/** Bars start at zero; refunds may go below. */
function room(low, high) {
  const top = high > 0 ? high * 1.08 : 1;
  return [low < 0 ? low * 1.08 : 0, top];
}

function labelEnd(u, money) {
  const values = u.data[2];
  const at = values.findLastIndex((value) => value !== null);
  if (at > 0 && values[at] > 0) endLabel(u, money.short(values[at]), at, values[at]);
}

function describe(chart, at, money) {
  const isPartial = chart.partial[at] !== null;
  const value = chart.bars[at] ?? chart.partial[at];
  const rows = [
    { key: isPartial ? "k-partial" : "k-soft", box: true, label: chart.unit, value },
    { key: "k1", label: "7-day mean", value: chart.mean[at] },
    { key: "k-ghost", label: "Period before", value: chart.previous[at] },
    { key: "k-target", label: "Commission to date", value: chart.commission[at] },
  ];
  return {
    head: chart.long[at],
    note: isPartial ? "partial" : "",
    rows: rows.filter((row) => row.value != null).map((row) => ({ ...row, value: money.full(row.value) })),
  };
}

function formats(currency) {
  const make = (options) => {
    const kept = {};
    return (value) => {
      const name = currency();
      kept[name] ??= new Intl.NumberFormat("en-US", {
        style: "currency",
        currency: name,
        currencyDisplay: "narrowSymbol",
        ...options,
      });
      return kept[name].format(value).replace("-", "−").replace(/K$/, "k");
    };
  };
  const axis = make({ notation: "compact", maximumFractionDigits: 2 });
  const whole = make({ maximumFractionDigits: 0 });
  const cents = make({ minimumFractionDigits: 2 });
  return {
    axis: (value) => (value === 0 ? "0" : axis(value)),
    short: make({ notation: "compact", maximumSignificantDigits: 3 }),
    full: (value) => (Math.abs(value) < 1000 && value % 1 !== 0 ? cents(value) : whole(value)),
  };
}

addEventListener("bw:theme", () => mounted?.redraw());
document.addEventListener("htmx:after:swap", mount);
document.addEventListener("htmx:after:settle", mount);

// Paper takes the light tokens, whatever the screen shows.
let before = null;
addEventListener("beforeprint", () => {
  before = document.documentElement.dataset.theme ?? "";
  document.documentElement.dataset.theme = "light";
  mounted?.redraw();
});
addEventListener("afterprint", () => {
  if (before === null) return;
  if (before === "") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = before;
  before = null;
  mounted?.redraw();
});

// Labels are measured once: the font must be there first.
await document.fonts.load("500 11px Geist").catch(() => {});
mount();
document.documentElement.dataset.ready = "1";
