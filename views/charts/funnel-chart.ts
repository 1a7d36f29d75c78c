import { decimal, MISSING } from "../format.ts";
import { type Html, html } from "../html.ts";

export interface FunnelStage {
  key: string;
  label: string;
  /** "Q1". */
  mark?: string | null;
  count: number;
  /** In the period before; null: not compared. */
  previous: number | null;
  /** Of the stage before; null for the first. */
  share: number | null;
  /** Between the stage before and this one. */
  lost: number | null;
  href?: string | null;
}

/** Stage by stage, with a tick where the period before was. `noun`: the head of the counts, "Leads". It is its own table of values. */
export function funnelChart({ stages, noun }: { stages: readonly FunnelStage[]; noun: string }): Html {
  const most = Math.max(1, ...stages.flatMap(({ count, previous }) => [count, previous ?? 0]));
  return html`<ol class="funnel">
      <li class="funnel-head" aria-hidden="true"><span>Stage</span><span></span><span>${noun}</span><span>Of previous</span><span>Lost</span></li>
      ${stages.map((stage) => row(stage, most))}
    </ol>`;
}

/** What the tick of the period before looks like; null where nothing is compared. */
export function funnelKey(stages: readonly Pick<FunnelStage, "previous">[]): Html | null {
  if (stages.every(({ previous }) => previous === null)) return null;
  return html`<span class="end bar-row"><svg class="key k-target" aria-hidden="true"><path d="M7 0v10"/></svg>period before</span>`;
}

function row({ label, mark, count, previous, share, lost, href }: FunnelStage, most: number): Html {
  const at = (amount: number): string => `${Math.round((amount / most) * 10_000) / 100}%`;
  const named = html`${mark && html`<b>${mark}</b>`}${href ? html`<a class="link" href="${href}">${label}</a>` : label}`;
  return html`<li><span class="stage">${named}</span><svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/><rect class="bar-fill" width="${at(count)}" height="100%"/>${
    previous !== null &&
    html`<line class="bar-prev" x1="${at(previous)}" x2="${at(previous)}" y1="-3" y2="21"/><line class="bar-tick" x1="${at(previous)}" x2="${at(previous)}" y1="-3" y2="21"/>`
  }</svg><b>${decimal(count, 0)}</b><span class="step">${share === null ? MISSING : html`${decimal(Math.round(share * 100), 0)}%<span class="vh"> of previous,</span>`}</span><span class="step">${lost === null ? MISSING : html`${decimal(lost, 0)}<span class="vh"> lost</span>`}</span></li>`;
}
