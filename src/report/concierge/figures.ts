/** Figures as sentences show them: written once, and the very same text is kept as a fact. */
import { kpiOf } from "../../catalogue/kpis.ts";
import type { Amount } from "../kpis.ts";

/** A KPI's value by its unit: "12000.00 USD", "4.2%", "380 ms", "17". */
export function amountText(kpi: string, value: Amount, currency?: string): string {
  if (value === null) return "nothing";
  const number = Number(value);
  switch (kpiOf(kpi)?.unit) {
    case "money":
      return `${number.toFixed(2)}${currency === undefined ? "" : ` ${currency}`}`;
    case "percent":
      return `${rounded(number * 100)}%`;
    case "duration":
      return number < 10_000 ? `${rounded(number)} ms` : `${rounded(number / 1_000)} s`;
    case "count":
      return String(Math.abs(number) < 10 ? Math.round(number * 10) / 10 : Math.round(number));
    default:
      return String(rounded(number));
  }
}

export function percentText(share: number): string {
  return `${Math.round(share * 100)}%`;
}

/** "40 minutes", "3.2 hours", "12 days". */
export function lengthText(us: number): string {
  const minutes = us / 60_000_000;
  if (minutes < 90) return unit(Math.round(minutes), "minute");
  if (minutes < 48 * 60) return unit(Math.round(minutes / 6) / 10, "hour");
  return unit(Math.round(minutes / 144) / 10, "day");
}

export function unit(count: number, one: string): string {
  return `${count} ${count === 1 ? one : `${one}s`}`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
