import type { LeadRecord } from "../../src/report/lead-record.ts";
import type { Purpose } from "../../src/report/scores/definition.ts";
import { type FiguresShell, partial, type Shown } from "../figures.ts";
import { clockTime, counted, day, decimal, nameOf, yearOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { layout } from "../layout.ts";
import { locationMenu } from "../parts/controls.ts";
import { liveBanner, liveState } from "../parts/live-state.ts";
import { ownHref, sharedText, swapLink } from "../parts/query.ts";
import { failedState } from "../parts/states.ts";
import { nameOfLead } from "./inspector.ts";
import { actionSection, scoreSections } from "./score.ts";
import { timeline } from "./timeline.ts";
import { whatIfPanel } from "./what-if.ts";
import { agoText, budgetText, instantOf, NOT_GIVEN, revenueText, stepMark, temperatureMark } from "./words.ts";

/** What only this page has in its address. */
export interface RecordOwn {
  contact_id: string;
  /** The timeline has only these. */
  type: string | null;
  bot: string | null;
  model: Purpose | null;
  /** What is tried, by factor. */
  changes: Readonly<Record<string, string>>;
}

export type RecordShown = Shown<LeadRecord & { next_cursor: string | null; later: boolean }, RecordOwn>;

/** A contact's whole life, whatever the timeframe: so there is none to choose here. */
export function recordPage(shown: RecordShown, shell: FiguresShell): Html {
  const { query, report } = shown;
  const name = nameOfLead(report.lead);
  return layout({
    title: name,
    user: shell.user,
    nav: "leads",
    query,
    controls: locationMenu(query, shell.controls.locations),
    live: liveState(shell.live),
    banner: liveBanner(),
    body: html`<nav class="crumb" aria-label="Back"><a class="link" href="/leads${sharedText(query)}">Leads</a></nav>
      <div class="page-head" data-print="${shell.scope}"><h1 class="break">${name}</h1>${period(shown)}</div>
      ${facts(shown)}
      <div class="grid mt-3 lead-record">
        ${life(shown)}
        <div class="stack span-5">${chances(shown)}${whatIfPanel(shown)}${parts(shown)}</div>
      </div>`,
  });
}

export function recordFragments(shown: RecordShown): readonly Html[] {
  return [
    partial("period", period(shown)),
    partial("lead-facts", facts(shown)),
    partial("timeline", life(shown)),
    partial("chances", chances(shown)),
    partial("lead-parts", parts(shown)),
  ];
}

function period({ report, now }: RecordShown): Html {
  const { life } = report.lead;
  const { timezone } = report.framed;
  const { first_seen, events } = life.summary;
  const since = day(instantOf(first_seen), timezone, yearOf(now, timezone));
  return html`<p class="sub" id="period">${nameOfLead(report.lead) !== life.contact_id && html`<span class="mono break">${life.contact_id}</span> · `}${counted(events, "event")} since ${since} · ${timezone.replaceAll("_", " ")}</p>`;
}

function facts({ report, now }: RecordShown): Html {
  const { summary } = report.lead.life;
  const { timezone } = report.framed;
  const at = instantOf(summary.last_seen);
  const item = (name: string, value: Html | string, wide = false): Html =>
    html`<div${wide && html` class="wide"`}><dt>${name}</dt><dd>${value}</dd></div>`;
  const given = (text: string | null): Html | string => (text === null ? NOT_GIVEN : nameOf(text));
  return html`<dl class="lead-facts" id="lead-facts">${item("Stage", stepMark(summary), true)}${item("Temperature", temperatureMark(summary.temperature))}${item("Revenue", revenueText(summary.revenue))}${item("Conversations", decimal(summary.conversations, 0))}${item("Last seen", html`<time datetime="${summary.last_seen}" title="${day(at, timezone)}, ${clockTime(at, timezone)}">${agoText(now - at)}</time>`)}${item("Budget", budgetText(summary.budget, report.currency))}${item("Timeline", given(summary.timeline))}${item("Source", given(summary.source))}${item("Pipeline", given(summary.stage))}${item("Score as sent", summary.score === null ? NOT_GIVEN : decimal(summary.score, 1))}${item("Outcome", summary.outcome === null ? NOT_GIVEN : nameOf(summary.outcome))}</dl>`;
}

function chances({ report, now }: RecordShown): Html {
  const { scores } = report.lead;
  const context = { timezone: report.framed.timezone, now, name: nameOfLead(report.lead) };
  return html`<section class="panel" id="chances" aria-label="Chances">${
    !scores.ok
      ? failedState("The chances could not be computed", scores.reason)
      : scores.value.length === 0
        ? html`<div class="state">${icon("i-target", "i i-l")}<h3>No chance to tell</h3><p>Open leads have a conversion probability, recent buyers one of not coming back. It is neither now.</p></div>`
        : scores.value.map((score) => html`${scoreSections(score, context)}${actionSection(score)}`)
  }</section>`;
}

function life(shown: RecordShown): Html {
  const { report, query, own, now, locationName } = shown;
  const { life } = report.lead;
  const { timezone } = report.framed;
  const narrowed = own.type !== null || own.bot !== null;
  return html`<section class="panel span-7 top" id="timeline" aria-labelledby="timeline-h">
    <header class="panel-head"><h2 id="timeline-h">Timeline</h2><span class="meta">Newest first, across bots</span></header>
    <div class="panel-body">${narrowed && html`<p class="query mb-3" role="group" aria-label="Of the timeline">${narrowing(shown, "type")}${narrowing(shown, "bot")}</p>`}${
      life.events.length === 0
        ? html`<p class="dim">Nothing of this kind. <a class="link" ${swapLink(ownHref(query, { type: null, bot: null, cursor: null }))}>Show everything</a></p>`
        : timeline(life.events, { timezone, now, locationName })
    }</div>
    ${(report.later || report.next_cursor !== null) && html`<footer class="panel-foot"><span>${report.later ? "Earlier events" : "The newest events"}</span><nav class="end btn-group" aria-label="Pages">${report.later && html`<a class="btn btn-small" ${swapLink(ownHref(query, { cursor: null }))}>Newest</a>`}${report.next_cursor !== null && html`<a class="btn btn-small" rel="next" ${swapLink(ownHref(query, { cursor: report.next_cursor }))}>Earlier</a>`}</nav></footer>`}
  </section>`;
}

function narrowing({ query, own }: RecordShown, name: "type" | "bot"): Html | null {
  const value = own[name];
  const off = ownHref(query, { [name]: null, cursor: null });
  return (
    (value !== null &&
      html`<span class="chip">${name === "type" ? "Event" : "Bot"} is <b>${nameOf(value)}</b><a class="chip-x" ${swapLink(off)} aria-label="Remove ${nameOf(value)}">${icon("i-x", "i i-s")}</a></span>`) ||
    null
  );
}

/** What it is made of; types and bots narrow the timeline. */
function parts({ report, query, own, locationName, now }: RecordShown): Html {
  const { by_type, by_bot, by_location } = report.lead.life.summary;
  const link = (name: "type" | "bot", value: string): Html =>
    html`<a class="link" ${swapLink(ownHref(query, { [name]: value, cursor: null }))}${own[name] === value && html` aria-current="true"`}>${nameOf(value)}</a>`;
  const rows = (head: string, items: readonly { name: Html | string; events: number; seen: string | null }[]): Html =>
    html`<tbody><tr class="group"><th scope="rowgroup" colspan="3">${head}</th></tr>${items.map(({ name, events, seen }) => html`<tr><td class="break">${name}</td><td class="num">${decimal(events, 0)}</td><td class="num dim">${seen}</td></tr>`)}</tbody>`;
  const seen = (text: string): string => agoText(now - instantOf(text));
  return html`<section class="panel" id="lead-parts" aria-labelledby="parts-h"><header class="panel-head"><h2 id="parts-h">What happened</h2></header>
    <div class="table-scroll" tabindex="0" role="group" aria-labelledby="parts-h"><table class="table"><thead><tr><th scope="col">Of what</th><th scope="col" class="num">Events</th><th scope="col" class="num">Last</th></tr></thead>
    ${rows(
      "By bot",
      by_bot.map(({ bot_id, events, last_seen }) => ({ name: link("bot", bot_id), events, seen: seen(last_seen) })),
    )}
    ${rows(
      "By event",
      by_type.map(({ type, events }) => ({ name: link("type", type), events, seen: null })),
    )}
    ${
      (locationName !== null || by_location.length > 1) &&
      rows(
        "By location",
        by_location.map(({ location_id, events, last_seen }) => ({
          name: (locationName ?? nameOf)(location_id),
          events,
          seen: seen(last_seen),
        })),
      )
    }
    </table></div></section>`;
}
