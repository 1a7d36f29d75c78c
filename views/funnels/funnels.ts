import type { FunnelReport, FunnelResult } from "../../src/report/funnel-page.ts";
import type { Step } from "../../src/report/steps.ts";
import { funnelChart, funnelKey } from "../charts/funnel-chart.ts";
import { elsewhereNotice, type FiguresShell, figuresLayout, partial, periodLine, type Shown } from "../figures.ts";
import { decimal, duration, exactText, MISSING } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { exportMenu } from "../parts/export-menu.ts";
import { ownHref, swapLink } from "../parts/query.ts";
import { failedState } from "../parts/states.ts";
import { funnelBuilder, typeLabel } from "./builder.ts";
import { READY } from "./ready.ts";
import { type StepText, stepsText } from "./steps-text.ts";
import { funnelTabs } from "./tabs.ts";

/** What only this page has in its address. */
export interface FunnelsOwn {
  steps: readonly StepText[];
  by: "contact_id" | "conversation_id";
  /** "14d". */
  window: string;
  ordered: boolean;
  /** Suggested for conditions. */
  fields: readonly { field: string; label: string }[];
  ops: readonly { op: string; label: string }[];
  /** A filter in words. */
  words(filter: string): string;
}

export type FunnelsShown = Shown<FunnelReport & { previous: { from: number; to: number } | null }, FunnelsOwn>;

export function funnelsPage(shown: FunnelsShown, shell: FiguresShell): Html {
  const { own } = shown;
  return figuresLayout({
    title: "Funnels",
    nav: "funnels",
    query: shown.query,
    shell,
    sub: period(shown),
    actions: exportMenu(shown, [
      {
        title: "Funnel",
        what: "funnel",
        own: { steps: stepsText(own.steps), by: own.by, window: own.window, ordered: String(own.ordered) },
      },
    ]),
    body: html`${notice(shown)}${funnelTabs("funnels", shown.query)}${ready(shown)}
      <div class="grid mt-3">${funnelBuilder(shown)}${result(shown)}</div>`,
  });
}

export function funnelsFragments(shown: FunnelsShown): readonly Html[] {
  return [partial("period", period(shown)), partial("notice", notice(shown)), partial("funnel-result", result(shown))];
}

function period({ report, now }: FunnelsShown): Html {
  return periodLine(report.framed, report.previous, now);
}

function notice(shown: FunnelsShown): Html {
  return elsewhereNotice(shown, shown.report.framed.timezone);
}

/** One click each. */
function ready({ query, own }: FunnelsShown): Html {
  const current = stepsText(own.steps);
  return html`<div class="query mt-3" role="group" aria-label="Ready-made funnels">${READY.map(
    ({ label, steps, window }) => {
      const text = stepsText(steps);
      return html`<a class="chip chip-ready" ${swapLink(ownHref(query, { steps: text, window, ordered: null, by: null }))}${text === current && html` aria-current="true"`}>${label}</a>`;
    },
  )}</div>`;
}

function result({ report, own }: FunnelsShown): Html {
  const who = own.by === "contact_id" ? "Contacts" : "Conversations";
  return html`<section class="panel span-7 top" id="funnel-result" aria-labelledby="result-h">
    <header class="panel-head"><h2 id="result-h">How far they came</h2><span class="meta">${who}, each once</span></header>
    ${
      !report.result.ok
        ? failedState("The funnel could not be computed", report.result.reason)
        : "refused" in report.result.value
          ? html`<div class="state state-bad" role="alert">${icon("i-circle-alert", "i i-l")}<h3>${report.result.value.step === null ? "It cannot be asked like this" : `Step ${report.result.value.step + 1} cannot be asked like this`}</h3><p>${report.result.value.refused}</p></div>`
          : filled(report.result.value, own, who)
    }</section>`;
}

function filled({ steps, previous }: FunnelResult, own: FunnelsOwn, who: string): Html {
  const [first] = steps;
  if (!first || steps.every(({ count }) => count === 0))
    return html`<div class="state">${icon("i-funnel", "i i-l")}<h3>Nobody took the first step</h3><p>No ${typeLabel(own.steps[0]?.type ?? "").toLowerCase()} in this period with these conditions. Another period, or another first step, may have some.</p></div>`;
  const stages = steps.map(({ type, count, rate_from_previous }, index) => ({
    key: `${index}`,
    label: typeLabel(type),
    mark: `${index + 1}`,
    count,
    previous: previous?.[index]?.count ?? null,
    share: rate_from_previous,
    lost: index === 0 ? null : (steps[index - 1]?.count ?? 0) - count,
  }));
  return html`<div class="panel-body">${funnelChart({ stages, noun: who })}</div>
    ${lossLine(steps)}
    <div class="table-scroll" tabindex="0" role="group" aria-label="The steps as a table"><table class="table">
      <thead><tr><th scope="col">Step</th><th scope="col" class="num">${who}</th>${previous && html`<th scope="col" class="num">Before</th>`}<th scope="col" class="num">Of previous</th><th scope="col" class="num">Of first</th><th scope="col" class="num">Median time</th></tr></thead>
      <tbody>${steps.map((step, index) => tableRow(step, own.steps[index]?.filters ?? [], previous?.[index] ?? null, previous !== null, own))}</tbody></table></div>
    <footer class="panel-foot"><span>Whole way: ${exactText(steps.at(-1)?.rate_from_first ?? null, "percent")}</span><span>Median time is since the step before</span>${funnelKey(stages)}</footer>`;
}

function tableRow(
  { type, count, rate_from_previous, rate_from_first, median_ms }: Step,
  filters: readonly string[],
  before: Step | null,
  compares: boolean,
  own: FunnelsOwn,
): Html {
  return html`<tr><td>${typeLabel(type)}${filters.length > 0 && html` <span class="dim">${filters.map(own.words).join(", ")}</span>`}</td><td class="num">${decimal(count, 0)}</td>${compares && html`<td class="num dim">${before === null ? MISSING : decimal(before.count, 0)}</td>`}<td class="num">${exactText(rate_from_previous, "percent")}</td><td class="num">${exactText(rate_from_first, "percent")}</td><td class="num">${median_ms === null ? MISSING : duration(median_ms)}</td></tr>`;
}

/** Where most were lost, by name. */
function lossLine(steps: readonly Step[]): Html | null {
  const losses = steps.slice(1).map(({ type, count }, index) => ({
    to: type,
    from: steps[index]?.type ?? "",
    lost: (steps[index]?.count ?? 0) - count,
  }));
  const most = losses.reduce((one, other) => (other.lost > one.lost ? other : one), { to: "", from: "", lost: 0 });
  if (most.lost === 0) return null;
  return html`<p class="funnel-loss">${icon("i-trending-up")}<span>Most are lost between <b>${typeLabel(most.from)}</b> and <b>${typeLabel(most.to)}</b>: ${decimal(most.lost, 0)} of ${decimal(
    losses.reduce((sum, { lost }) => sum + lost, 0),
    0,
  )}.</span></p>`;
}
