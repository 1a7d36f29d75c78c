import type { BotPageReport } from "../src/report/bots/bot.ts";
import { contactsPanel } from "./bots/bot/contacts.ts";
import { didPanel } from "./bots/bot/did.ts";
import { botTitle, headPanel } from "./bots/bot/head.ts";
import { targetsPanel } from "./bots/bot/targets.ts";
import { errorsPanel, troublePanel } from "./bots/bot/trouble.ts";
import { intentPanel } from "./bots/intent.ts";
import { qualificationPanel } from "./bots/qualification.ts";
import { sequencesPanel } from "./bots/sequences.ts";
import { CHART_SCRIPTS, type ChartProps, chartPanel, zoomHref } from "./charts/chart.ts";
import { bucketEnds, kpiChart } from "./charts/data.ts";
import {
  elsewhereNotice,
  type FiguresShell,
  figuresLayout,
  partial,
  periodLine,
  previousName,
  type Shown,
} from "./figures.ts";
import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";
import { botOfParam } from "./parts/bot-link.ts";
import { type ExportOffer, exportMenu } from "./parts/export-menu.ts";
import { feedRow } from "./parts/feed.ts";
import { kpiCard } from "./parts/kpi-card.ts";
import { pulseFoot } from "./parts/pulse.ts";
import { sharedText } from "./parts/query.ts";
import { emptyState, failedState } from "./parts/states.ts";

type BotShown = Shown<BotPageReport, { bot_id: string }>;

/** One bot: how it is, what it did, what went wrong, whom it met. */
export function botPage(shown: BotShown, shell: FiguresShell): Html {
  const { report, query, now } = shown;
  const settles = shell.user.role === "owner" || shell.user.role === "admin";
  return figuresLayout({
    title: botTitle(report),
    nav: "bots",
    query,
    shell,
    sub: period(shown),
    actions: html`${settles && html`<a class="btn" href="/settings/targets">${icon("i-sliders-horizontal")}Targets</a>`}<a class="btn" href="/bots${sharedText(query)}">${icon("i-bot")}All bots</a>${exportMenu(shown, offers(shown))}`,
    navFoot: pulseFoot(report.pulse, now),
    scripts: CHART_SCRIPTS,
    body: html`${notice(shown)}${panels(shown).map(({ content }) => content)}`,
  });
}

/** Of this bot alone; who may export sees its name as it is. */
function offers({ query, own }: BotShown): readonly ExportOffer[] {
  const only = { filters: [...query.filters, `bot_id:eq:${botOfParam(own.bot_id)}`], own: {} };
  return [
    { title: "Its events", what: "events", query: only },
    {
      title: "What it did, by type",
      what: "query",
      own: { kpi: "bot_events,bot_success_rate", by: "type" },
      query: only,
    },
  ];
}

/** The moving parts, one a fragment. */
export function botFragments(shown: BotShown): readonly Html[] {
  const { report, now } = shown;
  return [
    partial("period", period(shown)),
    partial("notice", notice(shown)),
    ...parts(shown).map(({ id, content }) => partial(id, content)),
    partial("pulse", pulseFoot(report.pulse, now)),
  ];
}

interface Panel {
  id: string;
  content: Html;
}

/** By their places on the page. */
function panels(shown: BotShown): readonly { content: Html }[] {
  const all = new Map(parts(shown).map(({ id, content }) => [id, content]));
  const of = (...ids: readonly string[]): Html => html`${ids.map((id) => all.get(id) ?? null)}`;
  // The longest of them goes where there is less.
  const { qualification, sequences, intent } = shown.report;
  const contacts = qualification === null && sequences === null && intent !== null ? "left" : "right";
  const column = (...ids: readonly string[]): Html => html`<div class="stack span-6">${of(...ids)}</div>`;
  return [
    { content: of("bot-head", "bot-kpis") },
    {
      content: html`<div class="grid mt-3">${of("course", "success")}
        ${column("qualification", "sequences", "did", "trouble", ...(contacts === "left" ? ["contacts"] : []))}
        ${column("intent", "targets", "errors", ...(contacts === "right" ? ["contacts"] : []))}
        ${of("bot-feed")}
      </div>`,
    },
  ];
}

