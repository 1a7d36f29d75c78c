/**
 * Masking: what those see who may not see what is personal. Pure; used by the API, sockets, pages, exports and logs alike.
 * It must never mask by halves: whoever masks an event masks all of it.
 */
import { isPersonalKey, MASK, maskedText } from "../catalogue/personal.ts";

import type { Answer } from "../store/store.ts";

export { maskedText } from "../catalogue/personal.ts";

/** Deeper than accepted events go: what is beyond is not shown at all. */
const DEPTH_MAX = 32;

/**
 * The event with every personal field masked; its type, times, figures and shape stay. Texts become "•••", e-mail
 * addresses "j•••@•••", numbers 0, lists of texts one mask; a boolean tells nothing and stays.
 */
export function maskedEvent<Event extends object>(event: Event): Event {
  // Every value keeps its type, so what comes out has the shape of what went in.
  return maskedRecord(event, 0) as Event;
}

/** One cell of a table or one split: text that is JSON is masked as JSON. */
export function maskedCell<Cell extends string | number | boolean | null>(cell: Cell): Cell | string {
  if (typeof cell !== "string") return cell;
  return /^\s*[[{]/.test(cell) ? maskedRaw(cell) : maskedText(cell);
}

/** An answer with its splits masked by what they look like: a contact's id may be an e-mail address. */
export function maskedAnswer(answer: Answer): Answer {
  const splits = answer.columns.map(({ kind }) => kind === "dimension");
  if (!splits.includes(true)) return answer;
  return { ...answer, rows: answer.rows.map((row) => row.map((cell, at) => (splits[at] ? maskedCell(cell) : cell))) };
}

/** An event as it was sent, of any shape: masked where it can be read, else only a mask, as there is no telling what it holds. */
export function maskedRaw(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? JSON.stringify(maskedValue(value, 0)) : MASK;
  } catch {
    return MASK;
  }
}

function maskedRecord(record: object, depth: number): Record<string, unknown> {
  const masked = Object.entries(record).map(([key, value]) => {
    const shown = maskedText(key);
    return [shown, isPersonalKey(key) ? hidden(value, depth) : maskedValue(value, depth)] as const;
  });
  return Object.fromEntries(masked);
}

/** A value whose key says nothing. */
function maskedValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return maskedText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEPTH_MAX) return hidden(value, depth);
  if (Array.isArray(value)) return value.map((one) => maskedValue(one, depth + 1));
  return maskedRecord(value, depth + 1);
}

/** A value whose key says that it is personal, whatever it holds. */
function hidden(value: unknown, depth: number): unknown {
  if (typeof value === "string") return wholeEmail(value) ?? MASK;
  if (typeof value === "number" || typeof value === "bigint") return 0;
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEPTH_MAX) return Array.isArray(value) ? [] : {};
  // How many there are would tell, too.
  if (Array.isArray(value)) return value.slice(0, 1).map((one) => hidden(one, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [maskedText(key), hidden(one, depth + 1)]));
}

/** "jane@example.com" → "j•••@•••"; null for what is not one address and nothing else. */
function wholeEmail(text: string): string | null {
  const masked = maskedText(text.trim());
  return /^.•••@•••$/u.test(masked) ? masked : null;
}
