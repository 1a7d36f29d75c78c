import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import type { ShellUser } from "../layout.ts";
import { buttonForm, type Errors, formNote } from "../parts/settings.ts";
import { emptyState } from "../parts/states.ts";
import { alertsShell } from "./shell.ts";
import { stateMark } from "./states.ts";

export interface DeliveryItem {
  delivery_id: string;
  title: string;
  channel: string;
  channel_kind: string;
  state: string;
  tries: number;
  created: string;
  /** When it is tried again, or when it ended. */
  ended: string | null;
  error: string | null;
  replayed: boolean;
}

export interface DeliveryDetail {
  item: DeliveryItem;
  text: string;
  attempts: readonly {
    at: string;
    took: string;
    status: number | null;
    error: string | null;
    response: string | null;
  }[];
}

export interface DeliveriesPageProps {
  user: ShellUser;
  filters: { state: string; channel_id: string };
  states: readonly string[];
  channels: readonly { channel_id: string; name: string }[];
  deliveries: readonly DeliveryItem[];
  older: string | null;
  newer: boolean;
  detail: DeliveryDetail | null;
  done: string | null;
  errors: Errors;
}

/** What was sent and what waits, with every try, and once more. Works without script. */
export function deliveriesPage(props: DeliveriesPageProps): Html {
  const { user, deliveries, detail, done, errors } = props;
  return alertsShell({
    user,
    tab: "deliveries",
    sub: "What was sent to the channels and what waits. What fails is tried again for three days.",
    content: html`<div class="stack">${formNote(done, errors.form)}
      ${filterForm(props)}
      <section class="panel" aria-labelledby="deliveries-h">
        <header class="panel-head"><h2 id="deliveries-h">Delivery log</h2><span class="meta">Newest first</span></header>
        ${
          deliveries.length === 0
            ? emptyState(
                "i-send",
                isFiltered(props) ? "Nothing here" : "Nothing was sent yet",
                isFiltered(props)
                  ? "No delivery matches. Clear the filters to see all of them."
                  : "Deliveries are listed here once a rule that names a channel fires, or a channel is tested.",
              )
            : html`<div class="table-scroll" tabindex="0" role="group" aria-labelledby="deliveries-h"><table class="table table-stack">
          <thead><tr><th scope="col">What</th><th scope="col">Channel</th><th scope="col">State</th><th scope="col" class="num">Tries</th><th scope="col">Queued</th><th scope="col"><span class="vh">Replay</span></th></tr></thead>
          <tbody>${deliveries.map((item) => deliveryRow(props, item))}</tbody></table></div>`
        }
        ${pager(props)}
      </section></div>`,
    aside: detail && aside(props, detail),
  });
}

function deliveryRow(props: DeliveriesPageProps, item: DeliveryItem): Html {
  const { delivery_id, title, channel, channel_kind, state, tries, created, ended, error, replayed } = item;
  return html`<tr${props.detail?.item.delivery_id === delivery_id && html` class="is-selected"`}>
    <td class="strong"><a class="break" href="${address(props, { id: delivery_id })}">${title}</a>${replayed && html` <span class="tag">Replay</span>`}${error !== null && state !== "delivered" && html`<span class="formula">${error}</span>`}</td>
    <td data-label="Channel"><span class="break">${channel} <span class="dim">${channel_kind}</span></span></td>
    <td data-label="State">${stateMark(state)}</td>
    <td data-label="Tries" class="num">${tries}</td>
    <td data-label="Queued"><span class="cell-2">${created}${ended !== null && html`<small>${ended}</small>`}</span></td>
    <td>${buttonForm({ action: `/alerts/deliveries/${delivery_id}/replay`, csrf: props.user.csrf, label: "Replay", whose: `${title}, to ${channel}` })}</td>
  </tr>`;
}

function aside(props: DeliveriesPageProps, { item, text, attempts }: DeliveryDetail): Html {
  return html`<aside class="inspector" aria-labelledby="delivery-title">
    <div class="insp-head"><div><h2 id="delivery-title" class="break">${item.title}</h2><p>${item.channel} · ${item.created}</p></div><a class="btn btn-quiet btn-icon" href="${address(props, {})}" aria-label="Close">${icon("i-x")}</a></div>
    <div class="inspector-body" tabindex="0" role="group" aria-label="The delivery">
      <section class="insp-sec" aria-label="What was said"><p class="alert-state">${stateMark(item.state)}${item.ended !== null && html`<span class="dim">${item.ended}</span>`}</p><p class="mt-2 break">${text}</p></section>
      <section class="insp-sec" aria-labelledby="tries-h"><h3 id="tries-h">Tries</h3>
        ${attempts.length === 0 ? html`<p class="dim">None yet.</p>` : html`<ol class="timeline">${attempts.map(attemptRow)}</ol>`}
      </section>
    </div></aside>`;
}

function attemptRow({ at, took, status, error, response }: DeliveryDetail["attempts"][number]): Html {
  return html`<li>${icon(error === null ? "i-check" : "i-circle-alert")}<div><h4>${status === null ? "No answer" : `Answer ${status}`} <span class="dim">in ${took}</span></h4>${error !== null && html`<p class="break">${error}</p>`}${response !== null && response !== "" && html`<p class="break"><code>${response}</code></p>`}</div><time>${at}</time></li>`;
}

function filterForm(props: DeliveriesPageProps): Html {
  const { filters, states, channels } = props;
  return html`<form class="filter-bar" method="get" action="/alerts/deliveries" aria-label="Filters">
    <div class="field"><label for="d-state">State</label><select class="input" id="d-state" name="state"><option value="">Any</option>${states.map((state) => html`<option value="${state}"${state === filters.state && html` selected`}>${state.charAt(0).toUpperCase() + state.slice(1)}</option>`)}</select></div>
    <div class="field"><label for="d-channel">Channel</label><select class="input" id="d-channel" name="channel_id"><option value="">Any</option>${channels.map(({ channel_id, name }) => html`<option value="${channel_id}"${channel_id === filters.channel_id && html` selected`}>${name}</option>`)}</select></div>
    <div class="btn-group"><button class="btn btn-primary" type="submit">Show</button>${isFiltered(props) && html`<a class="btn btn-quiet" href="/alerts/deliveries">Clear</a>`}</div>
  </form>`;
}

function pager(props: DeliveriesPageProps): Html | false {
  const { older, newer } = props;
  if (!newer && older === null) return false;
  return html`<nav class="panel-foot pager" aria-label="Pages">
    ${newer ? html`<a class="btn btn-small" href="${address(props, {})}">Newest</a>` : html`<span></span>`}
    ${older !== null && html`<a class="btn btn-small" href="${address(props, { cursor: older })}" rel="next">Older</a>`}
  </nav>`;
}

function isFiltered({ filters, newer }: DeliveriesPageProps): boolean {
  return filters.state !== "" || filters.channel_id !== "" || newer;
}

function address({ filters }: DeliveriesPageProps, more: Readonly<Record<string, string>>): string {
  const params = new URLSearchParams(Object.entries({ ...filters, ...more }).filter(([, value]) => value !== ""));
  const text = params.toString();
  return text === "" ? "/alerts/deliveries" : `/alerts/deliveries?${text}`;
}
