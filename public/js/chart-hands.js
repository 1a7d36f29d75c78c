// What hands do with a chart: read it by mouse, finger and keys; select a stretch; open a bucket; choose one for a note.
import { hrefOf } from "./chart-model.js";
import { tip } from "./chart-tip.js";

const DRAG_PX = 6;

/** Returns how to take the listeners away. */
export function handle(chart) {
  const { host, u } = chart;
  const quiet = new AbortController();
  const { signal } = quiet;
  const say = (text) => {
    const line = document.getElementById(`${host.id}-say`);
    if (line) line.textContent = text;
  };
  let byKeys = false;
  let anchor = null;
  let dragged = false;
  const bubble = tip(chart, { byKeys: () => byKeys, say });
  const last = () => u.data[0].length - 1;
  const move = (at) => u.setCursor({ left: u.valToPos(at, "x"), top: 10 });
  const noting = () => document.querySelector(`[data-annotate="${host.id}"][open]`);

  const hide = () => {
    byKeys = false;
    delete u.over.dataset.touched;
    bubble.hide();
    u.setCursor({ left: -10, top: -10 });
    unselect();
  };
  const unselect = () => {
    anchor = null;
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  };
  const select = (from, to) => {
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    const left = u.valToPos(low - 0.5, "x");
    u.setSelect({ left, top: 0, width: u.valToPos(high + 0.5, "x") - left, height: u.over.clientHeight }, false);
    const { long } = chart.model;
    say(`${long[low]} to ${long[high]} selected. Enter shows it alone.`);
  };
  /** What is still to come holds no events; the bucket that is running does. */
  const known = (at) => {
    const { forecast, cut } = chart.model;
    return forecast ? Math.min(at, Math.max(forecast.from - 1, ...cut)) : at;
  };
  const zoom = (from, to) =>
    go(hrefOf(chart.model.zoom, chart.model, known(Math.min(from, to)), known(Math.max(from, to))));

  const enter = (at, event) => {
    if (noting()) return choose(at);
    const { model } = chart;
    const odd = model.anomalies.find((one) => one.at === at && one.href !== null && (event.key || nearMark(one)));
    if (odd) return go(odd.href, event);
    if (model.point && known(at) === at) go(hrefOf(model.point, model, at, at, seriesAt(at)), event);
  };
  const nearMark = ({ value }) => Math.abs(u.valToPos(Number(value ?? 0), "y") - (u.cursor.top ?? -99)) < 12;
  /** The series whose line or piece of a column is nearest below the pointer. */
  const seriesAt = (at) => {
    const own = chart.model.series.filter(
      ({ role, key }) => (role === "value" || role === "segment") && !chart.hidden.has(key),
    );
    if (own.length < 2) return own[0]?.key ?? "";
    const y = u.posToVal(u.cursor.top ?? 0, "y");
    if (chart.model.kind === "line") {
      const far = ({ values }) => Math.abs((values[at] ?? Number.POSITIVE_INFINITY) - y);
      return own.reduce((near, one) => (far(one) < far(near) ? one : near)).key;
    }
    let sum = 0;
    const found = own.find(({ values }) => {
      sum += values[at] ?? 0;
      return y <= sum;
    });
    return (found ?? own.at(-1)).key;
  };
  const choose = (wanted) => {
    const at = known(wanted);
    const form = noting();
    const field = form?.querySelector("select[name=stretch]");
    const stretch = `${chart.model.from[at]} ${chart.model.to[at]}`;
    if (!field || ![...field.options].some(({ value }) => value === stretch)) return;
    field.value = stretch;
    chart.pick(at);
    form.querySelector("[name=text]").focus();
  };

  const keys = (event) => {
    const { key } = event;
    if (key === "Escape") return hide();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // Between the newest that is known and what comes: one key reads the one, the other the other.
    const now = byKeys ? (u.cursor.idx ?? last()) : known(last()) + 0.5;
    if (key === "Enter" && byKeys) {
      event.preventDefault();
      return anchor !== null && chart.model.zoom ? zoom(anchor, now) : enter(now, event);
    }
    if (key.toLowerCase() === "a" && chart.model.annotate) {
      const menu = document.querySelector(`[data-annotate="${host.id}"]`);
      if (!menu) return;
      event.preventDefault();
      event.stopPropagation();
      menu.open = true;
      return choose(byKeys ? now : last());
    }
    const goal = { ArrowLeft: Math.ceil(now - 1), ArrowRight: Math.floor(now + 1), Home: 0, End: last() }[key];
    if (goal === undefined) return;
    event.preventDefault();
    const at = Math.max(0, Math.min(last(), goal));
    if (event.shiftKey && chart.model.zoom) anchor ??= Math.min(Math.floor(now), last());
    else unselect();
    byKeys = true;
    move(at);
    if (anchor !== null) select(anchor, at);
  };

  u.hooks.setSelect ??= [];
  u.hooks.setSelect.push(() => {
    const { left, width } = u.select;
    if (width < DRAG_PX || !chart.model.zoom) return;
    dragged = true;
    const at = (px) => Math.max(0, Math.min(last(), Math.round(u.posToVal(px, "x"))));
    zoom(at(left), at(left + width));
  });
  host.addEventListener("keydown", keys, { signal });
  host.addEventListener("blur", hide, { signal });
  u.over.addEventListener("mouseleave", () => !byKeys && hide(), { signal });
  u.over.addEventListener("mouseenter", () => (byKeys = false), { signal });
  u.over.addEventListener("mousedown", () => (dragged = false), { signal });
  u.over.addEventListener("pointermove", (event) => touchMove(event), { signal });
  let shown = null;
  const touchMove = (event) => {
    if (event.pointerType !== "touch") return;
    u.over.dataset.touched = "";
    u.setCursor({ left: event.clientX - u.over.getBoundingClientRect().left, top: 10 });
  };
  u.over.addEventListener(
    "click",
    (event) => {
      const at = u.cursor.idx;
      if (dragged || at == null) return;
      // While a note is written the menu stays open: a click in the chart answers it.
      if (noting()) event.stopPropagation();
      // A finger reads first; the second touch of the same bucket opens it.
      const opens = event.pointerType !== "touch" || shown === at || noting();
      shown = at;
      if (opens) enter(at, event);
      else bubble.show();
    },
    { signal },
  );
  u.over.style.cursor = chart.model.point || chart.model.annotate ? "pointer" : "crosshair";
  return () => quiet.abort();
}

/** To an address of the same page by a swap, as its links do; to another as a link does. */
function go(href, event) {
  const goal = new URL(href, location.href);
  if (event?.ctrlKey || event?.metaKey) return window.open(goal);
  if (goal.pathname !== location.pathname || typeof htmx === "undefined") return location.assign(goal);
  const link = document.createElement("a");
  const swap = {
    get: goal.pathname + goal.search,
    target: ".app",
    select: ".app",
    swap: "outerMorph",
    "push-url": "true",
  };
  for (const [name, value] of Object.entries(swap)) link.setAttribute(`hx-${name}`, value);
  link.href = swap.get;
  link.hidden = true;
  document.body.append(link);
  htmx.process(link);
  link.click();
  setTimeout(() => link.remove(), 10_000);
}
