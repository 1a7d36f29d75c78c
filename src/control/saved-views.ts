/** Questions of pages that were kept under a name: an address with what only that page has in it. */
import { z } from "zod";
import type { ControlDatabase } from "./database.ts";

export interface SavedView {
  saved_view_id: string;
  /** "user …" or "key …"; empty when they are gone. */
  owner: string;
  owner_name: string;
  name: string;
  /** Of the page: "/explore". */
  path: string;
  /** In the one order of addresses, without a "?". */
  query: string;
  shared: boolean;
  /** It is about these: once it is shared, whoever may see each of them may see it; empty: everybody. */
  locations: readonly string[];
  created_at: number;
}

export interface SavedViewControl {
  /** Own ones and all that are shared, by age. */
  savedViewsOf(owner: string): readonly SavedView[];
  savedView(saved_view_id: string): SavedView | null;
  /** Null when the owner has SAVED_VIEWS_MAX already. */
  addSavedView(given: Omit<SavedView, "saved_view_id" | "created_at">): SavedView | null;
  removeSavedView(saved_view_id: string): boolean;
}

/** Of one owner. */
export const SAVED_VIEWS_MAX = 100;

interface Row extends Omit<SavedView, "shared" | "locations"> {
  shared: number;
  locations: string;
}

const locationsSchema = z.array(z.string());

export function savedViewsOf(database: ControlDatabase): SavedViewControl {
  const { sql } = database;
  const some = sql.query<Row, { owner: string }>(
    "SELECT * FROM saved_views WHERE owner = $owner OR shared = 1 ORDER BY created_at, saved_view_id",
  );
  const one = sql.query<Row, { saved_view_id: string }>(
    "SELECT * FROM saved_views WHERE saved_view_id = $saved_view_id",
  );
  const count = sql.query<{ count: number }, { owner: string }>(
    "SELECT count(*) AS count FROM saved_views WHERE owner = $owner",
  );
  const put = sql.query(
    "INSERT INTO saved_views VALUES ($saved_view_id, $owner, $owner_name, $name, $path, $query, $shared, $locations, $created_at)",
  );
  const drop = sql.query("DELETE FROM saved_views WHERE saved_view_id = $saved_view_id");
  // None of this changes what was computed: it is noted, and nothing is read anew.
  return {
    savedViewsOf: (owner) => some.all({ owner }).map(savedFrom),
    savedView(saved_view_id) {
      const row = one.get({ saved_view_id });
      return row && savedFrom(row);
    },
    addSavedView: (given) =>
      database.noteDurably(() => {
        if ((count.get({ owner: given.owner })?.count ?? 0) >= SAVED_VIEWS_MAX) return null;
        const made = { ...given, saved_view_id: Bun.randomUUIDv7(), created_at: database.now() };
        put.run({ ...made, shared: made.shared ? 1 : 0, locations: JSON.stringify(made.locations) });
        return made;
      }),
    removeSavedView: (saved_view_id) => database.noteDurably(() => drop.run({ saved_view_id }).changes > 0),
  };
}

function savedFrom({ shared, locations, ...row }: Row): SavedView {
  return { ...row, shared: shared === 1, locations: locationsSchema.parse(JSON.parse(locations)) };
}
