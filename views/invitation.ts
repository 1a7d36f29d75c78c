import { type Html, html } from "./html.ts";
import { setupShell } from "./layout.ts";
import { formField, ownOriginOnly } from "./parts/field.ts";

export interface InvitationPageProps {
  /** Of the link: it goes back with the form. */
  token: string;
  name: string;
  email: string;
  /** What is wrong with the password. */
  error: string | null;
}

/** Where an invitation leads: its person chooses a password. */
export function invitationPage({ token, name, email, error }: InvitationPageProps): Html {
  return setupShell({
    title: "Choose your password",
    scripts: ["js/setup.js"],
    steps: html`<div></div>`,
    body: html`<div>
      ${ownOriginOnly()}
      <h1>Choose your password</h1>
      <p class="lede">Welcome, ${name}. This link works once.</p>
      <form class="setup-card" method="post" action="/invitation">
        <input type="hidden" name="token" value="${token}">
        ${formField({
          id: "email",
          label: "Email",
          control: () =>
            html`<input class="input" id="email" type="email" autocomplete="username" value="${email}" readonly>`,
        })}
        ${formField({
          id: "password",
          label: "Password",
          error,
          hint: html`<span data-strength-word></span>At least 12 characters; a sentence works well.`,
          control: (described) =>
            html`<input class="input" id="password" name="password" type="password" autocomplete="new-password" minlength="12" maxlength="512" data-strength${described} required autofocus>
            <div class="meter" data-strength-meter aria-hidden="true"><i></i><i></i><i></i><i></i></div>`,
        })}
        <button class="btn btn-primary" type="submit">Save and sign in</button>
      </form>
    </div>`,
  });
}

/** For a link that is unknown, used or over: which of these is nobody's business. */
export function invitationVoidPage(): Html {
  return setupShell({
    title: "This link does not work",
    steps: html`<div></div>`,
    body: html`<div>
      <h1>This link does not work</h1>
      <p class="lede">It was used already, or it is older than seven days. Whoever sent it can make a new one under Settings, Users.</p>
      <div class="btn-group"><a class="btn btn-primary" href="/login">Sign in</a></div>
    </div>`,
  });
}
