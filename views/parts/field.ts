import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";

export interface FieldProps {
  id: string;
  label: string;
  /** What is wrong with what was typed; null or left out when nothing is. */
  error?: string | null | undefined;
  hint?: Html | string;
  /** The control, given the attributes that tie it to its hint and error. */
  control: (described: Html) => Html;
}

/** One labelled control of a form, with its hint or its error. */
export function formField({ id, label, error, hint, control }: FieldProps): Html {
  const said = [error ? `${id}-err` : null, hint === undefined ? null : `${id}-hint`].filter((part) => part !== null);
  const described = html`${said.length > 0 && html` aria-describedby="${said.join(" ")}"`}${error && html` aria-invalid="true"`}`;
  return html`<div class="field">
    <label for="${id}">${label}</label>
    ${control(described)}
    ${error && fieldError(`${id}-err`, error)}
    ${hint !== undefined && html`<p class="hint" id="${id}-hint">${hint}</p>`}
  </div>`;
}

/** The sentence under a wrong field. */
export function fieldError(id: string, error: string): Html {
  return html`<p class="err" id="${id}">${icon("i-circle-alert", "i i-s")}${error}</p>`;
}

/** Sent back with every form of a signed-in person. */
export function csrfField(csrf: string): Html {
  return html`${ownOriginOnly()}<input type="hidden" name="csrf" value="${csrf}">`;
}

/**
 * Browsers hide the origin of a form under `no-referrer`, and send no Sec-Fetch-Site over plain HTTP:
 * without this, nobody could sign in from another machine of a network without TLS. Only our own pages ever see it.
 */
export function ownOriginOnly(): Html {
  return html`<meta name="referrer" content="same-origin">`;
}
