/**
 * Money as text: exact decimals with at most 4 places that fit DECIMAL(18,4). No double ever carries an amount.
 */

/** Places kept after the point: the store's column is DECIMAL(18,4). */
const MONEY_PLACES = 4;
/** Digits kept before the point. */
const MONEY_INTEGER_DIGITS = 14;
/** A double holds every decimal of up to 15 significant digits; beyond that the sent text is lost. */
export const NUMBER_DIGITS_MAX = 15;

const DECIMAL = /^(-?)0*(\d+)(?:\.(\d*?)0*)?$/;

/** Canonical form ("450000", "-12.5"): no leading or trailing zeros, no "-0". Null when it is no decimal, has more than 4 places or does not fit. */
export function parseMoney(text: string): string | null {
  if (text.length > 64 || text.endsWith(".")) return null;
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign = "", whole = "0", places = ""] = match;
  if (whole.length > MONEY_INTEGER_DIGITS || places.length > MONEY_PLACES) return null;
  if (places === "") return whole === "0" ? "0" : sign + whole;
  return `${sign}${whole}.${places}`;
}

/** The canonical form of a JSON number; null when it has more digits than a double holds exactly, more than 4 places, or does not fit. */
export function moneyOfNumber(amount: number): string | null {
  if (Number.isInteger(amount) && Math.abs(amount) < 1e14) return amount === 0 ? "0" : String(amount);
  const text = String(amount);
  // 1e-7 or 1e+21: too small or too large for four places in any case.
  if (!Number.isFinite(amount) || text.includes("e")) return null;
  return significantDigits(text) > NUMBER_DIGITS_MAX ? null : parseMoney(text);
}

/** Digits of a decimal from its first to its last that is not a zero: "0.0120" has 2, "1200" has 2. */
export function significantDigits(text: string): number {
  const mantissa = text.toLowerCase().split("e")[0] ?? "";
  return mantissa
    .replace(/[^0-9]/g, "")
    .replace(/^0+/, "")
    .replace(/0+$/, "").length;
}

/** −|amount| of a canonical amount. */
export function negativeOf(money: string): string {
  return money === "0" || money.startsWith("-") ? money : `-${money}`;
}

/** A scaled integer with `scale` decimal places, as JSON answers carry it: at least 2 places, further zeros trimmed ("584864.87604", "11672925008.00"). */
export function formatMoney(scaled: bigint, scale = MONEY_PLACES): string {
  const negative = scaled < 0n;
  const digits = (negative ? -scaled : scaled).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const places = digits
    .slice(digits.length - scale)
    .replace(/0+$/, "")
    .padEnd(2, "0");
  return `${negative ? "-" : ""}${whole}.${places}`;
}
