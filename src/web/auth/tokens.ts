/** Signing in without a page: tokens for programs that act for a person. */
import { z } from "zod";
import { formatInstant } from "../../catalogue/time.ts";
import { credentialOf, sessionCookie, sessionOf } from "../access.ts";
import { audited } from "../audit.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { actorOf, attempt, type Given, limitHeaders, mustWait, signInFrom } from "../sign-in.ts";
import { newTokens, pairOf, tokensSchema } from "../tokens.ts";

const credentialsSchema = z.strictObject({
  email: z.string().min(1).max(254),
  password: z.string().min(1).max(512),
  otp: z.string().min(1).max(32).optional().describe("Of the authenticator app, or a recovery code."),
});

const meSchema = z.strictObject({
  kind: z.enum(["user", "key"]),
  id: z.string(),
  name: z.string(),
  role: z.enum(["owner", "admin", "analyst", "viewer"]).nullable(),
  scopes: z.array(z.enum(["ingest", "read", "export", "admin"])),
  locations: z.array(z.string()).nullable().describe("null: all of them."),
  signed_in_by: z.enum(["session", "tokens", "key"]),
  email: z.string().nullable(),
  theme: z.enum(["system", "light", "dark", "contrast"]).nullable(),
  locale: z.string().nullable().describe("How numbers and dates are written for them; null: as their browser says."),
  totp: z.boolean().nullable().describe("Whether a second factor is asked for."),
  expires_at: z.string().nullable().describe("Of a session."),
});

/** `/api/auth/{token,refresh,logout,me}`. */
export function tokenRoutes(parts: Parts): readonly Route[] {
  const { control, settings, now } = parts;
  return [
    route({
      method: "POST",
      path: "/api/auth/token",
      access: "public",
      tag: "Access",
      summary: "Signs in: an access token for 10 minutes, and a refresh token for the next pair.",
      description:
        "401 with the code `otp_required` asks for the second factor: send the same again with `otp`. After too many failures from one address 429 says when to try again.",
      body: credentialsSchema,
      example: { body: { email: "jorge@example.com", password: "correct horse battery" } },
      answers: { 200: { description: "The tokens.", schema: tokensSchema } },
      handle: async ({ request, server, body: { email, password, otp = null } }) => {
        const given: Given = { request, server };
        const made = await attempt(parts, given, { email, password, otp });
        const limits = limitHeaders(parts, given, email);
        if (made.kind === "in") {
          audited(parts, given, "token_issued", { actor: actorOf(made.user) });
          return Response.json(await newTokens(parts, made.user.user_id, signInFrom(given)), { headers: limits });
        }
        if (made.kind === "wait") throw mustWait(made.wait_s, limits);
        if (made.kind === "code")
          throw refused("otp", "otp_required", "The code of your second factor is needed.", limits);
        if (made.what === "code") throw refused("otp", "otp_wrong", "This code is wrong, or was used already.", limits);
        throw refused(null, "credentials_wrong", "The email or the password is wrong.", limits);
      },
    }),

    route({
      method: "POST",
      path: "/api/auth/refresh",
      access: "public",
      tag: "Access",
      summary: "The next pair of tokens. A refresh token is good once: one that comes back ends all of its family.",
      body: z.strictObject({ refresh_token: z.string().min(1).max(200) }),
      answers: { 200: { description: "The tokens.", schema: tokensSchema } },
      handle: async ({ request, server, body }) => {
        const rotated = control.rotateRefreshToken(body.refresh_token, now());
        if (rotated?.refresh_token) return pairOf(parts, rotated, rotated.refresh_token);
        const user = control.users().find(({ user_id }) => user_id === rotated?.user_id);
        if (user) audited(parts, { request, server }, "token_reuse", { object: user.user_id });
        throw refused("refresh_token", "refresh_token_invalid", "This refresh token does not hold. Sign in again.");
      },
    }),

    route({
      method: "POST",
      path: "/api/auth/logout",
      access: "person",
      tag: "Access",
      summary: "Ends the session, or the family of tokens, of the request.",
      answers: { 204: { description: "Signed out." } },
      handle: ({ request, server }) => {
        const credential = credentialOf(parts, request);
        audited(parts, { request, server }, "logout");
        if (credential?.kind === "tokens") control.endTokens(credential.family_id);
        if (credential?.kind !== "session") return new Response(null, { status: 204 });
        control.closeSession(credential.token);
        return new Response(null, {
          status: 204,
          headers: { "set-cookie": sessionCookie(settings, null, false) },
        });
      },
    }),

    route({
      method: "GET",
      path: "/api/auth/me",
      access: "caller",
      tag: "Access",
      summary: "Who is asking, and what they may do.",
      answers: { 200: { description: "The caller.", schema: meSchema } },
      handle: ({ request, caller }) => {
        const session = sessionOf(parts, request);
        const user = caller.kind === "user" ? control.users().find(({ user_id }) => user_id === caller.id) : undefined;
        return {
          ...caller,
          signed_in_by: credentialOf(parts, request)?.kind ?? "key",
          email: user?.email ?? null,
          theme: user?.theme ?? null,
          locale: user?.locale ?? null,
          totp: user?.totp ?? null,
          expires_at: session ? formatInstant(session.expires_at) : null,
        };
      },
    }),
  ];
}

function refused(
  field: string | null,
  code: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Problem {
  return new Problem({
    status: 401,
    title: "Not signed in",
    detail,
    errors: [{ field, code, detail }],
    headers: { ...headers, "www-authenticate": "Bearer" },
  });
}
