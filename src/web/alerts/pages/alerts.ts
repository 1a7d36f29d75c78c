/** `/alerts`: what is wrong now and what was, and what people say to it. */
import { alertsPage } from "../../../../views/alerts/alerts.ts";
import type { Errors } from "../../../../views/parts/settings.ts";
import type { Caller } from "../../../control/types.ts";
import { seesLocation } from "../../access.ts";
import { fieldProblem } from "../../bi/input.ts";
import type { Parts } from "../../parts.ts";
import { formOf, htmlResponse, localPath, seeOther } from "../../request.ts";
import { type Route, route } from "../../route.ts";
import { faultsOf } from "../../settings/form.ts";
import { shellUser } from "../../shell-user.ts";
import type { Changing } from "../rule-changes.ts";
import { acknowledgeAlert, noteAlert, snoozeAlert, withdrawAcknowledgement } from "../seeing-to.ts";
import { type AlertsAsked, alertsAsked, alertsProps } from "./moving.ts";

const HOUR = 3_600_000_000;
const NOTE_CHARS_MAX = 2_000;
const ID = { id: "The alert." };
const DONE: Readonly<Record<string, string>> = {
  acknowledged: "Acknowledged: it is not told again.",
  withdrawn: "The acknowledgement was taken back.",
  snoozed: "Snoozed: it is not delivered until then.",
  unsnoozed: "The snooze is over.",
  noted: "The note is kept.",
};

interface Doing {
  done: keyof typeof DONE;
  work: (by: Changing, alert_id: string, form: URLSearchParams) => void;
}

export function alertPages(parts: Parts): readonly Route[] {
  const does = (path: string, summary: string, doing: Doing): Route =>
    route({
      method: "POST",
      path: `/alerts/:id/${path}`,
      access: "export",
      tag: "Page",
      summary,
      params: ID,
      body: "own",
      answers: { 303: { description: "Done." } },
      handle: async ({ request, server, caller, params }) => {
        const form = await formOf(request);
        const by = { request, server, caller };
        const faults = await faultsOf(() => doing.work(by, params.id, form));
        if (!faults) return seeOther(backTo(form, doing.done));
        const asked = {
          ...alertsAsked(caller, new Request(new URL("/alerts", request.url).toString())),
          alert_id: params.id,
        };
        const typed = { note: form.get("note") ?? "" };
        return htmlResponse(await pageOf(parts, request, asked, { errors: shown(faults), typed }), 422);
      },
    });
  return [
    route({
      method: "GET",
      path: "/alerts",
      access: "read",
      tag: "Page",
      summary: "Alerts.",
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: async ({ request, caller }) =>
        htmlResponse(await pageOf(parts, request, alertsAsked(caller, request), { done: doneText(request) })),
    }),
    does("acknowledgement", "Says that somebody sees to an alert.", {
      done: "acknowledged",
      work: (by, id) => void acknowledgeAlert(parts, by, id),
    }),
    does("acknowledgement/removal", "Takes an acknowledgement back.", {
      done: "withdrawn",
      work: (by, id) => void withdrawAcknowledgement(parts, by, id),
    }),
    does("snooze", "Keeps an alert from being delivered for some hours.", {
      done: "snoozed",
      work: (by, id, form) => void snoozeAlert(parts, by, id, parts.now() + hoursOf(form) * HOUR),
    }),
    does("snooze/removal", "Ends a snooze.", {
      done: "unsnoozed",
      work: (by, id) => void snoozeAlert(parts, by, id, null),
    }),
    does("notes", "Adds a note to an alert.", {
      done: "noted",
      work: (by, id, form) => void noteAlert(parts, by, id, noteOf(form)),
    }),
  ];
}

async function pageOf(
  parts: Parts,
  request: Request,
  asked: AlertsAsked,
  shown: { done?: string | null; errors?: Errors; typed?: { note: string } },
) {
  const props = await alertsProps(parts, asked);
  const view = new URLSearchParams({ view: "alerts" });
  if (asked.location_id !== null) view.set("location_id", asked.location_id);
  if (asked.alert_id !== null) view.set("id", asked.alert_id);
  if (asked.before) view.set("cursor", `${asked.before.began_at}.${asked.before.alert_id}`);
  return alertsPage({
    done: null,
    errors: {},
    typed: { note: "" },
    ...shown,
    ...props,
    user: shellUser(parts, request),
    locations: locationsFor(parts, asked.caller),
    live: { socket: `/live?${view}`, fragments: `/fragments?${view}` },
  });
}

/** Those that the caller may see. */
export function locationsFor({ control }: Parts, caller: Caller) {
  return control.locations().filter(({ location_id }) => seesLocation(caller, location_id));
}

/** Where the form came from, with what was done. */
function backTo(form: URLSearchParams, done: string): string {
  const url = new URL(localPath(form.get("back") ?? "/alerts"), "http://local");
  if (url.pathname !== "/alerts") return `/alerts?done=${done}`;
  url.searchParams.set("done", done);
  return url.pathname + url.search;
}

function doneText(request: Request): string | null {
  const done = new URL(request.url).searchParams.get("done");
  return done !== null && Object.hasOwn(DONE, done) ? (DONE[done] ?? null) : null;
}

function hoursOf(form: URLSearchParams): number {
  const hours = Number(form.get("hours") ?? "");
  if (Number.isInteger(hours) && hours > 0) return hours;
  throw fieldProblem("hours", "Choose how long it is not delivered.");
}

function noteOf(form: URLSearchParams): string {
  const note = (form.get("note") ?? "").replaceAll("\r\n", "\n").trim();
  if (note === "" || note.length > NOTE_CHARS_MAX)
    throw fieldProblem("note", `Write something, at most ${NOTE_CHARS_MAX} characters.`);
  return note;
}

/** A fault that stands beside no field is said above. */
function shown(faults: Errors): Errors {
  const { note, ...rest } = faults;
  const [other] = Object.values(rest);
  return { ...(note === undefined ? {} : { note }), ...(other === undefined ? {} : { form: other }) };
}
