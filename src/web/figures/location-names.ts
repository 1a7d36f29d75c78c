/** What locations are called. */
import type { Caller } from "../../control/types.ts";
import { seesLocation } from "../access.ts";
import type { Parts } from "../parts.ts";

/** Of those that the caller may see; the id of any other. */
export function locationNames({ control }: Parts, caller: Caller): (location_id: string) => string {
  const seen = control.locations().filter(({ location_id }) => seesLocation(caller, location_id));
  const names = new Map(seen.map(({ location_id, name }) => [location_id, name]));
  return (location_id) => names.get(location_id) ?? location_id;
}
