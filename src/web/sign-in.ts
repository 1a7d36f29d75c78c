/**
 * The one way through which people prove who they are, for the login page and the API alike: password, second factor,
 * and how often one may be wrong.
 */
import { newSecret } from "../control/secrets.ts";
import type { SignInFrom, User } from "../control/types.ts";
import { sessionCookie } from "./access.ts";
import { audited } from "./audit.ts";
import { Problem } from "./errors.ts";
import { networkOf, rateLimitHeaders } from "./limits.ts";
import type { Parts } from "./parts.ts";
import { addressOf } from "./request.ts";
import { type Throttle, throttle } from "./throttle.ts";

const WINDOW_S = 15 * 60;
/** By address and e-mail, so that failures elsewhere never keep the owner out. */
const FAILURES_MAX = 10;
/** By address over all e-mails: one guess each at many accounts is guessing too. */
const FAILURES_MAX_ADDRESS = 60;
/** Wrong codes by person over all addresses that they are not signed in from: only who knows the password gets there. */
const FAILURES_MAX_CODES = 50;
const TICKETS_MAX = 1_000;
const TICKET_US = 5 * 60 * 1_000_000;
const AGENT_CHARS_MAX = 200;

/** A request and the server it came to, as handlers are given them. */
export interface Given {
  request: Request;
  server: Bun.Server<unknown> | null;
}

export type Attempt =
  | { kind: "in"; user: User }
  /** The password is right, and a code is needed. */
  | { kind: "code"; user: User }
  | { kind: "wrong"; what: "password" | "code" }
  | { kind: "wait"; wait_s: number };

/** What is kept between the password and the code. */
interface Ticket {
  user_id: string;
  email: string;
  remember: boolean;
  next: string;
  expires_at: number;
}

interface Doors {
  byPerson: Throttle;
  byAddress: Throttle;
  byCode: Throttle;
  tickets: Map<string, Ticket>;
}

const doors = new WeakMap<Parts, Doors>();

/** Of one appliance. */
function doorsOf(parts: Parts): Doors {
  const made = doors.get(parts) ?? {
    byPerson: throttle(FAILURES_MAX, WINDOW_S),
    byAddress: throttle(FAILURES_MAX_ADDRESS, WINDOW_S),
    byCode: throttle(FAILURES_MAX_CODES, WINDOW_S),
    tickets: new Map(),
  };
  doors.set(parts, made);
  return made;
}

/** One try with e-mail and password, and with the code of the second factor where there is one; failures are audited. */
export function attempt(
  parts: Parts,
  given: Given,
  { email, password, otp }: { email: string; password: string; otp: string | null },
): Promise<Attempt> {
  return counted(parts, given, email, async () => {
    const user = await parts.control.checkPassword(email, password);
    if (!user) return { kind: "wrong", what: "password" };
    if (!user.totp) return { kind: "in", user };
    return otp === null ? { kind: "code", user } : codeTried(parts, given, user, otp);
  });
}

/** The second step of a page: the code, for who has shown the password before. null: the ticket does not hold any more. */
export async function attemptCode(
  parts: Parts,
  given: Given,
  ticket_id: string,
  otp: string,
): Promise<{ ticket: Ticket; attempt: Attempt } | null> {
  const { tickets } = doorsOf(parts);
  const ticket = tickets.get(ticket_id);
  const user = parts.control.users().find(({ user_id }) => user_id === ticket?.user_id);
  if (!ticket || !user || ticket.expires_at <= parts.now()) return null;
  const made = await counted(parts, given, ticket.email, async () => codeTried(parts, given, user, otp));
  if (made.kind === "in") tickets.delete(ticket_id);
  return { ticket, attempt: made };
}

/** Remembers that the password was right; the page holds the name of this, never the password. */
export function newTicket(parts: Parts, user: User, email: string, remember: boolean, next: string): string {
  const { tickets } = doorsOf(parts);
  const [oldest] = tickets.size >= TICKETS_MAX ? tickets.keys() : [];
  if (oldest !== undefined) tickets.delete(oldest);
  const ticket_id = newSecret();
  tickets.set(ticket_id, { user_id: user.user_id, email, remember, next, expires_at: parts.now() + TICKET_US });
  return ticket_id;
}

