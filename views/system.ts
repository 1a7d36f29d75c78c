import type { Part } from "../src/report/overview.ts";
import type { Pulse } from "../src/report/pulse.ts";
import type { SystemState } from "../src/web/system/shapes.ts";
import { partial } from "./figures.ts";
import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";
import { layout, type ShellUser } from "./layout.ts";
import { alertCount } from "./nav.ts";
import { csrfField } from "./parts/field.ts";
import { type LiveProps, liveBanner, liveState } from "./parts/live-state.ts";
import { pulseFoot } from "./parts/pulse.ts";
import { notice } from "./parts/states.ts";
import { healthPanel } from "./system/health.ts";
import { type LogsProps, logLines, logsPanel } from "./system/logs.ts";
import {
  backupsPanel,
  cachePanel,
  ingestPanel,
  jobsPanel,
  type PanelContext,
  socketsPanel,
  storePanel,
} from "./system/panels.ts";
import { spanText } from "./system/words.ts";

/** What moves: shared by all who may see the same. */
export interface SystemProps extends PanelContext {
  state: SystemState;
  /** Null for those who may not read the log. */
  logs: LogsProps | null;
  /** May rebuild the rollups, and see what stands for backups. */
  runs: boolean;
  pulse: Part<Pulse>;
  open_alerts: number;
}

export interface SystemPageProps extends SystemProps {
  user: ShellUser;
  live: LiveProps;
  /** What was started just now. */
  done: string | null;
}

/** Where the button of the jobs goes: what is pushed must not hold anybody's token. */
const REBUILD_FORM = "rebuild-form";

/** How the appliance itself is. */
export function systemPage(props: SystemPageProps): Html {
  const { user, live, done, logs, runs, timezone } = props;
  const of = new Map(panels(props).map(({ id, content }) => [id, content]));
  const shown = (...ids: readonly string[]): Html => html`${ids.map((id) => of.get(id) ?? null)}`;
  return layout({
    title: "System",
    user,
    nav: "system",
    live: liveState(live),
    banner: liveBanner(),
    navFoot: pulseFoot(props.pulse, props.now),
    body: html`<div class="page-head"><h1>System</h1>${subLine(props)}</div>
      ${done !== null && notice("ok", done)}
      ${runs && html`<form id="${REBUILD_FORM}" method="post" action="/system/rebuild" hidden>${csrfField(user.csrf)}</form>`}
      ${shown("health", "sys-note")}
      <div class="grid mt-3">
        <div class="stack span-6">${shown("sys-ingest", "sys-sockets", "sys-cache")}</div>
        <div class="stack span-6">${shown("sys-store", "sys-jobs", "sys-backups")}</div>
        ${logs && logsPanel(logs, timezone)}
      </div>`,
  });
}

/** The moving parts, one a fragment. */
export function systemFragments(props: SystemProps): readonly Html[] {
  const { logs, timezone } = props;
  return [
    partial("system-sub", subLine(props)),
    ...panels(props).map(({ id, content }) => partial(id, content)),
    ...(logs ? [partial("log-lines", logLines(logs, timezone))] : []),
    partial("pulse", pulseFoot(props.pulse, props.now)),
    partial("nav-alerts", alertCount(props.open_alerts)),
  ];
}

function panels(props: SystemProps): readonly { id: string; content: Html }[] {
  const { state, runs, timezone } = props;
  const { figures } = state;
  const health = { id: "health", content: healthPanel(state, timezone) };
  if (figures === null) return [health, { id: "sys-note", content: limited() }];
  return [
    health,
    { id: "sys-ingest", content: ingestPanel(figures, props) },
    { id: "sys-store", content: storePanel(figures, props) },
    { id: "sys-sockets", content: socketsPanel(figures) },
    { id: "sys-cache", content: cachePanel(figures) },
    { id: "sys-jobs", content: jobsPanel(figures, props, runs ? rebuildButton() : null) },
    ...(runs ? [{ id: "sys-backups", content: backupsPanel(figures) }] : []),
  ];
}

function rebuildButton(): Html {
  return html`<button class="btn btn-small" type="submit" form="${REBUILD_FORM}" title="From the raw events, in the background; everything else goes on">${icon("i-refresh-cw")}Rebuild rollups</button>`;
}

function limited(): Html {
  return html`<section class="panel mt-3" id="sys-note"><div class="state">${icon("i-server", "i i-l")}<h3>Its figures are for those who see all locations</h3><p>They are of the whole appliance. How each part fares stands above.</p></div></section>`;
}

function subLine({ state, timezone }: SystemProps): Html {
  const { version, commit, uptime_s, runtime, database } = state;
  const parts = [
    `Version ${version}`,
    ...(commit === "" ? [] : [commit]),
    `up ${spanText(uptime_s)}`,
    runtime,
    database,
    timezone.replaceAll("_", " "),
  ];
  return html`<p class="sub" id="system-sub">${parts.join(" · ")}</p>`;
}
