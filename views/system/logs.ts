import { parseInstant } from "../../src/catalogue/time.ts";
import type { LogLine, LogTail } from "../../src/observe/log-tail.ts";
import { clockTime, counted } from "../format.ts";
import { type Html, html } from "../html.ts";
import { glyph, icon } from "../icons.ts";
import { emptyState } from "../parts/states.ts";

export interface LogsProps {
  /** Null: no log file is written. */
  tail: LogTail | null;
  level: LogLine["level"];
  search: string;
}

const LEVELS: readonly { level: LogLine["level"]; words: string }[] = [
  { level: "info", words: "All lines" },
  { level: "warn", words: "Warnings and errors" },
  { level: "error", words: "Errors" },
];

/** The log's last lines; what moves is the list alone, so that what is typed stays. */
export function logsPanel({ tail, level, search }: LogsProps, timezone: string): Html {
  return html`<section class="panel" id="sys-logs" aria-labelledby="h-logs">
    <header class="panel-head"><h2 id="h-logs">Log</h2><span class="meta">Newest first</span>
      <form class="end log-form" method="get" action="/system"><label class="vh" for="log-level">Lines</label><select class="input input-small" id="log-level" name="level">${LEVELS.map((one) => html`<option value="${one.level}"${one.level === level && html` selected`}>${one.words}</option>`)}</select><label class="vh" for="log-search">Search the log</label><input class="input input-small" id="log-search" name="search" type="search" value="${search}" placeholder="Search" maxlength="200" autocomplete="off"><button class="btn btn-small" type="submit">Show</button></form></header>
    ${logLines({ tail, level, search }, timezone)}
  </section>`;
}

export function logLines({ tail, level, search }: LogsProps, timezone: string): Html {
  return html`<div id="log-lines">${
    tail === null
      ? emptyState("i-file-text", "No log file is written", "The appliance writes one when it is started with serve.")
      : tail.lines.length === 0
        ? search === "" && level === "info"
          ? emptyState("i-file-text", "No line yet", "Lines appear here within a second.")
          : html`<div class="state">${icon("i-search", "i i-l")}<h3>No such line</h3><p>Nothing in what was looked through matches.</p><a class="btn btn-small" href="/system#sys-logs">Show all lines</a></div>`
        : html`<div class="log-scroll" tabindex="0" role="group" aria-label="Log lines"><ol class="log">${tail.lines.map((line) => logLine(line, timezone))}</ol></div><footer class="panel-foot"><span>${counted(tail.lines.length, "line")}${tail.partial && ", there are older ones"}</span></footer>`
  }</div>`;
}

function logLine({ time, level, message, fields }: LogLine, timezone: string): Html {
  const at = parseInstant(time);
  const rest = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const mark = level === "error" ? glyph("g-offline") : level === "warn" ? glyph("g-idle") : null;
  return html`<li class="log-${level}"><time datetime="${time}" title="${time}">${at === null ? time : clockTime(at, timezone)}</time><span class="log-level">${mark}${level}</span><span class="log-text">${message} <span class="dim">${rest.join(" ")}</span></span></li>`;
}
