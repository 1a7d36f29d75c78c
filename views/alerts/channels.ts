import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import type { ShellUser } from "../layout.ts";
import { csrfField, formField } from "../parts/field.ts";
import { buttonForm, type Errors, formNote, locationSelect, nothingYet, type PlaceOption } from "../parts/settings.ts";
import { notice } from "../parts/states.ts";
import { alertsShell } from "./shell.ts";
import { stateMark } from "./states.ts";

export interface ChannelRow {
  channel_id: string;
  name: string;
  kind: string;
  /** Its address without what is secret in it, or the recipients. */
  target: string;
  location: string;
  enabled: boolean;
  /** Why the appliance switched it off. */
  disabled_reason: string | null;
  last: { state: string; at: string; error: string | null } | null;
}

export interface ChannelTyped {
  name: string;
  kind: string;
  location_id: string;
  url: string;
  addresses: string;
}

export interface ChannelsPageProps {
  user: ShellUser;
  channels: readonly ChannelRow[];
  locations: readonly PlaceOption[];
  any_location: boolean;
  /** Whether e-mail can be sent at all. */
  has_mail: boolean;
  /** Whether browsers can be pushed to. */
  has_tls: boolean;
  typed: ChannelTyped;
  /** The channel that is changed; null for a new one. */
  editing: string | null;
  errors: Errors;
  done: string | null;
  /** Shown this once. */
  secret: { name: string; secret: string } | null;
  /** What came of the test that was just made. */
  tested: { ok: boolean; text: string } | null;
}

const KINDS: readonly { kind: string; label: string }[] = [
  { kind: "webhook", label: "Webhook" },
  { kind: "slack", label: "Slack" },
  { kind: "discord", label: "Discord" },
  { kind: "email", label: "E-mail" },
  { kind: "push", label: "Browser" },
  { kind: "page", label: "This page" },
];
const OFFERED = new Set(["webhook", "slack", "discord", "email", "push"]);

/** Where alerts are sent: a list with a test for each, and a form for a new one. Works without script. */
export function channelsPage(props: ChannelsPageProps): Html {
  const { user, channels, done, errors, secret, tested } = props;
  return alertsShell({
    user,
    tab: "channels",
    sub: "Where alerts are sent beside this page.",
    scripts: ["js/copy.js"],
    content: html`<div class="stack">${formNote(done, errors.form)}${tested !== null && notice(tested.ok ? "ok" : "bad", tested.text)}${secret !== null && secretBox(secret)}
    <div class="grid">
      <section class="panel span-8" aria-labelledby="channels-h">
        <header class="panel-head"><h2 id="channels-h">Channels</h2><span class="meta">A rule names those that it is told to</span></header>
        ${channels.length === 0 ? nothingYet("i-send", "No channels yet", "Alerts are on this page alone. Add a channel, and try it at once.") : channelTable(user.csrf, channels)}
      </section>
      ${channelForm(props)}
    </div></div>`,
  });
}

function secretBox({ name, secret }: NonNullable<ChannelsPageProps["secret"]>): Html {
  return html`<section class="codebox" role="status" aria-label="The signing secret">
    <div class="codebox-head"><b>${name}: copy the signing secret now. It is shown only once.</b>
      <button class="btn btn-small needs-script" type="button" data-copy="#signing-secret">${icon("i-copy", "i i-s")}<span>Copy</span></button></div>
    <pre class="code" tabindex="0"><code id="signing-secret">${secret}</code></pre>
  </section>`;
}

function channelTable(csrf: string, channels: readonly ChannelRow[]): Html {
  return html`<div class="table-scroll" tabindex="0" role="group" aria-labelledby="channels-h"><table class="table table-stack">
    <thead><tr><th scope="col">Name</th><th scope="col">To</th><th scope="col">About</th><th scope="col">Last delivery</th><th scope="col"><span class="vh">Do</span></th></tr></thead>
    <tbody>${channels.map((channel) => channelRow(csrf, channel))}</tbody></table></div>`;
}

