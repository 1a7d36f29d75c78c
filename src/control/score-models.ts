/** Versions of the models that score contacts, and when a location was tried last. */
import { type ControlDatabase, remembered } from "./database.ts";

export interface ScoreModel {
  location_id: string;
  /** "conversion", "churn". */
  purpose: string;
  /** From 1. */
  version: number;
  trained_at: number;
  /** The one that scores; of several versions at most one. */
  in_force: boolean;
  /** Why it is not in force, or what it replaced. */
  note: string | null;
  rows: number;
  positives: number;
  /** JSON texts. */
  definition: string;
  held_out: string | null;
  model: string;
}

/** The last time that a model was tried to be made, and what came of it. */
export interface ScoreTrial {
  location_id: string;
  purpose: string;
  tried_at: number;
  /** The newest event that was looked at; null where there was none. */
  seen_at: number | null;
  rows: number;
  positives: number;
  outcome: "kept" | "worse" | "refused" | "failed";
  /** Why there is no new model. */
  reason: string | null;
}

export interface ScoreModelControl {
  /** Newest first within a location and purpose. */
  scoreModels(): readonly ScoreModel[];
  /** Adds a version and drops all but the newest few; one that comes into force takes the place of the one before. */
  addScoreModel(given: Omit<ScoreModel, "version" | "trained_at">): ScoreModel;
  scoreTrials(): readonly ScoreTrial[];
  noteScoreTrial(given: Omit<ScoreTrial, "tried_at">): void;
}

/** Of each location and purpose, beside the one in force. */
const VERSIONS_KEPT = 5;

type Row = Omit<ScoreModel, "in_force"> & { in_force: number };

export function scoreModelsOf(database: ControlDatabase): ScoreModelControl {
  const { sql } = database;
  const models = remembered(database, () =>
    Object.freeze(
      sql
        .query<Row, []>("SELECT * FROM score_models ORDER BY location_id, purpose, version DESC")
        .all()
        .map((row): ScoreModel => Object.freeze({ ...row, in_force: row.in_force === 1 })),
    ),
  );
  const trials = remembered(database, () =>
    Object.freeze(sql.query<ScoreTrial, []>("SELECT * FROM score_trials ORDER BY location_id, purpose").all()),
  );
  const insert = sql.query(
    `INSERT INTO score_models VALUES ($location_id, $purpose, $version, $trained_at, $in_force, $note, $rows, $positives,
       $definition, $held_out, $model)`,
  );
  const retire = sql.query(
    "UPDATE score_models SET in_force = 0 WHERE location_id = $location_id AND purpose = $purpose",
  );
  const prune = sql.query(
    `DELETE FROM score_models WHERE location_id = $location_id AND purpose = $purpose AND in_force = 0
     AND version <= $version - ${VERSIONS_KEPT}`,
  );
  const putTrial = sql.query(
    `INSERT INTO score_trials VALUES ($location_id, $purpose, $tried_at, $seen_at, $rows, $positives, $outcome, $reason)
     ON CONFLICT DO UPDATE SET tried_at = $tried_at, seen_at = $seen_at, rows = $rows, positives = $positives,
       outcome = $outcome, reason = $reason`,
  );
  return {
    scoreModels: models,
    addScoreModel(given) {
      return database.changeDurably(() => {
        const { location_id, purpose } = given;
        const place = { location_id, purpose };
        const latest = sql
          .query<{ version: number | null }, typeof place>(
            "SELECT max(version) AS version FROM score_models WHERE location_id = $location_id AND purpose = $purpose",
          )
          .get(place);
        const version = (latest?.version ?? 0) + 1;
        const added: ScoreModel = { ...given, version, trained_at: database.now() };
        if (given.in_force) retire.run(place);
        insert.run({ ...added, in_force: added.in_force ? 1 : 0 });
        prune.run({ ...place, version });
        return added;
      });
    },
    scoreTrials: trials,
    noteScoreTrial(given) {
      database.change(() => putTrial.run({ ...given, tried_at: database.now() }));
    },
  };
}
