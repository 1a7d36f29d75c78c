/** What the watch has judged already, for whoever asks about it. */
import type { Control } from "../../control/control.ts";
import { bucketsOver, type KeptAsked, type WatchedJudged } from "../../report/watching.ts";
import { type Place, signatureOf } from "./place.ts";

/** Null where not all of it is known, or something came in since that may have changed it. */
export function judgedIn(control: Control, place: Place, asked: KeptAsked): readonly WatchedJudged[] | null {
  const { location_id, timezone, grain, by_bot, from, to } = asked;
  const track = place.tracks.get(grain);
  if (!track || place.busy || place.dirty < Number.POSITIVE_INFINITY) return null;
  if (timezone !== track.timezone || place.signature !== signatureOf(control, location_id)) return null;
  const over = bucketsOver(grain, timezone, from, to);
  const [first] = over;
  const last = over.at(-1);
  if (!first || !last) return [];
  const newest = track.buckets.at(-1);
  if (first.start < track.epoch.from || !newest || newest.start < last.start) return null;
  const placeAt = (start: number): number => track.buckets.findIndex((bucket) => bucket.start === start);
  const [low, high] = [placeAt(first.start), placeAt(last.start)];
  return [...track.lines.values()]
    .filter(({ series }) => (series.bot_id !== undefined) === by_bot)
    .map(({ series, judged, anomalies }) => ({
      ...series,
      judged: judged.filter((at) => at >= low && at <= high).length,
      anomalies: anomalies.filter(({ bucket }) => bucket.start >= first.start && bucket.start <= last.start),
    }));
}
