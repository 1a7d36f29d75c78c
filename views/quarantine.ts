import { decimal } from "./format.ts";
import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";
import { layout, type ShellUser } from "./layout.ts";
import { csrfField } from "./parts/field.ts";
import { indented } from "./parts/json.ts";
import { emptyState, notice } from "./parts/states.ts";

export interface QuarantineItem {
  quarantine_id: number;
  /** The event's own id, where it could be read. */
  id: string | null;
  received: string;
  /** When it was written anew. */
  mended: string | null;
  location: string | null;
  field: string | null;
  code: string;
  detail: string;
  /** As it is kept; masked for those who may not see what is personal. */
  raw: string;
}

export interface QuarantinePageProps {
  user: ShellUser;
  filters: { code: string; location_id: string };
  codes: readonly string[];
  locations: readonly { location_id: string; name: string }[];
  items: readonly QuarantineItem[];
  /** How many the filters find. */
  found: number;
  newer: boolean;
  /** Where the next page begins; null on the last. */
  older: number | null;
  /** May this person mend, replay and drop? */
  editable: boolean;
  /** Whether what is personal is masked: then a text cannot be mended from what is shown. */
  masked: boolean;
  /** Days after which they go by themselves. */
  days: number;
  /** What came of the last thing done; with the one that it is about, and its text as typed when it was not kept. */
  outcome: { ok: boolean; text: string; quarantine_id: number | null; typed: string | null } | null;
}

/** Sent with a form: more would not come through. */
const EDITABLE_CHARS_MAX = 16_000;

/** Refused events: why, what was sent, and what can be done. Works without script. */
export function quarantinePage(props: QuarantinePageProps): Html {
  const { user, items, found, outcome, days } = props;
  return layout({
    title: "Quarantine",
    user,
    nav: "quarantine",
    body: html`<div class="page-head"><h1>Quarantine</h1><p class="sub">Events that were refused. Mend them and send them again; after ${days} days they go by themselves.</p></div>
    <div class="stack">
      ${outcome !== null && notice(outcome.ok ? "ok" : "bad", outcome.text)}
      ${(found > 0 || isFiltered(props)) && filterForm(props)}
      <section class="panel" aria-labelledby="quarantine-h">
        <div class="panel-head"><h2 id="quarantine-h">Refused events</h2><span class="meta">${found === 0 ? "" : `${decimal(found, 0)}, newest first`}</span></div>
        ${items.length === 0 ? nothing(props) : html`<div class="q-list">${items.map((item) => quarantined(props, item))}</div>`}
        ${pager(props)}
      </section>
      ${props.editable && found > 0 && allForm(props)}
    </div>`,
  });
}

function filterForm({ filters, codes, locations }: QuarantinePageProps): Html {
  return html`<form class="filter-bar" method="get" action="/settings/quarantine" aria-label="Filters">
    <div class="field"><label for="q-code">Reason</label><select class="input" id="q-code" name="code">
      <option value="">Any</option>
      ${codes.map((code) => html`<option value="${code}"${code === filters.code && html` selected`}>${worded(code)}</option>`)}
    </select></div>
    <div class="field"><label for="q-location">Location</label><select class="input" id="q-location" name="location_id">
      <option value="">Any</option>
      ${locations.map(({ location_id, name }) => html`<option value="${location_id}"${location_id === filters.location_id && html` selected`}>${name}</option>`)}
    </select></div>
    <div class="btn-group"><button class="btn btn-primary" type="submit">Show</button>${(filters.code !== "" || filters.location_id !== "") && html`<a class="btn btn-quiet" href="/settings/quarantine">Clear</a>`}</div>
  </form>`;
}

function nothing(props: QuarantinePageProps): Html {
  return isFiltered(props)
    ? emptyState("i-inbox", "Nothing here", "No refused event matches. Clear the filters to see all of them.")
    : emptyState("i-inbox", "No refused events", "Every event that came was accepted, or has been dealt with.");
}

