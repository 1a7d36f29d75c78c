/** The pages of accounts. */

import type { Errors } from "../../../views/parts/settings.ts";
import { type UserRow, type UserTyped, userPage, usersPage } from "../../../views/users.ts";
import { formatInstant } from "../../catalogue/time.ts";
import type { Caller, User } from "../../control/types.ts";
import { locationsSeenBy } from "../admin/locations.ts";
import {
  addUser,
  changeUser,
  inviteUser,
  newUserSchema,
  removeUser,
  resetTotp,
  userChangeSchema,
  userSeenBy,
  usersSeenBy,
} from "../admin/users.ts";
import type { Parts } from "../parts.ts";
import { formOf, htmlResponse, seeOther } from "../request.ts";
import { type Route, route } from "../route.ts";
import { shellUser } from "../shell-user.ts";
import type { Given } from "../sign-in.ts";
import { doneText, faultsOf, readForm } from "./form.ts";

const USER_ID = { user_id: "The account." };
const FAULTS: Errors = {
  email: "Write an address such as name@example.com.",
  name: "Write a name of at most 120 characters.",
  role: "Choose one of the list.",
  locations: "Choose locations of the list.",
};
const BLANK: UserTyped = { email: "", name: "", role: "viewer", all: true, locations: [] };

type Invitation = { name: string; url: string } | null;

/** `/settings/users`. */
export function userPages(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/settings/users",
      access: "admin",
      tag: "Page",
      summary: "Users.",
      answers: { 200: { description: "The page." } },
      handle: ({ request, caller }) => htmlResponse(listPage(parts, request, caller, BLANK, {}, null)),
    }),

    route({
      method: "POST",
      path: "/settings/users",
      access: "admin",
      tag: "Page",
      summary: "Adds an account.",
      body: "own",
      answers: { 201: { description: "The page, with the link." } },
      handle: async ({ request, server, caller }) => {
        const typed = typedIn(await formOf(request));
        const { email, name, role } = typed;
        const asked = { email, role, locations: rightsOf(typed), ...(name === "" ? {} : { name }) };
        const { data, errors } = readForm(newUserSchema, asked, FAULTS);
        if (!data) return htmlResponse(listPage(parts, request, caller, typed, errors, null), 422);
        let invitation: Invitation = null;
        const faults = await faultsOf(async () => {
          const made = await addUser(parts, { request, server }, caller, data);
          if (made.invitation) invitation = { name: made.user.name, url: made.invitation.url };
        });
        if (faults) return htmlResponse(listPage(parts, request, caller, typed, faults, null), 422);
        return htmlResponse(listPage(parts, request, caller, BLANK, {}, invitation), 201);
      },
    }),

    route({
      method: "GET",
      path: "/settings/users/:user_id",
      access: "admin",
      tag: "Page",
      summary: "One account.",
      params: USER_ID,
      answers: { 200: { description: "The page." } },
      handle: ({ request, caller, params }) => {
        const user = userSeenBy(parts, caller, params.user_id);
        return htmlResponse(onePage(parts, request, caller, user, {}));
      },
    }),

    route({
      method: "POST",
      path: "/settings/users/:user_id",
      access: "admin",
      tag: "Page",
      summary: "Changes an account.",
      params: USER_ID,
      body: "own",
      answers: { 303: { description: "Changed." } },
      handle: async ({ request, server, caller, params }) => {
        const user = userSeenBy(parts, caller, params.user_id);
        const typed = typedIn(await formOf(request));
        const asked = { name: typed.name, role: typed.role, locations: rightsOf(typed) };
        const { data, errors } = readForm(userChangeSchema, asked, FAULTS);
        const given: Given = { request, server };
        const faults = errors ?? (await faultsOf(() => changeUser(parts, given, caller, user.user_id, data)));
        if (faults) return htmlResponse(onePage(parts, request, caller, user, { typed, errors: faults }), 422);
        // Whoever changed their own rights is signed out: the list leads to the login.
        return seeOther("/settings/users?done=saved");
      },
    }),

    route({
      method: "POST",
      path: "/settings/users/:user_id/invitation",
      access: "admin",
      tag: "Page",
      summary: "Makes a link to choose a password by.",
      params: USER_ID,
      body: "own",
      answers: { 201: { description: "The page, with the link." } },
      handle: async ({ request, server, caller, params }) => {
        const user = userSeenBy(parts, caller, params.user_id);
        let invitation: Invitation = null;
        const faults = await faultsOf(() => {
          invitation = { name: user.name, url: inviteUser(parts, { request, server }, caller, user.user_id).url };
        });
        if (faults) return htmlResponse(onePage(parts, request, caller, user, { errors: faults }), 403);
        return htmlResponse(onePage(parts, request, caller, user, { invitation }), 201);
      },
    }),

    route({
      method: "POST",
      path: "/settings/users/:user_id/totp-removal",
      access: "admin",
      tag: "Page",
      summary: "Takes an account's second factor away.",
      params: USER_ID,
      body: "own",
      answers: { 303: { description: "Off." } },
      handle: async ({ request, server, caller, params }) => {
        const user = userSeenBy(parts, caller, params.user_id);
        const faults = await faultsOf(() => resetTotp(parts, { request, server }, caller, user.user_id));
        if (faults) return htmlResponse(onePage(parts, request, caller, user, { errors: faults }), 403);
        return seeOther("/settings/users?done=totp_off");
      },
    }),

    route({
      method: "POST",
      path: "/settings/users/:user_id/removal",
      access: "admin",
      tag: "Page",
      summary: "Removes an account.",
      params: USER_ID,
      body: "own",
      answers: { 303: { description: "Removed." } },
      handle: async ({ request, server, caller, params }) => {
        const user = userSeenBy(parts, caller, params.user_id);
        const faults = await faultsOf(() => removeUser(parts, { request, server }, caller, user.user_id));
        if (faults) return htmlResponse(onePage(parts, request, caller, user, { errors: faults }), 409);
        return seeOther("/settings/users?done=removed");
      },
    }),
  ];
}

