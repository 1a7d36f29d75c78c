import { counted, decimal, MISSING, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { stepOf } from "./heat-map.ts";

export interface Cohort {
  label: string;
  size: number;
  /** 0 to 1, one place a period; null: not yet, or nothing to divide by. */
  shares: readonly (number | null)[];
  /** From this period on the figure is not complete yet. */
  partialFrom?: number;
}

export interface CohortTableProps {
  id: string;
  title: string;
  cohorts: readonly Cohort[];
  /** "Week 0", "Week 1" … */
  periods: readonly string[];
  finding: string;
  /** Where a field leads. */
  href?: (cohort: number, period: number) => string;
  /** A last row: by period, the mean of the cohorts that had it whole. */
  average?: readonly (number | null)[];
  /** What is counted: "contact". */
  noun?: string;
}

/** Who came back: a table whose fields are the darker the more did. It is its own table of values. */
export function cohortTable({
  id,
  title,
  cohorts,
  periods,
  finding,
  href,
  average,
  noun = "contact",
}: CohortTableProps): Html {
  const most = Math.max(0, ...cohorts.flatMap(({ shares }) => shares.map((share) => share ?? 0)));
  const cell = (cohort: Cohort, share: number | null, at: number, period: number): Html => {
    if (share === null) return html`<td class="num cohort cohort-none">${MISSING}</td>`;
    const partial = cohort.partialFrom !== undefined && period >= cohort.partialFrom;
    const heads = Math.round(share * cohort.size);
    const told = `${cohort.label}, ${periods[period] ?? ""}: ${counted(heads, noun)} of ${decimal(cohort.size, 0)}${partial ? ", so far" : ""}`;
    const text = shortText(share, "percent");
    return html`<td class="num cohort cohort-${stepOf(share, most)}${partial && " is-partial"}" title="${told}">${href ? html`<a href="${href(at, period)}">${text}</a>` : text}${partial && html`<span class="vh">, so far</span>`}</td>`;
  };
  return html`<div class="table-scroll" id="${id}" tabindex="0" role="group" aria-label="${finding}"><table class="table cohorts"><caption class="vh">${title}</caption>
    <thead><tr><th scope="col">Cohort</th><th scope="col" class="num">Size</th>${periods.map((period) => html`<th scope="col" class="num">${period}</th>`)}</tr></thead>
    <tbody>${cohorts.map(
      (cohort, at) =>
        html`<tr><th scope="row">${cohort.label}</th><td class="num">${decimal(cohort.size, 0)}</td>${periods.map((_, period) => cell(cohort, cohort.shares[period] ?? null, at, period))}</tr>`,
    )}</tbody>${
      average &&
      html`<tfoot><tr><th scope="row">Average</th><td class="num">${decimal(
        cohorts.reduce((sum, { size }) => sum + size, 0),
        0,
      )}</td>${periods.map((_, period) => html`<td class="num">${average[period] == null ? MISSING : shortText(average[period], "percent")}</td>`)}</tr></tfoot>`
    }</table></div>`;
}
