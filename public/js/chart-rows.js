// A chart as rows, and what a file of it is called.

/** Every series, shown or not, one row a bucket; amounts as they were computed. */
export function csvOf({ names, long, from, to, series, forecast, cut }) {
  const head = ["from", "to", "period", "partial", ...series.map(({ label }) => label)];
  if (forecast) head.push(forecast.label, `${forecast.band}, lower`, `${forecast.band}, upper`);
  const rows = names.map((_, at) => {
    const row = [from[at], to[at], long[at], cut.has(at) ? "yes" : "", ...series.map(({ raw }) => raw[at] ?? "")];
    return forecast ? [...row, forecast.median[at] ?? "", forecast.lower[at] ?? "", forecast.upper[at] ?? ""] : row;
  });
  return [head, ...rows].map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");
}

/** What a spreadsheet would take for a formula is text; a number stays one. */
function cellOf(value) {
  const text = String(value);
  const harmless = typeof value === "number" || /^-?\d+(\.\d+)?$/.test(text) || !/^[=+\-@\t\r]/.test(text);
  const safe = harmless ? text : `'${text}`;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function fileName({ title, from, to }, kind) {
  const words = `${title} ${from[0]?.slice(0, 10)} ${to.at(-1)?.slice(0, 10)}`;
  return `${words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")}.${kind}`;
}
