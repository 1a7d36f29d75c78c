/** What a pass over a location does: what closed is judged, what is open is looked at, what is odd is kept. */
import { bucketsOf } from "../../catalogue/period.ts";
import type { Kpi } from "../../catalogue/types.ts";
import type { Control } from "../../control/control.ts";
import type { NoticedAnomaly } from "../../control/noticed.ts";
import { timezoneOf } from "../../report/common.ts";
import { onlyRises } from "../../report/watching/kinds.ts";
import { seriesOf } from "../../report/watching/series.ts";
import { type WatchGrain, watchedKpis } from "../../report/watching.ts";
import type { Store } from "../../store/store.ts";
import { noticedFrom, settledFrom } from "./findings.ts";
import type { Seen } from "./line.ts";
import { type Place, signatureOf } from "./place.ts";
import { advance, loadTrack, peekAt, risenIn, type Scope, type TrackParts } from "./track.ts";

export interface PassParts {
  store: Store;
  control: Control;
  /** Whether there is room for another series beside so many that are being loaded. */
  room: (loading: number) => boolean;
  /** After a slice of work. */
  rest: (took_ms: number) => Promise<void>;
  /** Hears of what is noticed for the first time. */
  heard: (noticed: NoticedAnomaly) => void;
}

const GRAINS: readonly WatchGrain[] = ["hour", "day"];
/** A bucket is taken as over so long after its end: what was sent in time is visible by then. */
const GRACE_US = 2_000_000;
/** Of what came late, only what is so new is news. */
const NEWS_US = 3 * 86_400_000_000;

/** What closed, what came late; all of it anew where an epoch or a definition changed. */
export async function closePass(parts: PassParts, place: Place, at: number): Promise<void> {
  const { control } = parts;
  const over = at - GRACE_US;
  const dirty = place.dirty;
  place.dirty = Number.POSITIVE_INFINITY;
  place.late_at = at;
  const signature = signatureOf(control, place.location_id);
  if (place.signature !== signature) place.tracks.clear();
  place.signature = signature;
  const [hour] = bucketsOf("hour", timezoneOf(control, [place.location_id]), over, over + 1);
  // Before anything is asked: what comes in behind the question is late.
  place.open_from = hour?.start ?? over;
  const tracking = await trackParts(parts, place);
  for (const grain of GRAINS) {
    const track = place.tracks.get(grain);
    const seen = track ? await advance(tracking, track, over, dirty) : null;
    settle(parts, place, grain, seen ?? (await loaded(tracking, place, grain, over)), at);
  }
  place.closes_at = (hour?.end ?? at) + GRACE_US;
  control.setWatchedTo(place.location_id, over);
}

/** The buckets that are not over: one question by the hour since the day began answers for both grains. */
export async function openPass(parts: PassParts, place: Place, at: number): Promise<void> {
  const { store, control, rest } = parts;
  const scope = scopeOf(control, place);
  const began = performance.now();
  const [day] = bucketsOf("day", scope.timezone, at, at + 1);
  const kpis = risingOf(place);
  place.touched = false;
  place.looked_at = at;
  if (!day || kpis.length === 0) return;
  const hours = bucketsOf("hour", scope.timezone, day.start, at + 1);
  const found = await seriesOf({ store }, scope, { kpis, grain: "hour", buckets: hours, by_bot: true });
  for (const grain of GRAINS) {
    const track = place.tracks.get(grain);
    const open = grain === "day" ? day : hours.at(-1);
    // Judged by everything before it, or not at all.
    if (!track || !open || track.buckets.at(-1)?.end !== open.start) continue;
    const risen = risenIn(found, grain === "day" ? [...hours.keys()] : [hours.length - 1]);
    for (const seen of peekAt(track, open, risen))
      notice(parts, noticedFrom(place.location_id, grain, seen, at, "open"));
  }
  await rest(performance.now() - began);
}

async function loaded(tracking: TrackParts, place: Place, grain: WatchGrain, over: number): Promise<readonly Seen[]> {
  place.tracks.delete(grain);
  const made = await loadTrack(tracking, grain, over, over - NEWS_US);
  if (made) place.tracks.set(grain, made.track);
  return made?.seen ?? [];
}

/** What is news is told; what was told of before is brought up to date. */
function settle(parts: PassParts, place: Place, grain: WatchGrain, seen: readonly Seen[], at: number): void {
  const { control } = parts;
  const each = seen.map((one) => ({ one, made: noticedFrom(place.location_id, grain, one, at, "over") }));
  const known = control.noticedAmong(each.map(({ made }) => made.anomaly_id));
  for (const { one, made } of each) {
    const before = known.get(made.anomaly_id);
    const after = before && settledFrom(before, made, one.judgement.anomaly);
    if (after) control.settleAnomaly(after);
    if (!before && one.judgement.anomaly && made.until > Math.max(place.born_at, at - NEWS_US)) notice(parts, made);
  }
}

function notice({ control, heard }: PassParts, noticed: NoticedAnomaly): void {
  if (control.noticeAnomaly(noticed)) heard(noticed);
}

async function trackParts({ store, control, room, rest }: PassParts, place: Place): Promise<TrackParts> {
  const scope = scopeOf(control, place);
  const { location_id } = place;
  const watched = await watchedKpis({ store, control }, { location_id, locations: scope.locations });
  return { store, scope, ...watched, room, rest };
}

function scopeOf(control: Control, { location_id }: Place): Scope {
  const locations = [location_id];
  return { locations, filters: [], rules: control.commissionRules(), timezone: timezoneOf(control, locations) };
}

/** What an open bucket can be too high in already. */
function risingOf({ tracks }: Place): readonly Kpi[] {
  const kpis = [...tracks.values()].flatMap(({ lines }) => [...lines.values()].map(({ series }) => series.kpi));
  return [...new Map(kpis.filter(onlyRises).map((kpi) => [kpi.key, kpi])).values()];
}
