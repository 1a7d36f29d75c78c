/** What a team knows of stretches of time: notes for charts, holidays and campaigns that forecasts are told of. */
import type { ControlDatabase } from "./database.ts";

export interface Annotation {
  annotation_id: string;
  /** Null: of all locations. */
  location_id: string | null;
  /** Half-open, microseconds. */
  from: number;
  to: number;
  text: string;
  /** Forecasts are told of holidays: days with the same text are expected to be alike. */
  kind: "note" | "holiday";
  /** A name, as people know it. */
  created_by: string;
  created_at: number;
}

/** Which annotations: all of these must hold. Those of all locations belong to each. */
export interface AnnotationFilter {
  /** null: every one. */
  locations: readonly string[] | null;
  kind?: Annotation["kind"];
  /** Those that touch [from, to). */
  from: number;
  to: number;
}

export interface AnnotationControl {
  /** By time. */
  annotations(filter: AnnotationFilter): readonly Annotation[];
  annotation(annotation_id: string): Annotation | null;
  /** Null when there are ANNOTATIONS_MAX already. */
  addAnnotation(given: Omit<Annotation, "annotation_id" | "created_at">): Annotation | null;
  removeAnnotation(annotation_id: string): boolean;
}

interface Row extends Omit<Annotation, "from" | "to"> {
  t_from: number;
  t_to: number;
}

export const ANNOTATIONS_MAX = 10_000;

export function annotationsOf(database: ControlDatabase): AnnotationControl {
  const { sql } = database;
  const put = sql.query(
    "INSERT INTO annotations VALUES ($annotation_id, $location_id, $from, $to, $text, $kind, $created_by, $created_at)",
  );
  const one = sql.query<Row, { annotation_id: string }>(
    "SELECT * FROM annotations WHERE annotation_id = $annotation_id",
  );
  const drop = sql.query("DELETE FROM annotations WHERE annotation_id = $annotation_id");
  const count = sql.query<{ count: number }, []>("SELECT count(*) AS count FROM annotations");
  const some = sql.query<Row, { from: number; to: number; kind: string | null; locations: string | null }>(
    `SELECT * FROM annotations WHERE t_from < $to AND t_to > $from AND ($kind IS NULL OR kind = $kind)
       AND ($locations IS NULL OR location_id IS NULL OR location_id IN (SELECT value FROM json_each($locations)))
     ORDER BY t_from, annotation_id`,
  );
  return {
    annotations: ({ locations, kind, from, to }) =>
      some
        .all({ from, to, kind: kind ?? null, locations: locations === null ? null : JSON.stringify(locations) })
        .map(annotationFrom),
    annotation(annotation_id) {
      const row = one.get({ annotation_id });
      return row ? annotationFrom(row) : null;
    },
    addAnnotation(given) {
      if ((count.get()?.count ?? 0) >= ANNOTATIONS_MAX) return null;
      const { location_id, from, to, text, kind, created_by } = given;
      const annotation_id = Bun.randomUUIDv7();
      const made = { annotation_id, location_id, from, to, text, kind, created_by, created_at: database.now() };
      database.change(() => put.run(made));
      return made;
    },
    removeAnnotation: (annotation_id) => database.change(() => drop.run({ annotation_id }).changes > 0),
  };
}

function annotationFrom({ t_from, t_to, ...row }: Row): Annotation {
  return { ...row, from: t_from, to: t_to };
}
