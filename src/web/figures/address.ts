/**
 * From what was asked for to the address that says it: days and filters of forms, a preset that was chosen, what was looked
 * at last. It must never send anybody on twice: an address that says something is shown as it is.
 */
import { sharedText, type ViewQuery } from "../../../views/parts/query.ts";
import type { Caller } from "../../control/types.ts";
import { sessionOf } from "../access.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Held, heldQuery, ownerOf, presetSeenBy, withHeld } from "../presets.ts";
import { asksForDays, rangeOfDays } from "./days.ts";
import { asksForFilter, withFilter } from "./filters.ts";

const OF_PRESETS: ReadonlySet<string> = new Set(["preset", "preset_left"]);

/** What of an address is the page's to read: without what forms and presets put there. */
export function withoutForms(search: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...search].filter(([name]) => !OF_PRESETS.has(name) && !name.startsWith("filter_")));
}

/** Where to go on; null: the address says it all. `query`: what of it is the page's. */
export function canonicalAddress(
  parts: Parts,
  request: Request,
  caller: Caller,
  query: ViewQuery,
  search: URLSearchParams,
): string | null {
  const preset_id = search.get("preset");
  if (preset_id !== null) return presetAddress(parts, caller, query, preset_id);
  if (asksForFilter(search)) return query.path + withFilter(query, search);
  if (asksForDays(search)) return query.path + rangeOfDays(search);
  return startAddress(parts, request, caller, query.path, search);
}

/** Keeps what a person looks at, for their next sign-in. Ends of a range are left out: they are soon long past. */
export function keepQuery(parts: Parts, request: Request, query: ViewQuery): void {
  const session = sessionOf(parts, request);
  if (!session) return;
  const text = sharedText({ ...query, from: null, to: null });
  // An empty address says that someone wants nothing of it only where they came from this very page.
  if (text === "" && !cameFromItself(request, query.path)) return;
  parts.control.keepLastQuery(session.user.user_id, text.slice(1));
}

function presetAddress(parts: Parts, caller: Caller, query: ViewQuery, preset_id: string): string {
  try {
    const { query: text } = presetSeenBy(parts, caller, preset_id);
    const held = heldQuery(parts, caller, text);
    return withNote(held, withHeld(held, query.path, query.own));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return `${query.path}?preset_left=all`;
  }
}

/** The first page after a sign-in, when its address says nothing: the default preset, else what was looked at last. */
function startAddress(
  parts: Parts,
  request: Request,
  caller: Caller,
  path: string,
  search: URLSearchParams,
): string | null {
  const session = sessionOf(parts, request);
  const { control } = parts;
  if (!session || !control.beginSession(session.session_id) || search.size > 0) return null;
  const begins = control.defaultPreset(ownerOf(caller));
  const preset = begins === null ? null : control.preset(begins);
  const held = heldQuery(parts, caller, preset?.query ?? control.lastQuery(session.user.user_id));
  return held.text === "" ? null : withNote(held, withHeld(held, path, {}));
}

function withNote({ left_out }: Held, address: string): string {
  if (left_out.length === 0) return address;
  return `${address}${address.includes("?") ? "&" : "?"}preset_left=${left_out.join(",")}`;
}

function cameFromItself(request: Request, path: string): boolean {
  const from = request.headers.get("hx-current-url") ?? request.headers.get("referer");
  return from !== null && URL.canParse(from) && new URL(from).pathname === path;
}
