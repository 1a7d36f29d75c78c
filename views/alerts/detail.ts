import { type Html, html } from "../html.ts";
import { type IconName, icon } from "../icons.ts";
import { csrfField, formField } from "../parts/field.ts";
import type { Errors } from "../parts/settings.ts";
import { type AlertItem, actButton } from "./alerts.ts";
import { severityTag, stateMark } from "./states.ts";

/** One alert, opened. */
export interface AlertDetailProps {
  item: AlertItem;
  /** Of the rule; null where there is none any more. */
  rule: { name: string; href: string } | null;
  bot: string | null;
  ended: string | null;
  acknowledged_at: string | null;
  /** The numbers of it, in words: "Worst" and "0.81". */
  facts: readonly { name: string; value: string }[];
  /** Oldest first. */
  events: readonly { at: string; at_iso: string; what: string; who: string | null; note: string | null }[];
}

const WORDS: Readonly<Record<string, { words: string; icon: IconName }>> = {
  fired: { words: "It fired", icon: "i-bell" },
  notified: { words: "Handed to delivery", icon: "i-send" },
  muted: { words: "Not delivered for now", icon: "i-clock" },
  delivery_failed: { words: "A delivery failed", icon: "i-circle-alert" },
  no_data: { words: "No data came any more", icon: "i-clock" },
  error: { words: "It could not be evaluated", icon: "i-circle-alert" },
  resolved: { words: "It was over", icon: "i-check" },
  acknowledged: { words: "Somebody sees to it", icon: "i-check" },
  acknowledgement_withdrawn: { words: "Nobody sees to it any more", icon: "i-x" },
  snoozed: { words: "Snoozed", icon: "i-clock" },
  snooze_ended: { words: "The snooze was ended", icon: "i-bell" },
  note: { words: "Note", icon: "i-message-square" },
};

export function detailHead({ item }: AlertDetailProps): Html {
  const { title, location, since, since_iso } = item;
  return html`<div><h2 id="alert-title">${title}</h2><p>${location ?? "The appliance"} · since <time datetime="${since_iso}">${since}</time></p></div>`;
}

/** What moves of it: its state, its numbers, what happened to it. */
export function alertMoving(props: AlertDetailProps, acts: boolean): Html {
  const { item, rule, bot, ended, facts } = props;
  return html`<div id="alert-moving">
    <section class="insp-sec" aria-label="State">
      <p class="alert-state">${stateMark(item.state)}${severityTag(item.severity)}<span class="dim">${ended === null ? `for ${item.lasted}` : `${ended}, after ${item.lasted}`}</span></p>
      <p class="mt-2">${item.text}</p>
      ${seenTo(props, acts)}
    </section>
    <section class="insp-sec" aria-labelledby="alert-facts"><h3 id="alert-facts">Numbers</h3>
      <dl class="defs">${rule && html`<dt>Rule</dt><dd><a class="link" href="${rule.href}">${rule.name}</a></dd>`}${bot !== null && html`<dt>Bot</dt><dd class="break">${bot}</dd>`}${facts.map(({ name, value }) => html`<dt>${name}</dt><dd class="break">${value}</dd>`)}</dl>
    </section>
    <section class="insp-sec" aria-labelledby="alert-events"><h3 id="alert-events">What happened<small>oldest first</small></h3>
      <ol class="timeline">${props.events.map(eventRow)}</ol>
    </section>
  </div>`;
}

function seenTo({ item, acknowledged_at }: AlertDetailProps, acts: boolean): Html {
  const { alert_id, title, acknowledged_by, snoozed_until, is_open } = item;
  return html`${acknowledged_by !== null && html`<p class="mt-2">${acknowledged_by} sees to it${acknowledged_at !== null && html`, since ${acknowledged_at}`}.</p>`}
    ${snoozed_until !== null && html`<p class="mt-2">Not delivered until ${snoozed_until}.</p>`}
    ${
      acts &&
      is_open &&
      html`<div class="btn-group mt-3">${acknowledged_by === null ? actButton(alert_id, "acknowledgement", "Acknowledge", title) : actButton(alert_id, "acknowledgement/removal", "Take it back", title)}${snoozed_until !== null && actButton(alert_id, "snooze/removal", "End the snooze", title)}</div>`
    }`;
}

function eventRow({ at, at_iso, what, who, note }: AlertDetailProps["events"][number]): Html {
  const known = WORDS[what] ?? { words: what.replaceAll("_", " "), icon: "i-activity" };
  return html`<li>${icon(known.icon)}<div><h4>${known.words}${who !== null && html` <span class="dim">${who}</span>`}</h4>${note !== null && html`<p class="break">${note}</p>`}</div><time datetime="${at_iso}">${at}</time></li>`;
}

const SNOOZES: readonly { hours: number; words: string }[] = [
  { hours: 1, words: "1 hour" },
  { hours: 4, words: "4 hours" },
  { hours: 24, words: "1 day" },
  { hours: 72, words: "3 days" },
  { hours: 168, words: "1 week" },
];

/** What a person can say to it; not pushed, so that nothing that is being typed is lost. */
export function alertForms(
  { item }: AlertDetailProps,
  { csrf, errors, typed }: { csrf: string; errors: Errors; typed: { note: string } },
): Html {
  const { alert_id, is_open } = item;
  const hidden = html`${csrfField(csrf)}<input type="hidden" name="back" value="/alerts?id=${alert_id}">`;
  return html`<section class="insp-sec stack" aria-label="Say something to it">
    ${
      is_open &&
      html`<form class="snooze-form" method="post" action="/alerts/${alert_id}/snooze">${hidden}<label for="snooze-hours">Not deliver for</label><select class="input" id="snooze-hours" name="hours">${SNOOZES.map(({ hours, words }) => html`<option value="${hours}">${words}</option>`)}</select><button class="btn" type="submit">Snooze</button></form>`
    }
    <form class="stack" method="post" action="/alerts/${alert_id}/notes">${hidden}${formField({
      id: "alert-note",
      label: "Note",
      error: errors.note,
      control: (described) =>
        html`<textarea class="input" id="alert-note" name="note" rows="2" maxlength="2000"${described} required>${typed.note}</textarea>`,
    })}<div><button class="btn" type="submit">Add note</button></div></form>
  </section>`;
}
