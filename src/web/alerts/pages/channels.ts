/** `/alerts/channels`: where alerts are sent. */
import { type ChannelsPageProps, type ChannelTyped, channelsPage } from "../../../../views/alerts/channels.ts";
import { duration } from "../../../../views/format.ts";
import type { Errors } from "../../../../views/parts/settings.ts";
import { formatInstant } from "../../../catalogue/time.ts";
import type { NotificationChannel } from "../../../control/notification-channels.ts";
import type { Caller } from "../../../control/types.ts";
import { isSecure, seesRow } from "../../access.ts";
import type { Parts } from "../../parts.ts";
import { formOf, htmlResponse, seeOther } from "../../request.ts";
import { type Route, route } from "../../route.ts";
import { doneText, faultsOf, minuteText, readForm } from "../../settings/form.ts";
import { shellUser } from "../../shell-user.ts";
import {
  addChannel,
  changeChannel,
  channelChangeSchema,
  newChannelSchema,
  ownChannel,
  removeChannel,
  renewSecret,
  targetOf,
  testChannel,
} from "../channel-changes.ts";
import type { Changing } from "../rule-changes.ts";
import { locationsFor } from "./alerts.ts";

const EMPTY: ChannelTyped = { name: "", kind: "webhook", location_id: "", url: "", addresses: "" };
const FAULTS: Errors = {
  name: "Write a name of at most 80 characters.",
  kind: "Choose a kind of the list.",
  location_id: "Choose a location of the list.",
  url: "Write an https address.",
  addresses: "Write e-mail addresses, one a line.",
};
const ID = { channel_id: "The channel." };
type Shown = Partial<Pick<ChannelsPageProps, "typed" | "editing" | "errors" | "secret" | "tested" | "done">>;

export function channelPages(parts: Parts): readonly Route[] {
  /** A button of a row: the page again, with what came of it. */
  const does = (what: string, summary: string, work: (by: Changing, id: string, form: URLSearchParams) => unknown) =>
    route({
      method: "POST",
      path: `/alerts/channels/:channel_id/${what}`,
      access: "admin",
      tag: "Page",
      summary,
      params: ID,
      body: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: async ({ request, server, caller, params }) => {
        const form = await formOf(request);
        const by = { request, server, caller };
        let shown: Shown = {};
        const faults = await faultsOf(async () => {
          const came = await work(by, params.channel_id, form);
          shown = isShown(came) ? came : {};
        });
        const [fault] = Object.values(faults ?? {});
        if (fault !== undefined) return htmlResponse(pageOf(parts, request, caller, { errors: { form: fault } }), 422);
        return htmlResponse(pageOf(parts, request, caller, shown));
      },
    });
  return [
    route({
      method: "GET",
      path: "/alerts/channels",
      access: "admin",
      tag: "Page",
      summary: "Notification channels.",
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: ({ request, caller }) => {
        const edit = new URL(request.url).searchParams.get("edit");
        const form = edit === null ? {} : editOf(ownChannel(parts, caller, edit));
        return htmlResponse(pageOf(parts, request, caller, { ...form, done: doneText(request) }));
      },
    }),

    route({
      method: "POST",
      path: "/alerts/channels",
      access: "admin",
      tag: "Page",
      summary: "Adds a notification channel.",
      body: "own",
      answers: { 201: { description: "The page, with the signing secret." } },
      handle: async ({ request, server, caller }) => {
        const typed = typedIn(await formOf(request));
        const { data, errors } = readForm(newChannelSchema, askedOf(typed), FAULTS);
        let secret: string | null = null;
        const add = () => {
          if (data) secret = addChannel(parts, { request, server }, data).secret;
        };
        const faults = errors ?? (await faultsOf(add));
        if (faults) return htmlResponse(pageOf(parts, request, caller, { typed, errors: byField(faults) }), 422);
        if (secret === null) return seeOther("/alerts/channels?done=added");
        return htmlResponse(pageOf(parts, request, caller, { secret: { name: typed.name, secret } }), 201);
      },
    }),

    route({
      method: "POST",
      path: "/alerts/channels/:channel_id",
      access: "admin",
      tag: "Page",
      summary: "Renames a channel, or sends it elsewhere.",
      params: ID,
      body: "own",
      answers: { 303: { description: "Changed." } },
      handle: async ({ request, server, caller, params: { channel_id } }) => {
        const { editing } = editOf(ownChannel(parts, caller, channel_id));
        const typed = typedIn(await formOf(request));
        const { kind: _, location_id: __, ...asked } = askedOf(typed);
        const { data, errors } = readForm(channelChangeSchema, asked, FAULTS);
        const change = () => data && changeChannel(parts, { request, server, caller }, channel_id, data);
        const faults = errors ?? (await faultsOf(change));
        if (!faults) return seeOther("/alerts/channels?done=saved");
        return htmlResponse(pageOf(parts, request, caller, { typed, editing, errors: byField(faults) }), 422);
      },
    }),

    does("test", "Sends a test message.", async (by, id) => {
      const { delivered, status, duration_ms, error, response } = await testChannel(parts, by, id);
      const name = parts.control.notificationChannel(id)?.name ?? "The channel";
      const answer = status === null ? "" : ` (answer ${status}, in ${duration(duration_ms)})`;
      const text = delivered
        ? `${name}: the test was delivered${answer}.`
        : `${name}: the test was not delivered${answer}. ${error ?? response ?? ""}`;
      return { tested: { ok: delivered, text: text.trim() } };
    }),
    does("switch", "Switches a channel on or off.", (by, id, form) => {
      changeChannel(parts, by, id, { enabled: form.get("enabled") === "true" });
      return { done: "Saved." };
    }),
    does("signing-secret", "Makes a new signing secret.", (by, id) => {
      const secret = renewSecret(parts, by, id);
      return { secret: { name: parts.control.notificationChannel(id)?.name ?? "", secret } };
    }),
    does("removal", "Removes a channel.", (by, id) => {
      removeChannel(parts, by, id);
      return { done: "Removed." };
    }),
  ];
}

