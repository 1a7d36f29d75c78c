/** Anomalies are computed when asked, so their ids say what they are: whose, of which KPI, when. */
import type { Filter } from "../catalogue/types.ts";

export interface AnomalyPlace {
  kpi: string;
  grain: "hour" | "day";
  /** Of its bucket; microseconds. */
  start: number;
  /** Of money. */
  currency?: string;
}

/** Whose events were looked at. */
export interface AnomalyScope {
  location_id: string | null;
  /** Of several together: those the asker may see; null: every one. */
  locations: readonly string[] | null;
  filters: readonly Filter[];
}

export interface ReadAnomalyId {
  location_id: string | null;
  /** Of several together: which, as a hash. */
  among: string | null;
  kpi: string;
}

const CHARS_MAX = 512;
const GRAINS = ["hour", "day"];

/** The same for the same anomaly, whenever it is asked for; letters, digits, - and _ only. */
export function anomalyId(scope: AnomalyScope, { kpi, grain, start, currency }: AnomalyPlace): string {
  const whose = scope.location_id === null ? ["", amongOf(scope.locations)] : [scope.location_id, ""];
  const narrowed = scope.filters.length === 0 ? "" : hashOf(scope.filters);
  return Buffer.from(JSON.stringify([...whose, kpi, grain, start, currency ?? "", narrowed])).toString("base64url");
}

/** Null for what no anomaly is called. */
export function readAnomalyId(id: string): ReadAnomalyId | null {
  if (id.length > CHARS_MAX) return null;
  const parts = listOf(Buffer.from(id, "base64url").toString("utf8"));
  if (parts?.length !== 7) return null;
  const [location_id, among, kpi, grain, start, currency, narrowed] = parts;
  const texts = [location_id, among, kpi, grain, currency, narrowed];
  if (!texts.every((text) => typeof text === "string") || !Number.isSafeInteger(start)) return null;
  if (!GRAINS.includes(String(grain)) || (location_id === "") === (among === "")) return null;
  // Another spelling of the same would be another row.
  if (Buffer.from(JSON.stringify(parts)).toString("base64url") !== id) return null;
  return { location_id: String(location_id) || null, among: String(among) || null, kpi: String(kpi) };
}

/** Which locations together. */
export function amongOf(locations: readonly string[] | null): string {
  return locations === null ? "all" : hashOf([...locations].sort());
}

function hashOf(value: unknown): string {
  return new Bun.CryptoHasher("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 16);
}

function listOf(json: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
