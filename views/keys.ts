import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";
import { layout, type ShellUser } from "./layout.ts";
import { csrfField, fieldError, formField } from "./parts/field.ts";

export interface KeyRow {
  key_id: string;
  name: string;
  /** First characters of the key. */
  prefix: string;
  scopes: readonly string[];
  /** Name of its location, or that it is good for any. */
  location: string;
  created: string;
  last_used: string;
}

export interface KeysProps {
  user: ShellUser;
  keys: readonly KeyRow[];
  locations: readonly { location_id: string; name: string }[];
  /** Whether a key may be made that is good for any location. */
  any_location: boolean;
  /** As typed before, when something was wrong. */
  typed: { name: string; scopes: readonly string[]; location_id: string | null };
  /** By field. */
  errors: Readonly<Record<string, string>>;
  /** The key that was made just now: shown this once. */
  made: { name: string; key: string } | null;
}

const SCOPES: readonly { scope: string; label: string; hint: string }[] = [
  { scope: "ingest", label: "Ingest", hint: "send events" },
  { scope: "read", label: "Read", hint: "ask for figures and events" },
  { scope: "export", label: "Export", hint: "take data out in bulk" },
  { scope: "admin", label: "Admin", hint: "make keys, locations, rules" },
];

/** The API keys of the appliance: a list, and a form for a new one. Works without script. */
export function keysPage({ user, keys, made, ...form }: KeysProps): Html {
  const { csrf } = user;
  return layout({
    title: "API keys",
    user,
    nav: "keys",
    scripts: ["js/copy.js"],
    body: html`<div class="page-head"><h1>API keys</h1><p class="sub">What bots and programs sign in with.</p></div>
    <div class="stack">${made !== null && madeKey(made.name, made.key)}
    <div class="grid">
      <section class="panel span-8" aria-labelledby="keys-h">
        <div class="panel-head"><h2 id="keys-h">Keys in use</h2></div>
        ${keys.length === 0 ? noKeys() : keyTable(csrf, keys)}
      </section>
      ${newKeyForm({ csrf, ...form })}
    </div></div>`,
  });
}

function madeKey(name: string, key: string): Html {
  return html`<section class="codebox" role="status" aria-label="The new key">
    <div class="codebox-head"><b>${name}: copy this key now. It is shown only once.</b>
      <button class="btn btn-small needs-script" type="button" data-copy="#new-key">${icon("i-copy", "i i-s")}<span>Copy</span></button></div>
    <pre class="code" tabindex="0"><code id="new-key">${key}</code></pre>
  </section>`;
}

function noKeys(): Html {
  return html`<div class="state">${icon("i-key-round", "i i-l")}
    <h3>No keys yet</h3><p>A bot needs one to send events. Make it with the form on this page.</p></div>`;
}

function keyTable(csrf: string, keys: readonly KeyRow[]): Html {
  return html`<div class="table-scroll" tabindex="0" role="group" aria-labelledby="keys-h"><table class="table table-stack">
    <thead><tr><th scope="col">Name</th><th scope="col">Key</th><th scope="col">Scopes</th><th scope="col">Location</th><th scope="col">Made</th><th scope="col">Last used</th><th scope="col"><span class="vh">Revoke</span></th></tr></thead>
    <tbody>${keys.map((key) => keyRow(csrf, key))}</tbody>
  </table></div>`;
}

function keyRow(csrf: string, { key_id, name, prefix, scopes, location, created, last_used }: KeyRow): Html {
  return html`<tr>
    <td class="strong">${name}</td>
    <td data-label="Key"><code>${prefix}…</code></td>
    <td data-label="Scopes">${scopes.join(", ")}</td>
    <td data-label="Location">${location}</td>
    <td data-label="Made" class="nowrap">${created}</td>
    <td data-label="Last used" class="nowrap">${last_used}</td>
    <td><form method="post" action="/settings/keys/${key_id}/revocation">${csrfField(csrf)}<button class="btn btn-small" type="submit" aria-label="Revoke ${name}">Revoke</button></form></td>
  </tr>`;
}

function newKeyForm({
  csrf,
  locations,
  any_location,
  typed,
  errors,
}: Omit<KeysProps, "user" | "keys" | "made"> & { csrf: string }): Html {
  return html`<form class="setup-card span-4" method="post" action="/settings/keys" aria-labelledby="new-key-h">
    <h2 id="new-key-h">New key</h2>
    ${csrfField(csrf)}
    ${formField({
      id: "key-name",
      label: "Name",
      error: errors.name,
      hint: "Where it is used, such as lead-bot.",
      control: (described) =>
        html`<input class="input" id="key-name" name="name" maxlength="80" value="${typed.name}" autocomplete="off"${described} required>`,
    })}
    <div class="field" role="group" aria-labelledby="scopes-h"${errors.scopes && html` aria-describedby="scopes-err"`}>
      <span class="label" id="scopes-h">Scopes</span>
      ${SCOPES.map((scope) => scopeBox(scope, typed.scopes.includes(scope.scope)))}
      ${errors.scopes && fieldError("scopes-err", errors.scopes)}
    </div>
    ${formField({
      id: "key-location",
      label: "Location",
      error: errors.location_id,
      hint: "A key that is bound to a location can do nothing elsewhere.",
      control: (described) => html`<select class="input" id="key-location" name="location_id"${described}>
        ${any_location && html`<option value="">Any location</option>`}
        ${locations.map(
          ({ location_id, name }) =>
            html`<option value="${location_id}"${location_id === typed.location_id && html` selected`}>${name}</option>`,
        )}
      </select>`,
    })}
    <button class="btn btn-primary" type="submit">Create key</button>
  </form>`;
}

function scopeBox({ scope, label, hint }: { scope: string; label: string; hint: string }, checked: boolean): Html {
  return html`<label><input type="checkbox" name="scopes" value="${scope}"${checked && html` checked`}> <span>${label} <span class="dim">${hint}</span></span></label>`;
}
