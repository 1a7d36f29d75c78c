import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";
import { layout, type ShellUser } from "./layout.ts";
import { csrfField } from "./parts/field.ts";
import { buttonForm, type Errors, formNote, nothingYet } from "./parts/settings.ts";

export interface PresetRow {
  preset_id: string;
  name: string;
  /** What it says, in words: "7d", "Bot is Seller bot". */
  says: readonly string[];
  left_out: readonly string[];
  href: string;
  /** null: their own. */
  by: string | null;
  shared: boolean;
  begins: boolean;
  changeable: boolean;
}

export interface PresetsProps {
  user: ShellUser;
  rows: readonly PresetRow[];
  /** The page they came from, and what was in force there. */
  at: string;
  query: string;
  /** The same in words; empty: the defaults. */
  in_force: readonly string[];
  shares: boolean;
  errors: Errors;
  done: string | null;
}

/** All presets: what each says, and what can be done with it. Works without script. */
export function presetsPage({ user, rows, at, query, in_force, shares, errors, done }: PresetsProps): Html {
  const back = { at, query };
  return layout({
    title: "Presets",
    user,
    nav: null,
    body: html`<div class="page-head"><h1>Presets</h1><p class="sub">Filters under a name, for every page of figures.</p><div class="btn-group page-actions"><a class="btn" href="${at}${query}">Back to the page</a></div></div>
      <div class="stack">${formNote(done, errors.form ?? errors.name ?? errors.query ?? errors.shared)}
      <p class="preset-force"><b>In force there:</b> ${in_force.length === 0 ? "last 30 days, all locations, no filters" : in_force.join(" · ")}</p>
      <section class="panel" aria-labelledby="presets-h"><div class="panel-head"><h2 id="presets-h">Yours, and those that others share</h2></div>
      ${
        rows.length === 0
          ? nothingYet(
              "i-bookmark",
              "No presets yet",
              "Set period, location and filters on a page, then keep them from its Presets menu.",
            )
          : html`<ul class="preset-rows">${rows.map((row) => presetRow(row, back, user.csrf, shares))}</ul>`
      }</section></div>`,
  });
}

function presetRow(row: PresetRow, back: { at: string; query: string }, csrf: string, shares: boolean): Html {
  const { preset_id, name, says, left_out, href, by, shared, begins, changeable } = row;
  const id = `name-${preset_id}`;
  const button = (label: string, what: string): Html =>
    buttonForm({ action: "/presets", csrf, label, whose: name, hidden: { ...back, preset_id, do: what } });
  const notes = [by === null ? null : `by ${by}`, shared ? "shared" : null, begins ? "at sign-in" : null];
  return html`<li class="preset-row">
    <div class="preset-what"><h3><a href="${href}">${name}</a> <span class="dim">${notes.filter((note) => note !== null).join(", ")}</span></h3>
      <p>${says.length === 0 ? "Last 30 days, all locations, no filters" : says.join(" · ")}</p>
      ${left_out.length > 0 && html`<p class="warn-line">${icon("i-triangle-alert", "i i-s")}Not applied for you: ${left_out.join(", ")}.</p>`}</div>
    <div class="preset-do">
      ${
        changeable &&
        html`<form class="preset-rename" method="post" action="/presets">${csrfField(csrf)}<input type="hidden" name="at" value="${back.at}"><input type="hidden" name="query" value="${back.query}"><input type="hidden" name="preset_id" value="${preset_id}"><label class="vh" for="${id}">Name of ${name}</label><input class="input" id="${id}" name="name" value="${name}" required maxlength="80"><button class="btn btn-small" type="submit" name="do" value="rename" aria-label="Rename ${name}">Rename</button></form>
      ${button("Set to what is in force", "replace")}
      ${shares && (shared ? button("Stop sharing", "unshare") : button("Share", "share"))}`
      }
      ${begins ? button("Not at sign-in", "end") : button("Begin with it", "begin")}
      ${changeable && button("Remove", "remove")}
    </div>
  </li>`;
}
