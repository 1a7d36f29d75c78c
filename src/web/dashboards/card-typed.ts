/** A card as its form says it. */

import type { Errors } from "../../../views/parts/settings.ts";
import { type CardKind, cardSchema, type DashboardCard, newCardId } from "../../control/dashboard-cards.ts";
import { SIZES } from "../../report/dashboard/templates.ts";
import { filtersOf } from "./rights.ts";

const FAULTS: Readonly<Record<string, string>> = {
  kpi: "Choose a KPI.",
  kpis: "Choose one to six KPIs.",
  by: "Choose what to split by.",
  steps: "Write event types parted by commas, eight at most.",
  text: "Use at most 4,000 characters.",
  title: "Use at most 80 characters.",
  filters: "Write field:op:value, one a line, ten at most.",
  w: "The card ends beyond the last column.",
};

/** The kind that is named, if there is one. */
export function kindNamed(name: string | null): CardKind | null {
  const kinds = cardSchema.options.map((option) => option.shape.kind.value);
  return kinds.find((kind) => kind === name) ?? null;
}

/** A card of this kind as its form begins. */
export function freshCard(kind: CardKind): DashboardCard {
  const { w, h } = SIZES[kind];
  const begin = {
    kpi: "revenue",
    kpis: ["leads", "leads_qualified", "conversion_rate"],
    by: kind === "table" ? "bot_id" : undefined,
  };
  const common = { kind, id: newCardId(), x: 0, y: 0, w, h };
  return cardSchema.parse(
    Object.fromEntries(Object.entries({ ...common, ...fieldsOf(kind, begin) }).filter(([, v]) => v !== undefined)),
  );
}

/** The card, or what is wrong with the form by field. */
export function typedCard(
  form: URLSearchParams,
): { card: DashboardCard; errors: null } | { card: null; errors: Errors } {
  const kind = kindNamed(form.get("kind"));
  if (kind === null) return { card: null, errors: { form: "There is no such kind of card." } };
  const text = (name: string): string => (form.get(name) ?? "").trim();
  const number = (name: string): number => Number(text(name) || Number.NaN);
  const lines = (name: string, by: RegExp): string[] =>
    text(name)
      .split(by)
      .map((one) => one.trim())
      .filter((one) => one !== "");
  const given = {
    title: text("title"),
    kpi: text("kpi"),
    kpis: form.getAll("kpis"),
    chart: text("chart") || "line",
    by: text("by") || (kind === "chart" ? null : undefined),
    grain: text("grain") || null,
    rows: form.has("rows") ? number("rows") : undefined,
    steps: lines("steps", /[,\n]/),
    window_days: form.has("window_days") ? number("window_days") : undefined,
    text: form.get("text") ?? "",
    timeframe: text("timeframe") || null,
    filters: lines("filters", /\n/),
  };
  const { w, h } = SIZES[kind];
  const place = {
    x: form.has("x") ? number("x") - 1 : 0,
    y: form.has("y") ? number("y") - 1 : 0,
    w: form.has("w") ? number("w") : w,
    h: form.has("h") ? number("h") : h,
  };
  const read = cardSchema.safeParse({ kind, id: text("id") || newCardId(), ...place, ...fieldsOf(kind, given) });
  if (!read.success) {
    const wrong = read.error.issues.map(({ path, message }) => {
      const field = String(path[0] ?? "form");
      return [field, FAULTS[field] ?? message] as const;
    });
    return { card: null, errors: Object.fromEntries(wrong) };
  }
  if (filtersOf(read.data) === null) return { card: null, errors: { filters: FAULTS.filters ?? "" } };
  return { card: read.data, errors: null };
}

/** Of everything that forms have, what this kind of card takes. */
function fieldsOf(kind: CardKind, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shape = cardSchema.options.find((option) => option.shape.kind.value === kind)?.shape ?? {};
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => Object.hasOwn(shape, name) && value !== undefined),
  );
}
