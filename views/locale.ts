/**
 * In whose locale a page is written: numbers, money, dates and times as the reader's language and region write them.
 * Words stay English, the names of months too: a page is in one language. Digits are Latin: it reads from left to right.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** Of whoever has said nothing, and whose browser has not either. */
export const DEFAULT_LOCALE = "en-US-u-hc-h23";

const current = new AsyncLocalStorage<string>();

/** Does the work of a page, also what it waits for, in this locale: a BCP 47 tag that `isLocale` holds for. */
export function inLocale<T>(tag: string, work: () => T): T {
  return current.run(tag, work);
}

/** The one in force. */
export function currentLocale(): string {
  return current.getStore() ?? DEFAULT_LOCALE;
}

/** True for a tag that this program can write numbers and dates in. */
export function isLocale(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf([tag]).length === 1;
  } catch {
    return false;
  }
}

/** How numbers are written. */
export function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return kept(numbers, currentLocale(), JSON.stringify(options), (tag) => new Intl.NumberFormat(latin(tag), options));
}

/** What stands before and after a number that is so much of something: "$" and "", "" and " €", "" and " %". */
interface Affixes {
  before: string;
  after: string;
}

/** Of a currency, or of percentages. */
export function affixes(options: Intl.NumberFormatOptions): Affixes {
  return kept(affixed, currentLocale(), JSON.stringify(options), (tag) => {
    const parts = new Intl.NumberFormat(latin(tag), { ...options, maximumFractionDigits: 0 }).formatToParts(1);
    const at = parts.findIndex(({ type }) => type === "integer");
    const text = (list: readonly Intl.NumberFormatPart[]): string =>
      withoutMarks(list.map((part) => part.value).join(""));
    return { before: text(parts.slice(0, at)), after: text(parts.slice(at + 1)) };
  });
}

/** "." or ",". */
export function decimalMark(): string {
  return kept(marks, currentLocale(), "", (tag) => {
    const parts = new Intl.NumberFormat(latin(tag)).formatToParts(1.5);
    return parts.find(({ type }) => type === "decimal")?.value ?? ".";
  });
}

/** In which order day, month and year stand: "mdy", "dmy" or "ymd". */
export function dateOrder(): string {
  return kept(orders, currentLocale(), "", (tag) => {
    const format = new Intl.DateTimeFormat(latin(tag), { day: "numeric", month: "numeric", year: "numeric" });
    const letters = format.formatToParts(0).map(({ type }) => (/^(day|month|year)$/.test(type) ? type.charAt(0) : ""));
    const order = letters.join("");
    return order === "mdy" || order === "ymd" ? order : "dmy";
  });
}

/** True where the day has two times twelve hours. */
export function twelveHours(): boolean {
  return kept(clocks, currentLocale(), "", (tag) => {
    const { hourCycle } = new Intl.DateTimeFormat(latin(tag), { hour: "numeric" }).resolvedOptions();
    return hourCycle === "h12" || hourCycle === "h11";
  });
}

/** How times are written, in the locale's own way or in English. */
export function dateFormat(timezone: string, options: Intl.DateTimeFormatOptions, own: boolean): Intl.DateTimeFormat {
  const key = `${timezone} ${JSON.stringify(options)}`;
  const make = (tag: string) => new Intl.DateTimeFormat(latin(tag), { timeZone: timezone, ...options });
  return kept(dates, own ? currentLocale() : "en-US", key, make);
}

const numbers = new Map<string, Intl.NumberFormat>();
const dates = new Map<string, Intl.DateTimeFormat>();
const affixed = new Map<string, Affixes>();
const marks = new Map<string, string>();
const orders = new Map<string, string>();
const clocks = new Map<string, boolean>();
const KEPT_MAX = 500;

/** Making one of these objects costs more than a whole card. */
function kept<T>(made: Map<string, T>, tag: string, key: string, make: (tag: string) => T): T {
  const name = `${tag} ${key}`;
  const known = made.get(name);
  if (known !== undefined) return known;
  if (made.size > KEPT_MAX) made.clear();
  const fresh = make(tag);
  made.set(name, fresh);
  return fresh;
}

function latin(tag: string): Intl.Locale {
  return new Intl.Locale(tag, { numberingSystem: "latn" });
}

/** Marks of writing direction would stand alone among what is written from left to right. */
function withoutMarks(text: string): string {
  return text.replace(/[\u200e\u200f\u061c]/g, "");
}