function listPage(
  parts: Parts,
  request: Request,
  caller: Caller,
  typed: UserTyped,
  errors: Errors,
  invitation: Invitation,
) {
  return usersPage({
    user: shellUser(parts, request),
    users: usersSeenBy(parts, caller).map((user) => rowOf(parts, user)),
    ...choicesOf(parts, caller),
    typed,
    errors,
    invitation,
    done: doneText(request),
  });
}

function onePage(
  parts: Parts,
  request: Request,
  caller: Caller,
  user: User,
  { typed, errors = {}, invitation = null }: { typed?: UserTyped; errors?: Errors; invitation?: Invitation },
) {
  const { email, name, role, locations } = user;
  return userPage({
    user: shellUser(parts, request),
    shown: rowOf(parts, user),
    ...choicesOf(parts, caller),
    typed: typed ?? { email, name, role, all: locations === null, locations: locations ?? [] },
    errors,
    invitation,
    done: doneText(request),
  });
}

/** What the caller may give. */
function choicesOf(parts: Parts, caller: Caller) {
  const roles = ["owner", "admin", "analyst", "viewer"];
  return {
    roles: caller.role === "owner" ? roles : roles.slice(1),
    locations: locationsSeenBy(parts, caller),
    any_location: caller.locations === null,
  };
}

function rowOf({ control }: Parts, user: User): UserRow {
  const { locations, created_at, theme: _, locale: __, ...rest } = user;
  const names = locations?.map((location_id) => control.location(location_id)?.name ?? location_id);
  return {
    ...rest,
    locations: names === undefined ? "All" : names.length === 0 ? "None" : names.join(", "),
    created: formatInstant(created_at).slice(0, 10),
  };
}

function typedIn(form: URLSearchParams): UserTyped {
  return {
    email: form.get("email") ?? "",
    name: (form.get("name") ?? "").trim(),
    role: form.get("role") ?? "",
    all: form.get("all") === "yes",
    locations: form.getAll("locations"),
  };
}

function rightsOf({ all, locations }: UserTyped): readonly string[] | null {
  return all ? null : locations;
}
