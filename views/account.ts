import { clockTime, day, exactMoney } from "./format.ts";
import { type Html, html, trusted } from "./html.ts";
import { icon } from "./icons.ts";
import { layout, type ShellUser } from "./layout.ts";
import { inLocale } from "./locale.ts";
import { csrfField, formField } from "./parts/field.ts";
import { buttonForm, type Errors, formNote } from "./parts/settings.ts";

export interface SessionRow {
  session_id: string;
  /** "Chrome on Windows", or what a program calls itself. */
  what: string;
  address: string;
  seen: string;
  since: string;
  current: boolean;
}

export interface LocaleProps {
  /** null: as the browser says. */
  chosen: string | null;
  browser: string;
  choices: readonly { tag: string; label: string }[];
  /** What the example tells. */
  now: number;
}

export interface AccountProps {
  user: ShellUser;
  /** Their second factor. */
  totp: { on: boolean; recovery_codes_left: number };
  sessions: readonly SessionRow[];
  locale: LocaleProps;
  /** Whether browsers can be pushed to. */
  has_tls: boolean;
  errors: Errors;
  done: string | null;
}

/** One's own account: password, second factor, theme, sessions. Works without script. */
export function accountPage({ user, totp, sessions, locale, has_tls, errors, done }: AccountProps): Html {
  return layout({
    title: "Your account",
    user,
    nav: "account",
    scripts: ["js/push.js"],
    body: html`<div class="page-head"><h1>Your account</h1><p class="sub">${user.name} · ${user.email} · ${user.role}</p></div>
    <div class="stack">${formNote(done, errors.form)}
    <div class="grid">
      ${passwordForm(user.csrf, errors)}
      ${totp.on ? totpOn(user.csrf, totp.recovery_codes_left, errors) : totpOff(user.csrf)}
      ${themeForm(user)}
      ${localeForm(user.csrf, locale)}
      ${pushCard(has_tls)}
      <section class="panel" aria-labelledby="sessions-h">
        <div class="panel-head"><h2 id="sessions-h">Where you are signed in</h2></div>
        <div class="table-scroll" tabindex="0" role="group" aria-labelledby="sessions-h"><table class="table table-stack">
          <thead><tr><th scope="col">With</th><th scope="col">From</th><th scope="col">Last used</th><th scope="col">Since</th><th scope="col"><span class="vh">End</span></th></tr></thead>
          <tbody>${sessions.map((session) => sessionRow(user.csrf, session))}</tbody>
        </table></div>
      </section>
    </div></div>`,
  });
}

export interface TotpPageProps {
  user: ShellUser;
  secret: string;
  /** A drawing that this program made itself. */
  qr_svg: string;
  error: string | null;
}

/** The picture for the authenticator app, and the first code back. */
export function totpPage({ user, secret, qr_svg, error }: TotpPageProps): Html {
  return layout({
    title: "Second factor",
    user,
    nav: "account",
    body: html`<div class="page-head"><h1>Second factor</h1><p class="sub">A code from your phone, asked for beside the password.</p></div>
    <form class="setup-card" method="post" action="/settings/account/totp/confirmation">
      ${csrfField(user.csrf)}
      <p>Scan this with an authenticator app, or type the secret into it.</p>
      <div class="qr" role="img" aria-label="The secret as a QR code">${trusted(qr_svg)}</div>
      <div class="field"><span class="label">Secret</span><code class="break">${secret.replace(/(.{4})(?=.)/g, "$1 ")}</code></div>
      ${formField({
        id: "otp",
        label: "The code that the app shows",
        error,
        control: (described) =>
          html`<input class="input" id="otp" name="otp" autocomplete="one-time-code" inputmode="numeric" maxlength="12"${described} required autofocus>`,
      })}
      <div class="btn-group"><button class="btn btn-primary" type="submit">Turn it on</button><a class="btn" href="/settings/account">Not now</a></div>
    </form>`,
  });
}

/** Shown once, when the second factor was turned on. */
export function recoveryCodesPage({ user, codes }: { user: ShellUser; codes: readonly string[] }): Html {
  return layout({
    title: "Recovery codes",
    user,
    nav: "account",
    body: html`<div class="page-head"><h1>Recovery codes</h1><p class="sub">The second factor is on.</p></div>
    <div class="stack">
      <section class="codebox" role="status" aria-label="Recovery codes">
        <div class="codebox-head"><b>Keep these where your phone is not. They are shown only once.</b></div>
        <ul class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
      </section>
      <p>Each of them stands in for a code once, for when the phone is lost.</p>
      <div class="btn-group"><a class="btn btn-primary" href="/settings/account">I have kept them</a></div>
    </div>`,
  });
}

