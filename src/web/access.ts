/**
 * Who is asking, and what they may see and change: the one place that decides, for pages, API and sockets alike.
 * It must never let a request through that shows neither a session nor a token nor a key.
 */
import type { Settings } from "../config.ts";
import type { Session } from "../control/control.ts";
import type { Caller, Role, Scope, User } from "../control/types.ts";
import { Problem } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { verifiedToken } from "./tokens.ts";

/** By what a request is somebody's. Kept by whatever outlives a request (a socket), to be looked at again. */
export type Credential =
  | { kind: "session"; token: string }
  | { kind: "tokens"; family_id: string; user_id: string }
  | { kind: "key"; key: string };

/** What the credentials of one request amount to; looked up once. */
interface Known {
  caller: Caller | null;
  session: Session | null;
  credential: Credential | null;
}

const NOBODY: Known = { caller: null, session: null, credential: null };
const known = new WeakMap<Request, Known>();

/**
 * Checks the access token of a request, if it shows one; null when there is nothing to wait for. The gate asks this
 * first of all: a token that nobody checked is nobody's.
 */
export function recognise(parts: Parts, request: Request): Promise<void> | null {
  const shown = shownBy(request);
  if (shown === null || !isJwt(shown)) return null;
  return verifiedToken(parts, shown).then((claims) => {
    const credential: Credential | null = claims && { kind: "tokens", ...claims };
    const caller = credential && callerNow(parts, credential);
    known.set(request, caller ? { caller, session: null, credential } : NOBODY);
  });
}

/** The caller by API key (`Authorization: Bearer bw_…`, `X-API-Key`), access token or session cookie; null for nobody. */
export function callerOf(parts: Parts, request: Request): Caller | null {
  return knownOf(parts, request).caller;
}

/** Makes a request that no one sent (warming the cache) the caller's own. Never for one that came from outside. */
export function actAs(request: Request, caller: Caller): void {
  known.set(request, { caller, session: null, credential: null });
}

/** By what the request is its caller's; null for nobody's. */
export function credentialOf(parts: Parts, request: Request): Credential | null {
  return knownOf(parts, request).credential;
}

/**
 * Whose the credential is now, with the rights of now; null once it has ended. Looking does not keep a session alive.
 * Tokens stand as long as their family does: a socket outlives the ten minutes of the token that opened it.
 */
export function callerNow({ control, now }: Parts, credential: Credential): Caller | null {
  if (credential.kind === "key") return control.callerOfKey(credential.key, now());
  if (credential.kind === "session") {
    const session = control.peekSession(credential.token, now());
    return session ? callerOfUser(session.user) : null;
  }
  const { family_id, user_id } = credential;
  const user = control.users().find((someone) => someone.user_id === user_id);
  return user && control.tokensStand(family_id, user_id, now()) ? callerOfUser(user) : null;
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

/** A person, by session or token; throws Problem 401 for nobody, 403 for keys. */
export function requirePerson(parts: Parts, request: Request): Caller {
  const caller = requireCaller(parts, request);
  if (caller.kind === "user") return caller;
  throw new Problem({
    status: 403,
    title: "Not allowed",
    detail: "This is for people: sign in instead of using a key.",
  });
}

/** The session of a person; null for nobody and for keys. */
export function sessionOf(parts: Parts, request: Request): Session | null {
  return knownOf(parts, request).session;
}

/** The token of the request's session, to close it. */
export function sessionToken(parts: Parts, request: Request): string | null {
  const { credential } = knownOf(parts, request);
  return credential?.kind === "session" ? credential.token : null;
}

/** True for those who may see what is personal (names, e-mail addresses, phone numbers, free text): who may take data away may see it. */
export function seesPersonal(caller: Caller): boolean {
  return caller.scopes.includes("export");
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

/** The caller, who may administer this location (null: all of them); throws Problem 401 or 403. */
export function requireAdminOf(parts: Parts, request: Request, location_id: string | null): Caller {
  const caller = requireCaller(parts, request, "admin");
  if (location_id === null ? caller.locations === null : seesLocation(caller, location_id)) return caller;
  throw new Problem({ status: 403, title: "Not allowed", detail: "You may administer your own locations only." });
}

/** For lists: true for what belongs to a location that the caller may see, or to none and they see all. */
export function seesRow(caller: Caller): (row: { location_id: string | null }) => boolean {
  return ({ location_id }) => (location_id === null ? caller.locations === null : seesLocation(caller, location_id));
}

/** True when the caller, who administers, may know of this account: it is theirs, or it sees nothing that they do not see. */
export function seesUser(caller: Caller, user: Pick<User, "user_id" | "locations">): boolean {
  return caller.locations === null || caller.id === user.user_id || isWithin(caller, user.locations);
}

/**
 * What a caller may make of an account: nobody gives rights that they lack, and owners are made and changed by owners
 * alone. Throws Problem 403. `before` null: the account is new.
 */
export function requireMayMake(
  caller: Caller,
  before: Pick<User, "role"> | null,
  after: Pick<User, "role" | "locations">,
): void {
  if (caller.role !== "owner" && (before?.role === "owner" || after.role === "owner")) {
    throw new Problem({ status: 403, title: "Not allowed", detail: "Only an owner makes, changes or removes owners." });
  }
  if (caller.locations === null || isWithin(caller, after.locations)) return;
  throw new Problem({ status: 403, title: "Not allowed", detail: "You may administer your own locations only." });
}

function isWithin(caller: Caller, locations: readonly string[] | null): boolean {
  return locations?.every((location_id) => seesLocation(caller, location_id)) === true;
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
    detail: "Send an API key (Authorization: Bearer bw_…) or an access token, or sign in.",
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
  const shown = shownBy(request);
  if (shown !== null) {
    // A wrong one is nobody, even beside a good cookie: what was meant must not be guessed.
    const credential: Credential = { kind: "key", key: shown };
    const caller = callerNow(parts, credential);
    return caller ? { caller, session: null, credential } : NOBODY;
  }
  const token = cookieOf(request.headers.get("cookie"), cookieName(parts.settings));
  if (token === null) return NOBODY;
  const session = parts.control.session(token, parts.now());
  return session ? { caller: callerOfUser(session.user), session, credential: { kind: "session", token } } : NOBODY;
}

/** The key or token that a request shows; empty for something else, null for nothing. */
function shownBy(request: Request): string | null {
  const { headers } = request;
  const authorization = headers.get("authorization");
  if (authorization !== null) {
    const [scheme = "", credentials = ""] = authorization.split(" ", 2);
    return scheme.toLowerCase() === "bearer" ? credentials : "";
  }
  return headers.get("x-api-key") ?? shownBySocket(request);
}

/** A browser cannot set headers on a socket: `?token=` or the subprotocols `bearer, <jwt>`. Never a key: addresses are logged. */
function shownBySocket({ headers, url }: Request): string | null {
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") return null;
  const [name, token] = (headers.get("sec-websocket-protocol") ?? "").split(",").map((part) => part.trim());
  const shown = name?.toLowerCase() === "bearer" ? (token ?? "") : new URL(url).searchParams.get("token");
  return shown === null || isJwt(shown) ? shown : "";
}

function isJwt(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
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
