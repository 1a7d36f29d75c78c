/** Bound values: everything that was sent goes to the database beside the SQL, never in it. */
import type { Param } from "../values.ts";

/** The placeholder of a value; the same value is bound once. */
export function bound(params: Param[], value: Param): string {
  const known = params.indexOf(value);
  if (known >= 0) return `$${known + 1}`;
  params.push(value);
  return `$${params.length}`;
}
