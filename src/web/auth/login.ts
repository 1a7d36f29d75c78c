/** The sign-in page, its second step, and the way out. */
import { codePage, loginPage } from "../../../views/login.ts";
import type { User } from "../../control/types.ts";
import { sessionCookie, sessionOf, sessionToken } from "../access.ts";
import { audited } from "../audit.ts";
import type { Parts } from "../parts.ts";
import { formOf, htmlResponse, localPath, seeOther, textField } from "../request.ts";
import { type Route, route } from "../route.ts";
import {
  actorOf,
  attempt,
  attemptCode,
  type Given,
  limitHeaders,
  newTicket,
  openedSession,
  waitText,
} from "../sign-in.ts";

/** `/login` and `/logout`. */
export function loginRoutes(parts: Parts): readonly Route[] {
  const { control, settings } = parts;
  return [
    route({
      method: "GET",
      path: "/login",
      access: "public",
      tag: "Page",
      summary: "Sign in.",
      query: "own",
      answers: { 200: { description: "The form." } },
      handle: ({ request }) => {
        if (control.userCount() === 0) return seeOther("/setup");
        const next = localPath(new URL(request.url).searchParams.get("next"));
        if (sessionOf(parts, request)) return seeOther(next);
        return htmlResponse(loginPage({ next, email: "", remember: false, error: null }));
      },
    }),

    route({
      method: "POST",
      path: "/login",
      access: "public",
      tag: "Page",
      summary: "Signs in.",
      body: "own",
      answers: { 303: { description: "Signed in." } },
      handle: async ({ request, server }) => {
        const form = await formOf(request);
        return form.has("ticket")
          ? secondStep(parts, { request, server }, form)
          : firstStep(parts, { request, server }, form);
      },
    }),

    route({
      method: "POST",
      path: "/logout",
      access: "caller",
      tag: "Page",
      summary: "Signs out.",
      body: "own",
      answers: { 303: { description: "Signed out." } },
      handle: ({ request, server }) => {
        const token = sessionToken(parts, request);
        if (token !== null) {
          audited(parts, { request, server }, "logout");
          control.closeSession(token);
        }
        return seeOther("/login", { "set-cookie": sessionCookie(settings, null, false) });
      },
    }),
  ];
}

async function firstStep(parts: Parts, given: Given, form: URLSearchParams): Promise<Response> {
  const email = textField(form, "email");
  const next = localPath(form.get("next"));
  const remember = form.get("remember") !== null;
  const made = await attempt(parts, given, { email, password: form.get("password") ?? "", otp: null });
  if (made.kind === "in") return signIn(parts, given, made.user, remember, next);
  const limits = limitHeaders(parts, given, email);
  if (made.kind === "code") {
    const ticket = newTicket(parts, made.user, email, remember, next);
    return htmlResponse(codePage({ ticket, error: null }), 200, limits);
  }
  if (made.kind === "wrong") {
    const error = "The email or the password is wrong.";
    return htmlResponse(loginPage({ next, email, remember, error }), 401, limits);
  }
  const error = waitText(made.wait_s);
  const headers = { ...limits, "retry-after": String(made.wait_s) };
  return htmlResponse(loginPage({ next, email, remember, error }), 429, headers);
}

async function secondStep(parts: Parts, given: Given, form: URLSearchParams): Promise<Response> {
  const ticket = textField(form, "ticket");
  const tried = await attemptCode(parts, given, ticket, textField(form, "otp"));
  if (!tried) {
    const error = "That took too long. Sign in again.";
    return htmlResponse(loginPage({ next: "/", email: "", remember: false, error }), 401);
  }
  const { email, remember, next } = tried.ticket;
  if (tried.attempt.kind === "in") return signIn(parts, given, tried.attempt.user, remember, next);
  const limits = limitHeaders(parts, given, email);
  if (tried.attempt.kind !== "wait") {
    const error = "This code is wrong, or was used already. Wait for the next one.";
    return htmlResponse(codePage({ ticket, error }), 401, limits);
  }
  const { wait_s } = tried.attempt;
  const headers = { ...limits, "retry-after": String(wait_s) };
  return htmlResponse(codePage({ ticket, error: waitText(wait_s) }), 429, headers);
}

function signIn(parts: Parts, given: Given, user: User, remember: boolean, next: string): Response {
  // A session is never carried over a sign-in.
  const before = sessionToken(parts, given.request);
  if (before !== null) parts.control.closeSession(before);
  const { headers } = openedSession(parts, given, user, remember);
  audited(parts, given, "login", { actor: actorOf(user) });
  parts.log("info", "signed in", { user_id: user.user_id });
  return seeOther(next, headers);
}