function quarantined({ user, editable, masked, outcome }: QuarantinePageProps, item: QuarantineItem): Html {
  const { quarantine_id, id, received, mended, location, field, code, detail, raw } = item;
  const own = outcome?.quarantine_id === quarantine_id ? outcome : null;
  const text = own?.typed ?? indented(raw);
  return html`<details class="q-item" id="q-${quarantine_id}"${own !== null && html` open`}>
    <summary>
      <span class="tag tag-warn">${worded(code)}</span>
      <span class="q-why"><b>${field === null ? "Event" : html`<code>${field}</code>`}</b> ${detail}</span>
      <span class="q-meta">${mended !== null && html`<span class="tag tag-accent">Mended</span>`}<span>${location ?? "No location"}</span><time>${received}</time></span>
      ${icon("i-chevron-down")}
    </summary>
    <form method="post" action="/settings/quarantine/${quarantine_id}">
      ${csrfField(user.csrf)}
      <p class="dim">${id === null ? "The event has no id that could be read." : html`Event <code>${id}</code>.`}${mended !== null && ` Mended ${mended}.`}${masked && " What is personal is masked."}</p>
      ${body(quarantine_id, text, editable && !masked)}
      ${editable && buttons(quarantine_id, !masked && text.length <= EDITABLE_CHARS_MAX)}
    </form>
  </details>`;
}

function body(quarantine_id: number, text: string, editable: boolean): Html {
  if (!editable || text.length > EDITABLE_CHARS_MAX)
    return html`<pre class="code q-raw" tabindex="0" aria-label="The event as it was sent">${text}</pre>`;
  const rows = Math.min(24, Math.max(4, text.split("\n").length));
  return html`<label class="vh" for="q-raw-${quarantine_id}">The event</label>
    <textarea class="input mono q-raw" id="q-raw-${quarantine_id}" name="raw" rows="${rows}" spellcheck="false" autocomplete="off">${text}</textarea>`;
}

function buttons(quarantine_id: number, editable: boolean): Html {
  return html`<div class="btn-group">
    ${
      editable &&
      html`<button class="btn btn-primary" type="submit" name="do" value="mend-replay" aria-label="Save and replay event ${quarantine_id}">Save and replay</button>
    <button class="btn" type="submit" name="do" value="mend" aria-label="Save event ${quarantine_id}">Save</button>`
    }
    <button class="btn" type="submit" name="do" value="replay" aria-label="Replay as it is, event ${quarantine_id}">Replay as it is</button>
    <button class="btn" type="submit" name="do" value="drop" aria-label="Drop event ${quarantine_id}">Drop</button>
  </div>`;
}

function allForm({ user, filters, found }: QuarantinePageProps): Html {
  const which =
    filters.code === "" && filters.location_id === ""
      ? `all ${decimal(found, 0)}`
      : `the ${decimal(found, 0)} that match`;
  return html`<form class="filter-bar" method="post" action="/settings/quarantine" aria-label="All of them">
    ${csrfField(user.csrf)}
    <input type="hidden" name="code" value="${filters.code}"><input type="hidden" name="location_id" value="${filters.location_id}">
    <p>With ${which}:</p>
    <div class="btn-group"><button class="btn" type="submit" name="do" value="replay">Replay them</button>
    <label class="q-sure"><input type="checkbox" name="sure" value="yes"> <span>I am sure</span></label>
    <button class="btn" type="submit" name="do" value="drop">Drop them</button></div>
  </form>`;
}

function pager({ filters, newer, older }: QuarantinePageProps): Html | false {
  if (!newer && older === null) return false;
  const address = (cursor: number | null): string => {
    const params = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ""));
    if (cursor !== null) params.set("cursor", String(cursor));
    const text = params.toString();
    return text === "" ? "/settings/quarantine" : `/settings/quarantine?${text}`;
  };
  return html`<nav class="panel-foot pager" aria-label="Pages">
    ${newer ? html`<a class="btn btn-small" href="${address(null)}">Newest</a>` : html`<span></span>`}
    ${older !== null && html`<a class="btn btn-small" href="${address(older)}" rel="next">Older</a>`}
  </nav>`;
}

function isFiltered({ filters, newer }: QuarantinePageProps): boolean {
  return filters.code !== "" || filters.location_id !== "" || newer;
}

/** "time_in_future" → "Time in future". */
function worded(code: string): string {
  const words = code.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
