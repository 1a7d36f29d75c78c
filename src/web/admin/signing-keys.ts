/** The key that access tokens are signed with: it changes by itself, and at once when it may have leaked. */
import { z } from "zod";
import { formatInstant } from "../../catalogue/time.ts";
import { requireAdminOf } from "../access.ts";
import { audited } from "../audit.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";

/** `/api/admin/signing-keys`. */
export function signingKeyRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/api/admin/signing-keys",
      access: "admin",
      tag: "Admin",
      summary:
        "Makes a new signing key, at once and for all: access tokens signed before do not hold any more; refresh tokens do.",
      description: "Only for owners. Without this, the key changes every 90 days.",
      answers: {
        201: { description: "The new key's id.", schema: z.strictObject({ kid: z.string(), created_at: z.string() }) },
      },
      handle: ({ request, server }) => {
        const caller = requireAdminOf(parts, request, null);
        if (caller.role !== "owner")
          throw new Problem({ status: 403, title: "Not allowed", detail: "Only an owner may do this." });
        const [key] = parts.control.rotateSigningKey({ keep_from: Number.MAX_SAFE_INTEGER });
        if (!key) throw new Error("a signing key was made and is not there");
        audited(parts, { request, server }, "signing_key_rotated", { object: key.kid });
        return Response.json({ kid: key.kid, created_at: formatInstant(key.created_at) }, { status: 201 });
      },
    }),
  ];
}
