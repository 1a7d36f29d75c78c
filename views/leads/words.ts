import type { Contact } from "../../src/report/contact.ts";
import { decimal, exactText, MISSING, nameOf, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { glyph } from "../icons.ts";

const QUESTIONS = ["Condition", "Price", "Motivation", "Timeline"];
const STEPS: Readonly<Record<string, string>> = {
  new: "New",
  qualified: "Qualified",
  converted: "Converted",
  lost: "Lost",
  ...Object.fromEntries(QUESTIONS.map((question, index) => [`q${index + 1}`, `Q${index + 1} ${question}`])),
};

/** "Q3 Motivation", "Qualified"; a stage of the pipeline by its own name. */
export function stepName(step: string): string {
  return STEPS[step] ?? nameOf(step);
}

/** Says that nobody told. */
export const NOT_GIVEN: Html = html`<span class="dim">Not given</span>`;

/** A shape and a word. */
export function temperatureMark(temperature: string | null): Html {
  if (temperature === null) return html`<span class="dim">${MISSING}</span>`;
  const known = temperature === "hot" || temperature === "warm" || temperature === "cold" ? temperature : null;
  if (!known) return html`${nameOf(temperature)}`;
  return html`<span class="temp temp-${known}">${glyph(`g-${known}`)}${nameOf(known)}</span>`;
}

type Standing = Pick<Contact, "step" | "questions_answered" | "stalled">;

/** Four dots, where it came through questions, and the word. */
export function stepMark({ step, questions_answered, stalled }: Standing): Html {
  if (step === null && questions_answered === null) return html`<span class="dim">${MISSING}</span>`;
  const halted = stalled === true;
  return html`<span class="cell-id">${questions_answered !== null && dots(questions_answered, /^q[1-4]$/.test(step ?? "") ? Number(step?.slice(1)) : null, halted)}<span>${step === null ? MISSING : stepName(step)}${halted && html` <span class="stale">stalled</span>`}</span></span>`;
}

/** `at`: the question that it stands at, from 1. */
function dots(answered: number, at: number | null, stalled: boolean): Html {
  return html`<svg class="qdots" viewBox="0 0 34 8" aria-hidden="true">${QUESTIONS.map((_, index) => {
    const here = index + 1 === at;
    const look = here && stalled ? "stall" : index < answered ? "on" : here ? "at" : "";
    return html`<rect class="${look}" x="${index * 9 + 0.5}" y=".5" width="6.5" height="7"/>`;
  })}</svg>`;
}

/** A number is money of the currency; anything else stands as it was sent. */
export function budgetText(budget: string | null, currency: string): Html | string {
  if (budget === null) return NOT_GIVEN;
  const amount = Number(budget);
  if (!Number.isFinite(amount)) return budget;
  return html`<span title="${exactText(budget, "money", currency)}">${shortText(amount, "money", currency)}</span>`;
}

/** Short, and exact on hover; each currency apart. */
export function revenueText(revenue: Contact["revenue"]): Html {
  const entries = Object.entries(revenue);
  if (entries.length === 0) return html`<span class="dim">${MISSING}</span>`;
  return html`${entries.map(([currency, value], index) => html`${index > 0 && ", "}<span title="${exactText(value, "money", currency)}">${shortText(value, "money", currency)}</span>`)}`;
}

const MINUTE = 60_000_000;

/** "12 min ago"; microseconds. */
export function agoText(us: number): string {
  const minutes = Math.max(0, Math.floor(us / MINUTE));
  if (minutes < 1) return "Just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${decimal(Math.floor(minutes / 1440), 0)} days ago`;
}

/** Of an instant as answers write it; microseconds. */
export function instantOf(text: string): number {
  return Date.parse(text) * 1_000;
}

/** "44%"; of what is small, more digits. */
export function percentText(share: number, places = placesOf(share)): string {
  const least = 10 ** -places;
  if (share > 0 && share * 100 < least / 2) return `under ${decimal(least, places)}%`;
  return `${decimal(share * 100, places)}%`;
}

/** Digits behind the point that tell a share of this size. */
export function placesOf(share: number): number {
  return share < 0.02 ? 2 : share < 0.095 ? 1 : 0;
}
