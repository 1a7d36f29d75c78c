/**
 * The views in use: which questions of the BI API are asked most, so that they can be asked again after a restart.
 * It must never keep what may be personal: only questions made of names of the catalogue, never filters or formulas.
 */
import { readFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { z } from "zod";
import type { Caller } from "../control/types.ts";
import { pathOf } from "./request.ts";

/** One question, and with whose rights it is asked. */
export interface View {
  method: "GET" | "POST";
  /** With the query. */
  path: string;
  /** JSON text of a POST. */
  body: string | null;
  locations: readonly string[] | null;
  /** Whether they may see what is personal. */
  personal: boolean;
}

export interface ViewsInUse {
  /** A question was asked; `body`: what it was asked with, when it was a POST. */
  asked(request: Request, caller: Caller, body?: unknown): void;
  /** The most used first. */
  most(): readonly View[];
  /** Writes them down if anything was asked since. */
  save(): Promise<void>;
}

/** Whom warming asks as: with the rights of the view, and a name that no person or key has. Its questions are no use. */
export const WARMING = "cache_warming";

const KEPT_MAX = 32;
const COUNTED_MAX = 256;
const PATH_CHARS_MAX = 1_000;
/** No part of it varies: what does may be a contact. */
const PLAIN_PATH = /^\/api\/bi\/[a-z-]+(\?|$)/;
/** Parameters whose values are names of the catalogue, of locations and of zones. */
const PLAIN: ReadonlySet<string> = new Set([
  "timeframe",
  "timezone",
  "location_id",
  "include_comparisons",
  "include_trends",
  "keys",
  "grain",
]);
const name = z.string().max(256);
const plainBody = z.strictObject({
  kpis: z.array(name),
  by: z.array(name).optional(),
  grain: name.nullable().optional(),
  order: z.array(z.strictObject({ by: name, dir: name })).optional(),
  limit: z.number().nullable().optional(),
  timeframe: name.optional(),
  timezone: name.optional(),
  location_id: name.optional(),
  filters: z.array(z.never()).optional(),
});
const fileShape = z.array(
  z.strictObject({
    method: z.enum(["GET", "POST"]),
    path: z.string().regex(PLAIN_PATH).max(PATH_CHARS_MAX),
    body: z.string().nullable(),
    locations: z.array(z.string()).nullable(),
    personal: z.boolean(),
    uses: z.number(),
  }),
);

/** `file` null: nothing is written. A file that cannot be read is none. */
export function createViewsInUse(file: string | null): ViewsInUse {
  const known = new Map<string, { view: View; uses: number }>();
  let changed = false;
  for (const { uses, ...view } of readViews(file)) known.set(keyOf(view), { view, uses });

  function forgetSome(): void {
    const least = [...known].sort(([, one], [, other]) => one.uses - other.uses).slice(0, COUNTED_MAX / 2);
    for (const [key] of least) known.delete(key);
    // What was used much long ago gives way to what is used now.
    for (const entry of known.values()) entry.uses /= 2;
  }

  function ranked(): readonly { view: View; uses: number }[] {
    return [...known.values()].sort((one, other) => other.uses - one.uses).slice(0, KEPT_MAX);
  }

  return {
    asked(request, caller, body) {
      if (caller.id === WARMING) return;
      const view = viewOf(request, caller, body);
      if (view === null) return;
      changed = true;
      const key = keyOf(view);
      const entry = known.get(key);
      if (entry) entry.uses++;
      else if (isPlain(view)) {
        if (known.size >= COUNTED_MAX) forgetSome();
        known.set(key, { view, uses: 1 });
      }
    },
    most: () => ranked().map(({ view }) => view),
    async save() {
      if (file === null || !changed) return;
      changed = false;
      const text = JSON.stringify(ranked().map(({ view, uses }) => ({ ...view, uses })));
      await Bun.write(`${file}.new`, text, { mode: 0o600 });
      await rename(`${file}.new`, file);
    },
  };
}

function keyOf({ method, path, body, locations, personal }: View): string {
  return `${method} ${path} ${body ?? ""} ${personal} ${locations === null ? "*" : locations.join(" ")}`;
}

function viewOf(request: Request, { locations, scopes }: Caller, body: unknown): View | null {
  const { method, url } = request;
  const path = url.slice(url.indexOf("/", url.indexOf("//") + 2));
  if (path.length > PATH_CHARS_MAX || (method !== "GET" && body === undefined)) return null;
  const rights = { locations, personal: scopes.includes("export") };
  if (method === "GET") return { method, path, body: null, ...rights };
  return { method: "POST", path: pathOf(request), body: JSON.stringify(body), ...rights };
}

function isPlain({ method, path, body }: View): boolean {
  if (!PLAIN_PATH.test(path)) return false;
  const { searchParams } = new URL(path, "http://view");
  if (![...searchParams.keys()].every((key) => PLAIN.has(key))) return false;
  return method === "GET" || plainBody.safeParse(JSON.parse(body ?? "null")).success;
}

function readViews(file: string | null): z.infer<typeof fileShape> {
  if (file === null) return [];
  try {
    return fileShape.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return [];
  }
}
