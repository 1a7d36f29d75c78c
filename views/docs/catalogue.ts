import { type Html, html } from "../html.ts";
import type { ShellUser } from "../layout.ts";
import { docsShell } from "./shell.ts";

export interface EventEntry {
  type: string;
  aliases: readonly string[];
  label: string;
  description: string;
  needs: readonly string[];
  fields: readonly { name: string; required: boolean; type: string }[];
  /** A whole event, JSON. */
  example: string;
}

export interface KpiEntry {
  key: string;
  label: string;
  unit: string;
  better: string;
  target: string;
  description: string;
  formula: string;
  dimensions: readonly string[];
}

/** Every event type, by family. */
export function eventDocsPage({
  user,
  families,
}: {
  user: ShellUser | null;
  families: readonly { name: string; events: readonly EventEntry[] }[];
}): Html {
  return docsShell({
    user,
    tab: "events",
    title: "Event types",
    lede: "What bots can post. Other types, and other fields of data, are kept and usable too.",
    body: html`${families.map(
      ({ name, events }) =>
        html`<section class="doc-group" aria-label="${name}"><h2>${name}</h2>${events.map(eventEntry)}</section>`,
    )}`,
  });
}

function eventEntry({ type, aliases, label, description, needs, fields, example }: EventEntry): Html {
  return html`<details class="doc-op" id="${type}">
    <summary><code>${type}</code><span class="doc-sum">${label}</span></summary>
    <div class="doc-op-body"><p>${description}</p>
      ${aliases.length > 0 && html`<p>Also accepted as ${aliases.map((alias, index) => html`${index > 0 && ", "}<code>${alias}</code>`)}.</p>`}
      ${needs.length > 0 && html`<p>Needs ${needs.map((need, index) => html`${index > 0 && ", "}<code>${need}</code>`)}.</p>`}
      ${
        fields.length > 0 &&
        html`<div class="table-scroll" tabindex="0" role="group" aria-label="Fields of ${type}"><table class="table">
        <thead><tr><th scope="col">Field of data</th><th scope="col">Type</th></tr></thead>
        <tbody>${fields.map(({ name, required, type: kind }) => html`<tr><td><code>${name}</code>${required && html` <span class="tag">needed</span>`}</td><td>${kind}</td></tr>`)}</tbody>
      </table></div>`
      }
      <h3>Example</h3><pre class="code" tabindex="0"><code>${example}</code></pre></div>
  </details>`;
}

/** Every KPI, by group, with its definition. */
export function kpiDocsPage({
  user,
  groups,
}: {
  user: ShellUser | null;
  groups: readonly { name: string; kpis: readonly KpiEntry[] }[];
}): Html {
  return docsShell({
    user,
    tab: "kpis",
    title: "KPIs",
    lede: "Each number's definition: what the figures, the API and the exports are computed from.",
    body: html`${groups.map(
      ({ name, kpis }) =>
        html`<section class="doc-group" aria-label="${name}"><h2>${name}</h2>${kpis.map(kpiEntry)}</section>`,
    )}`,
  });
}

function kpiEntry({ key, label, unit, better, target, description, formula, dimensions }: KpiEntry): Html {
  return html`<details class="doc-op" id="${key}">
    <summary><code>${key}</code><span class="doc-sum">${label}</span></summary>
    <div class="doc-op-body"><p>${description}</p>
      <dl class="doc-facts"><dt>Unit</dt><dd>${unit}</dd><dt>Better</dt><dd>${better}</dd><dt>Target</dt><dd>${target}</dd>
      <dt>Makes sense by</dt><dd>${dimensions.join(", ")}</dd></dl>
      <h3>Formula</h3><pre class="code" tabindex="0"><code>${formula}</code></pre></div>
  </details>`;
}
