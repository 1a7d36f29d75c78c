import type { Intent } from "../../src/report/intent.ts";
import type { Part } from "../../src/report/overview.ts";
import { type HistogramMark, histogram } from "../charts/histogram.ts";
import { counted, decimal, duration, MISSING, nameOf, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { failedState } from "../parts/states.ts";

const COLUMNS_MIN = 6;

/** How long intents take against the target, what contacts want and how soon; nothing where no bot decodes. */
export function intentPanel(intent: Part<Intent>): Html {
  if (!intent.ok)
    return html`<section class="panel" id="intent" aria-labelledby="h-intent">${head(null)}${failedState("The intent analyses could not be read", intent.reason)}</section>`;
  const { analyses, confidence, latency, categories, urgency } = intent.value;
  if (analyses === 0) return html`<section id="intent" hidden></section>`;
  const within = latency.histogram.filter(({ to_ms }) => to_ms !== null && to_ms <= latency.target_ms);
  const share = latency.measured === 0 ? null : within.reduce((sum, { count }) => sum + count, 0) / latency.measured;
  return html`<section class="panel" id="intent" aria-labelledby="h-intent">${head(counted(analyses, "analysis", "analyses"))}
    <div class="panel-body">${latency.measured > 0 ? latencies(latency, share) : html`<p class="dim">No analysis tells how long it took.</p>`}
      <div class="splits">${split(
        "What they want",
        categories.map(({ category, ...rest }) => ({ name: category, ...rest })),
      )}${split(
        "How soon",
        urgency.map(({ urgency, ...rest }) => ({ name: urgency, ...rest })),
      )}</div>
    </div>
    <footer class="panel-foot"><span>${share === null ? MISSING : shortText(share, "percent")} within ${duration(latency.target_ms)}</span><span>Mean confidence ${confidence === null ? MISSING : decimal(confidence, 2)}</span></footer>
  </section>`;
}

function head(meta: string | null): Html {
  return html`<header class="panel-head"><h2 id="h-intent">Intent latency</h2>${meta !== null && html`<span class="meta">${meta}</span>`}</header>`;
}

function latencies(
  { histogram: bins, p50_ms, p95_ms, target_ms, measured }: Intent["latency"],
  share: number | null,
): Html {
  const last = bins.findLastIndex(({ count }) => count > 0);
  const marks: HistogramMark[] = [{ value: target_ms, label: "Target", kind: "target" }];
  if (p50_ms !== null) marks.push({ value: p50_ms, label: "p50", kind: "p50" });
  if (p95_ms !== null) marks.push({ value: p95_ms, label: "p95", kind: "p95" });
  return histogram({
    id: "intent-latency",
    title: "Intent latency",
    unit: "duration",
    bins: bins
      .slice(0, Math.max(COLUMNS_MIN, last + 1))
      .map(({ from_ms, to_ms, count }) => ({ from: from_ms, to: to_ms, count })),
    marks,
    finding: `Latency of ${counted(measured, "analysis", "analyses")}: median ${said(p50_ms)}, 95th percentile ${said(p95_ms)}, target ${duration(target_ms)}.${share === null ? "" : ` ${shortText(share, "percent")} were within the target.`}`,
  });
}

function split(title: string, parts: readonly { name: string; count: number; share: number | null }[]): Html {
  return html`<dl class="split"><dt class="split-title">${title}</dt>${parts.map(
    ({ name, count, share }) =>
      html`<dd><span>${nameOf(name)}</span><svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/><rect class="bar-fill" width="${Math.round((share ?? 0) * 1_000) / 10}%" height="100%"/></svg><b title="${counted(count, "analysis", "analyses")}">${share === null ? MISSING : shortText(share, "percent")}</b></dd>`,
  )}</dl>`;
}

function said(ms: number | null): string {
  return ms === null ? "unknown" : duration(ms);
}
