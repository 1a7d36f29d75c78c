/**
 * Who is asking, and what they may see: the one place that decides, for pages, API and sockets alike.
 * It must never let a request through that shows neither a session nor a key.
 */
import type { Settings } from "../config.ts";
import type { Session } from "../control/control.ts";
import type { Caller, Role, Scope, User } from "../control/types.ts";
import { Problem } from "./errors.ts";
import type { Parts } from "./parts.ts";

/** What the credentials of one request amount to; looked up once. */
interface Known {
  caller: Caller | null;
  session: Session | null;
  /** The session's token, as the cookie holds it. */
  token: string | null;
}

const NOBODY: Known = { caller: null, session: null, token: null };
const known = new WeakMap<Request, Known>();

/** The caller by API key (`Authorization: Bearer bw_…`, `X-API-Key`), else by session cookie; null for nobody. */
export function callerOf(parts: Parts, request: Request): Caller | null {
  return knownOf(parts, request).caller;
}

/** The caller, with the scope when one is named; throws Problem 401 or 403. */
export function requireCaller(parts: Parts, request: Request, scope?: Scope): Caller {
  const caller = callerOf(parts, request);
  if (!caller) throw unauthenticated();
  if (scope !== undefined && !caller.scopes.includes(scope)) {
    const detail =
      caller.kind === "key" ? `This key lacks the scope ${scope}.` : `Your role may not do this; it needs ${scope}.`;
    throw new Problem({ status: 403, title: "Not allowed", detail });
  }
  return caller;
}

/** The session of a person (user, CSRF token); throws Problem 401 for nobody and for keys. */
export function requireUser(parts: Parts, request: Request): Session {
  const session = sessionOf(parts, request);
  if (!session) throw unauthenticated();
  return session;
}

/** The session of a person; null for nobody and for keys. */
export function sessionOf(parts: Parts, request: Request): Session | null {
  return knownOf(parts, request).session;
}

/** The token of the request's session, to close it. */
export function sessionToken(parts: Parts, request: Request): string | null {
  return knownOf(parts, request).token;
}

/** True when the caller may see the location. */
export function seesLocation(caller: Caller, location_id: string): boolean {
  return caller.locations === null || caller.locations.includes(location_id);
}

/**
 * The locations of a question: the one asked for, or all that the caller may see (null: every one).
 * Throws Problem 403 for one that they may not see, whether it exists or not.
 */
export function locationsOf(caller: Caller, asked: string | null | undefined): readonly string[] | null {
  if (asked === null || asked === undefined || asked === "") return caller.locations;
  if (seesLocation(caller, asked)) return [asked];
  throw new Problem({ status: 403, title: "Not allowed", detail: "You may not see this location." });
}

/** `__Host-` ties the cookie to this very host, and needs TLS. */
function cookieName(settings: Settings): string {
  return isSecure(settings) ? "__Host-bellwether" : "bellwether";
}

/** Set-Cookie for a session; `token` null takes it away. */
export function sessionCookie(settings: Settings, token: string | null, remember: boolean): string {
  const lasts =
    token === null ? "; Max-Age=0" : remember ? `; Max-Age=${settings.session_remember_days * 24 * 60 * 60}` : "";
  const secure = isSecure(settings) ? "; Secure" : "";
  return `${cookieName(settings)}=${token ?? ""}; Path=/; HttpOnly; SameSite=Lax${secure}${lasts}`;
}

/** True when users reach this over TLS. */
export function isSecure(settings: Settings): boolean {
  return settings.public_url.startsWith("https://");
}

/** 401 as the API says it; the root error handler sends pages to the login instead. */
export function unauthenticated(): Problem {
  return new Problem({
    status: 401,
    title: "Not signed in",
    detail: "Send an API key (Authorization: Bearer bw_…) or sign in.",
    headers: { "www-authenticate": "Bearer" },
  });
}

function knownOf(parts: Parts, request: Request): Known {
  const before = known.get(request);
  if (before) return before;
  const found = identify(parts, request);
  known.set(request, found);
  return found;
}

function identify(parts: Parts, request: Request): Known {
  const key = keyOf(request.headers);
  // A wrong key is nobody, even beside a good cookie: what was meant must not be guessed.
  if (key !== null) return { ...NOBODY, caller: parts.control.callerOfKey(key, parts.now()) };
  const token = cookieOf(request.headers.get("cookie"), cookieName(parts.settings));
  if (token === null) return NOBODY;
  const session = parts.control.session(token, parts.now());
  return session ? { caller: callerOfUser(session.user), session, token } : NOBODY;
}

function keyOf(headers: Headers): string | null {
  const authorization = headers.get("authorization");
  if (authorization === null) return headers.get("x-api-key");
  const [scheme = "", credentials = ""] = authorization.split(" ", 2);
  return scheme.toLowerCase() === "bearer" ? credentials : "";
}

const SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  owner: ["ingest", "read", "export", "admin"],
  admin: ["ingest", "read", "export", "admin"],
  analyst: ["read", "export"],
  viewer: ["read"],
};

function callerOfUser(user: User): Caller {
  const { user_id, name, role, locations } = user;
  return { kind: "user", id: user_id, name, role, scopes: SCOPES[role], locations };
}

function cookieOf(header: string | null, name: string): string | null {
  if (header === null) return null;
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim() || null;
  }
  return null;
}
