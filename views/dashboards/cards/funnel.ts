import type { FunnelStep } from "../../../src/report/dashboard/funnel.ts";
import { decimal, MISSING } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { emptyState } from "../../parts/states.ts";

/** How many came how far, with a tick where the stretch before was. */
export function funnelCard(steps: readonly FunnelStep[]): Html {
  const most = Math.max(...steps.flatMap(({ count, previous }) => [count, previous ?? 0]));
  if (most === 0)
    return emptyState("i-funnel", "Nobody in this period", "A funnel fills when events of its first step come in.");
  const at = (count: number): string => `${Math.round((count / most) * 10_000) / 100}%`;
  return html`<div class="panel-body dcard-scroll" tabindex="0" role="group" aria-label="Steps"><ol class="funnel">
    <li class="funnel-head" aria-hidden="true"><span>Step</span><span></span><span>Came</span><span>Of previous</span><span>Lost</span></li>
    ${steps.map(({ label, count, previous, share }, index) => {
      const lost = index === 0 ? null : Math.max(0, (steps[index - 1]?.count ?? 0) - count);
      return html`<li><span class="stage">${label}</span><svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/><rect class="bar-fill" width="${at(count)}" height="100%"/>${
        previous !== null && html`<line class="bar-tick" x1="${at(previous)}" x2="${at(previous)}" y1="-3" y2="21"/>`
      }</svg><b>${decimal(count, 0)}</b><span class="step">${share === null ? MISSING : html`${decimal(Math.round(share * 100), 0)}%<span class="vh"> of previous,</span>`}</span><span class="step">${lost === null ? MISSING : html`${decimal(lost, 0)}<span class="vh"> lost</span>`}</span></li>`;
    })}
  </ol></div>`;
}
