/** Accounts: who may come in, as what, to see which locations. */
import { z } from "zod";
import { formatInstant } from "../../catalogue/time.ts";
import { ControlError } from "../../control/control.ts";
import type { Caller, User, UserChange } from "../../control/types.ts";
import { requireMayMake, seesUser } from "../access.ts";
import { audited } from "../audit.ts";
import { Problem } from "../errors.ts";
import { pageOf, pageQuery, pageSchema } from "../paging.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import type { Given } from "../sign-in.ts";

const role = z.enum(["owner", "admin", "analyst", "viewer"]);
const name = z.string().trim().min(1).max(120);
const locations = z
  .array(z.string().min(1).max(64))
  .max(1_000)
  .transform((ids) => [...new Set(ids)])
  .nullable()
  .describe("null: all of them.");

export const newUserSchema = z.strictObject({
  email: z.string().min(1).max(254),
  name: name.optional().describe("The e-mail's first part when left out."),
  role,
  locations: locations.default(null),
  password: z.string().min(1).max(1_000).optional().describe("Left out: the answer has a link to choose one by."),
});
export const userChangeSchema = z.strictObject({
  name: name.optional(),
  role: role.optional(),
  locations: locations.optional(),
});

const userShape = {
  user_id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  locations: z.array(z.string()).nullable(),
  totp: z.boolean().describe("A second factor is asked for."),
  invited: z.boolean().describe("Has not chosen a password yet."),
  created_at: z.string(),
};
const userSchema = z.strictObject(userShape);
const invitationSchema = z.strictObject({
  url: z.string().describe("Good once; whoever has it can choose the password."),
  expires_at: z.string(),
});
const USER_ID = { user_id: "The account." };

