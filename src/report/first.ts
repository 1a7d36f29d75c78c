import type { Store } from "../store/store.ts";

/** Whether there is anything to show to someone who sees these locations; cheap. */
export async function hasEvents(store: Store, locations: readonly string[] | null): Promise<boolean> {
  if (store.state.events === 0) return false;
  if (locations === null) return true;
  const rows = await store.rows("SELECT 1 AS one FROM rollup_day WHERE list_contains($1, location_id) LIMIT 1", [
    locations,
  ]);
  return rows.length > 0;
}
