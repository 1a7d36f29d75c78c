/** How the cost of a question grows with the events behind it: the overview's figures over sizes, as a picture. */
import type { Result } from "./workload.ts";

const WIDTH = 640;
const HEIGHT = 360;
const MARGIN = 56;
const COLOURS = ["#2563eb", "#d97706", "#059669"];

interface Point {
  events: number;
  ms: number;
}

/** SVG on doubly logarithmic axes, a line a timeframe; null unless there are two sizes to compare. */
export function scalingSvg(results: readonly Result[]): string | null {
  const lines = linesOf(results);
  const points = [...lines.values()].flat();
  const sizes = [...new Set(points.map(({ events }) => events))].sort((a, b) => a - b);
  const [least, most] = [sizes[0], sizes.at(-1)];
  if (least === undefined || most === undefined || least === most) return null;
  const top = 10 ** Math.ceil(Math.log10(Math.max(...points.map(({ ms }) => ms), 10)));
  const x = (events: number) => MARGIN + (Math.log(events / least) / Math.log(most / least)) * (WIDTH - 2 * MARGIN);
  const y = (ms: number) => HEIGHT - MARGIN - (Math.log10(Math.max(1, ms)) / Math.log10(top)) * (HEIGHT - 2 * MARGIN);
  const marks = [
    ...sizes.map((events) => text(x(events), HEIGHT - MARGIN + 20, `${events / 1_000_000}M events`, "middle")),
    ...Array.from({ length: Math.log10(top) + 1 }, (_, i) => text(MARGIN - 8, y(10 ** i) + 4, `${10 ** i} ms`, "end")),
    ...Array.from(
      { length: Math.log10(top) + 1 },
      (_, i) => `<path d="M${MARGIN} ${y(10 ** i)}H${WIDTH - MARGIN}" stroke="#ddd"/>`,
    ),
  ];
  const drawn = [...lines].map(([name, line], i) => {
    const path = line
      .map(({ events, ms }, at) => `${at === 0 ? "M" : "L"}${x(events).toFixed(1)} ${y(ms).toFixed(1)}`)
      .join("");
    const colour = COLOURS[i % COLOURS.length];
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${text(MARGIN + 8, MARGIN - 30 + i * 18, name, "start", colour)}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">${marks.join("")}${drawn.join("")}</svg>\n`;
}

/** By name: the answers by timeframe, and the scan that is their yardstick. */
function linesOf(results: readonly Result[]): ReadonlyMap<string, readonly Point[]> {
  const lines = new Map<string, Point[]>();
  for (const { workload, value, yardstick } of results) {
    const found = /^overview figures, uncached, (\w+), (\d+)M events/.exec(workload);
    if (found === null) continue;
    const events = Number(found[2]) * 1_000_000;
    lines.set(`${found[1]}, p95`, [...(lines.get(`${found[1]}, p95`) ?? []), { events, ms: value }]);
    const scans = lines.get("full scan") ?? [];
    if (yardstick !== null && scans.every((point) => point.events !== events))
      lines.set("full scan", [...scans, { events, ms: yardstick }]);
  }
  return lines;
}

function text(x: number, y: number, words: string, anchor: string, colour = "#555"): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${words}</text>`;
}
