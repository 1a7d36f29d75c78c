import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { csrfField } from "./field.ts";
import { sharedText, swapLink, type ViewQuery } from "./query.ts";

/** A preset as the menu of a page offers it. */
export interface PresetEntry {
  preset_id: string;
  name: string;
  /** This page with what the preset says. */
  href: string;
  /** It says what is in force. */
  current: boolean;
  /** Whoever looks begins with it. */
  begins: boolean;
  /** Of another person: whose. */
  by: string | null;
  shared: boolean;
}

export interface PresetMenuProps {
  query: ViewQuery;
  presets: readonly PresetEntry[];
  /** May show others what they keep. */
  shares: boolean;
  csrf: string;
}

/** Named filters: chosen here, kept here, seen to on their own page. */
export function presetMenu({ query, presets, shares, csrf }: PresetMenuProps): Html {
  const current = presets.find((preset) => preset.current);
  return html`<details class="menu menu-end preset-menu" id="preset-menu">
    <summary class="btn btn-small">${icon("i-bookmark")}<span class="preset-name">${current?.name ?? "Presets"}</span>${icon("i-chevron-down", "i i-s")}</summary>
    <div class="menu-panel preset-panel">
      ${presets.length === 0 && html`<p class="menu-title">No presets yet. Set period, location and filters, then keep them under a name.</p>`}
      <div class="preset-list">${presets.map(entry)}</div>
      <hr class="menu-rule">
      <form class="preset-save" method="post" action="/presets" data-closes="preset-menu">
        ${csrfField(csrf)}
        <input type="hidden" name="do" value="add"><input type="hidden" name="at" value="${query.path}"><input type="hidden" name="query" value="${sharedText(query)}">
        <label for="preset-name">Keep what is in force</label>
        <span class="filter-other-row"><input class="input" id="preset-name" name="name" required maxlength="80" autocomplete="off" placeholder="Name"><button class="btn" type="submit">Save</button></span>
        <label class="check"><input type="checkbox" name="default">Begin with it when I sign in</label>
        ${shares && html`<label class="check"><input type="checkbox" name="shared">Share it with everyone who may see its location</label>`}
      </form>
      <hr class="menu-rule">
      <a class="menu-item" href="/presets?at=${encodeURIComponent(query.path)}&query=${encodeURIComponent(sharedText(query))}">${icon("i-sliders-horizontal")}Change presets</a>
      <form method="post" action="/presets">${csrfField(csrf)}<input type="hidden" name="at" value="${query.path}"><button class="menu-item" type="submit" name="do" value="forget">${icon("i-refresh-cw")}Forget what I looked at last</button></form>
    </div>
  </details>`;
}

function entry({ name, href, current, begins, by, shared }: PresetEntry): Html {
  const note = [begins ? "at sign-in" : null, by === null ? (shared ? "shared" : null) : `by ${by}`].filter(
    (part) => part !== null,
  );
  return html`<a class="menu-item" ${swapLink(href)}${current && html` aria-current="true"`}><span class="filter-value">${name}</span><span class="end">${note.join(", ")}</span>${icon("i-check", "i i-s tick")}</a>`;
}
