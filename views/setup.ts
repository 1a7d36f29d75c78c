import { type Html, html } from "./html.ts";
import { setupShell } from "./layout.ts";
import { formField, ownOriginOnly } from "./parts/field.ts";

export interface SetupPageProps {
  /** Of the setup link: it goes back with the form. */
  token: string;
  timezones: readonly string[];
  /** As typed before, when something was wrong. Never the password. */
  typed: { name?: string; email?: string; timezone?: string };
  /** By field. */
  errors: Readonly<Record<string, string>>;
}

/** The first page of all: makes the owner. It works without script; with it, the time zone is guessed and the password measured. */
export function setupPage({ token, timezones, typed, errors }: SetupPageProps): Html {
  return setupShell({
    title: "Create the admin account",
    scripts: ["js/setup.js"],
    steps: steps(),
    body: html`<div>
        ${ownOriginOnly()}
        <h1>Create the admin account</h1>
        <p class="lede">This page works once. It closes as soon as an account exists.</p>
        <form class="setup-card" method="post" action="/setup">
          <input type="hidden" name="token" value="${token}">
          ${formField({
            id: "name",
            label: "Name",
            error: errors.name,
            control: (described) =>
              html`<input class="input" id="name" name="name" autocomplete="name" maxlength="120" value="${typed.name}"${described} required>`,
          })}
          ${formField({
            id: "email",
            label: "Email",
            error: errors.email,
            control: (described) =>
              html`<input class="input" id="email" name="email" type="email" autocomplete="email" value="${typed.email}"${described} required>`,
          })}
          ${formField({
            id: "password",
            label: "Password",
            error: errors.password,
            hint: html`<span data-strength-word></span>At least 12 characters; a sentence works well.`,
            control: (described) =>
              html`<input class="input" id="password" name="password" type="password" autocomplete="new-password" minlength="12" maxlength="512" data-strength${described} required>
              <div class="meter" data-strength-meter aria-hidden="true"><i></i><i></i><i></i><i></i></div>`,
          })}
          ${formField({
            id: "timezone",
            label: "Reporting time zone",
            error: errors.timezone,
            hint: "Days start and end in this zone.",
            control: (described) => zoneSelect(timezones, typed.timezone, described),
          })}
          <button class="btn btn-primary" type="submit">Create account</button>
        </form>
      </div>`,
  });
}

/** What a visitor without the link sees. */
export function setupClosedPage(): Html {
  return setupShell({
    title: "Open the setup link",
    steps: steps(),
    body: html`<div>
        <h1>Open the setup link</h1>
        <p class="lede">No account exists yet. The console that runs Bellwether shows a link that makes the first one; it changes with every start.</p>
        <div class="codebox"><pre class="code"><code>http://…/setup?token=…</code></pre></div>
      </div>`,
  });
}

function steps(): Html {
  return html`<ol class="steps" aria-label="Setup steps">
    <li class="is-now" aria-current="step"><b>Create the admin account</b><span>The first account can do everything.</span></li>
    <li><b>Send your first event</b><span>One request is enough.</span></li>
    <li><b>See it on the dashboard</b><span>Figures appear within a second.</span></li>
  </ol>`;
}

function zoneSelect(timezones: readonly string[], chosen: string | undefined, described: Html): Html {
  const options = timezones.map(
    (zone) =>
      html`<option value="${zone}"${zone === (chosen || "UTC") && html` selected`}>${zone.replaceAll("_", " ")}</option>`,
  );
  return html`<select class="input" id="timezone" name="timezone"${chosen === undefined && html` data-guess-timezone`}${described}>${options}</select>`;
}
