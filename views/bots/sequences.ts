import type { Part } from "../../src/report/overview.ts";
import type { Sequence } from "../../src/report/sequences.ts";
import { counted, decimal, MISSING, nameOf, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { type IconName, icon } from "../icons.ts";
import { failedState } from "../parts/states.ts";

const ICONS: Readonly<Record<string, IconName>> = { 3: "i-message-square", 7: "i-mail", 30: "i-phone" };

/** The follow-ups after 3, 7 and 30 days: what was done, what failed; nothing where no bot has such. */
export function sequencesPanel(sequences: Part<readonly Sequence[]>): Html {
  if (!sequences.ok)
    return html`<section class="panel" id="sequences" aria-labelledby="h-seq">${head(null)}${failedState("The sequences could not be read", sequences.reason)}</section>`;
  const all = sequences.value.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return html`<section id="sequences" hidden></section>`;
  const known = sequences.value.reduce((sum, one) => sum + one.known, 0);
  const succeeded = sequences.value.reduce((sum, one) => sum + one.succeeded, 0);
  return html`<section class="panel" id="sequences" aria-labelledby="h-seq">${head(counted(all, "action"))}
    <div class="panel-body"><ol class="seq">${sequences.value.map(step)}</ol></div>
    <footer class="panel-foot"><span>${known === 0 ? "No outcome is known" : `${shortText(succeeded / known, "percent")} of ${decimal(known, 0)} with a known outcome succeeded`}</span><span>${counted(known - succeeded, "failure")}</span></footer>
  </section>`;
}

function head(meta: string | null): Html {
  return html`<header class="panel-head"><h2 id="h-seq">3-7-30 sequences</h2>${meta !== null && html`<span class="meta">${meta}</span>`}</header>`;
}

function step({ sequence_day, count, known, succeeded, success_rate, actions }: Sequence): Html {
  const failed = known - succeeded;
  const open = count - known;
  const taken = actions.filter((action) => action.count > 0).toSorted((one, other) => other.count - one.count);
  return html`<li class="seq-step">
      <div class="seq-head">${icon(ICONS[sequence_day] ?? "i-send")}<b>Day ${sequence_day}</b><span>${counted(count, "action")}</span></div>
      ${stacked(count, [
        { kind: "done", size: succeeded },
        { kind: "wait", size: open },
        { kind: "fail", size: failed },
      ])}
      <dl class="defs">
        <dt>${swatch("done")}Done</dt><dd>${decimal(succeeded, 0)}</dd>
        <dt>${swatch("wait")}Outcome not told</dt><dd>${decimal(open, 0)}</dd>
        <dt>${swatch("fail")}Failed</dt><dd>${decimal(failed, 0)}</dd>
        <dt>Success</dt><dd>${success_rate === null ? MISSING : shortText(success_rate, "percent")}</dd>
        ${taken.map((action) => html`<dt>${nameOf(action.action_type)}</dt><dd>${decimal(action.count, 0)}${action.known > action.succeeded && html` <span class="dim">${decimal(action.known - action.succeeded, 0)} failed</span>`}</dd>`)}
      </dl>
    </li>`;
}

/** Parts of a whole, side by side with a gap. */
export function stacked(
  whole: number,
  parts: readonly { kind: "done" | "today" | "wait" | "fail"; size: number }[],
): Html {
  if (whole === 0)
    return html`<svg class="stacked" aria-hidden="true"><rect class="st-none" width="100%" height="100%"/></svg>`;
  let at = 0;
  const rects = parts.map(({ kind, size }) => {
    const x = at;
    const width = (size / whole) * 100;
    at += width;
    return (
      size > 0 &&
      html`<rect class="st-${kind}" x="${round(x)}%" width="${round(Math.max(0.4, width - 0.5))}%" height="100%"/>`
    );
  });
  return html`<svg class="stacked" aria-hidden="true">${rects}</svg>`;
}

function swatch(kind: string): Html {
  return html`<svg class="sw" aria-hidden="true"><rect class="st-${kind}" width="8" height="8"/></svg>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
