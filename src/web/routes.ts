/** All routes together: made into an app, and asked about by path. */
import { type AnyElysia, Elysia } from "elysia";
import { errorResponse } from "./errors.ts";
import type { LimitKind } from "./limits.ts";
import type { Parts } from "./parts.ts";
import type { Route } from "./route.ts";
import { guard } from "./security.ts";

export interface RouteTable {
  /** Which methods the path takes: for 404 against 405, and for who must sign in to learn that a path exists. */
  methods(path: string): readonly string[];
  /** True when the path is for everyone. */
  isPublic(path: string): boolean;
  /** True when the path is for senders whose dialect has its own place for a key. */
  isForSenders(path: string): boolean;
  /** The pattern that the path is of (`/v1/quarantine/:id`), for logs and metrics that must not hold what varies; null for none. */
  pattern(path: string): string | null;
  /** Which rate limit holds; null for none. */
  limit(path: string, method: string): LimitKind | null;
}

/** The app of these routes and sockets behind the gate. */
export function appOf(parts: Parts, routes: readonly Route[], sockets: readonly AnyElysia[] = []) {
  const root = new Elysia({ name: "bellwether" });
  const table = routeTable(() => [
    ...routes,
    ...root.routes
      .filter(({ method }) => method === "WS")
      .map(({ path }) => ({ method: "WS", path, access: "caller" })),
  ]);
  root
    .wrap(guard(parts, table, () => root.server))
    .onError({ as: "global" }, ({ error, request }) => errorResponse(parts, request, error, table));
  for (const declared of routes) {
    root.route(
      declared.method,
      declared.path,
      ({ request, server, params }: { request: Request; server: Bun.Server<unknown> | null; params: unknown }) =>
        declared.run(parts, { request, server, params: params as Readonly<Record<string, string>> }),
      { parse: "none" },
    );
  }
  for (const socket of sockets) root.use(socket);
  return root;
}

interface Known {
  method: string;
  path: string;
  access: string;
}

interface Entry {
  pattern: RegExp;
  path: string;
  methods: Set<string>;
  isPublic: boolean;
  isForSenders: boolean;
  /** Some route of it takes events. */
  isIntake: boolean;
}

/** Reads the routes at the first question, when all of them are in place. */
export function routeTable(routes: () => readonly Known[]): RouteTable {
  let table: readonly Entry[] | null = null;
  /** What matches the paths that have nothing that varies: nearly all requests are for these. */
  const exact = new Map<string, readonly Entry[]>();
  const matching = (path: string): readonly Entry[] => {
    const known = exact.get(path);
    if (known) return known;
    if (table === null) {
      table = tableOf(routes());
      for (const entry of table) if (!/[:*]/.test(entry.path)) exact.set(entry.path, found(table, entry.path));
      return matching(path);
    }
    return found(table, path);
  };
  return {
    methods: (path) => [...new Set(matching(path).flatMap(({ methods }) => [...methods]))].sort(),
    isPublic: (path) => matching(path).some((entry) => entry.isPublic),
    isForSenders: (path) => matching(path).some((entry) => entry.isForSenders),
    pattern: (path) => matching(path)[0]?.path ?? null,
    limit: (path, method) => limitOf(path, method, matching(path)),
  };
}

function found(table: readonly Entry[], path: string): readonly Entry[] {
  return table.filter(({ pattern }) => pattern.test(path));
}

/** A probe or a file of the pages must not fail because a limit is reached; what tries passwords and tokens has its own. */
function limitOf(path: string, method: string, entries: readonly Entry[]): LimitKind | null {
  if (path === "/livez" || path === "/readyz" || path === "/health" || path.startsWith("/assets/")) return null;
  if (method === "POST" && (path === "/login" || path === "/setup" || path.startsWith("/api/auth/"))) return "auth";
  return method !== "GET" && entries.some(({ isIntake }) => isIntake) ? "ingest" : "read";
}

function tableOf(routes: readonly Known[]): Entry[] {
  const byPath = new Map<string, Entry>();
  for (const { method, path, access } of routes) {
    const entry = byPath.get(path) ?? {
      pattern: patternOf(path),
      path,
      methods: new Set(),
      isPublic: false,
      isForSenders: false,
      isIntake: false,
    };
    // A socket is opened by a GET; a GET can always be asked for its head.
    for (const name of method === "WS" || method === "GET" ? ["GET", "HEAD"] : [method]) entry.methods.add(name);
    entry.isPublic ||= access === "public";
    entry.isForSenders ||= access === "sender";
    entry.isIntake ||= access === "sender" || path === "/v1/events";
    byPath.set(path, entry);
  }
  return [...byPath.values()];
}

function patternOf(path: string): RegExp {
  const parts = path.split("/").map((part) => {
    if (part === "*") return ".*";
    if (part.startsWith(":")) return "[^/]+";
    return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("/")}/?$`);
}
