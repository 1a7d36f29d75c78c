import { eventType } from "../../src/catalogue/events.ts";
import type { LeadScore, ModelScore, PointsScore, ScoreStep } from "../../src/report/lead-score.ts";
import { day, decimal, nameOf, yearOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { instantOf, percentText, placesOf } from "./words.ts";

const TITLES = { conversion: "Conversion probability", churn: "Probability of no more purchase" } as const;

export interface ScoreContext {
  timezone: string;
  now: number;
  /** How the contact is called in the last row. */
  name: string;
}

/** The chance, what it was, and how good what says so is; then what it rests on. */
export function scoreSections(score: LeadScore, context: ScoreContext): Html {
  return html`${score.method === "model" ? modelHead(score, context) : pointsHead(score)}
    ${score.method === "model" ? waterfall(score, context) : pointList(score, context)}`;
}

function modelHead({ purpose, probability, week_before, model, band, level }: ModelScore, context: ScoreContext): Html {
  const percent = percentText(probability).replace(/%$/, "");
  return html`<section class="insp-sec"><h3>${TITLES[purpose]}<small>${madeOn(model.trained_at, context)}</small></h3>
    <div class="prob"><span class="prob-value">${percent}<small>%</small></span><div><p><b>${level === "high" ? "High" : level === "medium" ? "Medium" : "Low"}</b>${week_before !== null && html` · ${weekDelta(probability, week_before, purpose)}`}</p>
    ${band && html`<p>Of ${decimal(band.count, 0)} that were given ${percentText(band.from)} to ${percentText(band.to)}, ${percentText(band.observed)} came so</p>`}</div></div>
    ${model.outcome !== null && html`<p class="dim mt-1">${outcomeWords(model.outcome)}</p>`}</section>`;
}

/** With event types by their labels. */
function outcomeWords(outcome: string): string {
  const words = outcome.replace(/[a-z]+(_[a-z]+)+/g, (type) => (eventType(type)?.label ?? nameOf(type)).toLowerCase());
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function madeOn(trained_at: string | null, { timezone, now }: ScoreContext): string {
  if (trained_at === null) return "model";
  return `model of ${day(instantOf(trained_at), timezone, yearOf(now, timezone))}`;
}

function weekDelta(probability: number, before: number, purpose: LeadScore["purpose"]): Html {
  const points = Math.round(probability * 100) - Math.round(before * 100);
  if (points === 0) return html`<span class="delta">as 7 days ago</span>`;
  const good = points > 0 === (purpose === "conversion");
  return html`<span class="delta ${good ? "delta-good" : "delta-bad"}">${icon(points > 0 ? "i-arrow-up" : "i-arrow-down")}<span class="vh">${points > 0 ? "up" : "down"} </span>${Math.abs(points)} pp in 7 days</span>`;
}

/** Each bar begins where the one before ended: they add up to the last. */
function waterfall({ steps }: ModelScore, { name }: ScoreContext): Html {
  const shown = steps.filter(({ kind, from, to }) => kind !== "calibration" || Math.abs(to - from) >= 0.0005);
  const most = Math.max(...shown.map(({ from, to }) => Math.max(from, to)));
  const scale: Scale = { most: most > 0.4 ? 1 : most * 1.1, places: placesOf(most), name };
  return html`<section class="insp-sec"><h3>Why<small>percentage points, step by step</small></h3>
    <ol class="factors">${shown.map((step, index) => factor(step, index === shown.length - 1, scale))}</ol></section>`;
}

interface Scale {
  /** At the right end of the bars. */
  most: number;
  places: number;
  /** Of the last row. */
  name: string;
}

function factor({ kind, text, phi, from, to }: ScoreStep, last: boolean, { most, places, name }: Scale): Html {
  const at = (share: number): number => place((share / most) * 100);
  const width = Math.max(at(Math.max(from, to)) - at(Math.min(from, to)), 0.6);
  const whole = kind === "base" || kind === "total";
  const look = kind === "base" ? "base" : to >= from ? "pos" : "neg";
  return html`<li${kind === "total" && html` class="total"`}><span>${kind === "total" ? name : text}</span><svg class="fx" aria-hidden="true"><line class="axis" x1="0" x2="0" y1="0" y2="24"/><rect class="${look}" x="${at(Math.min(from, to))}%" width="${place(width)}%" y="7" height="10" rx="1"/>${!last && html`<line class="link" x1="${at(to)}%" x2="${at(to)}%" y1="17" y2="31"/>`}</svg><b${phi !== null && html` title="${phi >= 0 ? "+" : "−"}${decimal(Math.abs(phi), 3)} log-odds"`}>${whole ? percentText(to, places) : pointsText(from, to, places)}</b></li>`;
}

/** What is written adds up as well: each is the difference of what the two ends are rounded to. */
function pointsText(from: number, to: number, places: number): string {
  const size = 10 ** places;
  const points = (Math.round(to * 100 * size) - Math.round(from * 100 * size)) / size;
  if (points === 0) return "0 pp";
  return `${points > 0 ? "+" : "−"}${decimal(Math.abs(points), places)} pp`;
}

function place(percent: number): number {
  return Math.round(percent * 100) / 100;
}

function pointsHead({ points, level, reason }: PointsScore): Html {
  return html`<section class="insp-sec"><h3>Points<small>no probability</small></h3>
    <div class="prob"><span class="prob-value">${points}<small> of 100</small></span><div><p><b>${level === "high" ? "High" : level === "medium" ? "Medium" : "Low"}</b></p><p>${reason}</p></div></div></section>`;
}

function pointList({ factors, points }: PointsScore, { name }: ScoreContext): Html {
  let at = 0;
  return html`<section class="insp-sec"><h3>Why<small>points, added up</small></h3><ol class="factors">${factors.map(
    ({ text, points: added }) => {
      const from = at;
      at += added;
      return pointRow(
        text,
        Math.min(from, at),
        Math.abs(added),
        `${added > 0 ? "+" : "−"}${Math.abs(added)}`,
        added > 0 ? "pos" : "neg",
      );
    },
  )}<li class="total"><span>${name}</span>${bar(0, points, "pos")}<b>${points}</b></li></ol></section>`;
}

function pointRow(text: string, from: number, width: number, written: string, look: string): Html {
  return html`<li><span>${text}</span>${bar(from, width, look)}<b>${written}</b></li>`;
}

function bar(from: number, width: number, look: string): Html {
  return html`<svg class="fx" aria-hidden="true"><line class="axis" x1="0" x2="0" y1="0" y2="24"/><rect class="${look}" x="${from}%" width="${width}%" y="7" height="10" rx="1"/></svg>`;
}

/** What the team's rules say to do; nothing where none holds. */
export function actionSection({ action }: LeadScore): Html | null {
  return (
    action &&
    html`<section class="insp-sec"><div class="action"><div class="action-kind">${icon("i-target")}Recommended action</div><h3>${action.title}</h3><p>By the first of your recommendation rules that holds for this contact.</p></div></section>`
  );
}
