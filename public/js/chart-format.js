// Values as charts write them: short on axes and at ends, whole in tooltips. The locale is the page's.
const locale = () => document.documentElement.dataset.locale || "en-US";
const kept = new Map();

function format(options) {
  const key = locale() + JSON.stringify(options);
  if (!kept.has(key)) kept.set(key, new Intl.NumberFormat(locale(), options));
  return kept.get(key);
}

const money = (currency) => ({ style: "currency", currency: currency ?? "USD", currencyDisplay: "narrowSymbol" });
const written = (value, options) => format(options).format(value).replace("-", "−").replace(/K\b/, "k");

const STEPS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
];

function duration(ms, places) {
  const [size, mark] = STEPS.find(([step]) => Math.abs(ms) >= step) ?? [1, "ms"];
  return `${written(ms / size, { maximumFractionDigits: places })} ${mark}`;
}

/** "$1.15M", "4.3%", "38 ms". */
export function short(value, unit, currency) {
  if (unit === "duration") return duration(value, 1);
  if (unit === "percent") return written(value, { style: "percent", maximumFractionDigits: 1 });
  const of = unit === "money" ? money(currency) : {};
  const large = Math.abs(value) >= (unit === "count" ? 100_000 : 10_000);
  if (large) return written(value, { ...of, notation: "compact", maximumSignificantDigits: 3 });
  const places = unit === "count" || (unit === "money" && (Math.abs(value) >= 1_000 || value % 1 === 0)) ? 0 : 2;
  return written(value, { ...of, minimumFractionDigits: 0, maximumFractionDigits: places });
}

/** On an axis: the ground is a bare 0. */
export function axis(value, unit, currency) {
  if (value === 0) return "0";
  if (unit === "duration" || unit === "percent") return short(value, unit, currency);
  const of = unit === "money" ? money(currency) : {};
  return written(value, { ...of, notation: "compact", minimumFractionDigits: 0, maximumFractionDigits: 2 });
}

/** In a tooltip. */
export function full(value, unit, currency) {
  if (unit === "duration") return duration(value, 2);
  if (unit === "percent") return written(value, { style: "percent", maximumFractionDigits: 2 });
  if (unit === "count") return written(value, { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 });
  if (unit !== "money") return written(value, { maximumFractionDigits: 4 });
  const cents = Math.abs(value) < 1_000 && value % 1 !== 0;
  const places = cents ? 2 : 0;
  return written(value, { ...money(currency), minimumFractionDigits: places, maximumFractionDigits: places });
}
