import { parseInstant } from "../../src/catalogue/time.ts";
import type { RetentionFound, RetentionPage } from "../../src/report/retention-page.ts";
import { cohortTable } from "../charts/cohort-table.ts";
import { elsewhereNotice, type FiguresShell, figuresLayout, partial, periodLine, type Shown } from "../figures.ts";
import { bucketNames, decimal, nameOf, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { exportMenu } from "../parts/export-menu.ts";
import { ownHref, ownWith, queryText, swapLink } from "../parts/query.ts";
import { failedState } from "../parts/states.ts";
import { typeLabel } from "./builder.ts";
import { funnelTabs } from "./tabs.ts";

export const RETENTION_GRAINS = ["day", "week", "month"] as const;

/** What only this page has in its address. */
export interface RetentionOwn {
  birth: string;
  return: string;
  grain: (typeof RETENTION_GRAINS)[number];
}

export type RetentionShown = Shown<RetentionPage, RetentionOwn>;

export function retentionView(shown: RetentionShown, shell: FiguresShell): Html {
  return figuresLayout({
    title: "Retention",
    nav: "funnels",
    query: shown.query,
    shell,
    sub: period(shown),
    actions: exportMenu(shown, [{ title: "Retention", what: "retention", own: { ...shown.own } }]),
    body: html`${notice(shown)}${funnelTabs("retention", shown.query)}${choices(shown)}${result(shown)}`,
  });
}

export function retentionFragments(shown: RetentionShown): readonly Html[] {
  return [partial("period", period(shown)), partial("notice", notice(shown)), partial("retention", result(shown))];
}

function period({ report, now }: RetentionShown): Html {
  return periodLine(report.framed, null, now);
}

function notice(shown: RetentionShown): Html {
  return elsewhereNotice(shown, shown.report.framed.timezone);
}

/** A form that works without script; with it, each change is shown at once. */
function choices({ query, own, report }: RetentionShown): Html {
  const types = report.types.ok ? report.types.value : [];
  const kept = new URLSearchParams(queryText(query, { own: ownWith(query, { birth: null, return: null }) }));
  const event = (name: "birth" | "return", label: string): Html =>
    html`<div class="field"><label for="ret-${name}">${label}</label><select class="input" id="ret-${name}" name="${name}">${(types.some(({ type }) => type === own[name]) ? types : [{ type: own[name], events: 0 }, ...types]).map(({ type, events }) => html`<option value="${type}"${type === own[name] && html` selected`}>${typeLabel(type)}${events > 0 && ` (${decimal(events, 0)})`}</option>`)}</select></div>`;
  return html`<div class="retention-choices mt-3"><form class="retention-form" id="retention-form" method="get" action="${query.path}" hx-get="${query.path}" hx-target=".app" hx-select=".app" hx-swap="outerMorph" hx-push-url="true" hx-trigger="submit, change">${[...kept].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}${event("birth", "They begin with")}${event("return", "They come back with")}<noscript><button class="btn btn-primary" type="submit">Show</button></noscript></form>
    <div class="field"><span class="label">By</span><span class="seg" role="group" aria-label="Grain">${RETENTION_GRAINS.map((grain) => html`<a ${swapLink(ownHref(query, { grain: grain === "week" ? null : grain }))}${grain === own.grain && html` aria-current="true"`}>${nameOf(grain)}</a>`)}</span></div></div>`;
}

function result(shown: RetentionShown): Html {
  const { report, own } = shown;
  const { found } = report;
  const inner = !found.ok
    ? panel(failedState("Retention could not be computed", found.reason))
    : "refused" in found.value
      ? panel(
          html`<div class="state">${icon("i-calendar-days", "i i-l")}<h3>Too many cohorts</h3><p>${found.value.refused}</p></div>`,
        )
      : found.value.cohorts.every(({ size }) => size === 0)
        ? panel(
            html`<div class="state">${icon("i-users", "i i-l")}<h3>Nobody began in this period</h3><p>No contact had its first “${typeLabel(own.birth)}” here. Another period, or another beginning, may have some.</p></div>`,
          )
        : filled(shown, found.value);
  return html`<div class="stack mt-3" id="retention">${inner}</div>`;
}

function panel(content: Html): Html {
  return html`<section class="panel" aria-label="Retention">${content}</section>`;
}

function filled({ report, own }: RetentionShown, { cohorts, running, mean }: RetentionFound): Html {
  const { timezone } = report.framed;
  const unit = nameOf(own.grain);
  const shown = cohorts.map(({ start, size, rates }) => ({
    label: bucketNames(parseInstant(start) ?? 0, own.grain, timezone).short,
    size,
    shares: rates,
    ...(running ? { partialFrom: rates.length - 1 } : {}),
  }));
  const periods = mean.map((_, index) => `${unit} ${index}`);
  const finding = findingOf(own, mean);
  return html`<section class="panel" id="retention-curve" aria-labelledby="curve-h"><header class="panel-head"><h2 id="curve-h">On average</h2><span class="meta">of all who could have come back by then</span></header><div class="panel-body">${curve(mean, periods, finding)}</div></section>
    <section class="panel" aria-labelledby="cohorts-h"><header class="panel-head"><h2 id="cohorts-h">By when they began</h2><span class="meta">${typeLabel(own.birth)}, then ${typeLabel(own.return)}</span></header>
      <div class="panel-flush">${cohortTable({ id: "cohort-table", title: "Who came back, by when they began", cohorts: shown, periods, finding, average: mean })}</div>
      ${running && html`<footer class="panel-foot"><span>The last ${own.grain} of each row is still running: it is no part of the average</span></footer>`}</section>`;
}

function findingOf({ grain, birth, return: back }: RetentionOwn, mean: readonly (number | null)[]): string {
  const known = mean
    .map((share, index) => ({ share, index }))
    .filter(({ share, index }) => share !== null && index > 0);
  const [first] = known;
  const last = known.at(-1);
  const of = `of those who began with ${typeLabel(birth).toLowerCase()}`;
  if (!first || !last) return `There is no whole ${grain} yet after the first, ${of}.`;
  const end = last === first ? "" : `, ${shortText(last.share, "percent")} in ${grain} ${last.index}`;
  return `${shortText(first.share, "percent")} ${of} came back with ${typeLabel(back).toLowerCase()} in ${grain} ${first.index}${end}.`;
}

const HEIGHT = 140;
const WIDTH = 600;
const LABELS_MAX = 12;

/** A line over the periods, from zero; its values stand in the last row of the table. */
function curve(mean: readonly (number | null)[], periods: readonly string[], finding: string): Html {
  const known = mean.flatMap((share, index) => (share === null ? [] : [{ share, index }]));
  if (known.length === 0) return html`<p class="dim">No cohort has a whole period yet.</p>`;
  const most = Math.max(0.01, ...known.map(({ share }) => share));
  const shown = periods.slice(0, (known.at(-1)?.index ?? 0) + 1);
  const step = WIDTH / shown.length;
  const points = known.map(
    ({ share, index }) => `${round((index + 0.5) * step)} ${round(HEIGHT - (share / most) * HEIGHT)}`,
  );
  const every = Math.ceil(shown.length / LABELS_MAX);
  return html`<figure class="curve"><figcaption class="curve-finding">${finding}</figcaption>
    <div class="curve-plot"><span class="curve-y" aria-hidden="true"><span>${shortText(most, "percent")}</span><span>${shortText(most / 2, "percent")}</span><span>0%</span></span>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${finding}">${[0, 0.5, 1].map((at) => html`<line class="curve-grid" x1="0" x2="${WIDTH}" y1="${at * HEIGHT}" y2="${at * HEIGHT}"/>`)}${points.length > 1 && html`<path class="curve-line" d="M${points.join("L")}"/>`}${points.map((point) => html`<path class="curve-dot" d="M${point}h0"/>`)}</svg>
    <span class="curve-x" aria-hidden="true">${shown.map((name, index) => html`<span>${index % every === 0 && name}</span>`)}</span></div></figure>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
