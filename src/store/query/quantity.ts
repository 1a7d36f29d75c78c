/** Numbers of an answer: money and counts are exact to 12 places, measurements are doubles. Null has nothing below the line. */
import { combined } from "../../catalogue/formula.ts";
import { formatMoney } from "../../catalogue/money.ts";

export type Quantity = { exact: bigint } | { real: number } | null;

const PLACES = 12;
const ONE = 10n ** BigInt(PLACES);
/** A quotient of money is shown to this many places. */
const QUOTIENT_STEP = 10n ** 8n;

/** From a decimal's text ("-12.5000") or a double's ("1e-7"); digits beyond 12 places are cut. */
export function exactOf(text: string): bigint {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) throw new Error("the database answered something that is no decimal");
  const [, sign, whole = "", places = "", exponent = "0"] = match;
  const shift = PLACES + Number(exponent) - places.length;
  const digits = BigInt(`0${whole}${places}`);
  const scaled = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return sign === "-" ? -scaled : scaled;
}

export function countOf(count: number): Quantity {
  return { exact: BigInt(count) * ONE };
}

export function realOf(value: Quantity): number | null {
  if (value === null) return null;
  return "real" in value ? value.real : toDouble(value.exact);
}

/** Exact as long as both sides are; a quotient is cut, not rounded, so that rounding happens once, when it is shown. */
export function combine(op: "+" | "-" | "*" | "/", left: Quantity, right: Quantity): Quantity {
  if (left === null || right === null) return null;
  if ("exact" in left && "exact" in right) {
    const exact = combineExact(op, left.exact, right.exact);
    return exact === null ? null : { exact };
  }
  const real = combined(op, realOf(left) ?? 0, realOf(right) ?? 0);
  return real === null || !Number.isFinite(real) ? null : { real };
}

/** As JSON answers carry it: at least 2 places; a quotient rounded to 4, half away from zero. */
export function moneyText(value: Quantity, quotient: boolean): string | null {
  if (value === null) return null;
  if ("real" in value)
    return Number.isFinite(value.real) ? formatMoney(rounded(exactOf(String(value.real))), PLACES) : null;
  return formatMoney(quotient ? rounded(value.exact) : value.exact, PLACES);
}

function combineExact(op: "+" | "-" | "*" | "/", left: bigint, right: bigint): bigint | null {
  switch (op) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return (left * right) / ONE;
    case "/":
      return right === 0n ? null : (left * ONE) / right;
  }
}

function rounded(exact: bigint): bigint {
  const half = QUOTIENT_STEP / 2n;
  const away = exact < 0n ? exact - half : exact + half;
  return (away / QUOTIENT_STEP) * QUOTIENT_STEP;
}

/** The nearest double: through text, because a scaled integer beyond 2^53 would round twice. */
function toDouble(exact: bigint): number {
  if (exact % ONE === 0n) return Number(exact / ONE);
  return Number(`${exact}e-${PLACES}`);
}
