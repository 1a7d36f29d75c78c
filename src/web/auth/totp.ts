/** The second factor of one's own account. */
import { renderSVG } from "uqr";
import { z } from "zod";
import type { User } from "../../control/types.ts";
import { audited } from "../audit.ts";
import { fieldProblem } from "../bi/input.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { type Given, requirePassword } from "../sign-in.ts";
import { userOf } from "./account.ts";

/** `/api/auth/totp`. */
export function totpRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/api/auth/totp",
      access: "person",
      tag: "Access",
      summary: "Begins a second factor: a secret for an authenticator app. It counts once it is confirmed.",
      answers: {
        201: {
          description: "The secret, shown this once.",
          schema: z.strictObject({
            secret: z.string().describe("Base32."),
            url: z.string().describe("otpauth://…"),
            qr_svg: z.string().describe("The same as a picture."),
          }),
        },
      },
      handle: ({ caller }) => Response.json(startTotp(parts, userOf(parts, caller)), { status: 201 }),
    }),

    route({
      method: "PUT",
      path: "/api/auth/totp",
      access: "person",
      tag: "Access",
      summary: "Confirms the second factor with a code of the app.",
      body: z.strictObject({ otp: z.string().min(1).max(32) }),
      answers: {
        200: {
          description: "On. Each recovery code stands in for a code once; they are shown this once.",
          schema: z.strictObject({ recovery_codes: z.array(z.string()).length(10) }),
        },
      },
      handle: ({ request, server, caller, body }) => ({
        recovery_codes: confirmTotp(parts, { request, server }, userOf(parts, caller), body.otp),
      }),
    }),

    route({
      method: "DELETE",
      path: "/api/auth/totp",
      access: "person",
      tag: "Access",
      summary: "Takes the second factor away.",
      body: z.strictObject({ password: z.string().min(1).max(512) }),
      answers: { 204: { description: "Off." } },
      handle: async ({ request, server, caller, body }) => {
        await removeTotp(parts, { request, server }, userOf(parts, caller), body.password);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

/** A new secret; throws Problem 409 when a second factor is on already: it would be replaced without the password. */
export function startTotp({ control }: Parts, user: User): { secret: string; url: string; qr_svg: string } {
  if (user.totp) {
    throw new Problem({ status: 409, title: "On already", detail: "Take the second factor away before a new one." });
  }
  return drawn(control.startTotp(user.user_id));
}

/** What was started and waits for its first code; null for nothing. */
export function pendingTotp({ control }: Parts, user: User): { secret: string; url: string; qr_svg: string } | null {
  const pending = control.pendingTotp(user.user_id);
  return pending && drawn(pending);
}

function drawn(started: { secret: string; url: string }): { secret: string; url: string; qr_svg: string } {
  return { ...started, qr_svg: renderSVG(started.url, { border: 2, pixelSize: 4 }) };
}

/** The recovery codes; throws Problem 422 for a wrong code. */
export function confirmTotp(parts: Parts, given: Given, user: User, otp: string): readonly string[] {
  const codes = parts.control.confirmTotp(user.user_id, otp, parts.now());
  if (codes === null) throw fieldProblem("otp", "This is not the code that the app shows now.", "otp_wrong");
  audited(parts, given, "totp_enabled", { object: user.user_id });
  return codes;
}

/** Throws Problem 422 for a wrong password, 404 when there is none. */
export async function removeTotp(parts: Parts, given: Given, user: User, password: string): Promise<void> {
  await requirePassword(parts, given, user, password, "password");
  if (!parts.control.removeTotp(user.user_id)) {
    throw new Problem({ status: 404, title: "Not found", detail: "There is no second factor." });
  }
  audited(parts, given, "totp_disabled", { object: user.user_id });
}
