/** Lists in pages: `limit` rows after `cursor`, and the cursor to go on from. */
import { type ZodRawShape, z } from "zod";

export const pageQuery = z.strictObject({
  cursor: z.string().min(1).max(200).optional().describe("next_cursor of the page before."),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

/** The answer of a list: its rows under their name, and where to go on. */
export function pageSchema<Shape extends ZodRawShape>(rows: Shape) {
  return z.strictObject({ ...rows, next_cursor: z.string().nullable() });
}

/**
 * The page of a list that is small enough to be held whole. The cursor is the last row's id; one that is gone in the
 * meantime begins anew rather than skip rows silently.
 */
export function pageOf<Row>(
  all: readonly Row[],
  idOf: (row: Row) => string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): { rows: readonly Row[]; next_cursor: string | null } {
  const start = cursor === undefined ? 0 : all.findIndex((row) => idOf(row) === cursor) + 1;
  const rows = all.slice(start, start + limit);
  const last = rows.at(-1);
  return { rows, next_cursor: last !== undefined && start + limit < all.length ? idOf(last) : null };
}
