/** One thing that the concierge says: a sentence from facts that were computed, where to see them, and what to do. */
import type { Cell } from "../../store/store.ts";

export const INSIGHT_KINDS = ["anomaly", "forecast", "bot", "stall", "contact"] as const;
export type InsightKind = (typeof INSIGHT_KINDS)[number];

/** What was found, before it is ranked. */
export interface Found {
  kind: InsightKind;
  /** What it is about, so that it is the same insight when it is found again: a bot, a contact, a KPI and its day. */
  subject: readonly (string | number | null)[];
  /** 0 to 100; see RANKING of concierge.ts. */
  urgency: number;
  /** Plain words; every number and name in it is one of the facts. */
  sentence: string;
  /** Flat, so that they can be handed on as they are. */
  facts: Readonly<Record<string, Cell>>;
  /** An address of the API that answers with the figures behind it. */
  evidence: string;
  action: { action: string; title: string };
  /** What computed it, and how good that is where it was measured. */
  method: string;
  quality: Readonly<Record<string, Cell>> | null;
}

export interface Insight extends Omit<Found, "subject"> {
  id: string;
  location_id: string | null;
  /** From 1. */
  rank: number;
}

const CHARS_MAX = 256;

/** The same whenever the same is found; letters, digits, - and _ only. It names no contact. */
export function insightId(location_id: string | null, kind: InsightKind, subject: Found["subject"]): string {
  const hash = new Bun.CryptoHasher("sha256").update(JSON.stringify(subject)).digest("base64url").slice(0, 16);
  return Buffer.from(JSON.stringify([location_id ?? "", kind, hash])).toString("base64url");
}

/** Whose it is, and of which kind; null for what no insight is called. */
export function readInsightId(id: string): { location_id: string | null; kind: InsightKind } | null {
  if (id.length > CHARS_MAX) return null;
  const parts = listOf(Buffer.from(id, "base64url").toString("utf8"));
  const [location_id, named, hash] = parts ?? [];
  const kind = INSIGHT_KINDS.find((known) => known === named);
  if (parts?.length !== 3 || !kind || typeof location_id !== "string" || typeof hash !== "string" || hash.length !== 16)
    return null;
  // Another spelling of the same would be another row.
  if (Buffer.from(JSON.stringify(parts)).toString("base64url") !== id) return null;
  return { location_id: location_id || null, kind };
}

function listOf(json: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
