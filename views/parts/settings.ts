import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { csrfField } from "./field.ts";

export type Errors = Readonly<Record<string, string>>;

export interface PlaceOption {
  location_id: string;
  name: string;
}

/** What a form has just done, or why the whole of it was refused; null when there is nothing to say. */
export function formNote(done: string | null, refused: string | undefined): Html | null {
  if (refused !== undefined)
    return html`<p class="form-note is-bad" role="alert">${icon("i-circle-alert")}${refused}</p>`;
  return done === null ? null : html`<p class="form-note" role="status">${icon("i-check")}${done}</p>`;
}

/** A form that is one button: `label` on it, `whose` for those who hear it alone. */
export function buttonForm(props: {
  action: string;
  csrf: string;
  label: string;
  whose: string;
  hidden?: Readonly<Record<string, string>>;
  classes?: string;
}): Html {
  const { action, csrf, label, whose, hidden = {}, classes = "btn btn-small" } = props;
  return html`<form method="post" action="${action}">${csrfField(csrf)}${Object.entries(hidden).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}<button class="${classes}" type="submit" aria-label="${label} ${whose}">${label}</button></form>`;
}

/** A choice of one location, or none where that means something. */
export function locationSelect(props: {
  id: string;
  locations: readonly PlaceOption[];
  chosen: string | null;
  /** What no location means; null where one must be chosen. */
  any: string | null;
  described: Html;
}): Html {
  const { id, locations, chosen, any, described } = props;
  return html`<select class="input" id="${id}" name="location_id"${described}>
    ${any !== null && html`<option value="">${any}</option>`}
    ${locations.map(
      ({ location_id, name }) =>
        html`<option value="${location_id}"${location_id === chosen && html` selected`}>${name}</option>`,
    )}
  </select>`;
}

/** Nothing here yet: why, and the one thing to do. */
export function nothingYet(name: Parameters<typeof icon>[0], title: string, what: string): Html {
  return html`<div class="state">${icon(name, "i i-l")}<h3>${title}</h3><p>${what}</p></div>`;
}