function parts(shown: BotShown): readonly Panel[] {
  const { report, query, now, personal, locationName } = shown;
  const { timezone } = report.framed;
  const previous = previousOf(shown);
  const optional = (id: string, content: Html | null): Panel[] => (content === null ? [] : [{ id, content }]);
  return [
    { id: "bot-head", content: headPanel(report, locationName) },
    { id: "bot-kpis", content: kpis(shown) },
    ...courses(shown),
    ...optional("qualification", report.qualification && qualificationPanel(report.qualification)),
    ...optional("sequences", report.sequences && sequencesPanel(report.sequences)),
    ...optional("intent", report.intent && intentPanel(report.intent)),
    { id: "did", content: didPanel(report.did, query, previous) },
    { id: "targets", content: targetsPanel(report.figures) },
    { id: "trouble", content: troublePanel(report.trouble, timezone, now) },
    { id: "errors", content: errorsPanel(report) },
    { id: "contacts", content: contactsPanel(report, query, personal) },
    { id: "bot-feed", content: feed(shown) },
  ];
}

function kpis({ report, ...shown }: BotShown): Html {
  const { figures } = report;
  const { query, own } = shown;
  if (!figures.ok)
    return html`<section class="panel mt-3" id="bot-kpis">${failedState("Its figures could not be computed", figures.reason)}</section>`;
  const context = {
    previous: previousOf({ report, ...shown }),
    partial: bucketEnds(report.buckets, report.framed, report.now),
    query: { ...query, filters: [...query.filters, `bot_id:eq:${botOfParam(own.bot_id)}`] },
  };
  return html`<section class="kpis kpis-bot mt-3" id="bot-kpis" aria-label="Key figures">${figures.value.map(({ key, figure }) => kpiCard({ key, label: figure.label, figure: { ok: true, value: figure } }, context))}</section>`;
}

/** Events, and how many of them succeeded, over time: one cursor for both. */
function courses(shown: BotShown): readonly Panel[] {
  const { course } = shown.report;
  if (!course.ok)
    return [
      {
        id: "course",
        content: html`<section class="panel" id="course">${failedState("Its course could not be computed", course.reason)}</section>`,
      },
    ];
  const { events, success } = course.value;
  return [
    {
      id: "course",
      content: chartPanel({
        ...drawn(shown, "events", events, "bars"),
        title: "Events",
        panelId: "course",
        span: success ? 6 : 12,
      }),
    },
    ...(success
      ? [
          {
            id: "success",
            content: chartPanel({ ...drawn(shown, "success", success, "line"), panelId: "success", span: 6 }),
          },
        ]
      : []),
  ];
}

function drawn(
  shown: BotShown,
  name: string,
  figure: Parameters<typeof kpiChart>[0]["figure"],
  kind: ChartProps["kind"],
): ChartProps {
  const { report, query, now } = shown;
  const { framed, buckets } = report;
  const props = kpiChart({
    id: `bot-${name}`,
    figure,
    framed,
    buckets,
    now,
    previous: previousOf(shown),
    kind,
    height: "m",
  });
  return { ...props, sync: "bot", zoom: zoomHref(query) };
}

function feed({ report, now, locationName }: BotShown): Html {
  const { feed, framed } = report;
  return html`<section class="panel" id="bot-feed" aria-labelledby="h-bot-feed">
    <header class="panel-head"><h2 id="h-bot-feed">Activity</h2><span class="meta">Newest first, routine events left out</span></header>
    ${
      !feed.ok
        ? failedState("Its activity could not be read", feed.reason)
        : feed.value.length === 0
          ? emptyState(
              "i-inbox",
              "Nothing but heartbeats so far",
              "What it does appears here the moment it reports it.",
            )
          : html`<div class="feed-scroll" tabindex="0" role="group" aria-labelledby="h-bot-feed"><ol class="feed panel-flush" aria-live="off">${feed.value.map((item, place) => feedRow({ ...item, bot_id: null }, place, { timezone: framed.timezone, now, locationName }))}</ol></div>`
    }
  </section>`;
}

function period({ report, now }: BotShown): Html {
  return periodLine(report.framed, report.previous, now);
}

function notice(shown: BotShown): Html {
  return elsewhereNotice(shown, shown.report.framed.timezone);
}

function previousOf({ report }: Pick<BotShown, "report">): string | null {
  return previousName(report.framed, report.previous !== null);
}
