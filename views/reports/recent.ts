import { clockTime, counted, day, decimal, MISSING, yearOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { emptyState } from "../parts/states.ts";
import type { Reports, ReportsShown } from "../reports.ts";

type Recent = Reports["recent"][number];

/** Who took what: everybody's for those who administer, else one's own. */
export function recentPanel({ report, now }: ReportsShown): Html {
  const { recent, all } = report;
  return html`<section class="panel mt-3" aria-labelledby="recent-h">
    <header class="panel-head"><h2 id="recent-h">${all ? "Recent exports" : "Your recent exports"}</h2><span class="meta">From the audit log</span>${all && html`<span class="end"><a class="link" href="/settings/audit?action=export_begun">All of them</a></span>`}</header>
    ${
      recent.length === 0
        ? emptyState(
            "i-download",
            "Nothing was taken yet",
            "Each file is noted here: who took what, when, and how many rows it had.",
          )
        : html`<div class="table-scroll" tabindex="0" role="group" aria-labelledby="recent-h"><table class="table table-stack">
      <thead><tr><th scope="col">What</th><th scope="col">Who</th><th scope="col">When</th><th scope="col">Location</th><th scope="col" class="num">Rows</th><th scope="col" class="num pri-2">Size</th><th scope="col">Outcome</th></tr></thead>
      <tbody>${recent.map((one) => row(one, report.framed.timezone, now))}</tbody></table></div>`
    }
  </section>`;
}

function row({ at, who, label, format, location, rows, bytes, outcome }: Recent, timezone: string, now: number): Html {
  const time = `${day(at, timezone, yearOf(now, timezone))}, ${clockTime(at, timezone)}`;
  return html`<tr>
    <td class="strong">${label} <span class="dim">${format}</span></td>
    <td data-label="Who">${who}</td>
    <td data-label="When" class="nowrap"><time datetime="${new Date(at / 1_000).toISOString()}">${time}</time></td>
    <td data-label="Location">${location ?? "All"}</td>
    <td data-label="Rows" class="num">${rows === null ? MISSING : decimal(rows, 0)}</td>
    <td data-label="Size" class="num pri-2">${bytes === null ? MISSING : sizeText(bytes)}</td>
    <td data-label="Outcome">${outcomeMark(outcome)}</td>
  </tr>`;
}

function outcomeMark(outcome: Recent["outcome"]): Html {
  if (outcome === "done") return html`<span class="report-outcome">${icon("i-check", "i i-s")}Whole</span>`;
  if (outcome === "failed")
    return html`<span class="report-outcome is-bad">${icon("i-circle-alert", "i i-s")}Broke off</span>`;
  if (outcome === "stopped") return html`<span class="report-outcome">${icon("i-x", "i i-s")}Called off</span>`;
  return html`<span class="report-outcome">${icon("i-clock", "i i-s")}Not over</span>`;
}

/** "820 bytes", "1.9 kB", "24.1 MB". */
function sizeText(bytes: number): string {
  if (bytes < 1_000) return counted(bytes, "byte");
  return bytes < 1_000_000 ? `${decimal(bytes / 1_000, 1)} kB` : `${decimal(bytes / 1_000_000, 1)} MB`;
}
