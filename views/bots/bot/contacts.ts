import { parseInstant } from "../../../src/catalogue/time.ts";
import type { BotPageReport } from "../../../src/report/bots/bot.ts";
import type { Contact } from "../../../src/report/contact.ts";
import { counted, nameOf } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { glyph } from "../../icons.ts";
import { leadHref } from "../../leads/link.ts";
import type { ViewQuery } from "../../parts/query.ts";
import { emptyState, failedState } from "../../parts/states.ts";
import { when } from "./trouble.ts";

/** Whom it met last; each leads to that contact's life. */
export function contactsPanel({ contacts, framed, now }: BotPageReport, query: ViewQuery, personal: boolean): Html {
  return html`<section class="panel" id="contacts" aria-labelledby="h-contacts">
    <header class="panel-head"><h2 id="h-contacts">Contacts</h2><span class="meta">The last it dealt with in this period</span></header>
    ${
      !contacts.ok
        ? failedState("Its contacts could not be read", contacts.reason)
        : contacts.value.length === 0
          ? emptyState("i-users", "Nobody in this period", "None of its events carries a contact_id.")
          : html`<ul class="mishaps">${contacts.value.map((contact) => line(contact, query, personal, framed.timezone, now))}</ul>`
    }
  </section>`;
}

function line(contact: Contact, query: ViewQuery, personal: boolean, timezone: string, now: number): Html {
  const { contact_id, temperature, stage, events, conversations, last_seen } = contact;
  const facts = [
    counted(events, "event"),
    ...(conversations > 0 ? [counted(conversations, "conversation")] : []),
    ...(stage === null ? [] : [nameOf(stage)]),
  ];
  const mark =
    temperature === "hot" || temperature === "warm" || temperature === "cold"
      ? html`<span class="temp temp-${temperature}">${glyph(`g-${temperature}`)}${nameOf(temperature)}</span>`
      : html`<span class="temp-none"></span>`;
  return html`<li>${mark}<span class="mishap">${personal ? html`<a class="link" href="${leadHref(query, contact_id)}">${contact_id}</a>` : html`<b>${contact_id}</b>`} <span class="dim">${facts.join(", ")}</span></span>${when(parseInstant(last_seen) ?? 0, timezone, now)}</li>`;
}
