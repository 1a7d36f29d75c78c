import { type Html, html } from "./html.ts";
import { layout, type ShellUser } from "./layout.ts";
import { csrfField, formField } from "./parts/field.ts";
import { buttonForm, type Errors, formNote, locationSelect, nothingYet, type PlaceOption } from "./parts/settings.ts";

export interface TargetRowProps {
  kpi: string;
  label: string;
  location_id: string;
  location: string;
  value: string;
  unit: string;
}

export interface TargetsProps {
  user: ShellUser;
  targets: readonly TargetRowProps[];
  kpis: readonly { key: string; label: string; unit: string }[];
  locations: readonly PlaceOption[];
  typed: { kpi: string; location_id: string; value: string };
  errors: Errors;
  done: string | null;
}

/** Targets: a list, and a form to set one. Works without script. */
export function targetsPage(props: TargetsProps): Html {
  const { user, targets, done, errors } = props;
  return layout({
    title: "Targets",
    user,
    nav: "targets",
    body: html`<div class="page-head"><h1>Targets</h1><p class="sub">What each location wants its figures to be. They stand beside the figure wherever it is shown.</p></div>
    <div class="stack">${formNote(done, errors.form)}
    <div class="grid">
      <section class="panel span-8" aria-labelledby="targets-h">
        <div class="panel-head"><h2 id="targets-h">Targets set here</h2><span class="meta">Some figures have a target of their own, which these replace</span></div>
        ${
          targets.length === 0
            ? nothingYet("i-target", "No targets yet", "Set one, and the figure says how far it is.")
            : html`<div class="table-scroll" tabindex="0" role="group" aria-labelledby="targets-h"><table class="table table-stack">
          <thead><tr><th scope="col">Figure</th><th scope="col">Location</th><th scope="col" class="num">Target</th><th scope="col">Unit</th><th scope="col"><span class="vh">Remove</span></th></tr></thead>
          <tbody>${targets.map((target) => targetRow(user.csrf, target))}</tbody>
        </table></div>`
        }
      </section>
      ${setTarget(props)}
    </div></div>`,
  });
}

function targetRow(csrf: string, { kpi, label, location_id, location, value, unit }: TargetRowProps): Html {
  return html`<tr>
    <td class="strong">${label}</td>
    <td data-label="Location"><span class="break">${location}</span></td>
    <td data-label="Target" class="num">${value}</td>
    <td data-label="Unit">${unit}</td>
    <td>${buttonForm({ action: "/settings/targets/removal", csrf, label: "Remove", whose: `the target of ${label} for ${location}`, hidden: { kpi, location_id } })}</td>
  </tr>`;
}

function setTarget({ user, kpis, locations, typed, errors }: TargetsProps): Html {
  return html`<form class="setup-card span-4" method="post" action="/settings/targets" aria-labelledby="set-target-h">
    <h2 id="set-target-h">Set a target</h2>
    ${csrfField(user.csrf)}
    ${formField({
      id: "kpi",
      label: "Figure",
      error: errors.kpi,
      control: (described) =>
        html`<select class="input" id="kpi" name="kpi"${described}>${kpis.map(
          ({ key, label, unit }) =>
            html`<option value="${key}"${key === typed.kpi && html` selected`}>${label} (${unit})</option>`,
        )}</select>`,
    })}
    ${formField({
      id: "location",
      label: "Location",
      error: errors.location_id,
      control: (described) =>
        locationSelect({ id: "location", locations, chosen: typed.location_id, any: null, described }),
    })}
    ${formField({
      id: "value",
      label: "Target",
      error: errors.value,
      hint: "In the figure's unit: 250000 for money, 42 for milliseconds, 0.04 for 4%.",
      control: (described) =>
        html`<input class="input" id="value" name="value" inputmode="decimal" maxlength="22" value="${typed.value}" autocomplete="off"${described} required>`,
    })}
    <button class="btn btn-primary" type="submit"${locations.length === 0 && html` disabled`}>Set target</button>
    ${locations.length === 0 && html`<p class="dim">There is no location yet: the first event adds one.</p>`}
  </form>`;
}