function pageOf(parts: Parts, request: Request, caller: Caller, shown: Shown) {
  const { control, settings } = parts;
  return channelsPage({
    user: shellUser(parts, request),
    channels: control
      .notificationChannels()
      .filter(seesRow(caller))
      .map((channel) => rowOf(parts, channel)),
    locations: locationsFor(parts, caller),
    any_location: caller.locations === null,
    has_mail: settings.smtp_url !== "" && settings.smtp_from !== "",
    has_tls: isSecure(settings),
    typed: EMPTY,
    editing: null,
    errors: {},
    done: null,
    secret: null,
    tested: null,
    ...shown,
  });
}

/** Its address is not shown: whoever knows a chat's can write there. */
function editOf({ channel_id, name, kind, location_id, addresses }: NotificationChannel) {
  const typed = { name, kind, location_id: location_id ?? "", url: "", addresses: addresses.join("\n") };
  return { typed, editing: channel_id };
}

function rowOf({ control }: Parts, channel: NotificationChannel) {
  const { channel_id, name, kind, location_id, addresses, enabled, disabled_reason } = channel;
  const last = control.lastDelivery(channel_id);
  return {
    channel_id,
    name,
    kind,
    target: targetOf(channel) ?? addresses.join(", "),
    location: location_id === null ? "Any location" : (control.location(location_id)?.name ?? location_id),
    enabled,
    disabled_reason,
    last: last && {
      state: last.state,
      at: minuteText(formatInstant(last.finished_at ?? last.created_at)),
      error: last.error,
    },
  };
}

function typedIn(form: URLSearchParams): ChannelTyped {
  const text = (name: string): string => (form.get(name) ?? "").replaceAll("\r\n", "\n").trim();
  return {
    name: text("name"),
    kind: text("kind"),
    location_id: text("location_id"),
    url: text("url"),
    addresses: text("addresses"),
  };
}

function askedOf({ name, kind, location_id, url, addresses }: ChannelTyped) {
  const people = addresses.split(/[\s,;]+/).filter((address) => address !== "");
  return {
    name,
    kind,
    location_id: location_id || null,
    ...(url === "" ? {} : { url }),
    ...(people.length === 0 ? {} : { addresses: people }),
  };
}

/** "addresses.0" is about the addresses. */
function byField(faults: Errors): Errors {
  return Object.fromEntries(Object.entries(faults).map(([path, detail]) => [path.split(".")[0] ?? path, detail]));
}

function isShown(came: unknown): came is Shown {
  return typeof came === "object" && came !== null;
}
