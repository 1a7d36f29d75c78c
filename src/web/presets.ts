/**
 * Presets, for the API and the pages: who may see one, what of it still holds, and how it is changed.
 * It must never tell of a location or a person by way of a preset that somebody else shared.
 */
import { z } from "zod";
import { NO_QUERY, queryText, sharedText } from "../../views/parts/query.ts";
import { maskedText } from "../catalogue/personal.ts";
import { PRESETS_MAX, type Preset } from "../control/presets.ts";
import type { Caller } from "../control/types.ts";
import { seesLocation, seesPersonal } from "./access.ts";
import { audited } from "./audit.ts";
import { fieldProblem } from "./bi/input.ts";
import { Problem } from "./errors.ts";
import { figuresGiven } from "./figures/asked.ts";
import { filterParts } from "./figures/filters.ts";
import type { Parts } from "./parts.ts";

/** What a caller's presets are kept under. */
export function ownerOf({ kind, id }: Caller): string {
  return `${kind} ${id}`;
}

export const LEFT_OUT = ["timeframe", "dates", "timezone", "location", "comparison", "filter"] as const;
export type LeftOut = (typeof LEFT_OUT)[number];

/** A query that still holds, in the one order of addresses, and what of it does not. */
export interface Held {
  /** With its "?"; empty for the defaults. */
  text: string;
  left_out: readonly LeftOut[];
}

const NOWHERE = { path: "/", own: z.unknown() };
/** What goes together holds or falls together. */
const TOGETHER: readonly { names: readonly string[]; what: LeftOut }[] = [
  { names: ["timeframe"], what: "timeframe" },
  { names: ["from", "to"], what: "dates" },
  { names: ["timezone"], what: "timezone" },
  { names: ["location_id"], what: "location" },
  { names: ["compare"], what: "comparison" },
];

/** What of a kept query still makes sense for this caller: a location goes, a role loses rights, a version renames. */
export function heldQuery(parts: Parts, caller: Caller, text: string): Held {
  const params = new URLSearchParams(text);
  const groups = [
    ...TOGETHER.map(({ names, what }) => ({
      what,
      pairs: names.flatMap((name) => params.getAll(name).map((value): Pair => [name, value])),
    })),
    ...params.getAll("filter").map((filter) => ({ what: "filter" as const, pairs: [filterPair(filter)] })),
  ].filter(({ pairs }) => pairs.length > 0);
  const whole = sharedOf(
    parts,
    caller,
    groups.flatMap(({ pairs }) => pairs),
  );
  if (whole !== null) return { text: whole, left_out: [] };
  const [kept, left] = [groups.filter(holds), groups.filter((group) => !holds(group))];
  const held = sharedOf(
    parts,
    caller,
    kept.flatMap(({ pairs }) => pairs),
  );
  return { text: held ?? "", left_out: [...new Set(left.map(({ what }) => what))] };

  function holds({ pairs }: { pairs: readonly Pair[] }): boolean {
    return sharedOf(parts, caller, pairs) !== null;
  }
}

type Pair = readonly [string, string];

function filterPair(filter: string): Pair {
  return ["filter", filter];
}

