import type { Did } from "../../../src/report/bots/did.ts";
import type { Part } from "../../../src/report/overview.ts";
import { counted, decimal, MISSING, shortText } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { type ViewQuery, viewLink } from "../../parts/query.ts";
import { emptyState, failedState } from "../../parts/states.ts";
import { typeWords } from "../trade.ts";

/** What it did, by type of event; each leads to the same page with that type alone. */
export function didPanel(did: Part<readonly Did[]>, query: ViewQuery, previous: string | null): Html {
  return html`<section class="panel" id="did" aria-labelledby="h-did">
    <header class="panel-head"><h2 id="h-did">What it did</h2>${did.ok && html`<span class="meta">${counted(did.value.length, "type of event", "types of events")}</span>`}</header>
    ${
      !did.ok
        ? failedState("Its events could not be counted", did.reason)
        : did.value.length === 0
          ? emptyState("i-inbox", "Nothing in this period", "It sent no event that counts here.")
          : html`<div class="panel-flush table-scroll" tabindex="0" role="region" aria-label="Events by type, scrollable"><table class="table table-did">
        <thead><tr><th scope="col">Event</th><th scope="col">Share</th><th scope="col" class="num">Events</th>${previous !== null && html`<th scope="col" class="num"><span class="vh">In the ${previous}: </span>Before</th>`}<th scope="col" class="num">Success</th></tr></thead>
        <tbody>${did.value.map((row) => line(row, query, previous !== null))}</tbody></table></div>`
    }
  </section>`;
}

function line({ type, count, share, previous, success }: Did, query: ViewQuery, compares: boolean): Html {
  const filter = `type:eq:${type}`;
  const chosen = query.filters.includes(filter);
  const filters = chosen ? query.filters : [...query.filters, filter];
  return html`<tr><th scope="row"><a class="link" ${viewLink(query, { filters })} title="${type}">${typeWords(type)}</a></th><td><span class="cell-bar"><svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/><rect class="bar-fill" width="${Math.round((share ?? 0) * 1_000) / 10}%" height="100%"/></svg><b>${share === null ? MISSING : shortText(share, "percent")}</b></span></td><td class="num">${decimal(count, 0)}</td>${compares && html`<td class="num dim">${previous === null ? MISSING : decimal(previous, 0)}</td>`}<td class="num">${success === null ? html`<span class="dim" title="No outcome is known">${MISSING}</span>` : shortText(success, "percent")}</td></tr>`;
}
