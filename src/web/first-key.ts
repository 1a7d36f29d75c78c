import type { Caller } from "../control/types.ts";
import type { Parts } from "./parts.ts";

const NAME = "First event";

/**
 * The key that the wait for a first event shows: one a person, in memory only and as long as it is waited for, so that a
 * reload shows the same; null for those who may not make one. After a restart a new one takes its place.
 */
export function firstKeys({ control }: Parts): { show(caller: Caller): string | null; forget(): void } {
  const shown = new Map<string, { key: string; key_id: string }>();
  const show = (caller: Caller): string | null => {
    if (!caller.scopes.includes("admin") || caller.locations !== null) return null;
    const before = shown.get(caller.id);
    const keys = control.keys();
    if (before && keys.some(({ key_id }) => key_id === before.key_id)) return before.key;
    const mine = new Set([...shown.values()].map(({ key_id }) => key_id));
    for (const { key_id, name, last_used_at } of keys) {
      // Made by a process that is gone, and never used: nobody can know it any more.
      if (name === NAME && last_used_at === null && !mine.has(key_id)) control.removeKey(key_id);
    }
    const { key, record } = control.addKey({ name: NAME, scopes: ["ingest"], location_id: null });
    const actor = { kind: caller.kind, id: caller.id, name: caller.name };
    control.audit({ actor, action: "key_added", object: record.key_id, details: { name: NAME, scopes: "ingest" } });
    shown.set(caller.id, { key, key_id: record.key_id });
    return key;
  };
  return { show, forget: () => shown.clear() };
}
