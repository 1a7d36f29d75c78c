import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";
import { layout, type ShellUser } from "./layout.ts";
import { csrfField, fieldError, formField } from "./parts/field.ts";
import { buttonForm, type Errors, formNote, type PlaceOption } from "./parts/settings.ts";

export interface UserRow {
  user_id: string;
  email: string;
  name: string;
  role: string;
  /** Their names, or that it is all of them. */
  locations: string;
  totp: boolean;
  invited: boolean;
  created: string;
}

/** What stands in the form of an account. */
export interface UserTyped {
  email: string;
  name: string;
  role: string;
  all: boolean;
  locations: readonly string[];
}

export interface UserFormProps {
  typed: UserTyped;
  errors: Errors;
  roles: readonly string[];
  locations: readonly PlaceOption[];
  /** Whether an account may be given that sees all locations. */
  any_location: boolean;
}

export interface UsersProps extends UserFormProps {
  user: ShellUser;
  users: readonly UserRow[];
  done: string | null;
  /** The link for someone who was added just now. */
  invitation: { name: string; url: string } | null;
}

const ROLES: Readonly<Record<string, string>> = {
  owner: "everything, other owners too",
  admin: "everything but owners",
  analyst: "see figures, save and export",
  viewer: "see figures",
};

/** Who may come in: a list, and a form to add someone. Works without script. */
export function usersPage({ user, users, done, invitation, ...form }: UsersProps): Html {
  return layout({
    title: "Users",
    user,
    nav: "users",
    scripts: ["js/copy.js"],
    body: html`<div class="page-head"><h1>Users</h1><p class="sub">Who may sign in, and what they see.</p></div>
    <div class="stack">${formNote(done, form.errors.form)}${invitation !== null && invitationBox(invitation)}
    <div class="grid">
      <section class="panel span-8" aria-labelledby="users-h">
        <div class="panel-head"><h2 id="users-h">Accounts</h2></div>
        <div class="table-scroll" tabindex="0" role="group" aria-labelledby="users-h"><table class="table table-stack">
          <thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Locations</th><th scope="col">Sign-in</th><th scope="col">Since</th><th scope="col"><span class="vh">Change</span></th></tr></thead>
          <tbody>${users.map(userRow)}</tbody>
        </table></div>
      </section>
      <form class="setup-card span-4" method="post" action="/settings/users" aria-labelledby="new-user-h">
        <h2 id="new-user-h">New user</h2>
        ${csrfField(user.csrf)}
        ${formField({
          id: "email",
          label: "Email",
          error: form.errors.email,
          control: (described) =>
            html`<input class="input" id="email" name="email" type="email" maxlength="254" value="${form.typed.email}" autocomplete="off"${described} required>`,
        })}
        ${accountFields(form)}
        <button class="btn btn-primary" type="submit">Add and make a link</button>
        <p class="dim">They choose a password by a link that you send them. It works once, for seven days.</p>
      </form>
    </div></div>`,
  });
}

export interface UserProps extends UserFormProps {
  user: ShellUser;
  shown: UserRow;
  done: string | null;
  invitation: { name: string; url: string } | null;
}