/** `/api/admin/users`. */
export function userRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/admin/users",
      access: "admin",
      tag: "Admin",
      summary: "Accounts, oldest first.",
      query: pageQuery,
      answers: { 200: { description: "The accounts.", schema: pageSchema({ users: z.array(userSchema) }) } },
      handle: ({ caller, query }) => {
        const { rows, next_cursor } = pageOf(usersSeenBy(parts, caller), ({ user_id }) => user_id, query);
        return { users: rows.map(userJson), next_cursor };
      },
    }),

    route({
      method: "POST",
      path: "/api/admin/users",
      access: "admin",
      tag: "Admin",
      summary: "Adds an account. Without a password, the answer has a link by which its person chooses one.",
      body: newUserSchema,
      example: { body: { email: "ana@example.com", role: "viewer", locations: ["jorge_main"] } },
      answers: {
        201: {
          description: "The account.",
          schema: z.strictObject({ ...userShape, invitation: invitationSchema.nullable() }),
        },
      },
      handle: async ({ request, server, caller, body }) => {
        const { user, invitation } = await addUser(parts, { request, server }, caller, body);
        return Response.json({ ...userJson(user), invitation }, { status: 201 });
      },
    }),

    route({
      method: "PATCH",
      path: "/api/admin/users/:user_id",
      access: "admin",
      tag: "Admin",
      summary: "Changes an account. New rights end what is signed in.",
      params: USER_ID,
      body: userChangeSchema,
      answers: { 200: { description: "The account.", schema: userSchema } },
      handle: ({ request, server, caller, params, body }) =>
        userJson(changeUser(parts, { request, server }, caller, params.user_id, body)),
    }),

    route({
      method: "DELETE",
      path: "/api/admin/users/:user_id",
      access: "admin",
      tag: "Admin",
      summary: "Removes an account and ends what it has open.",
      params: USER_ID,
      answers: { 204: { description: "Removed." } },
      handle: ({ request, server, caller, params }) => {
        removeUser(parts, { request, server }, caller, params.user_id);
        return new Response(null, { status: 204 });
      },
    }),

    route({
      method: "POST",
      path: "/api/admin/users/:user_id/invitation",
      access: "admin",
      tag: "Admin",
      summary: "A new link by which the account's person chooses a password; those before are void.",
      params: USER_ID,
      answers: { 201: { description: "The link.", schema: invitationSchema } },
      handle: ({ request, server, caller, params }) =>
        Response.json(inviteUser(parts, { request, server }, caller, params.user_id), { status: 201 }),
    }),

    route({
      method: "DELETE",
      path: "/api/admin/users/:user_id/totp",
      access: "admin",
      tag: "Admin",
      summary: "Takes the second factor of an account away, for who has lost it.",
      params: USER_ID,
      answers: { 204: { description: "Off." } },
      handle: ({ request, server, caller, params }) => {
        resetTotp(parts, { request, server }, caller, params.user_id);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

interface Invitation {
  url: string;
  expires_at: string;
}

/** The accounts that an admin may know of. */
export function usersSeenBy({ control }: Parts, caller: Caller): readonly User[] {
  return control.users().filter((user) => seesUser(caller, user));
}

/** One of them; throws Problem 404 for what is not there and for what is not theirs, alike. */
export function userSeenBy(parts: Parts, caller: Caller, user_id: string): User {
  const user = usersSeenBy(parts, caller).find((known) => known.user_id === user_id);
  if (user) return user;
  throw new Problem({ status: 404, title: "Not found", detail: "There is no such account." });
}

/** Throws Problem 403 for rights that the caller may not give, ControlError for what makes no account. */
export async function addUser(
  parts: Parts,
  given: Given,
  caller: Caller,
  asked: z.infer<typeof newUserSchema>,
): Promise<{ user: User; invitation: Invitation | null }> {
  requireMayMake(caller, null, asked);
  const { email, role, locations, password = null } = asked;
  const user = await parts.control.addUser({
    email,
    name: asked.name ?? email.split("@")[0] ?? email,
    role,
    locations,
    password,
  });
  audited(parts, given, "user_added", { object: user.user_id, details: { role, locations: locationsText(user) } });
  return { user, invitation: password === null ? newInvitation(parts, given, user) : null };
}

/** Throws Problem 403 or 404, ControlError("last_owner"). */
export function changeUser(
  parts: Parts,
  given: Given,
  caller: Caller,
  user_id: string,
  asked: z.infer<typeof userChangeSchema>,
): User {
  const user = userSeenBy(parts, caller, user_id);
  const change: UserChange = {
    ...(asked.name === undefined ? {} : { name: asked.name }),
    ...(asked.role === undefined ? {} : { role: asked.role }),
    ...(asked.locations === undefined ? {} : { locations: asked.locations }),
  };
  requireMayMake(caller, user, { ...user, ...change });
  const changed = parts.control.setUser(user_id, change);
  if (!changed) throw new Problem({ status: 404, title: "Not found", detail: "There is no such account." });
  audited(parts, given, "user_changed", {
    object: user_id,
    details: { fields: Object.keys(change).join(","), role: changed.role, locations: locationsText(changed) },
  });
  return changed;
}

/** Throws Problem 403 or 404, ControlError("last_owner"). */
export function removeUser(parts: Parts, given: Given, caller: Caller, user_id: string): void {
  const user = userSeenBy(parts, caller, user_id);
  requireMayMake(caller, user, user);
  // Before: whoever removes their own account is nobody afterwards, and the last owner must not be said to be gone.
  if (isOnlyOwner(parts, user)) throw new ControlError("last_owner", "This is the only owner. Make another one first.");
  audited(parts, given, "user_removed", { object: user_id, details: { role: user.role } });
  parts.control.removeUser(user_id);
}

/** Throws Problem 403 or 404. */
export function inviteUser(parts: Parts, given: Given, caller: Caller, user_id: string): Invitation {
  const user = userSeenBy(parts, caller, user_id);
  requireMayMake(caller, user, user);
  return newInvitation(parts, given, user);
}

/** Throws Problem 403, or 404 also for an account without a second factor. */
export function resetTotp(parts: Parts, given: Given, caller: Caller, user_id: string): void {
  const user = userSeenBy(parts, caller, user_id);
  requireMayMake(caller, user, user);
  if (!parts.control.removeTotp(user_id))
    throw new Problem({ status: 404, title: "Not found", detail: "This account has no second factor." });
  audited(parts, given, "totp_disabled", { object: user_id });
}

function newInvitation(parts: Parts, given: Given, user: User): Invitation {
  const { token, expires_at } = parts.control.invite(user.user_id, parts.now());
  audited(parts, given, "user_invited", { object: user.user_id });
  const { public_url } = parts.settings;
  const base = public_url === "" ? new URL(given.request.url).origin : public_url.replace(/\/$/, "");
  return { url: `${base}/invitation?token=${token}`, expires_at: formatInstant(expires_at) };
}

function isOnlyOwner({ control }: Parts, user: User): boolean {
  return user.role === "owner" && control.users().filter((other) => other.role === "owner").length === 1;
}

function locationsText({ locations }: User): string {
  return locations === null ? "all" : locations.join(",");
}

function userJson({ theme: _, locale: __, ...user }: User): z.infer<typeof userSchema> {
  const { locations } = user;
  return { ...user, locations: locations && [...locations], created_at: formatInstant(user.created_at) };
}
