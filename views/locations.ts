import { type Html, html } from "./html.ts";
import { layout, type ShellUser } from "./layout.ts";
import { csrfField, formField } from "./parts/field.ts";
import { type Errors, formNote, nothingYet } from "./parts/settings.ts";

export interface LocationRow {
  location_id: string;
  name: string;
  timezone: string;
  currency: string;
  demo: boolean;
  created: string;
}

export interface LocationTyped {
  location_id: string;
  name: string;
  timezone: string;
  currency: string;
}

interface FormProps {
  typed: LocationTyped;
  errors: Errors;
  timezones: readonly string[];
}

export interface LocationsProps extends FormProps {
  user: ShellUser;
  locations: readonly LocationRow[];
  done: string | null;
  /** Whether the caller may make more of them. */
  may_add: boolean;
}

/** The tenants: a list, and a form for a new one. Works without script. */
export function locationsPage({ user, locations, done, may_add, ...form }: LocationsProps): Html {
  return layout({
    title: "Locations",
    user,
    nav: "locations",
    body: html`<div class="page-head"><h1>Locations</h1><p class="sub">The teams and client businesses that events belong to.</p></div>
    <div class="stack">${formNote(done, form.errors.form)}
    <div class="grid">
      <section class="panel ${may_add ? "span-8" : ""}" aria-labelledby="locations-h">
        <div class="panel-head"><h2 id="locations-h">All locations</h2><span class="meta">The first event of a new one adds it, too</span></div>
        ${
          locations.length === 0
            ? nothingYet("i-map-pin", "No locations yet", "The first event adds one; the form makes one beforehand.")
            : html`<div class="table-scroll" tabindex="0" role="group" aria-labelledby="locations-h"><table class="table table-stack">
          <thead><tr><th scope="col">Name</th><th scope="col">Id</th><th scope="col">Time zone</th><th scope="col">Currency</th><th scope="col">Since</th><th scope="col"><span class="vh">Change</span></th></tr></thead>
          <tbody>${locations.map(locationRow)}</tbody>
        </table></div>`
        }
      </section>
      ${
        may_add &&
        html`<form class="setup-card span-4" method="post" action="/settings/locations" aria-labelledby="new-location-h">
        <h2 id="new-location-h">New location</h2>
        ${csrfField(user.csrf)}
        ${formField({
          id: "location_id",
          label: "Id",
          error: form.errors.location_id,
          hint: "As events name it, such as jorge_main. It cannot be changed.",
          control: (described) =>
            html`<input class="input" id="location_id" name="location_id" maxlength="64" value="${form.typed.location_id}" autocomplete="off" autocapitalize="none" spellcheck="false"${described} required>`,
        })}
        ${locationFields(form)}
        <button class="btn btn-primary" type="submit">Add location</button>
      </form>`
      }
    </div></div>`,
  });
}

export interface LocationProps extends FormProps {
  user: ShellUser;
  shown: LocationRow;
  done: string | null;
  may_remove: boolean;
}

/** One location: what it is called and counts in, and its end. */
export function locationPage({ user, shown, done, may_remove, ...form }: LocationProps): Html {
  const at = `/settings/locations/${encodeURIComponent(shown.location_id)}`;
  return layout({
    title: shown.name,
    user,
    nav: "locations",
    body: html`<div class="page-head"><h1>${shown.name}</h1><p class="sub"><code>${shown.location_id}</code></p><a class="btn" href="/settings/locations">All locations</a></div>
    <div class="stack">${formNote(done, form.errors.form)}
    <div class="grid">
      <form class="setup-card span-5" method="post" action="${at}" aria-labelledby="change-h">
        <h2 id="change-h">Name, time zone, currency</h2>
        ${csrfField(user.csrf)}${locationFields(form)}
        <button class="btn btn-primary" type="submit">Save</button>
      </form>
      ${
        may_remove &&
        html`<form class="setup-card danger span-5" method="post" action="${at}/removal" aria-labelledby="remove-h">
        <h2 id="remove-h">Remove this location</h2>
        ${csrfField(user.csrf)}
        <p>Removes it with all of its events, figures, keys, rules and targets. There is no way back.</p>
        ${formField({
          id: "confirm",
          label: `Type ${shown.location_id} to confirm`,
          error: form.errors.confirm,
          control: (described) =>
            html`<input class="input" id="confirm" name="confirm" autocomplete="off" autocapitalize="none" spellcheck="false"${described} required>`,
        })}
        <button class="btn btn-danger" type="submit">Remove for good</button>
      </form>`
      }
    </div></div>`,
  });
}

function locationRow({ location_id, name, timezone, currency, demo, created }: LocationRow): Html {
  return html`<tr>
    <td class="strong"><span class="break">${name}${demo && html` <span class="tag">Demo</span>`}</span></td>
    <td data-label="Id"><code class="break">${location_id}</code></td>
    <td data-label="Time zone">${timezone.replaceAll("_", " ")}</td>
    <td data-label="Currency">${currency}</td>
    <td data-label="Since" class="nowrap">${created}</td>
    <td><a class="btn btn-small" href="/settings/locations/${encodeURIComponent(location_id)}" aria-label="Change ${name}">Change</a></td>
  </tr>`;
}

function locationFields({ typed, errors, timezones }: FormProps): Html {
  return html`${formField({
    id: "name",
    label: "Name",
    error: errors.name,
    control: (described) =>
      html`<input class="input" id="name" name="name" maxlength="120" value="${typed.name}" autocomplete="off"${described}>`,
  })}
  ${formField({
    id: "timezone",
    label: "Time zone",
    error: errors.timezone,
    hint: "Days of its figures start and end in this zone.",
    control: (described) =>
      html`<select class="input" id="timezone" name="timezone"${described}>${timezones.map(
        (zone) =>
          html`<option value="${zone}"${zone === typed.timezone && html` selected`}>${zone.replaceAll("_", " ")}</option>`,
      )}</select>`,
  })}
  ${formField({
    id: "currency",
    label: "Currency",
    error: errors.currency,
    hint: "Of events that name none: a code such as USD.",
    control: (described) =>
      html`<input class="input" id="currency" name="currency" maxlength="3" value="${typed.currency}" autocomplete="off"${described} required>`,
  })}`;
}
