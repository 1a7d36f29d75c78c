/** The first doors: setup of the owner, and invitations for everyone after. */
import { invitationPage, invitationVoidPage } from "../../views/invitation.ts";
import { setupClosedPage, setupPage } from "../../views/setup.ts";
import { type Settings, SettingsError } from "../config.ts";
import { type Control, ControlError, DEFAULT_TIMEZONE, isTimezone } from "../control/control.ts";
import { sameSecret } from "../control/secrets.ts";
import type { User } from "../control/types.ts";
import { audited } from "./audit.ts";
import { accountRoutes } from "./auth/account.ts";
import { loginRoutes } from "./auth/login.ts";
import { preferenceRoutes } from "./auth/preferences.ts";
import { tokenRoutes } from "./auth/tokens.ts";
import { totpRoutes } from "./auth/totp.ts";
import type { Parts } from "./parts.ts";
import { formOf, htmlResponse, seeOther, textField, timezones } from "./request.ts";
import { type Route, route } from "./route.ts";
import { actorOf, type Given, openedSession } from "./sign-in.ts";

/** Setup, invitations, login, logout, tokens, and what people do with their own account. */
export function authRoutes(parts: Parts): readonly Route[] {
  return [
    ...setupRoutes(parts),
    ...invitationRoutes(parts),
    ...loginRoutes(parts),
    ...tokenRoutes(parts),
    ...accountRoutes(parts),
    ...preferenceRoutes(parts),
    ...totpRoutes(parts),
  ];
}

function setupRoutes(parts: Parts): readonly Route[] {
  const { control } = parts;
  return [
    route({
      method: "GET",
      path: "/setup",
      access: "public",
      tag: "Page",
      summary: "First start: make the owner account.",
      query: "own",
      answers: { 200: { description: "Done." } },
      handle: ({ request }) => {
        if (control.userCount() > 0) return seeOther("/login");
        const token = new URL(request.url).searchParams.get("token") ?? "";
        if (!isSetupToken(control, token)) return htmlResponse(setupClosedPage(), 403);
        return htmlResponse(setupPage({ token, timezones: timezones(), typed: {}, errors: {} }));
      },
    }),

    route({
      method: "POST",
      path: "/setup",
      access: "public",
      tag: "Page",
      summary: "Makes the owner account.",
      body: "own",
      answers: { 200: { description: "Done." } },
      handle: async ({ request, server }) => {
        const form = await formOf(request);
        const token = textField(form, "token");
        if (control.userCount() > 0) throw new ControlError("already_set_up", "An account exists already. Sign in.");
        if (!isSetupToken(control, token)) return htmlResponse(setupClosedPage(), 403);
        const typed = {
          name: textField(form, "name"),
          email: textField(form, "email"),
          timezone: textField(form, "timezone"),
        };
        const { owner, errors } = await makeOwner(control, { ...typed, password: form.get("password") ?? "" });
        if (!owner) return htmlResponse(setupPage({ token, timezones: timezones(), typed, errors }), 422);
        audited(parts, { request, server }, "user_added", {
          actor: actorOf(owner),
          object: owner.user_id,
          details: { role: "owner" },
        });
        return signedIn(parts, { request, server }, owner, "/");
      },
    }),
  ];
}

function invitationRoutes(parts: Parts): readonly Route[] {
  const { control, now } = parts;
  return [
    route({
      method: "GET",
      path: "/invitation",
      access: "public",
      tag: "Page",
      summary: "Opens an invitation: choose a password.",
      query: "own",
      answers: { 200: { description: "The form." } },
      handle: ({ request }) => {
        const token = new URL(request.url).searchParams.get("token") ?? "";
        const user = control.invited(token, now());
        if (!user) return htmlResponse(invitationVoidPage(), 404);
        return htmlResponse(invitationPage({ token, name: user.name, email: user.email, error: null }));
      },
    }),

    route({
      method: "POST",
      path: "/invitation",
      access: "public",
      tag: "Page",
      summary: "Accepts an invitation.",
      body: "own",
      answers: { 303: { description: "Signed in." } },
      handle: async ({ request, server }) => {
        const form = await formOf(request);
        const token = textField(form, "token");
        const invited = control.invited(token, now());
        if (!invited) return htmlResponse(invitationVoidPage(), 404);
        try {
          const user = await control.acceptInvitation(token, form.get("password") ?? "", now());
          if (!user) return htmlResponse(invitationVoidPage(), 404);
          const entry = { actor: actorOf(user), object: user.user_id };
          audited(parts, { request, server }, "password_changed", { ...entry, details: { by: "invitation" } });
          // The link stands for the password alone.
          return user.totp ? seeOther("/login") : signedIn(parts, { request, server }, user, "/");
        } catch (error) {
          if (!(error instanceof ControlError) || error.field !== "password") throw error;
          const { name, email } = invited;
          return htmlResponse(invitationPage({ token, name, email, error: error.message }), 422);
        }
      },
    }),
  ];
}

/**
 * Makes the owner from BELLWETHER_ADMIN_EMAIL and BELLWETHER_ADMIN_PASSWORD while no user exists; null when there is nothing to do.
 * Throws SettingsError when they cannot be an account.
 */
export async function ensureOwner(
  control: Control,
  settings: Pick<Settings, "admin_email" | "admin_password">,
): Promise<User | null> {
  const { admin_email: email, admin_password: password } = settings;
  if (control.userCount() > 0 || (email === "" && password === "")) return null;
  if (email === "" || password === "") {
    throw new SettingsError("BELLWETHER_ADMIN_EMAIL and BELLWETHER_ADMIN_PASSWORD go together; only one is set");
  }
  try {
    return await control.addOwner({ email, name: email.split("@")[0] ?? email, password });
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    throw new SettingsError(`BELLWETHER_ADMIN_${error.field === "password" ? "PASSWORD" : "EMAIL"}: ${error.message}`);
  }
}

/** The link that the console prints at the first start; null once there is an account. */
export function setupLink(control: Control, base_url: string): string | null {
  const token = control.setupToken();
  return token === null ? null : `${base_url.replace(/\/$/, "")}/setup?token=${token}`;
}

function isSetupToken(control: Control, token: string): boolean {
  const right = control.setupToken();
  return right !== null && sameSecret(right, token);
}

async function makeOwner(
  control: Control,
  given: { name: string; email: string; timezone: string; password: string },
): Promise<{ owner: User | null; errors: Record<string, string> }> {
  const errors: Record<string, string> = {};
  if (given.name === "" || given.name.length > 120) errors.name = "Write your name.";
  if (!isTimezone(given.timezone)) errors.timezone = "Choose a time zone.";
  if (Object.keys(errors).length > 0) return { owner: null, errors };
  try {
    const owner = await control.addOwner(given);
    control.setFact(DEFAULT_TIMEZONE, given.timezone);
    return { owner, errors };
  } catch (error) {
    if (!(error instanceof ControlError) || error.field === null) throw error;
    return { owner: null, errors: { [error.field]: error.message } };
  }
}

function signedIn(parts: Parts, given: Given, user: User, next: string): Response {
  const { headers } = openedSession(parts, given, user, false);
  audited(parts, given, "login", { actor: actorOf(user) });
  return seeOther(next, headers);
}