function channelRow(csrf: string, channel: ChannelRow): Html {
  const { channel_id, name, kind, target, location, enabled, disabled_reason, last } = channel;
  const label = KINDS.find((one) => one.kind === kind)?.label ?? kind;
  const action = (what: string): string => `/alerts/channels/${channel_id}/${what}`;
  return html`<tr>
    <td class="strong"><a class="break" href="/alerts/channels?edit=${channel_id}">${name}</a>${!enabled && html` <span class="tag tag-warn">Off</span>`}${disabled_reason !== null && html`<span class="formula">${disabled_reason}</span>`}</td>
    <td data-label="To"><span class="cell-2 break">${label}<small class="break">${target}</small></span></td>
    <td data-label="About"><span class="break">${location}</span></td>
    <td data-label="Last delivery">${last === null ? html`<span class="dim">None yet</span>` : html`<span class="cell-2">${stateMark(last.state)}<small>${last.at}</small></span>`}</td>
    <td><div class="btn-group">${buttonForm({ action: action("test"), csrf, label: "Test", whose: name })}
      ${buttonForm({ action: action("switch"), csrf, label: enabled ? "Switch off" : "Switch on", whose: name, hidden: { enabled: String(!enabled) } })}
      ${kind === "webhook" && buttonForm({ action: action("signing-secret"), csrf, label: "New secret", whose: `for ${name}` })}
      ${buttonForm({ action: action("removal"), csrf, label: "Remove", whose: name })}</div></td>
  </tr>`;
}

/** What kinds are sent to. */
const TO_ADDRESS = new Set(["webhook", "slack", "discord"]);

function channelForm(props: ChannelsPageProps): Html {
  const { user, typed, editing, errors } = props;
  const action = editing === null ? "/alerts/channels" : `/alerts/channels/${editing}`;
  return html`<form class="setup-card span-4 top" method="post" action="${action}" aria-labelledby="channel-form-h">
    <h2 id="channel-form-h">${editing === null ? "New channel" : "Change the channel"}</h2>
    ${csrfField(user.csrf)}
    ${formField({
      id: "channel-name",
      label: "Name",
      error: errors.name,
      control: (described) =>
        html`<input class="input" id="channel-name" name="name" maxlength="80" value="${typed.name}" autocomplete="off"${described} required>`,
    })}
    ${editing === null ? kindField(props) : html`<input type="hidden" name="kind" value="${typed.kind}">`}
    ${(editing === null || TO_ADDRESS.has(typed.kind)) && urlField(props)}
    ${(editing === null || typed.kind === "email") && addressesField(props)}
    ${editing === null && placeField(props)}
    <div class="btn-group"><button class="btn btn-primary" type="submit">${editing === null ? "Add channel" : "Save"}</button>${editing !== null && html`<a class="btn btn-quiet" href="/alerts/channels">Cancel</a>`}</div>
  </form>`;
}

function kindField({ has_mail, has_tls, typed, errors }: ChannelsPageProps): Html {
  const hints = [
    !has_mail && "E-mail needs smtp_url and smtp_from in the settings.",
    has_tls
      ? "Browser: those that people turned it on for, under Your account."
      : "Browser needs an https address in public_url.",
  ].filter((hint) => hint !== false);
  return formField({
    id: "channel-kind",
    label: "Kind",
    error: errors.kind,
    hint: hints.join(" "),
    control: (described) =>
      html`<select class="input" id="channel-kind" name="kind"${described}>${KINDS.filter(({ kind }) => OFFERED.has(kind)).map(({ kind, label }) => html`<option value="${kind}"${kind === typed.kind && html` selected`}>${label}</option>`)}</select>`,
  });
}

function urlField({ typed, editing, errors }: ChannelsPageProps): Html {
  return formField({
    id: "channel-url",
    label: "Address",
    error: errors.url,
    hint: editing === null ? "https, of a webhook, Slack or Discord; else empty." : "Not shown again; empty: it stays.",
    control: (described) =>
      html`<input class="input" id="channel-url" name="url" type="url" maxlength="2048" value="${typed.url}" autocomplete="off" spellcheck="false"${described}>`,
  });
}

function addressesField({ typed, errors }: ChannelsPageProps): Html {
  return formField({
    id: "channel-addresses",
    label: "E-mail addresses",
    error: errors.addresses,
    hint: "One a line; only for e-mail.",
    control: (described) =>
      html`<textarea class="input" id="channel-addresses" name="addresses" rows="2" autocomplete="off" spellcheck="false"${described}>${typed.addresses}</textarea>`,
  });
}

function placeField({ locations, any_location, typed, errors }: ChannelsPageProps): Html {
  return formField({
    id: "channel-location",
    label: "Alerts about",
    error: errors.location_id,
    control: (described) =>
      locationSelect({
        id: "channel-location",
        locations,
        chosen: typed.location_id,
        any: any_location ? "Any location" : null,
        described,
      }),
  });
}