/** The canonical text; null when the caller may not ask for it, or nobody can. */
function sharedOf(parts: Parts, caller: Caller, pairs: readonly Pair[]): string | null {
  const search = new URLSearchParams();
  for (const [name, value] of pairs) search.append(name, value);
  try {
    const hidden = pairs.some(([name, value]) => name === "filter" && !seesFilter(caller, value));
    return hidden ? null : sharedText(figuresGiven(parts, caller, NOWHERE, search, {}).query);
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** A filter may name locations, and what looks like somebody's address. */
function seesFilter(caller: Caller, filter: string): boolean {
  const { field, values } = filterParts(filter);
  if (field === "location_id" && !values.every((value) => seesLocation(caller, value))) return false;
  return seesPersonal(caller) || values.every((value) => maskedText(value) === value);
}

/** Own ones, and shared ones whose locations they may all see; by name. */
export function presetsSeenBy(parts: Parts, caller: Caller): readonly Preset[] {
  return parts.control.presetsOf(ownerOf(caller)).filter((preset) => seesPreset(caller, preset));
}

function seesPreset(caller: Caller, { owner, shared, locations }: Preset): boolean {
  return owner === ownerOf(caller) || (shared && locations.every((location_id) => seesLocation(caller, location_id)));
}

/** Throws Problem 404 for one that is not there or not theirs to see: the two look alike. */
export function presetSeenBy(parts: Parts, caller: Caller, preset_id: string): Preset {
  const preset = parts.control.preset(preset_id);
  if (preset && seesPreset(caller, preset)) return preset;
  throw new Problem({ status: 404, title: "Not found", detail: "There is no such preset." });
}

/** Who changes a preset, and by which request. */
export interface Changing {
  request: Request;
  server: Bun.Server<unknown> | null;
  caller: Caller;
}

export interface PresetGiven {
  name: string;
  /** As it stands in an address. */
  query: string;
  shared: boolean;
}

/** Throws Problem 403, 409 or 422. */
export function addPreset(parts: Parts, by: Changing, { name, query, shared }: PresetGiven): Preset {
  const { caller } = by;
  requireMayShare(caller, shared);
  const checked = checkedQuery(parts, caller, query);
  const made = parts.control.addPreset({
    owner: ownerOf(caller),
    owner_name: caller.name,
    name,
    query: checked,
    shared,
    locations: locationsIn(caller, checked),
  });
  if (!made) throw new Problem({ status: 409, title: "Too many", detail: `You have ${PRESETS_MAX} presets already.` });
  if (shared) note(parts, by, "preset_shared", made);
  return made;
}

/** Throws Problem 403, 404 or 422. */
export function changePreset(parts: Parts, by: Changing, preset_id: string, change: Partial<PresetGiven>): Preset {
  const known = presetSeenBy(parts, by.caller, preset_id);
  requireMayChange(by.caller, known);
  const shared = change.shared ?? known.shared;
  if (shared !== known.shared || change.query !== undefined) requireMayShare(by.caller, shared);
  const query = change.query === undefined ? {} : { query: checkedQuery(parts, by.caller, change.query) };
  const locations = query.query === undefined ? known.locations : locationsIn(by.caller, query.query);
  const name = change.name === undefined ? {} : { name: change.name };
  const made = parts.control.setPreset(preset_id, { ...name, ...query, shared, locations }) ?? known;
  if (made.shared !== known.shared) note(parts, by, made.shared ? "preset_shared" : "preset_unshared", made);
  return made;
}

/** Throws Problem 403 or 404. */
export function removePreset(parts: Parts, by: Changing, preset_id: string): void {
  const known = presetSeenBy(parts, by.caller, preset_id);
  requireMayChange(by.caller, known);
  parts.control.removePreset(preset_id);
  if (known.shared) note(parts, by, "preset_removed", known);
}

/** Own ones; and those that are shared, by whoever administers all that they are about. */
export function mayChange(caller: Caller, { owner, shared, locations }: Preset): boolean {
  if (owner === ownerOf(caller)) return true;
  const all = locations.length === 0 ? caller.locations === null : true;
  return shared && caller.scopes.includes("admin") && all;
}

function requireMayChange(caller: Caller, preset: Preset): void {
  if (mayChange(caller, preset)) return;
  throw new Problem({ status: 403, title: "Not allowed", detail: "This preset is somebody else’s." });
}

function requireMayShare(caller: Caller, shared: boolean): void {
  if (!shared || caller.scopes.includes("export")) return;
  throw new Problem({
    status: 403,
    title: "Not allowed",
    detail: "Your role may keep presets, and not share them.",
    errors: [{ field: "shared", code: "forbidden", detail: "It needs the scope export." }],
  });
}

/** Without the "?", in the one order. */
function checkedQuery(parts: Parts, caller: Caller, text: string): string {
  const params = new URLSearchParams(text);
  try {
    const { query } = figuresGiven(parts, caller, NOWHERE, params, {});
    return sharedText({ ...NO_QUERY, ...query, own: {} }).slice(1);
  } catch (error) {
    if (!(error instanceof Problem) || error.body.status !== 422) throw error;
    throw fieldProblem("query", "This is no query of a page: it has parameters that make no sense.");
  }
}

/** What it is about; of whoever sees some locations only, it is about those. */
function locationsIn(caller: Caller, query: string): readonly string[] {
  const params = new URLSearchParams(query);
  const filtered = params.getAll("filter").flatMap((filter) => {
    const { field, values } = filterParts(filter);
    return field === "location_id" ? values : [];
  });
  const named = [...params.getAll("location_id"), ...filtered];
  return [...new Set(named.length > 0 ? named : (caller.locations ?? []))];
}

/** The address of a page with what is held, and what is the page's own. */
export function withHeld({ text }: Held, path: string, own: Readonly<Record<string, string>>): string {
  const mine = queryText({ ...NO_QUERY, path, own }).slice(1);
  const all = [text.slice(1), mine].filter((part) => part !== "").join("&");
  return all === "" ? path : `${path}?${all}`;
}

function note(parts: Parts, { request, server }: Changing, action: string, { preset_id, locations }: Preset): void {
  const [only = null] = locations;
  audited(parts, { request, server }, action, {
    object: preset_id,
    location_id: locations.length === 1 ? only : null,
  });
}
