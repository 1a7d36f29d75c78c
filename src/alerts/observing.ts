/**
 * What all rules that are due see at their instants. Values are asked together for all of them; histories are read once for
 * as long as nothing came.
 */
import type { ReportParts } from "../report/common.ts";
import type { Activity } from "./activity.ts";
import { type Knowledge, type Place, type SeenByBot, seenOf, type ValueRule, valueRule, wantedOf } from "./kinds.ts";
import type { Readings, Wanted } from "./readings.ts";
import type { Rule } from "./rule.ts";
import { standsFor, type Timeline, type TimelineRule, timelineOf, timelineRule } from "./timelines.ts";

/** A rule at an instant, at one location. */
export interface Due {
  rule: Rule;
  place: Place;
  t: number;
  /** Bots whose series are known. */
  bots: readonly string[];
}

export interface Observing {
  /** In the order of what is due; an Error where it could not be seen. */
  observe(due: readonly Due[]): Promise<readonly (SeenByBot | Error)[]>;
}

interface Parts extends ReportParts {
  activity: Activity;
  readings: Readings;
  known: Knowledge;
}

interface Kept {
  /** Of the location, when it was read. */
  version: number;
  /** How long it stands; see standsFor. */
  stands: number | null;
  timeline: Timeline;
  used: number;
}

const TIMELINES_MAX = 2_000;
/** Requests and ingest take their turn between so many rules. */
export const AT_ONCE = 250;

export function createObserving(parts: Parts): Observing {
  const { activity, readings, known } = parts;
  const timelines = new Map<string, Kept>();
  let round = 0;

  async function valued(due: readonly Due[]) {
    const wanting: ({ rule: ValueRule; wanted: readonly Wanted[] | string } | null)[] = [];
    for (const { rule: given, place, t } of due) {
      const rule = valueRule(given);
      wanting.push(rule && { rule, wanted: wantedOf(rule, place, t, known) });
      if (wanting.length % AT_ONCE === 0) await Bun.sleep(0);
    }
    return wanting;
  }

  async function timelineFor(rule: TimelineRule, { place, t }: Due): Promise<Timeline> {
    const kpi = "kpi" in rule ? known.kpiOf(place.location_id, rule.kpi) : null;
    // A definition or a target may be another than before.
    const meant = [kpi?.formula, kpi && known.targetOf(place.location_id, kpi)];
    const key = JSON.stringify([identityOf(rule), place.location_id, place.timezone, meant]);
    const version = activity.version(place.location_id);
    const stands = standsFor(rule, place, t);
    const before = timelines.get(key);
    // A bucket that is over is judged once; silence changes with every event, and without one only with the clock.
    const same = before && (stands === null ? before.version === version : before.stands === stands);
    if (before && same) {
      before.used = round;
      return before.timeline;
    }
    const timeline = await timelineOf(rule, place, { from: t, to: t }, parts, known);
    timelines.set(key, { version, stands, timeline, used: round });
    return timeline;
  }

  return {
    async observe(due) {
      round++;
      const wanting = await valued(due);
      const all = wanting.flatMap((one) => (one && typeof one.wanted !== "string" ? one.wanted : []));
      if (all.length > 0)
        await activity.load(
          all.map(({ location_id }) => location_id),
          Math.max(...due.map(({ t }) => t)),
        );
      const answers = await readings.read(all);
      const seen: (SeenByBot | Error)[] = [];
      for (const [index, one] of due.entries()) {
        const value = wanting[index];
        if (value) seen.push(judged(value.rule, one, value.wanted, answers, known));
        else seen.push(await told(one));
        if (index % AT_ONCE === AT_ONCE - 1) await Bun.sleep(0);
      }
      for (const [key, { used }] of timelines)
        if (timelines.size > TIMELINES_MAX && used < round) timelines.delete(key);
      return seen;
    },
  };

  async function told(due: Due): Promise<SeenByBot | Error> {
    const rule = timelineRule(due.rule);
    if (!rule) return new Map();
    try {
      return (await timelineFor(rule, due)).at(due.t);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

function judged(
  rule: ValueRule,
  { place, bots }: Due,
  wanted: readonly Wanted[] | string,
  answers: Awaited<ReturnType<Readings["read"]>>,
  known: Knowledge,
): SeenByBot | Error {
  if (typeof wanted === "string") return new Error(wanted);
  const values: ReadonlyMap<string, number | null>[] = [];
  for (const one of wanted) {
    const answer = answers.get(one);
    if (answer === undefined || answer instanceof Error) return answer ?? new Error("The value was not answered.");
    values.push(answer.values);
  }
  return seenOf(rule, place, values, bots, known);
}

/** What the history depends on: rules that differ in nothing else share it. */
function identityOf(rule: TimelineRule): unknown {
  switch (rule.kind) {
    case "anomaly":
      return [rule.kind, rule.kpi, rule.grain, rule.bot_id, rule.filters, rule.direction, rule.min_severity];
    case "forecast_misses_target":
      return [rule.kind, rule.kpi, rule.bot_id, rule.filters, rule.value, rule.margin];
    case "bot_silent":
      return [rule.kind, rule.bot_id];
  }
}
