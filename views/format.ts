/** Numbers, money, times and names as people read them: in the locale in force (locale.ts), words in English; the zone is passed in. */
import type { Grain, Unit } from "../src/catalogue/types.ts";
import { affixes, dateFormat, dateOrder, decimalMark, numberFormat, twelveHours } from "./locale.ts";

const MINUS = "−";
export const MISSING = "–";
/** Does not break. */
const SPACE = "\u00a0";
const US_PER_MS = 1_000;

/** A figure in two sizes: "$26.4" and "M". */
export interface Figure {
  text: string;
  unit: string;
}

/** Of a card: short, with its unit apart. */
export function figureOf(value: string | number | null, unit: Unit, currency = "USD"): Figure {
  if (value === null) return { text: MISSING, unit: "" };
  const amount = Number(value);
  if (unit === "money") return compactMoney(amount, currency);
  if (unit === "percent") {
    const { before, after } = percentMarks();
    return { text: before + decimal(amount * 100, amount === 1 ? 0 : 1), unit: after };
  }
  if (unit === "duration") return durationFigure(amount);
  if (unit === "count")
    return Math.abs(amount) >= 100_000 ? compactCount(amount) : { text: decimal(amount, 0), unit: "" };
  return { text: decimal(amount, 2), unit: "" };
}

/** The same in one piece: "$26.4M", "4.3%", "38 ms". */
export function shortText(value: string | number | null, unit: Unit, currency = "USD"): string {
  const { text, unit: mark } = figureOf(value, unit, currency);
  if (unit === "duration") return `${text} ${mark}`.trim();
  const tail = `${decimalMark()}0`;
  return (text.endsWith(tail) ? text.slice(0, -tail.length) : text) + mark;
}

/** Every digit: "$700,375,500.48", "4.31%", "38.25 ms". For titles, tooltips and tables. */
export function exactText(value: string | number | null, unit: Unit, currency = "USD"): string {
  if (value === null) return MISSING;
  if (unit === "money") return exactMoney(String(value), currency);
  if (unit === "percent") {
    const { before, after } = percentMarks();
    return before + decimal(Number(value) * 100, 2) + after;
  }
  if (unit === "duration") return duration(Number(value));
  return decimal(Number(value), unit === "count" ? 0 : 4);
}

/** A decimal string with its thousands parted and its currency, no digit lost. */
export function exactMoney(text: string, currency: string): string {
  const { before, after } = currencyMarks(currency);
  const negative = text.startsWith("-");
  return (negative ? MINUS : "") + before + exactDecimal(negative ? text.slice(1) : text) + after;
}

/** Never through a floating-point number: that keeps 15 digits of a DECIMAL(38). */
function exactDecimal(text: string): string {
  const [, whole, places = ""] = /^(\d+)(?:\.(\d*))?$/.exec(text) ?? [];
  if (whole === undefined) return decimal(Number(text), 6);
  const cents = /^0*$/.test(places) ? "" : decimalMark() + places;
  return numberFormat({}).format(BigInt(whole)) + cents;
}

/** "38 ms", "1.4 s", "4 min 12 s", "2 h 05 min". */
export function duration(ms: number): string {
  if (ms < 1_000) return `${decimal(ms, ms < 10 && ms % 1 !== 0 ? 1 : 0)} ms`;
  if (ms < 60_000) return `${decimal(ms / 1_000, 1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${pad(Math.floor(ms / 1_000) % 60)} s`;
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h ${pad(Math.floor(ms / 60_000) % 60)} min`;
  return `${Math.floor(ms / 86_400_000)} d ${pad(Math.floor(ms / 3_600_000) % 24)} h`;
}

/** "1,486"; a real minus. */
export function decimal(value: number, places: number): string {
  return numberOf(value, places === 1 ? 1 : 0, places);
}

function numberOf(value: number, least: number, most: number): string {
  return numberFormat({ minimumFractionDigits: least, maximumFractionDigits: most }).format(value).replace("-", MINUS);
}

/** "1 lead", "2 leads". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${decimal(count, 0)} ${count === 1 ? one : many}`;
}

/** "seller-bot" is "Seller bot"; a name that has capitals keeps them. */
export function nameOf(id: string): string {
  const words = id.replace(/[-_]+/g, " ").trim();
  return words === "" ? id : words[0]?.toUpperCase() + words.slice(1);
}

/** "14:32:06" in the zone; "2:32:06 PM" where a day has two times twelve hours. */
export function clockTime(time: number, timezone: string, seconds = true): string {
  const twelve = twelveHours();
  const options: Intl.DateTimeFormatOptions = {
    hour: twelve ? "numeric" : "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
    hourCycle: twelve ? "h12" : "h23",
  };
  const parts = dateFormat(timezone, options, !twelve).formatToParts(time / US_PER_MS);
  const last = parts.findLastIndex(({ type }) => type !== "literal");
  return parts
    .slice(0, last + 1)
    .map(({ value }) => value.replace(/^\s$/, SPACE))
    .join("");
}

