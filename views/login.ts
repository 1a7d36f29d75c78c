import { type Html, html } from "./html.ts";
import { setupShell } from "./layout.ts";
import { fieldError, formField, ownOriginOnly } from "./parts/field.ts";

export interface LoginPageProps {
  /** Local path to go on to. */
  next: string;
  /** As typed before, when it did not work. */
  email: string;
  remember: boolean;
  error: string | null;
}

/** The sign-in. It never says which of the two was wrong. */
export function loginPage({ next, email, remember, error }: LoginPageProps): Html {
  const wrong = error === null ? html`` : html` aria-invalid="true" aria-describedby="login-err"`;
  return setupShell({
    title: "Sign in",
    steps: html`<div></div>`,
    body: html`<div>
      ${ownOriginOnly()}
      <h1>Sign in</h1>
      <p class="lede">With the account that you were given.</p>
      <form class="setup-card" method="post" action="/login">
        <input type="hidden" name="next" value="${next}">
        ${error !== null && html`<div class="field" role="alert">${fieldError("login-err", error)}</div>`}
        ${formField({
          id: "email",
          label: "Email",
          control: () =>
            html`<input class="input" id="email" name="email" type="email" autocomplete="username" value="${email}"${wrong} required${email === "" && html` autofocus`}>`,
        })}
        ${formField({
          id: "password",
          label: "Password",
          control: () =>
            html`<input class="input" id="password" name="password" type="password" autocomplete="current-password"${wrong} required${email !== "" && html` autofocus`}>`,
        })}
        <label><input type="checkbox" name="remember"${remember && html` checked`}> Keep me signed in</label>
        <button class="btn btn-primary" type="submit">Sign in</button>
      </form>
    </div>`,
  });
}

export interface CodePageProps {
  /** Says that the password was right. */
  ticket: string;
  error: string | null;
}

/** The second step: the code of the authenticator app. */
export function codePage({ ticket, error }: CodePageProps): Html {
  return setupShell({
    title: "Enter the code",
    steps: html`<div></div>`,
    body: html`<div>
      ${ownOriginOnly()}
      <h1>Enter the code</h1>
      <p class="lede">Of your authenticator app. Without it, use one of your recovery codes.</p>
      <form class="setup-card" method="post" action="/login">
        <input type="hidden" name="ticket" value="${ticket}">
        ${formField({
          id: "otp",
          label: "Code",
          error,
          hint: "Six digits, new every 30 seconds.",
          control: (described) =>
            html`<input class="input" id="otp" name="otp" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="32"${described} required autofocus>`,
        })}
        <button class="btn btn-primary" type="submit">Sign in</button>
        <p><a href="/login">Back to the password</a></p>
      </form>
    </div>`,
  });
}
