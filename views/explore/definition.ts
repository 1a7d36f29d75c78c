import { eventType } from "../../src/catalogue/events.ts";
import type { Explained } from "../../src/report/explore/behind.ts";
import { counted, decimal, duration, exactText, MISSING, nameOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { ownHref, swapLink } from "../parts/query.ts";
import { failedState } from "../parts/states.ts";
import { inspector } from "./inspector.ts";
import type { ExploreShown } from "./shown.ts";

/** Why this number: what it means, how it is made, from how many events, and how fresh it is. */
export function definitionDrawer(shown: ExploreShown): Html | null {
  const { explained, kpi, figure } = shown.report;
  if (explained === null) return null;
  const money = figure.ok ? figure.value.currency : undefined;
  return inspector({
    label: `How ${kpi.label.toLowerCase()} comes about`,
    title: kpi.label,
    sub: html`Why this number${figure.ok && html`: <b>${exactText(figure.value.value, kpi.unit, money)}</b>`}`,
    close: ownHref(shown.query, { open: null }),
    body: explained.ok ? told(shown, explained.value) : failedState("This could not be told", explained.reason),
    foot: html`<a class="btn" ${swapLink(ownHref(shown.query, { open: "events", segment: null, cursor: null }))}>Its events</a>${kpi.group !== "custom" && html`<a class="btn btn-quiet" href="/docs/kpis#${kpi.key}">${icon("i-braces")}Catalogue</a>`}`,
  });
}

function told(
  shown: ExploreShown,
  { description, formula, sql, events, types, source, approximate, target }: Explained,
): Html {
  const { kpi, framed, figure, freshness } = shown.report;
  const money = figure.ok ? figure.value.currency : undefined;
  return html`<section class="insp-sec"><h3>What it means</h3><p>${description === "" ? "Nobody has written a sentence about it yet." : description}</p></section>
  <section class="insp-sec"><h3>Formula</h3><pre class="code code-wrap" tabindex="0" role="group" aria-label="Formula">${formula}</pre></section>
  <section class="insp-sec"><h3>How it was computed</h3><dl class="defs">
    <dt>Value</dt><dd>${figure.ok ? exactText(figure.value.value, kpi.unit, money) : MISSING}</dd>
    <dt>Exactness</dt><dd>${approximate ? "Approximate: a sketch stands in for single values" : "Exact"}</dd>
    <dt>Events behind it</dt><dd>${decimal(events, 0)}</dd>
    <dt>Which count</dt><dd>${types === null ? "Any type" : types.map((type) => eventType(type)?.label ?? nameOf(type)).join(", ")}</dd>
    <dt>Period</dt><dd>${moment(framed.scope.from)} to ${moment(framed.scope.to)}, not included</dd>
    <dt>Time zone</dt><dd>${framed.timezone.replaceAll("_", " ")}</dd>
    <dt>Filters</dt><dd>${shown.query.filters.length === 0 ? "None" : counted(shown.query.filters.length, "filter")}</dd>
    <dt>Read from</dt><dd>${source === "rollup" ? "Rollups of 15 minutes and longer" : "The events themselves"}</dd>
    <dt>Target</dt><dd>${target === null ? "None set" : exactText(target, kpi.unit, money)}</dd>
    <dt>Complete up to</dt><dd>${freshness.as_of.replace("T", " ").replace(/\.\d+Z$/, "Z")}${freshness.lag_ms > 0 ? `, ${duration(freshness.lag_ms)} behind` : ", nothing is waiting"}</dd>
  </dl></section>
  <section class="insp-sec"><h3>SQL <small>values are bound beside it</small></h3><pre class="code code-wrap" tabindex="0" role="group" aria-label="SQL">${sql}</pre></section>`;
}

function moment(microseconds: number): string {
  return `${new Date(microseconds / 1_000).toISOString().slice(0, 16).replace("T", " ")}Z`;
}
