/** What a figure may sensibly be split by: what its entry in the catalogue names, and what the events that it counts hold. */
import { z } from "zod";
import { isDimension } from "../../catalogue/dimensions.ts";
import { eventTypes } from "../../catalogue/events.ts";
import { expressionOf } from "../../catalogue/formula.ts";
import { typesIn } from "../../catalogue/measures.ts";
import { isPersonalKey } from "../../catalogue/personal.ts";
import type { Kpi } from "../../catalogue/types.ts";
import { eventsBehind } from "../drill-down.ts";

export interface Dimensions {
  /** The first ones to try. */
  usual: readonly string[];
  /** Keys of `data` that its events have. */
  own: readonly string[];
  /** What every event has. */
  common: readonly string[];
}

const COMMON = [
  "bot_id",
  "data.source",
  "location_id",
  "type",
  "contact_id",
  "conversation_id",
  "currency",
  "success",
  "hour_of_day",
  "day_of_week",
] as const;

export function dimensionsOf(kpi: Kpi): Dimensions {
  const usual = kpi.dimensions.filter(isDimension);
  const own = ownKeys(kpi).filter((field) => !usual.includes(field));
  return { usual, own, common: COMMON.filter((field) => !usual.includes(field) && !own.includes(field)) };
}

/** Those that hold a word: what is measured, and what is personal, is no part of anything. */
function ownKeys({ formula }: Kpi): readonly string[] {
  const { where } = eventsBehind(expressionOf(formula), { from: 0, to: 1 }, 0);
  const types = where === null ? null : typesIn(where);
  const keys = eventTypes
    .filter(({ type }) => types?.includes(type) === true)
    .flatMap(({ data }) => (data instanceof z.ZodObject ? Object.entries(data.shape) : []))
    .filter(([key, shape]) => !isPersonalKey(key) && holdsWords(shape))
    .map(([key]) => `data.${key}`);
  return [...new Set(keys)].filter(isDimension).sort();
}

function holdsWords(shape: unknown): boolean {
  return (
    shape instanceof z.ZodType && (shape.safeParse("a").success || shape.safeParse(true).success || isChoice(shape))
  );
}

/** One of a few words, or none. */
function isChoice(shape: unknown): boolean {
  if (shape instanceof z.ZodOptional || shape instanceof z.ZodNullable) return isChoice(shape.unwrap());
  return shape instanceof z.ZodEnum;
}
