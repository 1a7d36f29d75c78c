import { parseInstant } from "../../src/catalogue/time.ts";
import type { SystemState } from "../../src/web/system/shapes.ts";
import { clockTime, counted, decimal, nameOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { bytesText, type Health, healthMark } from "./words.ts";

type Sample = NonNullable<SystemState["figures"]>["history"][number];

const REASONS: Readonly<Record<string, string>> = {
  cpu: "processor",
  memory: "memory",
  response_p95_ms: "slow answers",
  error_rate: "failed answers",
};
const SAMPLES = 100;
const EVERY_S = 30;
const SPELLS_MAX = 6;

/** How each part fares now, and how the appliance fared for the last while. */
export function healthPanel(state: SystemState, timezone: string): Html {
  const { status, checks, figures } = state;
  return html`<section class="panel" id="health" aria-labelledby="h-health">
    <header class="panel-head"><h2 id="h-health">Health</h2><span class="end">${healthMark(status)}</span></header>
    <div class="panel-body stack"><dl class="checks">${Object.entries(checks).map(
      ([name, check]) =>
        html`<div><dt>${nameOf(name)}</dt><dd>${healthMark(check.status)}</dd><dd class="dim">${figuresOf(name, check)}</dd></div>`,
    )}</dl>${figures && timeline(figures.history, timezone)}</div>
  </section>`;
}

type Check = Readonly<Record<string, unknown>>;

/** What says most of each check; those who may not see figures see none. */
const TOLD: Readonly<Record<string, (figure: (name: string) => number) => string>> = {
  store: (of) => counted(of("events"), "event"),
  control: (of) => `${counted(of("users"), "user")}, ${counted(of("locations"), "location")}`,
  ingest: (of) => `${decimal(of("queue_rows"), 0)} waiting, ${decimal(of("lag_ms"), 0)} ms behind`,
  live: (of) => counted(of("watchers"), "watcher"),
  disk: (of) => `${bytesText(of("free_bytes"))} free`,
  jobs: (of) => `${decimal(of("recurring"), 0)} recurring, ${decimal(of("failing"), 0)} failing`,
  alerts: (of) => `${counted(of("rules"), "rule")}, ${decimal(of("open"), 0)} open`,
};

function figuresOf(name: string, check: Check): string {
  const told = TOLD[name];
  if (!told || Object.keys(check).length <= 1) return "";
  return told((figure) => Number(check[figure] ?? 0));
}

/** A stroke each half minute, higher the worse it was, and the spells in words. */
function timeline(history: readonly Sample[], timezone: string): Html {
  const first = history[0];
  if (!first) return html`<p class="dim">The first sample is taken after half a minute.</p>`;
  const gap = SAMPLES - history.length;
  const strokes = history.map(({ status }, place) => {
    const height = status === "healthy" ? 8 : status === "degraded" ? 16 : 24;
    return html`<rect class="beat-${status}" x="${(gap + place) * 4}" y="${24 - height}" width="3" height="${height}"/>`;
  });
  const spells = spellsOf(history);
  const time = (sample: Sample): string => clockTime(parseInstant(sample.at) ?? 0, timezone, false);
  return html`<figure class="beats"><svg viewBox="0 0 ${SAMPLES * 4} 24" preserveAspectRatio="none" role="img" aria-label="Since ${time(first)}: ${summaryOf(history)}.">${strokes}</svg>
      <figcaption class="bot-meta">${counted(history.length, "sample")} of ${EVERY_S} s since ${time(first)}: ${summaryOf(history)}</figcaption></figure>
    ${
      spells.length > 0 &&
      html`<ul class="mishaps spells">${spells
        .slice(0, SPELLS_MAX)
        .map(
          ({ status, from, to, reasons }) =>
            html`<li>${healthMark(status)}<span class="mishap">${reasons.map((reason) => REASONS[reason] ?? nameOf(reason)).join(", ") || "no threshold named"}</span><time datetime="${from.at}">${time(from)}${from !== to && ` – ${time(to)}`}</time></li>`,
        )}</ul>`
    }`;
}

function summaryOf(history: readonly Sample[]): string {
  const count = (status: Health): number => history.filter((one) => one.status === status).length;
  const words = (["healthy", "degraded", "critical"] as const).flatMap((status) =>
    count(status) === 0 ? [] : [`${count(status)} ${status}`],
  );
  return words.join(", ");
}

interface Spell {
  status: Health;
  from: Sample;
  to: Sample;
  reasons: readonly string[];
}

/** Runs of samples that were not healthy, the newest first. */
function spellsOf(history: readonly Sample[]): readonly Spell[] {
  const spells: Spell[] = [];
  let last: Sample | null = null;
  for (const sample of history) {
    const open = spells.at(-1);
    if (sample.status !== "healthy") {
      if (open && open.to === last && open.status === sample.status)
        spells[spells.length - 1] = {
          ...open,
          to: sample,
          reasons: [...new Set([...open.reasons, ...sample.reasons])],
        };
      else spells.push({ status: sample.status, from: sample, to: sample, reasons: sample.reasons });
    }
    last = sample;
  }
  return spells.reverse();
}
