/**
 * KPIs that a team defined, as the catalogue's own are: whatever asks for a KPI by its key finds them here.
 * A location's own definition beats the one for all locations; several locations together have only the latter.
 */
import { kpiOf } from "../catalogue/kpis.ts";
import type { Kpi } from "../catalogue/types.ts";
import type { Control } from "../control/control.ts";
import type { CustomKpi, KpiDefinition } from "../control/types.ts";
import type { Asked } from "./common.ts";

/** Whose KPIs: those of the locations that a question is about. */
export type Whose = Pick<Asked, "location_id" | "locations">;

/** What any formula can be split by. */
const DIMENSIONS: readonly string[] = [
  "bot_id",
  "location_id",
  "type",
  "contact_id",
  "conversation_id",
  "currency",
  "success",
];

/** The built-in KPI of this key, else the one defined for the locations asked; null when there is none. */
export function knownKpi(control: Control, asked: Whose, key: string): Kpi | null {
  return kpiOf(key) ?? definedKpis(control, asked).find((kpi) => kpi.key === key) ?? null;
}

/** The KPIs that are defined for the locations asked, by key. */
export function definedKpis(control: Control, asked: Whose): readonly Kpi[] {
  const only = onlyLocation(control, asked);
  const found = new Map<string, CustomKpi>();
  for (const custom of control.customKpis()) {
    const { key, location_id } = custom;
    if (location_id === null && !found.has(key)) found.set(key, custom);
    if (location_id !== null && location_id === only) found.set(key, custom);
  }
  return [...found.values()].flatMap(({ key, definition }) => (definition ? [kpiFrom(key, definition)] : []));
}

/** A definition as a KPI of the catalogue. */
export function kpiFrom(key: string, definition: KpiDefinition): Kpi {
  return { key, ...definition, dimensions: DIMENSIONS, group: "custom" };
}

/** The one location that a question is about; null for several. */
function onlyLocation(control: Control, { location_id, locations }: Whose): string | null {
  if (location_id !== null) return location_id;
  const seen = locations ?? control.locations().map((location) => location.location_id);
  return seen.length === 1 ? (seen[0] ?? null) : null;
}
