/** One location under watch: its tracks, and when which of its work is due. */
import type { Control } from "../../control/control.ts";
import { timezoneOf } from "../../report/common.ts";
import { definedKpis } from "../../report/custom-kpis.ts";
import type { WatchGrain } from "../../report/watching.ts";
import type { Track } from "./track.ts";

export interface Place {
  location_id: string;
  tracks: Map<WatchGrain, Track>;
  /** What tracks were made by; where it changes they are made anew. */
  signature: string;
  /** Buckets that were over by then were no news to begin with. */
  born_at: number;
  /** When the hour that is open began, and when it is taken as over. */
  open_from: number;
  closes_at: number;
  /** A commit changed something since its open buckets were looked at. */
  touched: boolean;
  looked_at: number;
  /** From when on closed buckets may have changed; Infinity where none has. */
  dirty: number;
  late_at: number;
  due_since: number | null;
  /** Its tracks are being changed. */
  busy: boolean;
}

/** Open buckets are looked at so often at most, and what came late so often. */
const OPEN_EVERY_US = 15_000_000;
const LATE_EVERY_US = 60_000_000;

export function placeOf(control: Control, location_id: string, at: number): Place {
  return {
    location_id,
    tracks: new Map(),
    signature: "",
    born_at: control.watchedTo(location_id) ?? at,
    open_from: Number.NEGATIVE_INFINITY,
    closes_at: at,
    touched: true,
    looked_at: Number.NEGATIVE_INFINITY,
    dirty: Number.POSITIVE_INFINITY,
    late_at: at,
    due_since: null,
    busy: false,
  };
}

/** A commit changed what happened from `from` on. */
export function touchPlace(place: Place, from: number): void {
  place.touched = true;
  // Within the open hour nothing is late; what is open of the day is asked anew each time.
  if (from < place.open_from) place.dirty = Math.min(place.dirty, from);
}

/** A bucket closed, or something came late. */
export function hasClosed(place: Place, at: number): boolean {
  return place.closes_at <= at || (place.dirty < Number.POSITIVE_INFINITY && at - place.late_at >= LATE_EVERY_US);
}

/** Something came into its open buckets. */
export function mayHaveRisen(place: Place, at: number): boolean {
  return place.touched && at - place.looked_at >= OPEN_EVERY_US;
}

/** Its next turn begins from scratch, a while later: half of a pass must not be built upon. */
export function setBack(place: Place, at: number): void {
  place.tracks.clear();
  place.busy = false;
  place.signature = "";
  place.closes_at = at + LATE_EVERY_US;
}

/** Everything configured that the series of a location depend on. */
export function signatureOf(control: Control, location_id: string): string {
  const locations = [location_id];
  const kpis = definedKpis(control, { location_id, locations }).map(({ key, unit, formula }) => [key, unit, formula]);
  return JSON.stringify([timezoneOf(control, locations), control.commissionRules(), kpis]);
}
