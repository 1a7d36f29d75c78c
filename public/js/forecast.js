// Forecasts: bars of the days that are over, a dashed median with its band behind it, a rule where the forecast begins, and its
// last value written at its end.
import { endLabel, font, forgetColours, line, ratio, token, xAxis, yAxis } from "./chart-marks.js";
import { tip } from "./chart-tip.js";

const mounted = new Map();

function mount() {
  const hosts = new Set(document.querySelectorAll("[data-forecast]"));
  for (const [host, chart] of mounted) {
    if (hosts.has(host) && chart.data === host.dataset.forecast) continue;
    chart.destroy();
    mounted.delete(host);
  }
  for (const host of hosts) if (!mounted.has(host)) mounted.set(host, build(host));
}

function build(host) {
  const data = host.dataset.forecast;
  const chart = JSON.parse(data);
  const bars = uPlot.paths.bars({ size: [0.62, 16], radius: [0.18, 0] });
  const u = new uPlot(
    {
      ...sizeOf(host),
      legend: { show: false },
      padding: [18, 20, 0, 0],
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: (self) => [-0.5, self.data[0].length - 0.5] },
        y: { range: (_, low, high) => [low < 0 ? low * 1.08 : 0, high > 0 ? high * 1.08 : 1] },
      },
      axes: [xAxis(() => chart.names), yAxis(axisOf(chart.currency))],
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
        line("--c1", { width: 0 }),
        line("--c1", { width: 0 }),
        line("--c1", { width: 2, dash: [5, 4] }),
      ],
      bands: [{ series: [3, 4], fill: () => token("--c-band") }],
      hooks: { draw: [(self) => marks(self, chart)] },
    },
    [chart.names.map((_, at) => at), chart.past, chart.partial, chart.upper, chart.lower, chart.median],
    host,
  );
  const say = document.getElementById(`${host.id}-say`);
  const quiet = tip(
    u,
    (at) => describe(chart, at),
    (text) => {
      say.textContent = text;
    },
  );
  const sizes = new ResizeObserver(() => u.setSize(sizeOf(host)));
  sizes.observe(host);
  return {
    data,
    redraw: () => u.redraw(true),
    destroy() {
      quiet();
      sizes.disconnect();
      u.destroy();
    },
  };
}

const sizeOf = (host) => ({ width: host.clientWidth, height: host.clientHeight });

/** The rule where the forecast begins, and its last value. */
function marks(u, { from, last, median }) {
  const { ctx } = u;
  const r = ratio();
  const x = Math.round(u.valToPos(from - 0.5, "x", true));
  ctx.save();
  ctx.setLineDash([]);
  ctx.strokeStyle = token("--control");
  ctx.lineWidth = r;
  ctx.beginPath();
  ctx.moveTo(x, u.bbox.top - 8 * r);
  ctx.lineTo(x, u.bbox.top + u.bbox.height);
  ctx.stroke();
  ctx.font = font(11 * r);
  ctx.fillStyle = token("--c-axis");
  ctx.textBaseline = "bottom";
  const room = u.bbox.left + u.bbox.width - x > 70 * r;
  ctx.textAlign = room ? "left" : "right";
  ctx.fillText("Forecast", x + (room ? 5 : -5) * r, u.bbox.top - 1 * r);
  ctx.restore();
  const at = median.findLastIndex((value) => value !== null);
  if (at >= 0) endLabel(u, last, at, median[at]);
}

function describe({ long, texts, partial }, at) {
  const { past, median, band, event } = texts[at];
  const isPartial = partial[at] !== null;
  const rows = [
    { key: isPartial ? "k-partial" : "k-soft", box: true, label: isPartial ? "So far" : "Was", value: past },
    { key: "k-fore", label: "Forecast", value: median },
    { key: "k-band", box: true, label: "80% band", value: band },
  ];
  return {
    head: long[at],
    note: event ?? (isPartial ? "partial" : ""),
    rows: rows.filter((row) => row.value !== null),
  };
}

function axisOf(currency) {
  const money = currency === null ? {} : { style: "currency", currency, currencyDisplay: "narrowSymbol" };
  const format = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2, ...money });
  return (value) => (value === 0 ? "0" : format.format(value).replace("-", "−").replace(/K$/, "k"));
}

function redraw() {
  forgetColours();
  for (const chart of mounted.values()) chart.redraw();
}

addEventListener("bw:theme", redraw);
document.addEventListener("htmx:after:swap", mount);
document.addEventListener("htmx:after:settle", mount);

// Paper takes the light tokens, whatever the screen shows.
let before = null;
addEventListener("beforeprint", () => {
  before = document.documentElement.dataset.theme ?? "";
  document.documentElement.dataset.theme = "light";
  redraw();
});
addEventListener("afterprint", () => {
  if (before === null) return;
  if (before === "") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = before;
  before = null;
  redraw();
});

// Labels are measured once: the font must be there first.
await document.fonts.load("500 11px Geist").catch(() => {});
mount();
document.documentElement.dataset.ready = "1";
