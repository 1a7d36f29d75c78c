/** Which grains a range can be shown by. */
import { bucketsAtMost, GRAINS, type Range } from "../../catalogue/period.ts";
import type { Grain } from "../../catalogue/types.ts";

/** More than a chart has pixels for would be no chart. */
const BUCKETS_MAX = 800;

/** Those that give more than one bucket and not too many, finest first. */
export function grainsFor({ from, to }: Range): readonly Grain[] {
  return GRAINS.filter((grain) => {
    // The count is a limit: it has two more than fit in whole.
    const count = bucketsAtMost(grain, from, to);
    return count <= BUCKETS_MAX && count > 3;
  });
}
