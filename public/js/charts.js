// All charts of a page: mounted where a host stands, updated when a push changes data-chart, gone with their host.
import { handle } from "./chart-hands.js";
import { forgetColours } from "./chart-marks.js";
import { plot } from "./chart-plot.js";

/** By host: {chart, quiet}. */
const mounted = new Map();
/** By the host's id: what its legend hides, beyond pushes and other timeframes. */
const hiddenOf = new Map();

function mount() {
  const hosts = new Set(document.querySelectorAll("[data-chart]"));
  for (const [host, { chart, quiet }] of mounted) {
    if (hosts.has(host) && chart.update()) continue;
    quiet();
    chart.destroy();
    mounted.delete(host);
  }
  for (const host of hosts) if (!mounted.has(host)) mounted.set(host, build(host));
  showLegends();
}

function build(host) {
  const hidden = hiddenOf.get(host.id) ?? new Set();
  hiddenOf.set(host.id, hidden);
  const chart = plot(host, hidden);
  return { chart, quiet: handle(chart) };
}

const chartOf = (id) => mounted.get(document.getElementById(id))?.chart ?? null;

/** A push writes every entry as pressed: what is hidden stays so. */
function showLegends() {
  for (const button of document.querySelectorAll("[data-legend]")) {
    const pressed = !hiddenOf.get(button.dataset.legend)?.has(button.dataset.series);
    button.setAttribute("aria-pressed", String(pressed));
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-legend]");
  const chart = button && chartOf(button.dataset.legend);
  if (!chart) return;
  const { series } = button.dataset;
  if (!chart.hidden.delete(series)) chart.hidden.add(series);
  chart.refresh();
  showLegends();
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-chart-export]");
  const chart = button && chartOf(button.dataset.of);
  if (!chart) return;
  button.closest("details").open = false;
  // Only who takes a chart away needs what draws it once more.
  import("./chart-export.js").then(({ exportChart }) => exportChart(chart, button.dataset.chartExport));
});

// A note that is given up leaves no mark.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.matches?.("[data-annotate]:not([open])")) chartOf(target.dataset.annotate)?.pick(null);
  },
  true,
);

function redraw() {
  forgetColours();
  for (const { chart } of mounted.values()) chart.redraw();
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