/** "Jan 8", with the year where it is not this one. */
export function day(time: number, timezone: string, thisYear?: number): string {
  const year = yearOf(time, timezone) === thisYear ? {} : ({ year: "numeric" } as const);
  return written(time, timezone, { month: "short", day: "numeric", ...year });
}

/** The year it is in the zone. */
export function yearOf(time: number, timezone: string): number {
  return Number(dateFormat(timezone, { year: "numeric" }, false).format(time / US_PER_MS));
}

/** "2026-01-08" in the zone, for date fields. */
export function isoDay(time: number, timezone: string): string {
  return new Intl.DateTimeFormat("sv-SE", {
    timeZone: timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(time / US_PER_MS);
}

/** How a bucket is called: on the axis, and in full. */
export function bucketNames(start: number, grain: Grain, timezone: string): { short: string; long: string } {
  const write = (options: Intl.DateTimeFormatOptions) => written(start, timezone, options);
  switch (grain) {
    case "minute":
    case "hour":
      return {
        short: clockTime(start, timezone, false),
        long: `${write({ weekday: "short", month: "short", day: "numeric" })}, ${clockTime(start, timezone, false)}`,
      };
    case "day":
      return {
        short: write({ month: "short", day: "numeric" }),
        long: write({ weekday: "short", month: "short", day: "numeric", year: "numeric" }),
      };
    case "week":
      return {
        short: write({ month: "short", day: "numeric" }),
        long: `Week of ${write({ month: "short", day: "numeric", year: "numeric" })}`,
      };
    case "month":
      return {
        short: `${write({ month: "short" })} ’${write({ year: "2-digit" })}`,
        long: write({ month: "long", year: "numeric" }),
      };
    case "quarter": {
      const quarter = Math.floor((Number(write({ month: "numeric" })) - 1) / 3) + 1;
      return {
        short: `Q${quarter} ’${write({ year: "2-digit" })}`,
        long: `Quarter ${quarter} of ${write({ year: "numeric" })}`,
      };
    }
    default:
      return { short: write({ year: "numeric" }), long: write({ year: "numeric" }) };
  }
}

/** English names in the order of the locale: "Thu, Jan 8, 2026", "Thu, 8 Jan 2026". */
function written(time: number, timezone: string, options: Intl.DateTimeFormatOptions): string {
  const parts = dateFormat(timezone, options, false).formatToParts(time / US_PER_MS);
  const of = (wanted: string): string => parts.find(({ type }) => type === wanted)?.value ?? "";
  const [weekday, month, date, year] = [of("weekday"), of("month"), of("day"), of("year")];
  const monthDay = (dateOrder() === "dmy" ? [date, month] : [month, date]).filter((part) => part !== "").join(" ");
  const comma = dateOrder() === "mdy" && date !== "" && month !== "" && year !== "" ? "," : "";
  const whole = dateOrder() === "ymd" ? [year, monthDay] : [monthDay + comma, year];
  const text = whole.filter((part) => part !== "").join(" ");
  return weekday === "" ? text : text === "" ? weekday : `${weekday}, ${text}`;
}

function compactMoney(amount: number, currency: string): Figure {
  const { before, after } = currencyMarks(currency);
  const sign = amount < 0 ? MINUS : "";
  const size = Math.abs(amount);
  const cents = size < 1_000 && size % 1 !== 0;
  const { text, unit } = cents
    ? { text: numberOf(size, 2, 2), unit: "" }
    : size < 10_000
      ? { text: decimal(size, 0), unit: "" }
      : compactCount(size);
  // Where the currency comes last it comes after the unit too: "26,4 M €".
  return { text: sign + before + text, unit: after === "" || unit === "" ? unit + after : SPACE + unit + after };
}

function compactCount(amount: number): Figure {
  const steps: readonly [number, string][] = [
    [1e12, "T"],
    [1e9, "B"],
    [1e6, "M"],
    [1e3, "k"],
  ];
  // 999,960 is 1.00M, not 1,000k.
  const [size, unit] = steps.find(([step]) => Math.abs(amount) >= step * 0.9995) ?? [1, ""];
  const scaled = amount / size;
  const places = Math.abs(scaled) < 9.995 ? 2 : Math.abs(scaled) < 99.95 ? 1 : 0;
  return { text: numberOf(scaled, places, places), unit };
}

function durationFigure(ms: number): Figure {
  if (ms < 1_000) return { text: decimal(ms, ms < 10 ? 1 : 0), unit: "ms" };
  if (ms < 60_000) return { text: decimal(ms / 1_000, 1), unit: "s" };
  if (ms < 3_600_000) return { text: decimal(ms / 60_000, 1), unit: "min" };
  return { text: decimal(ms / 3_600_000, 1), unit: "h" };
}

function currencyMarks(currency: string) {
  return affixes({ style: "currency", currency, currencyDisplay: "narrowSymbol" });
}

function percentMarks() {
  return affixes({ style: "percent" });
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
