import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { layout, type ShellUser } from "../layout.ts";
import { csrfField } from "../parts/field.ts";
import { buttonForm, type Errors, formNote } from "../parts/settings.ts";

export interface ShareItem {
  share_id: string;
  name: string;
  locations: string;
  by: string;
  /** "until Feb 26", "ended Jan 3", "revoked Jan 2". */
  when: string;
  used: string;
  state: "holds" | "expired" | "revoked";
}

export interface SharePageProps {
  user: ShellUser;
  dashboard_id: string;
  name: string;
  items: readonly ShareItem[];
  locations: readonly { location_id: string; name: string }[];
  lasts: readonly { key: string; label: string }[];
  typed: { name: string; locations: readonly string[]; lasts: string };
  /** A link that was made just now: shown this once. */
  made: string | null;
  errors: Errors;
  done: string | null;
}

/** The public links of a dashboard: those that hold and those that are over, and a form for one more. */
export function sharePage(props: SharePageProps): Html {
  const { user, dashboard_id, name, items, made, errors, done } = props;
  return layout({
    title: `Share ${name}`,
    user,
    nav: "dashboards",
    body: html`<div class="page-head"><h1>Share ${name}</h1><p class="sub">Whoever has a link sees the dashboard without signing in: figures only, names and addresses masked.</p><div class="btn-group page-actions"><a class="btn" href="/dashboards/${dashboard_id}">Back to the dashboard</a></div></div>
    ${formNote(done, errors.form)}
    ${made !== null && madeNote(made)}
    <div class="grid">
      <section class="panel span-8 top" aria-labelledby="h-links"><header class="panel-head"><h2 id="h-links">Links</h2></header>${
        items.length === 0
          ? html`<div class="state">${icon("i-link", "i i-l")}<h3>No link yet</h3><p>A link shows this dashboard alone, in the locations that you choose, for as long as you say.</p></div>`
          : html`<div class="table-scroll mt-2"><table class="table table-stack"><thead><tr><th scope="col">For</th><th scope="col">Shows</th><th scope="col">Holds</th><th scope="col">Last used</th><th scope="col"><span class="vh">Revoke</span></th></tr></thead><tbody>${items.map((item) => row(item, dashboard_id, user.csrf))}</tbody></table></div>`
      }</section>
      <section class="panel span-4 top" aria-labelledby="h-new-link"><header class="panel-head"><h2 id="h-new-link">New link</h2></header>${form(props)}</section>
    </div>`,
  });
}

function madeNote(url: string): Html {
  return html`<div class="panel share-made mb-3" role="status"><p><b>The link is made.</b> It is shown this once: only its fingerprint is kept.</p>
    <p class="share-url"><code id="share-url">${url}</code><button class="btn btn-small needs-script" type="button" data-copy="#share-url">${icon("i-copy", "i i-s")}<span>Copy</span></button></p>
    <p class="dim">For a television, open <a class="link" href="${url}/kiosk?rotate=30&amp;theme=dark">its kiosk</a>: large, dark, turning its pages every 30 s.</p></div>`;
}

function row(
  { share_id, name, locations, by, when, used, state }: ShareItem,
  dashboard_id: string,
  csrf: string,
): Html {
  const whose = name === "" ? "without a name" : name;
  return html`<tr><td class="strong">${whose}<span class="audit-at">by ${by}</span></td><td data-label="Shows">${locations}</td><td data-label="Holds"><span class="${state === "holds" ? "" : "dim"}">${when}</span></td><td data-label="Last used">${used}</td><td>${
    state === "holds" &&
    buttonForm({
      action: `/dashboards/${dashboard_id}/shares/${share_id}/removal`,
      csrf,
      label: "Revoke",
      whose: `the link ${whose}`,
    })
  }</td></tr>`;
}

function form({ user, dashboard_id, locations, lasts, typed, errors }: SharePageProps): Html {
  const wrong = (field: string): Html | false =>
    errors[field] !== undefined &&
    html`<p class="err" id="share-${field}-err">${icon("i-circle-alert", "i i-s")}${errors[field]}</p>`;
  return html`<form class="form" method="post" action="/dashboards/${dashboard_id}/share">${csrfField(user.csrf)}
    <div class="field"><label for="share-name">For whom</label><input class="input" id="share-name" name="name" value="${typed.name}" maxlength="80"><p class="hint">Only you see this. “Office television”.</p>${wrong("name")}</div>
    <fieldset class="field"><legend class="label">Shows</legend>${locations.map(
      ({ location_id, name }) =>
        html`<label class="check"><input type="checkbox" name="locations" value="${location_id}"${typed.locations.includes(location_id) && html` checked`}>${name}</label>`,
    )}${wrong("locations")}</fieldset>
    <div class="field"><label for="share-lasts">Holds for</label><select class="input" id="share-lasts" name="lasts">${lasts.map(
      ({ key, label }) => html`<option value="${key}"${key === typed.lasts && html` selected`}>${label}</option>`,
    )}</select>${wrong("lasts")}</div>
    <button class="btn btn-primary" type="submit">Make a link</button>
  </form>`;
}
