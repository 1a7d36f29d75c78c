/**
 * The tree of `data`: what JSON allows but the store, the pages or exact numbers cannot carry.
 */
import { Refusal } from "./refusal.ts";

/** Keys that reach into an object's prototype wherever they are merged. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
const PATH_MAX = 256;

/** Refuses data that is nested too deeply (the object itself is level 1), has a forbidden key, or a number beyond a double. */
export function treeProblem(data: object, depth_max: number): Refusal | null {
  const found = walk(data, depth_max);
  if (found === null) return null;
  if (found.what === "deep") return new Refusal("data", "too_deep", `Data may be ${depth_max} levels deep.`);
  const detail =
    found.what === "key"
      ? "The keys __proto__, constructor and prototype are not allowed."
      : "The number is too large.";
  return new Refusal(pathText(["data", ...found.path]), "field_invalid", detail);
}

/** The path of the first text that has a NUL or half a surrogate pair, which no UTF-8 store can give back; null when there is none. */
export function unstorableText(value: unknown, path: readonly string[]): string | null {
  if (typeof value === "string") return isStorable(value) ? null : pathText(path);
  if (typeof value !== "object" || value === null) return null;
  for (const [key, child] of Object.entries(value)) {
    const here = [...path, key];
    if (!isStorable(key)) return pathText(here);
    const found = unstorableText(child, here);
    if (found !== null) return found;
  }
  return null;
}

/** A dotted path for an answer: cut, and itself without what cannot be stored. */
export function pathText(path: readonly string[]): string {
  return path.join(".").slice(0, PATH_MAX).toWellFormed().replaceAll("\u0000", "\ufffd");
}

interface Found {
  what: "deep" | "key" | "number";
  path: string[];
}

function walk(value: object, levels: number): Found | null {
  if (levels === 0) return { what: "deep", path: [] };
  // By index: entries would make a text of each index, and an array may have thirty thousand elements.
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const found = walkChild(value[i], levels);
      if (found !== null) return { ...found, path: [String(i), ...found.path] };
    }
    return null;
  }
  for (const [key, child] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) return { what: "key", path: [key] };
    const found = walkChild(child, levels);
    if (found !== null) return { ...found, path: [key, ...found.path] };
  }
  return null;
}

function walkChild(child: unknown, levels: number): Found | null {
  if (typeof child === "number") return Number.isFinite(child) ? null : { what: "number", path: [] };
  return typeof child === "object" && child !== null ? walk(child, levels - 1) : null;
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}
