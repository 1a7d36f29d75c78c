/** How well a model foretold a time that it had not seen. */
import { z } from "zod";

export const heldOutSchema = z.object({
  /** Learned from what was known by then, tried on what came after; microseconds. */
  split_at: z.number(),
  rows: z.number(),
  positives: z.number(),
  auc: z.number(),
  auc_error: z.number(),
  brier: z.number(),
  base_brier: z.number(),
  calibration: z.array(
    z.object({ from: z.number(), to: z.number(), predicted: z.number(), observed: z.number(), count: z.number() }),
  ),
});
export type HeldOut = z.infer<typeof heldOutSchema>;