function passwordForm(csrf: string, errors: Errors): Html {
  return html`<form class="setup-card span-4" method="post" action="/settings/account/password" aria-labelledby="password-h">
    <h2 id="password-h">Password</h2>
    ${csrfField(csrf)}
    ${formField({
      id: "current",
      label: "Current password",
      error: errors.current,
      control: (described) =>
        html`<input class="input" id="current" name="current" type="password" autocomplete="current-password" maxlength="512"${described} required>`,
    })}
    ${formField({
      id: "new",
      label: "New password",
      error: errors.password,
      hint: "At least 12 characters; a sentence works well.",
      control: (described) =>
        html`<input class="input" id="new" name="new" type="password" autocomplete="new-password" minlength="12" maxlength="512"${described} required>`,
    })}
    <button class="btn btn-primary" type="submit">Change password</button>
    <p class="dim">Signs you out everywhere else.</p>
  </form>`;
}

function totpOff(csrf: string): Html {
  return html`<section class="setup-card span-4" aria-labelledby="totp-h"><h2 id="totp-h">Second factor</h2>
    <p>Off. With it, whoever learns your password still cannot sign in.</p>
    ${buttonForm({ action: "/settings/account/totp", csrf, label: "Set it up", whose: "the second factor", classes: "btn" })}
  </section>`;
}

function totpOn(csrf: string, left: number, errors: Errors): Html {
  return html`<form class="setup-card span-4" method="post" action="/settings/account/totp/removal" aria-labelledby="totp-h">
    <h2 id="totp-h">Second factor</h2>
    ${csrfField(csrf)}
    <p>On. ${left} of 10 recovery codes are left.${left < 3 && " Turn it off and on again for new ones."}</p>
    ${formField({
      id: "totp-password",
      label: "Password",
      error: errors.totp_password,
      control: (described) =>
        html`<input class="input" id="totp-password" name="password" type="password" autocomplete="current-password" maxlength="512"${described} required>`,
    })}
    <button class="btn btn-danger" type="submit">Turn it off</button>
  </form>`;
}

const THEMES: readonly { theme: ShellUser["theme"]; label: string }[] = [
  { theme: "system", label: "Match system" },
  { theme: "light", label: "Light" },
  { theme: "dark", label: "Dark" },
  { theme: "contrast", label: "High contrast" },
];

function themeForm({ csrf, theme }: ShellUser): Html {
  return html`<form class="setup-card span-4" method="post" action="/settings/theme" aria-labelledby="theme-h">
    <h2 id="theme-h">Theme</h2>
    ${csrfField(csrf)}
    <fieldset class="choices field"><legend class="vh">Theme</legend>${THEMES.map(
      (one) =>
        html`<label><input type="radio" name="theme" value="${one.theme}"${one.theme === theme && html` checked`}> ${one.label}</label>`,
    )}</fieldset>
    <button class="btn" type="submit">Use this theme</button>
  </form>`;
}

/** Each choice shows what it means, in its own way of writing. */
function localeForm(csrf: string, { chosen, browser, choices, now }: LocaleProps): Html {
  const sample = (tag: string): string =>
    inLocale(tag, () => `${exactMoney("1234567.50", "USD")} · ${day(now, "UTC")} · ${clockTime(now, "UTC", false)}`);
  return html`<form class="setup-card span-4" method="post" action="/settings/locale" aria-labelledby="locale-h">
    <h2 id="locale-h">Numbers and dates</h2>
    ${csrfField(csrf)}
    <div class="field"><label for="locale">Written as in</label><select class="input" id="locale" name="locale" aria-describedby="locale-hint"><option value="">As this browser says</option>${choices.map(
      ({ tag, label }) => html`<option value="${tag}"${tag === chosen && html` selected`}>${label}</option>`,
    )}</select><p class="hint" id="locale-hint">Now ${sample(chosen ?? browser)}. Words stay English.${chosen === null && " Times run to 24 hours."}</p></div>
    <button class="btn" type="submit">Use this</button>
  </form>`;
}

/** What this browser does is known to it alone: its script says so, and shows the button. */
function pushCard(has_tls: boolean): Html {
  return html`<section class="setup-card span-4" aria-labelledby="push-h"><h2 id="push-h">Alerts in this browser</h2>
    ${
      has_tls
        ? html`<div class="stack" data-push><p data-push-text role="status">Needs JavaScript.</p><button class="btn" type="button" hidden></button></div>`
        : html`<p>Browsers take messages only over TLS: set <code>public_url</code> to an https address.</p>`
    }
  </section>`;
}

function sessionRow(csrf: string, { session_id, what, address, seen, since, current }: SessionRow): Html {
  return html`<tr>
    <td class="strong"><span class="break">${what}${current && html` <span class="tag tag-ok">${icon("i-check", "i i-s")}This one</span>`}</span></td>
    <td data-label="From"><span class="break">${address}</span></td>
    <td data-label="Last used" class="nowrap">${seen}</td>
    <td data-label="Since" class="nowrap">${since}</td>
    <td>${buttonForm({ action: `/settings/account/sessions/${encodeURIComponent(session_id)}/end`, csrf, label: current ? "Sign out" : "End", whose: `${what}, ${address}, since ${since}` })}</td>
  </tr>`;
}
