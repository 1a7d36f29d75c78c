import { type Html, html } from "./html.ts";
import { layout, type ShellUser } from "./layout.ts";
import { emptyState, notice } from "./parts/states.ts";

export interface AuditEntryRow {
  audit_id: number;
  /** "2026-11-20 21:04:05", UTC. */
  at: string;
  actor_kind: string;
  actor_name: string;
  action: string;
  object: string | null;
  location: string | null;
  address: string | null;
  details: Readonly<Record<string, string | number | boolean | null>>;
}

export interface AuditPageProps {
  user: ShellUser;
  filters: { action: string; actor: string; from: string; to: string };
  /** Those that occur. */
  actions: readonly string[];
  entries: readonly AuditEntryRow[];
  /** Whether this is not the first page. */
  newer: boolean;
  /** Where the next page begins; null on the last. */
  older: number | null;
  /** null for those who may not check the chain. */
  head: { entries: number; hash: string } | null;
  /** The outcome, when the chain was checked just now. */
  check: { entries: number; broken_at: number | null; detail: string | null } | null;
}

/** Who did what, when and from where. Works without script. */
export function auditPage(props: AuditPageProps): Html {
  const { user, entries, head, check } = props;
  return layout({
    title: "Audit log",
    user,
    nav: "audit",
    body: html`<div class="page-head"><h1>Audit log</h1><p class="sub">Who did what, when and from where. Entries are only ever added.</p></div>
    <div class="stack">
      ${check !== null && outcome(check)}
      ${filterForm(props)}
      <section class="panel" aria-labelledby="audit-h">
        <div class="panel-head"><h2 id="audit-h">Entries</h2><span class="meta">Newest first, times in UTC</span></div>
        ${entries.length === 0 ? nothing(props) : entryTable(entries)}
        ${pager(props)}
      </section>
      ${head !== null && chain(head)}
    </div>`,
  });
}

function outcome({ entries, broken_at, detail }: NonNullable<AuditPageProps["check"]>): Html {
  return broken_at === null
    ? notice("ok", html`<b>The chain is whole.</b> All ${entries} entries follow from one another.`)
    : notice(
        "bad",
        html`<b>The chain is broken at entry ${broken_at}:</b> ${detail}. Entries from there on prove nothing; compare with a backup.`,
      );
}

function filterForm({ filters, actions }: AuditPageProps): Html {
  const { action, actor, from, to } = filters;
  return html`<form class="filter-bar" method="get" action="/settings/audit" aria-label="Filters">
    <div class="field"><label for="audit-action">Action</label><select class="input" id="audit-action" name="action">
      <option value="">Any</option>
      ${actions.map((one) => html`<option value="${one}"${one === action && html` selected`}>${worded(one)}</option>`)}
    </select></div>
    <div class="field"><label for="audit-actor">Who</label><input class="input" id="audit-actor" name="actor" value="${actor}" maxlength="254" autocomplete="off" placeholder="Name or id"></div>
    <div class="field"><label for="audit-from">From</label><input class="input" id="audit-from" name="from" type="date" value="${from}"></div>
    <div class="field"><label for="audit-to">To</label><input class="input" id="audit-to" name="to" type="date" value="${to}"></div>
    <div class="btn-group"><button class="btn btn-primary" type="submit">Show</button>${isFiltered(filters) && html`<a class="btn btn-quiet" href="/settings/audit">Clear</a>`}</div>
  </form>`;
}

function nothing({ filters, newer }: AuditPageProps): Html {
  return isFiltered(filters) || newer
    ? emptyState("i-table-2", "Nothing here", "No entry matches. Clear the filters to see all of them.")
    : emptyState("i-table-2", "No entries yet", "Sign-ins, keys, changes of settings and exports are noted here.");
}

function entryTable(entries: readonly AuditEntryRow[]): Html {
  return html`<div class="table-scroll" tabindex="0" role="group" aria-labelledby="audit-h"><table class="table table-stack audit-table">
    <thead><tr><th scope="col">What and when</th><th scope="col">Who</th><th scope="col">On what</th><th scope="col">Location</th><th scope="col">From where</th><th scope="col">Details</th></tr></thead>
    <tbody>${entries.map(entryRow)}</tbody>
  </table></div>`;
}

function entryRow({
  audit_id,
  at,
  actor_kind,
  actor_name,
  action,
  object,
  location,
  address,
  details,
}: AuditEntryRow): Html {
  const said = Object.entries(details).filter(([, value]) => value !== null);
  return html`<tr>
    <td class="strong" title="Entry ${audit_id}">${worded(action)}<time class="audit-at" datetime="${at.replace(" ", "T")}Z">${at}</time></td>
    <td data-label="Who">${actor_name}${actor_kind !== "user" && html` <span class="dim">${actor_kind}</span>`}</td>
    <td data-label="On what">${object === null ? "–" : html`<code>${object}</code>`}</td>
    <td data-label="Location">${location ?? "–"}</td>
    <td data-label="From where" class="nowrap">${address ?? "–"}</td>
    <td data-label="Details">${said.length === 0 ? "–" : said.map(([name, value]) => html`<span class="audit-detail"><span class="dim">${worded(name)}</span> ${String(value)}</span> `)}</td>
  </tr>`;
}

function pager({ filters, newer, older }: AuditPageProps): Html | false {
  if (!newer && older === null) return false;
  const query = (cursor: number | null): string => {
    const params = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ""));
    if (cursor !== null) params.set("cursor", String(cursor));
    const text = params.toString();
    return text === "" ? "/settings/audit" : `/settings/audit?${text}`;
  };
  return html`<nav class="panel-foot pager" aria-label="Pages">
    ${newer ? html`<a class="btn btn-small" href="${query(null)}">Newest</a>` : html`<span></span>`}
    ${older !== null && html`<a class="btn btn-small" href="${query(older)}" rel="next">Older</a>`}
  </nav>`;
}

function chain({ entries, hash }: { entries: number; hash: string }): Html {
  return html`<section class="panel" aria-labelledby="chain-h">
    <div class="panel-head"><h2 id="chain-h">Chain of hashes</h2><span class="end"><a class="btn btn-small" href="/settings/audit?check=true">Check now</a></span></div>
    <div class="panel-body prose">
      <p>Each entry holds a hash of the one before, so that none can be changed or taken out unseen. Whoever can write the whole database can write a whole new chain: keep this line elsewhere, and <code class="nowrap">bellwether doctor --audit-head</code> tells whether the log still leads through it.</p>
      <p><code class="hash">${entries}:${hash}</code></p>
    </div>
  </section>`;
}

function isFiltered(filters: AuditPageProps["filters"]): boolean {
  return Object.values(filters).some((value) => value !== "");
}

/** "key_added" → "Key added". */
function worded(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
