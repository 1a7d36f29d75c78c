/** The series of rules as they are now: in memory, read at the start, and written with each change. */
import { z } from "zod";
import type { AlertStateRow } from "../control/alerts.ts";
import { freshState, type SeriesState } from "./state.ts";

export interface Entry {
  rule_id: string;
  location_id: string | null;
  /** A bot, a check of the health; "" for all together. */
  part: string;
  state: SeriesState;
  alert_id: string | null;
}

export interface Entries {
  /** Made as it is fresh when it is not known. */
  of(rule_id: string, location_id: string | null, part: string, at: number): Entry;
  parts(rule_id: string, location_id: string | null): readonly string[];
  ofRule(rule_id: string): readonly Entry[];
  ofAlert(alert_id: string): Entry | null;
  set(entry: Entry): void;
  drop(rule_id: string): void;
  /** Forgets those of which this is false. */
  sweep(stays: (entry: Entry) => boolean): void;
  counts(): Readonly<Record<SeriesState["state"], number>>;
}

const stateSchema = z.object({
  state: z.enum(["ok", "pending", "firing", "no_data", "error"]),
  since: z.number(),
  breached_since: z.number().nullable(),
  fired_at: z.number().nullable(),
  value: z.number().nullable(),
  peak: z.number().nullable(),
  told: z.enum(["ok", "firing", "no_data", "error"]),
  told_at: z.number().nullable(),
  muted_since: z.number().nullable(),
  acknowledged: z.boolean(),
  snoozed_until: z.number().nullable(),
  errors: z.number(),
});
const seriesSchema = z.tuple([z.string().nullable(), z.string()]);

export function createEntries(rows: readonly AlertStateRow[]): Entries {
  const rules = new Map<string, Map<string, Entry>>();
  const mapOf = (rule_id: string): Map<string, Entry> => {
    const known = rules.get(rule_id);
    if (known) return known;
    const made = new Map<string, Entry>();
    rules.set(rule_id, made);
    return made;
  };
  for (const { rule_id, series, alert_id, state } of rows) {
    const [location_id, part] = seriesSchema.parse(JSON.parse(series));
    mapOf(rule_id).set(series, { rule_id, location_id, part, alert_id, state: stateSchema.parse(JSON.parse(state)) });
  }
  const all = (): Entry[] => [...rules.values()].flatMap((entries) => [...entries.values()]);
  return {
    of(rule_id, location_id, part, at) {
      const known = mapOf(rule_id).get(seriesOf(location_id, part));
      return known ?? { rule_id, location_id, part, state: freshState(at), alert_id: null };
    },
    parts: (rule_id, location_id) =>
      [...(rules.get(rule_id)?.values() ?? [])].flatMap((entry) =>
        entry.location_id === location_id ? [entry.part] : [],
      ),
    ofRule: (rule_id) => [...(rules.get(rule_id)?.values() ?? [])],
    ofAlert: (alert_id) => all().find((entry) => entry.alert_id === alert_id) ?? null,
    set: (entry) => void mapOf(entry.rule_id).set(seriesOf(entry.location_id, entry.part), entry),
    drop: (rule_id) => void rules.delete(rule_id),
    sweep(stays) {
      for (const [rule_id, entries] of rules) {
        for (const [series, entry] of entries) if (!stays(entry)) entries.delete(series);
        if (entries.size === 0) rules.delete(rule_id);
      }
    },
    counts() {
      const counts = { ok: 0, pending: 0, firing: 0, no_data: 0, error: 0 };
      for (const { state } of all()) counts[state.state]++;
      return counts;
    },
  };
}

export function rowOf({ rule_id, location_id, part, alert_id, state }: Entry): AlertStateRow {
  return { rule_id, series: seriesOf(location_id, part), alert_id, state: JSON.stringify(state) };
}

/** True when the difference must survive a restart: the value of the moment need not. */
export function isChanged(before: Entry, after: Entry): boolean {
  const { value: _, ...one } = before.state;
  const { value: __, ...other } = after.state;
  return before.alert_id !== after.alert_id || JSON.stringify(one) !== JSON.stringify(other);
}

function seriesOf(location_id: string | null, part: string): string {
  return JSON.stringify([location_id, part]);
}
