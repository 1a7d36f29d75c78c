/** What people do with their own way in: see it, end it, change the password. */
import { z } from "zod";
import { formatInstant } from "../../catalogue/time.ts";
import type { Caller, SignedIn, User } from "../../control/types.ts";
import { credentialOf, sessionOf } from "../access.ts";
import { audited } from "../audit.ts";
import { Problem } from "../errors.ts";
import { pageOf, pageQuery, pageSchema } from "../paging.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { type Given, openedSession, requirePassword, signInFrom } from "../sign-in.ts";
import { newTokens, tokensSchema } from "../tokens.ts";

const sessionSchema = z.strictObject({
  session_id: z.string(),
  kind: z.enum(["session", "token"]).describe("A browser's session, or a family of tokens."),
  created_at: z.string(),
  seen_at: z.string().describe("When it was last used, to the minute; of tokens, last refreshed."),
  expires_at: z.string(),
  address: z.string().nullable(),
  agent: z.string().nullable(),
  current: z.boolean().describe("The one that this request comes by."),
});

/** `/api/auth/{sessions,password}`. */
export function accountRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/auth/sessions",
      access: "person",
      tag: "Access",
      summary: "Where you are signed in, newest first.",
      query: pageQuery,
      answers: { 200: { description: "Your sessions.", schema: pageSchema({ sessions: z.array(sessionSchema) }) } },
      handle: ({ request, caller, query }) => {
        const { rows, next_cursor } = pageOf(signInsOf(parts, caller.id), ({ session_id }) => session_id, query);
        const current = currentSession(parts, request);
        const sessions = rows.map((row) => ({
          ...row,
          created_at: formatInstant(row.created_at),
          seen_at: formatInstant(row.seen_at),
          expires_at: formatInstant(row.expires_at),
          current: row.session_id === current,
        }));
        return { sessions, next_cursor };
      },
    }),

    route({
      method: "DELETE",
      path: "/api/auth/sessions/:session_id",
      access: "person",
      tag: "Access",
      summary: "Ends one of your sessions.",
      params: { session_id: "The session." },
      answers: { 204: { description: "Ended." } },
      handle: ({ request, server, params, caller }) => {
        endSignIn(parts, { request, server }, caller, params.session_id);
        return new Response(null, { status: 204 });
      },
    }),

    route({
      method: "PUT",
      path: "/api/auth/password",
      access: "person",
      tag: "Access",
      summary:
        "Changes your password. Whatever was signed in before is signed out, but for this request's own way in, which is made anew.",
      body: z.strictObject({ current: z.string().min(1).max(512), new: z.string().min(1).max(1_000) }),
      answers: {
        200: { description: "Changed; of a request with a token: the new tokens.", schema: tokensSchema },
        204: { description: "Changed; of a request with a session: a new cookie." },
      },
      handle: async ({ request, server, caller, body }) => {
        const given: Given = { request, server };
        const user = userOf(parts, caller);
        const { headers } = await changePassword(parts, given, user, body.current, body.new);
        if (credentialOf(parts, request)?.kind === "session") return new Response(null, { status: 204, headers });
        return newTokens(parts, user.user_id, signInFrom(given));
      },
    }),
  ];
}

/** The account of a caller that is a person. */
export function userOf({ control }: Parts, caller: Caller): User {
  const user = control.users().find(({ user_id }) => user_id === caller.id);
  if (user) return user;
  throw new Problem({ status: 404, title: "Not found", detail: "This account is gone." });
}

/** Sessions and families of tokens, newest first. */
export function signInsOf({ control, now }: Parts, user_id: string): readonly SignedIn[] {
  return [...control.sessionsOf(user_id, now()), ...control.tokenFamiliesOf(user_id, now())].sort(
    (one, other) => other.created_at - one.created_at,
  );
}

/** Which of them the request comes by. */
export function currentSession(parts: Parts, request: Request): string | null {
  const credential = credentialOf(parts, request);
  return credential?.kind === "tokens" ? credential.family_id : (sessionOf(parts, request)?.session_id ?? null);
}

/** Ends one; throws Problem 404 for what is not theirs or not there. */
export function endSignIn(parts: Parts, given: Given, caller: Caller, session_id: string): void {
  const { control } = parts;
  const found = signInsOf(parts, caller.id).find((one) => one.session_id === session_id);
  if (!found) throw new Problem({ status: 404, title: "Not found", detail: "There is no such session." });
  audited(parts, given, "session_ended", { object: session_id });
  if (found.kind === "session") control.endSession(caller.id, session_id);
  else control.endTokens(session_id);
}

/**
 * Everything that was signed in is signed out; a browser gets a new session in the same answer. Throws Problem 422 for a
 * wrong password, 429 after too many of them, ControlError for a new one that will not do.
 */
export async function changePassword(
  parts: Parts,
  given: Given,
  user: User,
  current: string,
  next: string,
): Promise<{ headers: Record<string, string> }> {
  await requirePassword(parts, given, user, current, "current");
  const session = sessionOf(parts, given.request);
  await parts.control.setPassword(user.user_id, next);
  audited(parts, given, "password_changed", { object: user.user_id });
  return session ? openedSession(parts, given, user, session.remember) : { headers: {} };
}
