/** Intent analyses: how long they take, how sure they are, what contacts want and how soon. */
import { shareOf } from "./read-answer.ts";
import type { Scan } from "./scan.ts";

export interface IntentShare {
  count: number;
  /** Of all analyses. */
  share: number | null;
  /** Mean, 0 to 1. */
  confidence: number | null;
}

export interface Intent {
  analyses: number;
  confidence: number | null;
  latency: {
    p50_ms: number | null;
    p95_ms: number | null;
    target_ms: number;
    /** Analyses whose time is known. */
    measured: number;
    /** From above `from_ms` up to and with `to_ms` (null: any longer); the first also holds 0. */
    histogram: readonly { from_ms: number; to_ms: number | null; count: number }[];
  };
  categories: readonly (IntentShare & { category: string })[];
  urgency: readonly (IntentShare & { urgency: string })[];
}

/** The target is an edge, so that what missed it can be read off. */
const TARGET_MS = 42;
const EDGES_MS = [10, 20, 30, TARGET_MS, 60, 80, 100, 150, 250, 500] as const;
export const CATEGORIES = ["buyer", "seller", "investor", "curious"] as const;
export const URGENCIES = ["immediate", "active", "passive", "future"] as const;

interface Counted {
  /** A bit for each of category, urgency and bin that the row is not split by: 7 is the whole. */
  split: number;
  category: string | null;
  urgency: string | null;
  bin: number | null;
  count: number;
  confidence: number | null;
  p50: number | null;
  p95: number | null;
}

const SPLITS = { category: 3, urgency: 5, bin: 6, whole: 7 } as const;

/** One pass over the events for the splits and the whole. */
export async function intentOf(scan: Scan): Promise<Intent> {
  const bins = EDGES_MS.map((edge, index) => ` WHEN ms <= ${edge} THEN ${index}`).join("");
  const rows = await scan.rows<Counted>(
    `SELECT GROUPING(category, urgency, bin)::INTEGER AS split, category, urgency, bin, count(*) AS count,
       avg(confidence) AS confidence, quantile_cont(ms, 0.5) FILTER (isfinite(ms)) AS p50,
       quantile_cont(ms, 0.95) FILTER (isfinite(ms)) AS p95
     FROM (SELECT ms, TRY_CAST(field[1] AS DOUBLE) AS confidence, field[2] AS category, field[3] AS urgency,
         CASE WHEN ms IS NULL THEN NULL${bins} ELSE ${EDGES_MS.length} END AS bin
       FROM (SELECT data_processing_time_ms AS ms,
           data->>['$.confidence_score', '$.intent_category', '$.urgency_level'] AS field FROM events
         WHERE type = 'intent_analysis_complete' AND ${scan.where}))
     GROUP BY GROUPING SETS ((category), (urgency), (bin), ())`,
  );
  const whole = rows.find(({ split }) => split === SPLITS.whole);
  const analyses = whole?.count ?? 0;
  const share = (row: Counted | undefined): IntentShare => {
    const count = row?.count ?? 0;
    return { count, share: shareOf(count, analyses), confidence: row?.confidence ?? null };
  };
  const binned = rows.filter(({ split, bin }) => split === SPLITS.bin && bin !== null);
  return {
    analyses,
    confidence: whole?.confidence ?? null,
    latency: {
      p50_ms: whole?.p50 ?? null,
      p95_ms: whole?.p95 ?? null,
      target_ms: TARGET_MS,
      measured: binned.reduce((sum, { count }) => sum + count, 0),
      histogram: [0, ...EDGES_MS].map((from_ms, index) => ({
        from_ms,
        to_ms: EDGES_MS[index] ?? null,
        count: binned.find(({ bin }) => bin === index)?.count ?? 0,
      })),
    },
    categories: CATEGORIES.map((category) => ({
      category,
      ...share(rows.find((row) => row.split === SPLITS.category && row.category === category)),
    })),
    urgency: URGENCIES.map((urgency) => ({
      urgency,
      ...share(rows.find((row) => row.split === SPLITS.urgency && row.urgency === urgency)),
    })),
  };
}