/** One account: what it may, a new link, its second factor, its end. */
export function userPage({ user, shown, done, invitation, ...form }: UserProps): Html {
  const { csrf } = user;
  const at = `/settings/users/${encodeURIComponent(shown.user_id)}`;
  return layout({
    title: shown.name,
    user,
    nav: "users",
    scripts: ["js/copy.js"],
    body: html`<div class="page-head"><h1>${shown.name}</h1><p class="sub">${shown.email}</p><a class="btn" href="/settings/users">All users</a></div>
    <div class="stack">${formNote(done, form.errors.form)}${invitation !== null && invitationBox(invitation)}
    <div class="grid">
      <form class="setup-card span-5" method="post" action="${at}" aria-labelledby="change-h">
        <h2 id="change-h">What they may do</h2>
        ${csrfField(csrf)}${accountFields(form)}
        <button class="btn btn-primary" type="submit">Save</button>
        <p class="dim">Another role or other locations sign them out everywhere.</p>
      </form>
      <div class="stack span-5">
        <section class="setup-card" aria-labelledby="link-h"><h2 id="link-h">Password</h2>
          <p>A link by which ${shown.name} chooses a new password. It works once, for seven days; older links stop working.</p>
          ${buttonForm({ action: `${at}/invitation`, csrf, label: "Make a link", whose: `for ${shown.name}`, classes: "btn" })}
        </section>
        ${
          shown.totp &&
          html`<section class="setup-card" aria-labelledby="totp-h"><h2 id="totp-h">Second factor</h2>
          <p>Take it away when the phone and the recovery codes are lost.</p>
          ${buttonForm({ action: `${at}/totp-removal`, csrf, label: "Take it away", whose: `from ${shown.name}`, classes: "btn" })}
        </section>`
        }
        <section class="setup-card danger" aria-labelledby="remove-h"><h2 id="remove-h">Remove</h2>
          <p>Signs ${shown.name} out everywhere and removes the account. What they did stays in the audit log.</p>
          ${buttonForm({ action: `${at}/removal`, csrf, label: "Remove", whose: shown.name, classes: "btn btn-danger" })}
        </section>
      </div>
    </div></div>`,
  });
}

function userRow({ user_id, email, name, role, locations, totp, invited, created }: UserRow): Html {
  const signIn = invited
    ? html`<span class="tag tag-warn">Invited</span>`
    : totp
      ? html`<span class="tag tag-ok">Second factor</span>`
      : "Password";
  return html`<tr>
    <td class="strong"><span>${name}<br><span class="dim break">${email}</span></span></td>
    <td data-label="Role">${role}</td>
    <td data-label="Locations"><span class="break">${locations}</span></td>
    <td data-label="Sign-in">${signIn}</td>
    <td data-label="Since" class="nowrap">${created}</td>
    <td><a class="btn btn-small" href="/settings/users/${encodeURIComponent(user_id)}" aria-label="Change ${name}">Change</a></td>
  </tr>`;
}

function invitationBox({ name, url }: { name: string; url: string }): Html {
  return html`<section class="codebox" role="status" aria-label="The link">
    <div class="codebox-head"><b>Send this link to ${name} now. It is shown only once.</b>
      <button class="btn btn-small needs-script" type="button" data-copy="#invitation-url">${icon("i-copy", "i i-s")}<span>Copy</span></button></div>
    <pre class="code" tabindex="0"><code id="invitation-url">${url}</code></pre>
  </section>`;
}

function accountFields({ typed, errors, roles, locations, any_location }: UserFormProps): Html {
  return html`${formField({
    id: "name",
    label: "Name",
    error: errors.name,
    control: (described) =>
      html`<input class="input" id="name" name="name" maxlength="120" value="${typed.name}" autocomplete="off"${described}>`,
  })}
  <fieldset class="choices field"${errors.role && html` aria-describedby="role-err"`}><legend>Role</legend>
    ${roles.map(
      (role) =>
        html`<label><input type="radio" name="role" value="${role}"${role === typed.role && html` checked`}> <span>${role} <span class="dim">${ROLES[role]}</span></span></label>`,
    )}
    ${errors.role && fieldError("role-err", errors.role)}
  </fieldset>
  <fieldset class="choices field"${errors.locations && html` aria-describedby="locations-err"`}><legend>Locations</legend>
    ${
      any_location &&
      html`<label><input type="radio" name="all" value="yes"${typed.all && html` checked`}> All, and those to come</label>
    <label><input type="radio" name="all" value="no"${!typed.all && html` checked`}> Only these:</label>`
    }
    <div class="within">${
      locations.length === 0
        ? html`<span class="dim">There are none yet.</span>`
        : locations.map(
            ({ location_id, name }) =>
              html`<label><input type="checkbox" name="locations" value="${location_id}"${typed.locations.includes(location_id) && html` checked`}> <span class="break">${name}</span></label>`,
          )
    }</div>
    ${errors.locations && fieldError("locations-err", errors.locations)}
  </fieldset>`;
}
