/**
 * The chances of open leads, as pages show them: those that are known already, or come soon. They change with the quarter of
 * an hour, and computing them may take longer than anybody waits for a page.
 */
import { type Chances, leadChances } from "../../report/chances.ts";
import { soon } from "../insights/soon.ts";
import type { Parts } from "../parts.ts";
import type { FiguresAsked } from "./asked.ts";
import { logOf } from "./bots.ts";
import { touchLater } from "./page.ts";

interface Known {
  value: Chances | null;
  /** While they are being computed. */
  asked: Promise<Chances> | null;
  /** When to compute them anew; microseconds. */
  until: number;
}

const KEPT_MAX = 64;
const MINUTE_US = 60_000_000;
/** A twentieth of the time at most goes into them. */
const WORTH = 20;

const known = new WeakMap<Parts, Map<string, Known>>();

/** Null while there are none yet; old ones while newer are computed. Live views hear of it when they are there. */
export async function chancesSoon(parts: Parts, asked: FiguresAsked): Promise<Chances | null> {
  const kept = known.get(parts) ?? new Map<string, Known>();
  known.set(parts, kept);
  const { timeframe, location_id, locations, filters, timezone } = asked;
  const key = JSON.stringify([timeframe, location_id, locations, filters, timezone, parts.control.generation()]);
  const one = kept.get(key) ?? { value: null, asked: null, until: 0 };
  kept.delete(key);
  if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value ?? "");
  kept.set(key, one);
  if (one.value && asked.now < one.until) return one.value;
  one.asked ??= compute(parts, asked, one);
  return (await soon(one.asked).catch(() => null)) ?? one.value;
}

async function compute(parts: Parts, asked: FiguresAsked, one: Known): Promise<Chances> {
  const began = parts.now();
  try {
    // Nobody's question alone: it goes on when who asked first has gone.
    const { signal: _, ...rest } = asked;
    one.value = await leadChances(parts, rest);
    return one.value;
  } catch (error) {
    logOf(parts, "leads")("chances", error);
    throw error;
  } finally {
    one.asked = null;
    one.until = parts.now() + Math.max(MINUTE_US, (parts.now() - began) * WORTH);
    touchLater(parts, 0);
  }
}
