/** `/alerts/deliveries`: what was sent, how each try went, and once more. */
import { z } from "zod";
import { type DeliveryDetail, type DeliveryItem, deliveriesPage } from "../../../../views/alerts/deliveries.ts";
import { duration } from "../../../../views/format.ts";
import type { Errors } from "../../../../views/parts/settings.ts";
import { headingOf } from "../../../alerts/delivery/wording.ts";
import { readNotice } from "../../../alerts/notice.ts";
import { DELIVERY_STATES, type DeliveryRow } from "../../../control/deliveries.ts";
import type { Caller } from "../../../control/types.ts";
import { timezoneOf } from "../../../report/common.ts";
import { seesRow } from "../../access.ts";
import { cursorOf, cursorText } from "../../bi/cursor.ts";
import type { Parts } from "../../parts.ts";
import { htmlResponse, queryOf, seeOther } from "../../request.ts";
import { type Route, route } from "../../route.ts";
import { faultsOf } from "../../settings/form.ts";
import { shellUser } from "../../shell-user.ts";
import { ownDelivery, replayDelivery } from "../deliveries.ts";
import { whenText } from "./shown.ts";

const PAGE_ROWS = 50;

/** An empty field of a form is none. */
const pageQuery = z.object({
  state: z.enum(DELIVERY_STATES).optional().catch(undefined),
  channel_id: z.string().min(1).max(64).optional().catch(undefined),
  id: z.string().min(1).max(64).optional().catch(undefined),
  cursor: cursorOf(z.tuple([z.int().min(1)]))
    .optional()
    .catch(undefined),
  done: z.literal("replayed").optional().catch(undefined),
});

export function deliveryPages(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/alerts/deliveries",
      access: "admin",
      tag: "Page",
      summary: "The log of deliveries.",
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: ({ request, caller }) => htmlResponse(pageOf(parts, request, caller, queryOf(request, pageQuery), {})),
    }),

    route({
      method: "POST",
      path: "/alerts/deliveries/:delivery_id/replay",
      access: "admin",
      tag: "Page",
      summary: "Sends a delivery once more.",
      params: { delivery_id: "The delivery." },
      body: "own",
      answers: { 303: { description: "Queued." } },
      handle: async ({ request, server, caller, params }) => {
        const by = { request, server, caller };
        const faults = await faultsOf(() => replayDelivery(parts, by, params.delivery_id));
        if (!faults) return seeOther("/alerts/deliveries?done=replayed");
        const form = Object.values(faults)[0] ?? "";
        return htmlResponse(pageOf(parts, request, caller, {}, { form }), 422);
      },
    }),
  ];
}

interface Page {
  timezone: string;
  now: number;
}

function pageOf(parts: Parts, request: Request, caller: Caller, asked: z.output<typeof pageQuery>, errors: Errors) {
  const { control } = parts;
  const { state, channel_id, id, cursor, done } = asked;
  const page: Page = { timezone: timezoneOf(control, caller.locations), now: parts.now() };
  const [before] = cursor ?? [];
  const found = control.deliveries({ state, channel_id, locations: caller.locations, before, limit: PAGE_ROWS + 1 });
  const rows = found.slice(0, PAGE_ROWS);
  const last = found.length > PAGE_ROWS ? rows.at(-1) : undefined;
  return deliveriesPage({
    user: shellUser(parts, request),
    filters: { state: state ?? "", channel_id: channel_id ?? "" },
    states: DELIVERY_STATES,
    channels: control.notificationChannels().filter(seesRow(caller)),
    deliveries: rows.map((row) => itemOf(page, row)),
    older: last ? cursorText([last.seq]) : null,
    newer: cursor !== undefined,
    detail: id === undefined ? null : detailOf(parts, page, ownDelivery(parts, caller, id)),
    done: done === "replayed" ? "Queued once more; what came of it stands in the list." : null,
    errors,
  });
}

function itemOf(page: Page, row: DeliveryRow): DeliveryItem {
  const { delivery_id, channel_name, channel_kind, state, tries, created_at, next_at, finished_at, error } = row;
  const next = next_at !== null && state === "waiting" ? `next ${whenText(next_at, page)}` : null;
  return {
    delivery_id,
    title: headingOf(readNotice(row.notice)),
    channel: channel_name,
    channel_kind,
    state,
    tries,
    created: whenText(created_at, page),
    ended: finished_at === null ? next : `ended ${whenText(finished_at, page)}`,
    error,
    replayed: row.replay_of !== null,
  };
}

function detailOf({ control }: Parts, page: Page, row: DeliveryRow): DeliveryDetail {
  return {
    item: itemOf(page, row),
    text: readNotice(row.notice).text,
    attempts: control.deliveryAttempts(row.delivery_id).map(({ at, duration_ms, status, error, response }) => ({
      at: whenText(at, page),
      took: duration(duration_ms),
      status,
      error,
      response,
    })),
  };
}
