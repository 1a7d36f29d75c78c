/** Search over everything, and the sheet of keys: on every page, filled by js/palette.js and js/keys.js. */
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";

/** In the top bar: opens the palette, and without script leads to a page. */
export function searchButton(): Html {
  return html`<a class="btn search" href="/search" role="button" data-open-palette aria-keyshortcuts="Control+K" aria-haspopup="dialog">${icon("i-search")}<span class="search-word">Search</span><span class="kbd" aria-hidden="true">Ctrl K</span></a>`;
}

/** The palette: a combobox over a list, in a dialog that gives the focus back. */
export function palette(): Html {
  return html`<dialog class="palette" id="palette" aria-label="Search">
    <div class="palette-input">${icon("i-search")}<input id="palette-q" type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" aria-label="Search pages, leads, views and actions" placeholder="Search pages, leads, views, actions" autocomplete="off" spellcheck="false" maxlength="100"><button class="kbd" type="button" data-close-dialog aria-label="Esc, close the search">Esc</button></div>
    <div class="palette-list" id="palette-list" role="listbox" aria-label="Results"></div>
    <p class="vh" role="status" data-palette-status></p>
    <p class="palette-foot"><span><span class="kbd">Up</span> <span class="kbd">Down</span> to move</span><span><span class="kbd">Enter</span> to open</span></p>
  </dialog>`;
}

const KEYS: readonly { keys: readonly string[]; what: string }[] = [
  { keys: ["Ctrl", "K"], what: "Search everything" },
  { keys: ["/"], what: "Search everything" },
  { keys: ["g", "o"], what: "Go to Overview" },
  { keys: ["g", "r"], what: "Go to Revenue" },
  { keys: ["g", "b"], what: "Go to Bots" },
  { keys: ["g", "l"], what: "Go to Leads" },
  { keys: ["g", "f"], what: "Go to Funnels" },
  { keys: ["g", "d"], what: "Go to Dashboards" },
  { keys: ["g", "e"], what: "Go to Explore" },
  { keys: ["g", "i"], what: "Go to Insights" },
  { keys: ["g", "a"], what: "Go to Alerts" },
  { keys: ["g", "p"], what: "Go to Reports" },
  { keys: ["g", "s"], what: "Go to System" },
  { keys: ["t"], what: "Next timeframe" },
  { keys: ["c"], what: "Compare, on and off" },
  { keys: ["f"], what: "Add a filter" },
  { keys: ["n"], what: "Next item of a list" },
  { keys: ["p"], what: "Previous item of a list" },
  { keys: ["Esc"], what: "Close what is open" },
  { keys: ["?"], what: "This sheet" },
];

/** All keys, and the switch for those of one character: who speaks to a computer says letters all day. */
export function keySheet(): Html {
  return html`<dialog class="sheet" id="key-sheet" aria-labelledby="key-sheet-h">
    <div class="sheet-head"><h2 id="key-sheet-h">Keyboard shortcuts</h2><button class="btn btn-quiet btn-icon" type="button" data-close-dialog aria-label="Close">${icon("i-x")}</button></div>
    <dl class="sheet-keys">${KEYS.map(
      ({ keys, what }) =>
        html`<div><dt>${what}</dt><dd>${keys.map((key, index) => html`${index > 0 && " "}<span class="kbd">${key}</span>`)}</dd></div>`,
    )}</dl>
    <div class="sheet-foot"><label class="check"><input type="checkbox" data-keys-switch checked>Use shortcuts of a single character</label><p>Kept in this browser. Ctrl K, the Command key and Esc always work.</p></div>
  </dialog>`;
}
