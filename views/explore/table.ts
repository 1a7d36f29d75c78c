import { dimensionLabel } from "../../src/catalogue/dimensions.ts";
import type { ExploreSplit, SplitSegment } from "../../src/report/explore/split.ts";
import { aligned, bucketEnds } from "../charts/data.ts";
import { bucketNames, counted, decimal, exactText, MISSING, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { changeMark } from "../parts/change.ts";
import { ownHref, ownWith, swapLink, viewHref } from "../parts/query.ts";
import { sparkLine } from "../parts/spark.ts";
import { emptyState, failedState } from "../parts/states.ts";
import { segmentKey } from "./chart.ts";
import { type Column, ordered } from "./order.ts";
import { amountsCell, type ExploreShown, segmentName } from "./shown.ts";

/** Without a further click. */
const ROWS_FIRST = 50;
const KEYS = 5;

/** The parts as rows, each with a way deeper; or the buckets, where the figure is not split. */
export function exploreTable(shown: ExploreShown): Html {
  const { split } = shown.report;
  return html`<section class="panel" id="explore-table" aria-labelledby="h-explore-rows"><h2 class="vh" id="h-explore-rows">Table</h2>${
    split === null
      ? buckets(shown)
      : !split.ok
        ? failedState("The parts could not be computed", split.reason)
        : split.value.segments.length === 0
          ? emptyState(
              "i-table-2",
              "Nothing to split",
              "No event of this figure is in the period and passes the filters.",
            )
          : segments(shown, split.value)
  }</section>`;
}

function segments(shown: ExploreShown, split: ExploreSplit): Html {
  const { report, own } = shown;
  const columns = columnsOf(shown, split);
  const rows = ordered(split.segments, columns, own.order);
  const first = own.rows === "all" ? rows : rows.slice(0, ROWS_FIRST);
  const ranks = new Map(split.segments.map((segment, index) => [segment, index]));
  const most = Math.max(...split.segments.map(({ value }) => Math.abs(Number(value ?? 0))), 0);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="Parts, scrollable"><table class="table table-stack explore-table">
    <thead><tr>${columns.map((column) => head(shown, column))}<th scope="col"><span class="vh">Events</span></th></tr></thead>
    <tbody>${first.map((segment) => row(shown, split, segment, { rank: ranks.get(segment) ?? KEYS, most }))}</tbody>
    ${totals(shown, split)}
  </table></div>
  ${rows.length > first.length && html`<footer class="panel-foot"><span>${decimal(first.length, 0)} of ${split.more ? "the largest " : ""}${decimal(rows.length, 0)} shown</span><a class="link end" ${swapLink(ownHref(shown.query, { rows: "all" }))}>Show all ${decimal(rows.length, 0)}</a></footer>`}
  ${rows.length <= first.length && split.more && html`<footer class="panel-foot"><span>The largest ${decimal(rows.length, 0)} parts. There are more: a filter or an export tells the rest of ${report.kpi.label.toLowerCase()}.</span></footer>`}`;
}

function columnsOf(shown: ExploreShown, split: ExploreSplit): readonly Column[] {
  const { kpi, previous } = shown.report;
  return [
    { key: "key", label: dimensionLabel(split.by), value: ({ key }) => segmentName(shown, key), first: "asc" },
    { key: "value", label: kpi.label, value: ({ value }) => (value === null ? null : Number(value)), first: "desc" },
    ...(split.adds_up
      ? [{ key: "share", label: "Share", num: true, value: ({ share }: SplitSegment) => share, first: "desc" } as const]
      : []),
    { key: null, label: "Over time", pri: 3 },
    ...(previous
      ? [
          {
            key: "change",
            label: "vs previous",
            num: true,
            value: ({ change }: SplitSegment) => change,
            first: "desc",
          } as const,
        ]
      : []),
    ...split.companions.map(
      ({ key, label }): Column => ({
        key,
        label,
        num: true,
        pri: 2,
        value: ({ companions }) => {
          const amount = companions[key]?.[0]?.value ?? null;
          return amount === null ? null : Number(amount);
        },
        first: "desc",
      }),
    ),
  ];
}

function head({ own, query }: ExploreShown, { key, label, num, pri, first }: Column): Html {
  const classes = [num ? "num" : "", pri ? `pri-${pri}` : ""].filter((name) => name !== "").join(" ");
  if (key === null) return html`<th scope="col" class="${classes}">${label}</th>`;
  const current = own.order ? own.order.by === key : key === "value";
  const dir = current ? (own.order?.dir ?? "desc") : null;
  const next = dir === null ? (first ?? "desc") : dir === "desc" ? "asc" : "desc";
  const sorted = dir === null ? null : dir === "desc" ? "descending" : "ascending";
  const to = key === "value" && next === "desc" ? null : `${key}:${next}`;
  return html`<th scope="col" class="${classes}"${sorted && html` aria-sort="${sorted}"`}><a class="sort" ${swapLink(ownHref(query, { order: to }))}>${label}${icon(dir === "asc" ? "i-arrow-up" : "i-arrow-down", "i i-s")}</a></th>`;
}

function row(
  shown: ExploreShown,
  split: ExploreSplit,
  segment: SplitSegment,
  { rank, most }: { rank: number; most: number },
): Html {
  const { report, query } = shown;
  const { kpi, buckets, previous } = report;
  const { key, value, currency, share, series, companions } = segment;
  const name = segmentName(shown, key);
  const events = segment.filter && ownHref(query, { open: "events", segment: segmentKey(key), cursor: null });
  const width = most === 0 || value === null ? 0 : Math.round((Math.abs(Number(value)) / most) * 1_000) / 10;
  return html`<tr>
    <th scope="row"><span class="cell-id">${rank < KEYS ? html`<svg class="key k${rank + 1}" aria-hidden="true"><path d="M0 5h14"/></svg>` : html`<span class="key" aria-hidden="true"></span>`}${deeper(shown, segment, name)}</span></th>
    <td data-label="${kpi.label}"><span class="cell-bar"><svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/><rect class="bar-fill" width="${width}%" height="100%"/></svg><b title="${exactText(value, kpi.unit, currency)}">${shortText(value, kpi.unit, currency)}</b></span></td>
    ${split.adds_up && html`<td class="num" data-label="Share">${share === null ? MISSING : shortText(share, "percent")}</td>`}
    <td class="pri-3" data-label="Over time">${series ? sparkOf(shown, aligned(series, buckets.length)) : html`<span class="dim">${MISSING}</span>`}</td>
    ${previous && html`<td class="num" data-label="vs previous">${changeMark({ value, previous: segment.previous, change: segment.change, unit: kpi.unit, better: kpi.better, currency })}</td>`}
    ${split.companions.map(({ key: one, unit, label }) => html`<td class="num pri-2" data-label="${label}">${amountsCell(companions[one], unit)}</td>`)}
    <td class="explore-go">${events && html`<a class="btn btn-quiet btn-small" ${swapLink(events)} aria-label="Events of ${name}">Events</a>`}</td>
  </tr>`;
}

/** The name leads deeper: filtered to this part, and split by what comes next. */
function deeper({ report, own, query }: ExploreShown, { filter }: SplitSegment, name: string): Html {
  if (filter === null) return html`<span>${name}</span>`;
  const taken = [own.by, ...query.filters.map((one) => one.split(":")[0] ?? "")];
  const { usual, own: keys } = report.dimensions;
  const next = [...usual, ...keys].find((field) => !taken.includes(field)) ?? null;
  const href = viewHref(query, {
    filters: [...query.filters, filter].sort(),
    own: ownWith(query, { by: next, open: null, segment: null, cursor: null, order: null, rows: null }),
  });
  return html`<a ${swapLink(href)} title="Only ${name}${next === null ? "" : `, by ${dimensionLabel(next).toLowerCase()}`}">${name}</a>`;
}

function sparkOf(
  { report: { buckets, framed }, now }: ExploreShown,
  values: readonly (string | number | null)[],
): Html {
  const ends = bucketEnds(buckets, framed, now);
  const whole = values
    .slice(ends.first ? 1 : 0, ends.last ? -1 : undefined)
    .map((value) => (value === null ? null : Number(value)));
  return html`<span class="explore-spark">${sparkLine(whole, [])}</span>`;
}

function totals({ report, query }: ExploreShown, split: ExploreSplit): Html {
  const { figure, kpi, previous } = report;
  if (!figure.ok) return html``;
  const { value, currency } = figure.value;
  const text = `${split.adds_up ? "Total" : "All"}, ${split.more ? "more than " : ""}${counted(split.segments.length, "part")}`;
  return html`<tfoot><tr><th scope="row" class="nowrap">${text}</th><td data-label="${kpi.label}"><span class="cell-bar"><span></span><b title="${exactText(value, kpi.unit, currency)}">${shortText(value, kpi.unit, currency)}</b></span></td>
    ${split.adds_up && html`<td class="num" data-label="Share">${value === null ? MISSING : shortText(1, "percent")}</td>`}<td class="pri-3"></td>
    ${previous && html`<td class="num" data-label="vs previous">${changeMark({ ...figure.value, better: kpi.better })}</td>`}
    ${split.companions.map(({ key, unit, label }) => html`<td class="num pri-2" data-label="${label}">${amountsCell(split.totals[key], unit)}</td>`)}
    <td class="explore-go"><a class="btn btn-quiet btn-small" ${swapLink(ownHref(query, { open: "events", segment: null, cursor: null }))} aria-label="Events of all of them">Events</a></td></tr></tfoot>`;
}

/** Newest first; a bucket leads to its events. */
function buckets(shown: ExploreShown): Html {
  const { report, query, now } = shown;
  const { figure, framed, kpi, previous } = report;
  if (!figure.ok) return failedState("The values could not be computed", figure.reason);
  const { currency } = figure.value;
  const values = aligned(figure.value.trend, report.buckets.length);
  const before = aligned(figure.value.previous_trend ?? [], report.buckets.length);
  const most = Math.max(...values.map((value) => Math.abs(Number(value ?? 0))), 0);
  const ends = bucketEnds(report.buckets, framed, now);
  const rows = report.buckets
    .map(({ start }, index) => ({ start, index, value: values[index] ?? null, previous: before[index] ?? null }))
    .reverse();
  const shownRows = shown.own.rows === "all" ? rows : rows.slice(0, ROWS_FIRST);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="Values, scrollable"><table class="table table-stack explore-table">
    <thead><tr><th scope="col">Period</th><th scope="col">${kpi.label}</th>${previous && html`<th scope="col" class="num">Period before</th><th scope="col" class="num">Change</th>`}<th scope="col"><span class="vh">Events</span></th></tr></thead>
    <tbody>${shownRows.map(({ start, index, value, previous: was }) => {
      const cut = (ends.first && index === 0) || (ends.last && index === report.buckets.length - 1);
      const { long } = bucketNames(start, framed.frame.grain, framed.timezone);
      const width = most === 0 || value === null ? 0 : Math.round((Math.abs(Number(value)) / most) * 1_000) / 10;
      const href = ownHref(query, { open: new Date(start / 1_000).toISOString(), segment: null, cursor: null });
      const change =
        value === null || was === null || Number(was) === 0
          ? null
          : (Number(value) - Number(was)) / Math.abs(Number(was));
      return html`<tr><th scope="row" class="nowrap">${long}${cut && html` <span class="dim">partial</span>`}</th><td data-label="${kpi.label}"><span class="cell-bar"><svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/><rect class="bar-fill" width="${width}%" height="100%"/></svg><b title="${exactText(value, kpi.unit, currency)}">${shortText(value, kpi.unit, currency)}</b></span></td>${
        previous &&
        html`<td class="num" data-label="Before" title="${exactText(was, kpi.unit, currency)}">${shortText(was, kpi.unit, currency)}</td><td class="num" data-label="Change">${changeMark({ value, previous: was, change, unit: kpi.unit, better: kpi.better, currency })}</td>`
      }<td class="explore-go"><a class="btn btn-quiet btn-small" ${swapLink(href)} aria-label="Events of ${long}">Events</a></td></tr>`;
    })}</tbody></table></div>
  ${rows.length > shownRows.length && html`<footer class="panel-foot"><span>The latest ${decimal(shownRows.length, 0)} of ${decimal(rows.length, 0)}</span><a class="link end" ${swapLink(ownHref(query, { rows: "all" }))}>Show all ${decimal(rows.length, 0)}</a></footer>`}`;
}
