/** The doors: setup, sign-in, sign-out. */
import { Elysia } from "elysia";
import { loginPage } from "../../views/login.ts";
import { setupClosedPage, setupPage } from "../../views/setup.ts";
import { formatInstant } from "../catalogue/time.ts";
import { type Settings, SettingsError } from "../config.ts";
import { type Control, ControlError, DEFAULT_TIMEZONE, isTimezone } from "../control/control.ts";
import { sameSecret } from "../control/secrets.ts";
import type { User } from "../control/types.ts";

import { requireCaller, sessionCookie, sessionOf, sessionToken } from "./access.ts";
import { Problem } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { addressOf, formOf, htmlResponse, localPath } from "./request.ts";
import { throttle } from "./throttle.ts";

const WINDOW_S = 15 * 60;
/** By address and e-mail, so that failures elsewhere never keep the owner out. */
const FAILURES_MAX = 10;
/** By address over all e-mails: one guess each at many accounts is guessing too. */
const FAILURES_MAX_ADDRESS = 60;

/** Setup, login, logout and who-am-I. */
export function authRoutes(parts: Parts) {
  const { control, settings, now } = parts;
  const byPerson = throttle(FAILURES_MAX, WINDOW_S);
  const byAddress = throttle(FAILURES_MAX_ADDRESS, WINDOW_S);

  return new Elysia({ name: "auth" })
    .get("/setup", ({ request }) => {
      if (control.userCount() > 0) return seeOther("/login");
      const token = new URL(request.url).searchParams.get("token") ?? "";
      if (!isSetupToken(control, token)) return htmlResponse(setupClosedPage(), 403);
      return htmlResponse(setupPage({ token, timezones: timezones(), typed: {}, errors: {} }));
    })
    .post("/setup", async ({ request }) => {
      const form = await formOf(request);
      const token = field(form, "token");
      if (control.userCount() > 0) throw new ControlError("already_set_up", "An account exists already. Sign in.");
      if (!isSetupToken(control, token)) return htmlResponse(setupClosedPage(), 403);
      const typed = { name: field(form, "name"), email: field(form, "email"), timezone: field(form, "timezone") };
      const { owner, errors } = await makeOwner(control, { ...typed, password: form.get("password") ?? "" });
      if (!owner) return htmlResponse(setupPage({ token, timezones: timezones(), typed, errors }), 422);
      return signIn(parts, owner, false, "/");
    })
    .get("/login", ({ request }) => {
      if (control.userCount() === 0) return seeOther("/setup");
      const next = localPath(new URL(request.url).searchParams.get("next"));
      if (sessionOf(parts, request)) return seeOther(next);
      return htmlResponse(loginPage({ next, email: "", remember: false, error: null }));
    })
    .post("/login", async ({ request, server }) => {
      const form = await formOf(request);
      const email = field(form, "email");
      const next = localPath(form.get("next"));
      const remember = form.get("remember") !== null;
      const refuse = (status: number, error: string, headers?: Record<string, string>) =>
        htmlResponse(loginPage({ next, email, remember, error }), status, headers);

      const address = addressOf(request, server);
      const person = `${address} ${email.toLowerCase()}`;
      const wait_s = Math.max(byPerson.waits(person, now()), byAddress.waits(address, now()));
      if (wait_s > 0) {
        const minutes = Math.ceil(wait_s / 60);
        const error = `Too many failed sign-ins from here. Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
        return refuse(429, error, { "retry-after": String(wait_s) });
      }
      // Counted before the slow hash: many tries at once must not all pass before the first is known to be wrong.
      byPerson.failed(person, now());
      byAddress.failed(address, now());
      const user = await control.checkPassword(email, form.get("password") ?? "");
      if (!user) return refuse(401, "The email or the password is wrong.");
      byPerson.forgive(person);
      byAddress.forgive(address);
      const before = sessionToken(parts, request);
      if (before !== null) control.closeSession(before);
      return signIn(parts, user, remember, next);
    })
    .post("/logout", ({ request }) => {
      const token = sessionToken(parts, request);
      if (token !== null) control.closeSession(token);
      return seeOther("/login", { "set-cookie": sessionCookie(settings, null, false) });
    })
    .get("/api/auth/me", ({ request }) => {
      const caller = requireCaller(parts, request);
      const session = sessionOf(parts, request);
      return {
        ...caller,
        ...(session
          ? { email: session.user.email, theme: session.user.theme, expires_at: formatInstant(session.expires_at) }
          : {}),
      };
    });
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

function signIn(parts: Parts, user: User, remember: boolean, next: string): Response {
  const { token } = parts.control.openSession(user.user_id, remember, parts.now());
  parts.log("info", "signed in", { user_id: user.user_id });
  return seeOther(next, { "set-cookie": sessionCookie(parts.settings, token, remember) });
}

function seeOther(location: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 303, headers: { location, ...headers } });
}

function field(form: URLSearchParams, name: string): string {
  const text = (form.get(name) ?? "").trim();
  if (text.length <= 1_000) return text;
  throw new Problem({
    status: 422,
    title: "Too long",
    errors: [{ field: name, code: "too_large", detail: "Shorten it." }],
  });
}

function timezones(): readonly string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
}