/** For changes that ask for the password once more: throws Problem 422 when it is wrong, 429 after too many. */
export async function requirePassword(
  parts: Parts,
  given: Given,
  user: User,
  password: string,
  field: string,
): Promise<void> {
  const made = await counted(parts, given, user.email, async () =>
    (await parts.control.checkPassword(user.email, password))
      ? { kind: "in", user }
      : { kind: "wrong", what: "password" },
  );
  if (made.kind === "in") return;
  if (made.kind === "wait") throw mustWait(made.wait_s);
  throw new Problem({
    status: 422,
    title: "Invalid fields",
    detail: "The password is wrong.",
    errors: [{ field, code: "password_wrong", detail: "This is not your password." }],
  });
}

/** How many more failures this address has with this e-mail. */
export function limitHeaders(parts: Parts, { request, server }: Given, email: string): Record<string, string> {
  const state = doorsOf(parts).byPerson.state(personOf(addressOf(request, server), email), parts.now());
  return rateLimitHeaders(state);
}

export function mustWait(wait_s: number, headers: Readonly<Record<string, string>> = {}): Problem {
  return new Problem({
    status: 429,
    title: "Too many failures",
    detail: waitText(wait_s),
    headers: { ...headers, "retry-after": String(wait_s) },
  });
}

export function waitText(wait_s: number): string {
  const minutes = Math.ceil(wait_s / 60);
  return `Too many failed sign-ins from here. Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
}

/** Where a sign-in comes from, as its person will read it. */
export function signInFrom({ request, server }: Given): SignInFrom {
  const agent = request.headers.get("user-agent")?.slice(0, AGENT_CHARS_MAX);
  return { address: addressOf(request, server), agent: agent === undefined || agent === "" ? null : agent };
}

/** Opens a session in place of the one that the browser had; the headers set its cookie. */
export function openedSession(
  parts: Parts,
  given: Given,
  user: User,
  remember: boolean,
): { csrf: string; headers: Record<string, string> } {
  const { token, session } = parts.control.openSession(user.user_id, remember, parts.now(), signInFrom(given));
  return { csrf: session.csrf, headers: { "set-cookie": sessionCookie(parts.settings, token, remember) } };
}

/** The actor of an entry about somebody who is signing in: the request itself is nobody's yet. */
export function actorOf({ user_id, name }: User) {
  return { kind: "user" as const, id: user_id, name };
}

async function counted(parts: Parts, given: Given, email: string, check: () => Promise<Attempt>): Promise<Attempt> {
  const { byPerson, byAddress } = doorsOf(parts);
  const address = networkOf(addressOf(given.request, given.server));
  const person = personOf(address, email);
  const now = parts.now();
  const wait_s = Math.max(byPerson.waits(person, now), byAddress.waits(address, now));
  if (wait_s > 0) return { kind: "wait", wait_s };
  // Counted before the slow hash: many tries at once must not all pass before the first is known to be wrong.
  byPerson.failed(person, now);
  byAddress.failed(address, now);
  const takeBack = (): void => {
    byPerson.takeBack(person);
    byAddress.takeBack(address);
  };
  const made = await check().catch((error: unknown) => {
    takeBack();
    throw error;
  });
  if (made.kind === "wrong") {
    // What was typed as an e-mail may be a password: only accounts are named.
    const aimed = parts.control.users().find((user) => user.email === email.trim().toLowerCase());
    audited(parts, given, "login_failed", { object: aimed?.user_id ?? null, details: { wrong: made.what } });
    return made;
  }
  takeBack();
  // Not after the password alone: else it would buy ten more guesses at the code.
  if (made.kind === "in") byPerson.forgive(person);
  return made;
}

function codeTried(parts: Parts, { request, server }: Given, user: User, otp: string): Attempt {
  const { byCode } = doorsOf(parts);
  const address = addressOf(request, server);
  const now = parts.now();
  const { control } = parts;
  const open = [...control.sessionsOf(user.user_id, now), ...control.tokenFamiliesOf(user.user_id, now)];
  const isKnownAddress = open.some((one) => one.address === address);
  const wait_s = isKnownAddress ? 0 : byCode.waits(user.user_id, now);
  if (wait_s > 0) return { kind: "wait", wait_s };
  if (control.checkOtp(user.user_id, otp, now)) return { kind: "in", user };
  if (!isKnownAddress) byCode.failed(user.user_id, now);
  return { kind: "wrong", what: "code" };
}

function personOf(address: string, email: string): string {
  return `${networkOf(address)} ${email.trim().toLowerCase()}`;
}
