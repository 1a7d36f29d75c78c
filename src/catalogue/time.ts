/**
 * Instants: RFC 3339 text to microseconds since 1970-01-01T00:00:00Z and back. Pure; no clock.
 */

const US_PER_S = 1_000_000;
export const US_PER_HOUR = 3_600 * US_PER_S;

const ZERO = 48;
const NINE = 57;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Microseconds of an RFC 3339 instant (section 5.6, upper or lower case t and z), null when it is none.
 * An offset is required, the calendar is checked, leap seconds (:60) are refused, and digits below a microsecond must be zero:
 * what is accepted is kept exactly.
 */
export function parseInstant(text: string): number | null {
  const length = text.length;
  if (length < 20 || length > 64) return null;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  // A part that is not digits is NaN, and fails its comparison.
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 && second <= 59)) return null;
  if (!separated(text) || day > daysIn(year, month)) return null;

  let at = 19;
  let fraction = 0;
  if (text.charCodeAt(19) === 46) {
    at = 20;
    let unit = 100_000;
    for (; at < length; at++) {
      const digit = text.charCodeAt(at) - ZERO;
      if (digit < 0 || digit > 9) break;
      if (unit >= 1) fraction += digit * unit;
      else if (digit !== 0) return null;
      unit /= 10;
    }
    if (at === 20) return null;
  }
  const offset = offsetMinutes(text, at);
  if (offset === null) return null;

  const seconds = daysBefore(year, month, day) * 86_400 + hour * 3_600 + (minute - offset) * 60 + second;
  // Before August 1684 a double holds every eighth microsecond only; whole milliseconds are always exact.
  if (fraction % 8 !== 0 && !Number.isSafeInteger(seconds * US_PER_S + fraction)) return null;
  return seconds * US_PER_S + fraction;
}

/** RFC 3339 in UTC with as many decimals as it needs: none, 3 or 6. */
export function formatInstant(us: number): string {
  const seconds = Math.floor(us / US_PER_S);
  const fraction = us - seconds * US_PER_S;
  const text = new Date(seconds * 1000).toISOString().replace(".000Z", "");
  if (fraction === 0) return `${text}Z`;
  const micros = String(fraction).padStart(6, "0");
  return `${text}.${micros.endsWith("000") ? micros.slice(0, 3) : micros}Z`;
}

function digits(text: string, from: number, count: number): number {
  let number = 0;
  for (let i = from; i < from + count; i++) {
    const code = text.charCodeAt(i);
    if (code < ZERO || code > NINE) return Number.NaN;
    number = number * 10 + (code - ZERO);
  }
  return number;
}

function separated(text: string): boolean {
  const middle = text.charCodeAt(10);
  return (
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(7) === 45 &&
    (middle === 84 || middle === 116) &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58
  );
}

/** Minutes east of UTC of the offset that ends the text at `at`; null when there is none, or something after it. */
function offsetMinutes(text: string, at: number): number | null {
  const sign = text.charCodeAt(at);
  if (sign === 90 || sign === 122) return at + 1 === text.length ? 0 : null;
  if ((sign !== 43 && sign !== 45) || at + 6 !== text.length || text.charCodeAt(at + 3) !== 58) return null;
  const hours = digits(text, at + 1, 2);
  const minutes = digits(text, at + 4, 2);
  if (!(hours <= 23 && minutes <= 59)) return null;
  return (sign === 45 ? -1 : 1) * (hours * 60 + minutes);
}

function daysIn(year: number, month: number): number {
  if (month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) return 29;
  return DAYS_IN_MONTH[month - 1] ?? 0;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar; after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil. */
function daysBefore(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}
