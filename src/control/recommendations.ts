/** What to do about scores: rules that the team edits. The first that holds counts; those of a location come before those of all. */
import { z } from "zod";
import { type ControlDatabase, remembered } from "./database.ts";

export const conditionsSchema = z.strictObject({
  levels: z
    .array(z.enum(["low", "medium", "high"]))
    .min(1)
    .max(3)
    .optional()
    .describe("One of these."),
  factors: z
    .array(z.string().min(1).max(80))
    .min(1)
    .max(20)
    .optional()
    .describe("One of these features is among the three strongest and raises the score."),
  temperatures: z
    .array(z.string().min(1).max(32))
    .min(1)
    .max(10)
    .optional()
    .describe("Its last temperature is one of these."),
  stalled: z.boolean().optional().describe("Whether its last step stalled."),
  silent_days_min: z.number().min(0).max(3_650).optional().describe("Silent for at least so many days."),
  silent_days_max: z.number().min(0).max(3_650).optional().describe("Silent for at most so many days."),
});

/** All that are given must hold. */
export type RecommendationConditions = z.infer<typeof conditionsSchema>;

export interface RecommendationRule {
  recommendation_id: number;
  /** null: for every location. */
  location_id: string | null;
  /** "conversion", "churn". */
  purpose: "conversion" | "churn";
  /** Lower ones are looked at first. */
  position: number;
  enabled: boolean;
  conditions: RecommendationConditions;
  /** A key for programs: "call_now". */
  action: string;
  title: string;
}

export interface RecommendationControl {
  /** In the order in which they are looked at, of any one location. */
  recommendationRules(): readonly RecommendationRule[];
  addRecommendationRule(given: Omit<RecommendationRule, "recommendation_id">): RecommendationRule;
  setRecommendationRule(
    recommendation_id: number,
    change: Partial<Omit<RecommendationRule, "recommendation_id" | "location_id">>,
  ): RecommendationRule | null;
  removeRecommendationRule(recommendation_id: number): boolean;
}

type Row = Omit<RecommendationRule, "enabled" | "conditions"> & { enabled: number; conditions: string };

export function recommendationsOf(database: ControlDatabase): RecommendationControl {
  const { sql } = database;
  const all = remembered(database, () =>
    Object.freeze(
      sql
        .query<Row, []>(
          "SELECT * FROM recommendation_rules ORDER BY location_id IS NULL, location_id, position, recommendation_id",
        )
        .all()
        .map(ruleOf),
    ),
  );
  const insert = sql.query<Row, Omit<Row, "recommendation_id">>(
    `INSERT INTO recommendation_rules (location_id, purpose, position, enabled, conditions, action, title)
     VALUES ($location_id, $purpose, $position, $enabled, $conditions, $action, $title) RETURNING *`,
  );
  const update = sql.query(
    `UPDATE recommendation_rules SET purpose = $purpose, position = $position, enabled = $enabled,
       conditions = $conditions, action = $action, title = $title WHERE recommendation_id = $recommendation_id`,
  );
  return {
    recommendationRules: all,
    addRecommendationRule(given) {
      const row = database.change(() => insert.get(rowOf(given)));
      if (!row) throw new Error("a recommendation rule was not returned by its insert");
      return ruleOf(row);
    },
    setRecommendationRule(recommendation_id, change) {
      const known = all().find((rule) => rule.recommendation_id === recommendation_id);
      if (!known) return null;
      const next: RecommendationRule = { ...known, ...change };
      const { location_id: _, ...row } = rowOf(next);
      database.change(() => update.run({ ...row, recommendation_id }));
      return next;
    },
    removeRecommendationRule: (recommendation_id) =>
      database.change(() =>
        sql
          .query("DELETE FROM recommendation_rules WHERE recommendation_id = $recommendation_id")
          .run({ recommendation_id }),
      ).changes > 0,
  };
}

function rowOf(rule: Omit<RecommendationRule, "recommendation_id">): Omit<Row, "recommendation_id"> {
  const { location_id, purpose, position, enabled, conditions, action, title } = rule;
  return {
    location_id,
    purpose,
    position,
    enabled: enabled ? 1 : 0,
    conditions: JSON.stringify(conditions),
    action,
    title,
  };
}

function ruleOf(row: Row): RecommendationRule {
  const conditions = conditionsSchema.parse(JSON.parse(row.conditions));
  return Object.freeze({ ...row, enabled: row.enabled === 1, conditions });
}
