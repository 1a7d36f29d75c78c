// One chart: a uPlot for what stands in data-chart of its host. New data of the same shape goes into it as it is.
import { axis } from "./chart-format.js";
import { drawMarks, isContrast, thin, token, xAxis, yAxis } from "./chart-marks.js";
import { columnsOf, layersOf, looksOf, modelOf, rangeOf, shapeOf } from "./chart-model.js";

/** `hidden`: the keys of series that the legend hides. */
export function plot(host, hidden) {
  let json = host.dataset.chart;
  let model = modelOf(json);
  const shape = shapeOf(model);
  const layers = layersOf(model);
  const columns = () => columnsOf(model, layers, hidden);
  let picked = null;
  const u = new uPlot(optionsOf(), columns(), host);
  const sizes = new ResizeObserver(() => u.setSize(sizeOf(host)));
  sizes.observe(host);

  function optionsOf() {
    const { bars } = looksOf(model);
    const { bare, sync, kind } = model;
    const named =
      kind === "line" && model.series.filter(({ role }) => role === "value" || role === "segment").length > 1;
    return {
      ...sizeOf(host),
      legend: { show: false },
      padding: [bare ? 10 : 20, (self) => (named && self.width >= 520 ? 116 : 20), bare ? 6 : 0, 0],
      cursor: {
        ...(sync ? { sync: { key: sync, setSeries: false } } : {}),
        y: false,
        points: bars ? { show: false } : { size: 8, width: 2, fill: () => token("--surface") },
        drag: { x: Boolean(model.zoom), y: false, setScale: false },
      },
      scales: {
        x: { time: false, range: (self) => [-0.5, self.data[0].length - 0.5] },
        y: { range: (_, low, high) => rangeOf(model, low, high) },
      },
      axes: [
        xAxis(() => model.names, !bare),
        yAxis((value) => axis(value, model.unit, model.currency), bare ? 36 : 44),
      ],
      series: [{}, ...layers.map(seriesOf)],
      bands: bandsOf(),
      hooks: { draw: [(self) => drawMarks(self, model, hidden, picked)] },
    };
  }

  function bandsOf() {
    const upper = layers.findIndex(({ draw }) => draw === "edge") + 1;
    return upper > 0 ? [{ series: [upper, upper + 1], fill: () => token("--c-band") }] : [];
  }

  return {
    host,
    u,
    get model() {
      return model;
    },
    hidden,
    /** True when the new data is shown; false when it needs a chart of another shape. */
    update() {
      if (host.dataset.chart === json) return true;
      const next = modelOf(host.dataset.chart);
      if (shapeOf(next) !== shape) return false;
      json = host.dataset.chart;
      model = next;
      u.setData(columns());
      return true;
    },
    refresh: () => u.setData(columns()),
    pick(at) {
      picked = at;
      u.redraw(false);
    },
    /** Colours and dashes as the theme has them. Bar paths keep the fill they were made with, so all is drawn anew. */
    redraw() {
      layers.forEach((layer, index) => {
        u.series[index + 1].dash = dashOf(layer);
      });
      u.redraw(true);
    },
    destroy() {
      sizes.disconnect();
      u.destroy();
    },
  };
}

function seriesOf(layer) {
  const { draw, colour, width, solid, stacked } = layer;
  const bars = uPlot.paths.bars({ size: [0.62, 18], radius: [stacked ? 0 : 0.18, 0] });
  const points = { show: false };
  if (draw === "bars") return { paths: bars, fill: () => token(colour), width: 0, points, isBar: true };
  if (draw === "partial")
    return {
      paths: bars,
      fill: () => token("--surface"),
      stroke: () => token(colour),
      width: 1.5,
      dash: [3, 2],
      points,
      isBar: true,
    };
  const line = { stroke: () => token(colour), width, dash: dashOf(layer), points, spanGaps: false };
  if (draw !== "area") return line;
  return { ...line, isArea: true, fill: () => (solid ? mixed(colour) : token("--c-band")) };
}

/** A filled layer hides what is summed up in it behind it. */
const mixed = (colour) => (isContrast() ? token(colour) : thin(colour, 0.9));
const dashOf = ({ dash, contrast }) => dash ?? (isContrast() ? (contrast ?? []) : []);
const sizeOf = (host) => ({ width: host.clientWidth, height: host.clientHeight });
