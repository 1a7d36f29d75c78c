import { MISSING } from "../format.ts";
import { type Html, html } from "../html.ts";

/** "4 s ago", counting on by itself between pushes (public/js/clock.js says it the same way); microseconds. */
export function ago(time: number | null, now: number): Html {
  if (time === null) return html`${MISSING}`;
  return html`<time datetime="${new Date(time / 1_000).toISOString()}" data-ago="${Math.floor(time / 1_000)}">${ageText((now - time) / 1_000)} ago</time>`;
}

/** "4 s", "12 min", "5 h", "3 d". */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3_600) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
