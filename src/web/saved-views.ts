/**
 * Saved views: questions of pages under a name, for the API and the pages.
 * It must never tell of a location or a person by way of a view that somebody else shared.
 */
import { z } from "zod";
import type { SavedTab } from "../../views/figures.ts";
import { queryText } from "../../views/parts/query.ts";
import { formatInstant } from "../catalogue/time.ts";
import { SAVED_VIEWS_MAX, type SavedView } from "../control/saved-views.ts";
import type { Caller } from "../control/types.ts";
import { seesLocation } from "./access.ts";
import { audited } from "./audit.ts";
import { instantShape } from "./bi/shapes.ts";
import { Problem } from "./errors.ts";
import { figuresGiven } from "./figures/asked.ts";
import { filterParts } from "./figures/filters.ts";
import type { Parts } from "./parts.ts";
import { type Changing, heldQuery, ownerOf } from "./presets.ts";
import { formOf, localPath, paramsOf, seeOther } from "./request.ts";
import { type Route, route } from "./route.ts";

const QUERY_CHARS_MAX = 8_192;
/** What is open beside the page is no part of what is kept. */
const NOT_KEPT = ["open", "segment", "cursor"];

/** Pages that show theirs as tabs. */
const PAGES = ["/explore"] as const;

const newView = z.strictObject({
  name: z.string().trim().min(1, "Write a name.").max(80),
  path: z.enum(PAGES).default("/explore").describe("The page that it is a question of."),
  query: z
    .string()
    .max(QUERY_CHARS_MAX)
    .default("")
    .describe("As in the address of the page: what all pages share, and its own."),
  shared: z.boolean().default(false).describe("Seen by everyone who may see its locations."),
});

const viewShape = z.strictObject({
  saved_view_id: z.string(),
  name: z.string(),
  path: z.string(),
  query: z.string(),
  shared: z.boolean(),
  owner: z.string().describe("The name of who made it."),
  removable: z.boolean(),
  created_at: instantShape,
});

const formShape = newView.extend({ shared: z.literal("true").optional(), csrf: z.string().optional() });

export function savedViewRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/saved-views",
      access: "read",
      tag: "BI",
      summary: "Questions of pages that were kept under a name: your own, and those that others share.",
      answers: { 200: { description: "By age.", schema: z.strictObject({ saved_views: z.array(viewShape) }) } },
      handle: ({ caller }) => ({ saved_views: savedViewsSeenBy(parts, caller).map((view) => viewJson(caller, view)) }),
    }),

    route({
      method: "POST",
      path: "/api/saved-views",
      access: "export",
      tag: "BI",
      summary: "Keeps the question of a page under a name.",
      body: newView,
      example: { body: { name: "Leads by source", query: "timeframe=7d&kpi=leads&by=data.source" } },
      answers: { 201: { description: "It is kept.", schema: viewShape } },
      handle: ({ request, server, caller, body }) =>
        Response.json(viewJson(caller, addView(parts, { request, server, caller }, body)), { status: 201 }),
    }),

    route({
      method: "DELETE",
      path: "/api/saved-views/:saved_view_id",
      access: "export",
      tag: "BI",
      summary: "Removes a saved view.",
      params: { saved_view_id: "The view." },
      answers: { 204: { description: "It is gone." } },
      handle: ({ request, server, caller, params: { saved_view_id } }) => {
        removeView(parts, { request, server, caller }, saved_view_id);
        return new Response(null, { status: 204 });
      },
    }),

    route({
      method: "POST",
      path: "/saved-views",
      access: "export",
      tag: "Page",
      summary: "Keeps the question of a page under a name.",
      body: "own",
      answers: { 303: { description: "Done." } },
      handle: async ({ request, server, caller }) => {
        const { csrf: _, shared, ...given } = paramsOf(await formOf(request), formShape);
        const made = addView(parts, { request, server, caller }, { ...given, shared: shared === "true" });
        return seeOther(addressOfView(made));
      },
    }),

    route({
      method: "POST",
      path: "/saved-views/:saved_view_id/removal",
      access: "export",
      tag: "Page",
      summary: "Removes a saved view.",
      params: { saved_view_id: "The view." },
      body: "own",
      answers: { 303: { description: "Done." } },
      handle: async ({ request, server, caller, params: { saved_view_id } }) => {
        const form = await formOf(request);
        removeView(parts, { request, server, caller }, saved_view_id);
        return seeOther(localPath(`${form.get("path") ?? "/"}${form.get("query") ?? ""}`));
      },
    }),
  ];
}

