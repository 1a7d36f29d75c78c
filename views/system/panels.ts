import { parseInstant } from "../../src/catalogue/time.ts";
import type { SystemState } from "../../src/web/system/shapes.ts";
import { clockTime, counted, day, decimal, duration, MISSING, nameOf, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { ago } from "../parts/age.ts";
import { sparkColumns } from "../parts/spark.ts";
import { emptyState } from "../parts/states.ts";
import { bytesText, facts, meter } from "./words.ts";

type Figures = NonNullable<SystemState["figures"]>;

export interface PanelContext {
  timezone: string;
  /** Microseconds. */
  now: number;
}

/** What comes in. */
export function ingestPanel({ ingest }: Figures, { now }: PanelContext): Html {
  const pending = ingest.oldest_pending === null ? null : parseInstant(ingest.oldest_pending);
  const day_events = ingest.quarters.reduce((sum, count) => sum + count, 0);
  return html`<section class="panel" id="sys-ingest" aria-labelledby="h-ingest">
    <header class="panel-head"><h2 id="h-ingest">Ingest</h2><span class="meta">${rateText(ingest.per_s, "event")} now</span></header>
    <div class="panel-body stack"><div class="bot-beat">${sparkColumns(ingest.quarters)}<p class="bot-meta">${counted(day_events, "event")} of the last 24 h, by the quarter of an hour</p></div>
    ${facts([
      ["Waiting to be visible", html`${counted(ingest.queue_rows, "event")}, ${bytesText(ingest.queue_bytes)}`],
      ["Oldest that waits", pending === null ? "None" : ago(pending, now)],
      ["From event to receipt, median", lag(ingest.lag_p50_ms)],
      ["From event to receipt, p95", lag(ingest.lag_p95_ms)],
      ["Accepted since the start", decimal(ingest.accepted, 0)],
      ["Known already", decimal(ingest.duplicates, 0)],
      ["Rejected", decimal(ingest.rejected, 0)],
      ["In the quarantine", html`<a class="link" href="/settings/quarantine">${decimal(ingest.quarantined, 0)}</a>`],
    ])}</div>
  </section>`;
}

/** What is kept, and the room for more. */
export function storePanel({ store, memory_bytes, cpu }: Figures, { timezone }: PanelContext): Html {
  const { disk_free_bytes: free, disk_bytes: whole } = store;
  const used = free === null || whole === null || whole === 0 ? null : 1 - free / whole;
  const low = free !== null && free < store.disk_free_bytes_min;
  const at = (instant: string | null): string =>
    instant === null ? MISSING : day(parseInstant(instant) ?? 0, timezone);
  return html`<section class="panel" id="sys-store" aria-labelledby="h-store">
    <header class="panel-head"><h2 id="h-store">Store</h2><span class="meta">${counted(store.events, "event")}${store.rollups === null && ", did not answer in time"}</span></header>
    <div class="panel-body stack">
      <div class="perf"><div><span>Disk</span><span><b>${bytesText(free)}</b> free of ${bytesText(whole)}${low && ", low"}</span></div>${used !== null && meter(used, whole === null ? null : 1 - store.disk_free_bytes_min / whole, low)}</div>
      <div class="perf"><div><span>Memory of the database</span><span><b>${bytesText(store.memory_bytes)}</b> of ${bytesText(store.memory_bytes_max)}</span></div>${store.memory_bytes !== null && meter(store.memory_bytes / store.memory_bytes_max, null, false)}</div>
      ${facts([
        ["Events from, to", `${at(store.oldest)} – ${at(store.newest)}`],
        ["Data file", bytesText(store.file_bytes)],
        ["Journal", `${bytesText(store.journal_bytes)}, ${counted(store.journal_seq, "frame")}`],
        ["Frames not in the store yet", decimal(Math.max(0, store.journal_seq - store.applied_seq), 0)],
        ["Rollups", rollupsText(store.rollups)],
        [
          "Memory of the process",
          `${bytesText(memory_bytes)}${cpu === null ? "" : `, processor ${shortText(cpu, "percent")}`}`,
        ],
      ])}
    </div>
  </section>`;
}

function rollupsText(rollups: Figures["store"]["rollups"]): Html | string {
  if (rollups === null) return MISSING;
  const rows = rollups.reduce((sum, one) => sum + one.rows, 0);
  return html`<span title="${rollups.map(({ name, rows }) => `${name}: ${decimal(rows, 0)}`).join(", ")}">${counted(rollups.length, "table")}, about ${shortText(rows, "count")} rows</span>`;
}

/** Who watches. */
export function socketsPanel({ sockets }: Figures): Html {
  const clients = [...sockets.pages, ...sockets.channels].reduce((sum, one) => sum + one.clients, 0);
  const rows = [
    ...sockets.pages.map(({ view, clients }) => ({ name: nameOf(view), kind: "page", clients, lagging: 0 })),
    ...sockets.channels.map(({ channel, clients, lagging }) => ({ name: channel, kind: "channel", clients, lagging })),
  ];
  return html`<section class="panel" id="sys-sockets" aria-labelledby="h-sockets">
    <header class="panel-head"><h2 id="h-sockets">Live connections</h2><span class="meta">${counted(clients, "client")}, ${rateText(sockets.pushes_per_s, "push", "pushes")}</span></header>
    ${
      rows.length === 0
        ? emptyState("i-monitor", "Nobody watches", "A page that is open or a program on a channel is counted here.")
        : html`<div class="panel-flush"><table class="table table-sys"><thead><tr><th scope="col">Page or channel</th><th scope="col" class="num">Clients</th></tr></thead><tbody>${rows.map(({ name, kind, clients, lagging }) => html`<tr><th scope="row">${name} <span class="dim">${kind}</span></th><td class="num">${decimal(clients, 0)}${lagging > 0 && html` <span class="tag tag-warn">${decimal(lagging, 0)} behind</span>`}</td></tr>`)}</tbody></table></div>`
    }
    <footer class="panel-foot"><span>${counted(sockets.pushes, "push", "pushes")} since the start</span><span>${counted(sockets.dropped, "client")} cut off for not reading</span>${sockets.lag_p95_ms !== null && html`<span>Pushed within ${duration(sockets.lag_p95_ms)}, p95</span>`}</footer>
  </section>`;
}

/** Answers kept. */
export function cachePanel({ cache }: Figures): Html {
  return html`<section class="panel" id="sys-cache" aria-labelledby="h-cache">
    <header class="panel-head"><h2 id="h-cache">Cache of answers</h2><span class="meta">${cache.hit_rate === null ? "not asked yet" : `${shortText(cache.hit_rate, "percent")} hits`}</span></header>
    <div class="panel-body stack"><div class="perf"><div><span>Room</span><span><b>${bytesText(cache.bytes)}</b> of ${bytesText(cache.bytes_max)}</span></div>${meter(cache.bytes / Math.max(1, cache.bytes_max), null, false)}</div>
    ${facts([
      ["Answers kept", decimal(cache.entries, 0)],
      ["Hits and misses", `${decimal(cache.hits, 0)} and ${decimal(cache.misses, 0)}`],
    ])}</div>
    ${
      cache.slowest.length > 0 &&
      html`<table class="table table-sys"><caption class="vh">Slowest answers that are kept</caption><thead><tr><th scope="col">Slowest</th><th scope="col" class="num">Took</th><th scope="col" class="num">Hits</th></tr></thead><tbody>${cache.slowest.map(({ route, timeframe, took_ms, hits }) => html`<tr><th scope="row">${route} <span class="dim">${timeframe}</span></th><td class="num">${duration(took_ms)}</td><td class="num">${decimal(hits, 0)}</td></tr>`)}</tbody></table>`
    }
  </section>`;
}

/** What runs by itself, and what somebody asked for. */
export function jobsPanel({ jobs, tasks }: Figures, { now, timezone }: PanelContext, rebuild: Html | null): Html {
  const failing = jobs.filter(({ failed }) => failed).length;
  return html`<section class="panel" id="sys-jobs" aria-labelledby="h-jobs">
    <header class="panel-head"><h2 id="h-jobs">Jobs</h2><span class="meta">${failing === 0 ? "all well" : `${failing} failing`}</span>${rebuild && html`<span class="end">${rebuild}</span>`}</header>
    ${tasks.length > 0 && html`<ul class="mishaps">${tasks.map((task) => taskLine(task, now))}</ul>`}
    <div class="panel-flush table-scroll" tabindex="0" role="region" aria-label="Jobs, scrollable"><table class="table table-sys"><thead><tr><th scope="col">Runs by itself</th><th scope="col" class="num">Every</th><th scope="col" class="num">Last run</th><th scope="col" class="num">Next</th><th scope="col" class="num">Took</th><th scope="col" class="num">Runs</th><th scope="col" class="num">Failures</th></tr></thead>
      <tbody>${jobs.map(
        ({ name, every_s, ran_at, next_at, took_ms, runs, failures, failed }) =>
          html`<tr><th scope="row">${nameOf(name)}${failed && html` <span class="tag tag-bad">Failed</span>`}</th><td class="num dim">${every_s} s</td><td class="num">${ran_at === null ? "Not yet" : ago(parseInstant(ran_at), now)}</td><td class="num dim">${next_at === null ? MISSING : clockTime(parseInstant(next_at) ?? 0, timezone)}</td><td class="num">${took_ms === null ? MISSING : duration(took_ms)}</td><td class="num">${decimal(runs, 0)}</td><td class="num">${decimal(failures, 0)}</td></tr>`,
      )}</tbody></table></div>
  </section>`;
}

function taskLine({ kind, status, progress, queued_at }: Figures["tasks"][number], now: number): Html {
  const words = status === "running" ? `${decimal(progress * 100, 0)}%` : nameOf(status);
  return html`<li><span class="tag${status === "failed" ? " tag-bad" : status === "done" ? " tag-ok" : " tag-accent"}">${words}</span><span class="mishap">${nameOf(kind)}${status === "running" && meter(progress, null, false)}</span>${ago(parseInstant(queued_at), now)}</li>`;
}

/** What stands for a backup today. */
export function backupsPanel({ store }: Figures): Html {
  return html`<section class="panel" id="sys-backups" aria-labelledby="h-backups">
    <header class="panel-head"><h2 id="h-backups">Backups</h2></header>
    <div class="panel-body stack"><p>This version makes no backups by itself: they come with the verb <code>bellwether backup</code>, which it does not have yet.</p>
      <p class="dim">The journal (${bytesText(store.journal_bytes)}) is the record: every event and rollup can be rebuilt from it. Users, keys, rules and targets are in <code>control.sqlite</code>. A copy of the whole data directory, made while the appliance is stopped, holds both.</p></div>
  </section>`;
}

function lag(ms: number | null): string {
  return ms === null ? MISSING : duration(ms);
}

function rateText(per_s: number | null, one: string, many = `${one}s`): string {
  return per_s === null ? `${MISSING} ${many}/s` : `${decimal(per_s, per_s < 10 ? 1 : 0)} ${many}/s`;
}
