import type { BotsPageReport } from "../src/report/bots/page.ts";
import { employeesPanel } from "./bots/employees.ts";
import { intentPanel } from "./bots/intent.ts";
import { matrixPanel } from "./bots/matrix.ts";
import { qualificationPanel } from "./bots/qualification.ts";
import { sequencesPanel } from "./bots/sequences.ts";
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
import { type ExportOffer, exportMenu } from "./parts/export-menu.ts";
import { pulseFoot } from "./parts/pulse.ts";

type BotsShown = Shown<BotsPageReport>;

const OFFERED =
  "bot_events,bot_success_rate,bot_errors,conversations,calls,bookings,response_time_p95,intent_latency_p95,revenue,cost";
const OFFERS: readonly ExportOffer[] = [
  { title: "Figures by bot", what: "query", own: { kpi: OFFERED, by: "bot_id" } },
  { title: "Events by bot and type", what: "query", own: { kpi: "bot_events,bot_success_rate", by: "bot_id,type" } },
];

/** All bots: each against its targets, then what those of each trade did. */
export function botsPage(shown: BotsShown, shell: FiguresShell): Html {
  const { report, query, now } = shown;
  const settles = shell.user.role === "owner" || shell.user.role === "admin";
  return figuresLayout({
    title: "Bots",
    nav: "bots",
    query,
    shell,
    sub: period(shown),
    actions: html`${settles && html`<a class="btn" href="/settings/targets">${icon("i-sliders-horizontal")}Targets</a>`}${exportMenu(shown, OFFERS)}`,
    navFoot: pulseFoot(report.pulse, now),
    body: html`${notice(shown)}
      ${matrixPanel(report, query)}
      ${employees(shown)}
      <div class="grid mt-3">
        <div class="stack span-7">${sequencesPanel(report.sequences)}${qualificationPanel(report.qualification)}</div>
        <div class="stack span-5">${intentPanel(report.intent)}</div>
      </div>`,
  });
}

/** The moving parts, one a fragment. */
export function botsFragments(shown: BotsShown): readonly Html[] {
  const { report, query, now } = shown;
  return [
    partial("period", period(shown)),
    partial("notice", notice(shown)),
    partial("matrix", matrixPanel(report, query)),
    partial("employees", employees(shown)),
    partial("sequences", sequencesPanel(report.sequences)),
    partial("intent", intentPanel(report.intent)),
    partial("qualification", qualificationPanel(report.qualification)),
    partial("pulse", pulseFoot(report.pulse, now)),
  ];
}

function period({ report, now }: BotsShown): Html {
  return periodLine(report.framed, report.previous, now);
}

function notice(shown: BotsShown): Html {
  return elsewhereNotice(shown, shown.report.framed.timezone);
}

function employees({ report, query, now }: BotsShown): Html {
  const previous = previousName(report.framed, report.previous !== null);
  return employeesPanel(report, { query, timezone: report.framed.timezone, now, previous });
}