/** Own ones, and shared ones whose locations and filters they may all see; by age. */
export function savedViewsSeenBy(parts: Parts, caller: Caller): readonly SavedView[] {
  return parts.control
    .savedViewsOf(ownerOf(caller))
    .filter((view) => isTheirs(caller, view) || seesShared(parts, caller, view));
}

/** Those of one page, as its tabs. */
export function savedTabs(parts: Parts, caller: Caller, path: string, shown: string): readonly SavedTab[] {
  const current = canonical(shown);
  return savedViewsSeenBy(parts, caller)
    .filter((view) => view.path === path)
    .map((view) => ({
      saved_view_id: view.saved_view_id,
      name: view.name,
      href: addressOfView(view),
      current: canonical(view.query) === current,
      by: isTheirs(caller, view) ? null : view.owner_name,
      removable: mayRemove(caller, view),
    }));
}

/** The address that a view stands for. */
export function addressOfView({ path, query }: SavedView): string {
  return query === "" ? path : `${path}?${query}`;
}

function isTheirs(caller: Caller, { owner }: SavedView): boolean {
  return owner === ownerOf(caller);
}

function seesShared(parts: Parts, caller: Caller, { shared, locations, query }: SavedView): boolean {
  if (!shared || !locations.every((location_id) => seesLocation(caller, location_id))) return false;
  return heldQuery(parts, caller, query).left_out.length === 0;
}

/** Throws Problem 403, 404, 409 or 422. */
function addView(parts: Parts, by: Changing, given: z.output<typeof newView>): SavedView {
  const { caller } = by;
  const search = new URLSearchParams(canonical(given.query));
  const { query } = figuresGiven(parts, caller, { path: given.path, own: z.unknown() }, search, {});
  const locations = locationsIn(caller, query.location_id, query.filters);
  const made = parts.control.addSavedView({
    ...given,
    query: queryText(query).slice(1),
    owner: ownerOf(caller),
    owner_name: caller.name,
    locations,
  });
  if (!made)
    throw new Problem({ status: 409, title: "Too many", detail: `You have ${SAVED_VIEWS_MAX} views already.` });
  if (made.shared) note(parts, by, "saved_view_shared", made);
  return made;
}

/** Throws Problem 403 or 404: what is not theirs to see looks like what is not there. */
function removeView(parts: Parts, by: Changing, saved_view_id: string): void {
  const known = savedViewsSeenBy(parts, by.caller).find((view) => view.saved_view_id === saved_view_id);
  if (!known) throw new Problem({ status: 404, title: "Not found", detail: "There is no such view." });
  if (!mayRemove(by.caller, known))
    throw new Problem({ status: 403, title: "Not allowed", detail: "This view is somebody else’s." });
  parts.control.removeSavedView(saved_view_id);
  if (known.shared) note(parts, by, "saved_view_removed", known);
}

/** Own ones; shared ones also those who administer, where they see all that it is about. */
function mayRemove(caller: Caller, view: SavedView): boolean {
  if (isTheirs(caller, view)) return true;
  return view.shared && caller.scopes.includes("admin") && (view.locations.length > 0 || caller.locations === null);
}

/** What it is about; of whoever sees some locations only, it is about those. */
function locationsIn(caller: Caller, location_id: string | null, filters: readonly string[]): readonly string[] {
  const filtered = filters.map(filterParts).flatMap(({ field, values }) => (field === "location_id" ? values : []));
  const named = [...(location_id === null ? [] : [location_id]), ...filtered];
  return [...new Set(named.length > 0 ? named : (caller.locations ?? []))];
}

/** In one order, without what is open beside the page. */
function canonical(query: string): string {
  const params = [...new URLSearchParams(query)].filter(([name, value]) => value !== "" && !NOT_KEPT.includes(name));
  return new URLSearchParams(params.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))).toString();
}

function viewJson(caller: Caller, view: SavedView) {
  const { saved_view_id, name, path, query, shared, owner_name, created_at } = view;
  const removable = mayRemove(caller, view);
  return {
    saved_view_id,
    name,
    path,
    query,
    shared,
    owner: owner_name,
    removable,
    created_at: formatInstant(created_at),
  };
}

function note(
  parts: Parts,
  { request, server }: Changing,
  action: string,
  { saved_view_id, locations }: SavedView,
): void {
  const [only = null] = locations;
  audited(parts, { request, server }, action, {
    object: saved_view_id,
    location_id: locations.length === 1 ? only : null,
  });
}
