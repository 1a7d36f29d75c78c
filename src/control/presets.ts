/** Presets: named filters, own or shared; which one somebody begins with; and what they looked at last. */
import { z } from "zod";
import type { ControlDatabase } from "./database.ts";

export interface Preset {
  preset_id: string;
  /** "user …" or "key …", as access names whose something is; empty when they are gone. */
  owner: string;
  owner_name: string;
  name: string;
  /** Of the parameters that pages share, in their one order; without a "?". */
  query: string;
  shared: boolean;
  /** It is about these: once it is shared, whoever may see each of them may see it; empty: everybody. */
  locations: readonly string[];
  created_at: number;
  changed_at: number;
}

type Given = Pick<Preset, "owner" | "owner_name" | "name" | "query" | "shared" | "locations">;

export interface PresetControl {
  /** Own ones and all that are shared, by name. */
  presetsOf(owner: string): readonly Preset[];
  preset(preset_id: string): Preset | null;
  /** Null when the owner has PRESETS_MAX already. */
  addPreset(given: Given): Preset | null;
  /** Null when there is none. */
  setPreset(preset_id: string, change: Partial<Pick<Preset, "name" | "query" | "shared" | "locations">>): Preset | null;
  removePreset(preset_id: string): boolean;
  /** With which preset this owner begins; null: with none. */
  defaultPreset(owner: string): string | null;
  setDefaultPreset(owner: string, preset_id: string | null): void;
  /** What the person looked at last; empty for nothing. */
  lastQuery(user_id: string): string;
  keepLastQuery(user_id: string, query: string): void;
  /** True the first time for a session: it has just begun. */
  beginSession(session_id: string): boolean;
}

/** Of one owner. */
export const PRESETS_MAX = 200;

interface Row extends Omit<Preset, "shared" | "locations"> {
  shared: number;
  locations: string;
}

const locationsSchema = z.array(z.string());

export function presetsOf(database: ControlDatabase): PresetControl {
  const { sql } = database;
  const some = sql.query<Row, { owner: string }>(
    "SELECT * FROM presets WHERE owner = $owner OR shared = 1 ORDER BY lower(name), preset_id",
  );
  const one = sql.query<Row, { preset_id: string }>("SELECT * FROM presets WHERE preset_id = $preset_id");
  const count = sql.query<{ count: number }, { owner: string }>(
    "SELECT count(*) AS count FROM presets WHERE owner = $owner",
  );
  const put = sql.query(
    `INSERT INTO presets VALUES ($preset_id, $owner, $owner_name, $name, $query, $shared, $locations, $created_at, $changed_at)
     ON CONFLICT DO UPDATE SET name = $name, query = $query, shared = $shared, locations = $locations, changed_at = $changed_at`,
  );
  const drop = sql.query("DELETE FROM presets WHERE preset_id = $preset_id");
  const chosen = sql.query<{ preset_id: string }, { owner: string }>(
    "SELECT preset_id FROM preset_defaults WHERE owner = $owner",
  );
  const choose = sql.query(
    "INSERT INTO preset_defaults VALUES ($owner, $preset_id) ON CONFLICT DO UPDATE SET preset_id = $preset_id",
  );
  const unchoose = sql.query("DELETE FROM preset_defaults WHERE owner = $owner");
  const last = sql.query<{ query: string }, { user_id: string }>(
    "SELECT query FROM last_queries WHERE user_id = $user_id",
  );
  const keep = sql.query(
    "INSERT INTO last_queries VALUES ($user_id, $query, $now) ON CONFLICT DO UPDATE SET query = $query, seen_at = $now",
  );
  const begun = sql.query<{ begun: number }, { session_id: string }>(
    "SELECT begun FROM sessions WHERE session_id = $session_id",
  );
  const begin = sql.query("UPDATE sessions SET begun = 1 WHERE session_id = $session_id AND begun = 0");
  const preset = (preset_id: string): Preset | null => {
    const row = one.get({ preset_id });
    return row && presetFrom(row);
  };
  const lastQuery = (user_id: string): string => last.get({ user_id })?.query ?? "";
  // None of this changes what was computed: it is noted, and nothing is read anew.
  return {
    presetsOf: (owner) => some.all({ owner }).map(presetFrom),
    preset,
    addPreset: (given) =>
      database.noteDurably(() => {
        if ((count.get({ owner: given.owner })?.count ?? 0) >= PRESETS_MAX) return null;
        const now = database.now();
        const made = { ...given, preset_id: Bun.randomUUIDv7(), created_at: now, changed_at: now };
        put.run(rowOf(made));
        return made;
      }),
    setPreset: (preset_id, change) =>
      database.noteDurably(() => {
        const known = preset(preset_id);
        if (!known) return null;
        const made = { ...known, ...change, changed_at: database.now() };
        put.run(rowOf(made));
        return made;
      }),
    removePreset: (preset_id) => database.noteDurably(() => drop.run({ preset_id }).changes > 0),
    defaultPreset: (owner) => chosen.get({ owner })?.preset_id ?? null,
    setDefaultPreset(owner, preset_id) {
      database.noteDurably(() => (preset_id === null ? unchoose.run({ owner }) : choose.run({ owner, preset_id })));
    },
    lastQuery,
    keepLastQuery(user_id, query) {
      if (lastQuery(user_id) !== query) database.note(() => void keep.run({ user_id, query, now: database.now() }));
    },
    beginSession(session_id) {
      if (begun.get({ session_id })?.begun !== 0) return false;
      let first = false;
      database.note(() => {
        first = begin.run({ session_id }).changes > 0;
      });
      return first;
    },
  };
}

function presetFrom({ shared, locations, ...row }: Row): Preset {
  return { ...row, shared: shared === 1, locations: locationsSchema.parse(JSON.parse(locations)) };
}

function rowOf({ shared, locations, ...rest }: Preset) {
  return { ...rest, shared: shared ? 1 : 0, locations: JSON.stringify(locations) };
}
