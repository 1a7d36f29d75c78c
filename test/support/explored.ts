/** What the lists and the explorations are asked about. */
import type { BotEvent } from "../../src/catalogue/event.ts";
import type { Scope } from "../../src/control/types.ts";
import type { Method } from "../../src/web/route.ts";
import { eventOf, groupOf, openTestStore } from "../store/fixture.ts";
import { START, type World, world } from "../web/access_world.ts";
import { type Answer, answerOf } from "./answers.ts";

const MINUTE = 60_000_000;
const DAY = 24 * 60 * MINUTE;

export interface Explored {
  web: World;
  /** `as`: "analyst", "viewer" or "south". Every good answer is held to its schema. */
  ask(method: Method, route: string, given?: { path?: string; body?: unknown; as?: string }): Promise<Answer>;
}

/** The ids of the events in an answer. */
export function idsOf({ body }: Answer): string[] {
  return (body.events as { id: string }[]).map(({ id }) => id);
}

const north = (days: number, fields: Partial<BotEvent>) =>
  eventOf({ location_id: "north", time: START - days * DAY, ...fields });

/** Two locations with a few events of each kind, asked by an analyst, a viewer and one who sees only the south. */
export async function explored(): Promise<Explored> {
  const keys: Record<string, string> = {};
  const store = await openTestStore();
  const dana = { contact_id: "dana@example.com", conversation_id: "t1" };
  await store.apply(
    groupOf(store, [
      north(9, {
        ...dana,
        id: "n1",
        type: "lead_created",
        bot_id: "lead-bot",
        data: { source: "ads", name: "Dana", budget: 5 },
      }),
      north(8, { ...dana, id: "n2", type: "lead_temperature_changed", bot_id: "seller-bot", data: { to: "hot" } }),
      north(7, { ...dana, id: "n3", type: "lead_stage_changed", data: { to: "contacted" } }),
      north(6, { ...dana, id: "n4", type: "lead_scored", data: { score: 82 } }),
      north(5, { ...dana, id: "n5", type: "lead_qualified" }),
      north(4, { ...dana, id: "n6", type: "deal_closed", bot_id: "seller-bot", value: "450000", currency: "USD" }),
      north(3, {
        id: "n7",
        type: "lead_created",
        contact_id: "contact-2",
        bot_id: "lead-bot",
        data: { source: "site", email: "x@example.com" },
      }),
      north(2, {
        id: "n8",
        type: "deal_closed",
        contact_id: "contact-2",
        bot_id: "lead-bot",
        value: "50000.5",
        currency: "USD",
      }),
      north(40, {
        id: "n9",
        type: "deal_closed",
        contact_id: "contact-3",
        bot_id: "seller-bot",
        value: "90000",
        currency: "USD",
      }),
      north(1, {
        id: "n10",
        type: "ai_activity",
        contact_id: "+14155550100",
        bot_id: "luna",
        data: { activity_type: "call", customer: "Jo" },
      }),
      eventOf({
        id: "s1",
        location_id: "south",
        type: "deal_closed",
        contact_id: "contact-2",
        value: "7",
        currency: "EUR",
        time: START - DAY,
      }),
      eventOf({
        id: "s2",
        location_id: "south",
        type: "order_placed",
        contact_id: "theirs",
        value: "9",
        currency: "EUR",
        time: START - 2 * MINUTE,
      }),
      eventOf({
        id: "s3",
        location_id: "south",
        type: "error_occurred",
        bot_id: "jade",
        time: START - MINUTE,
        data: { message: "no line" },
      }),
      eventOf({
        id: "s4",
        location_id: "south",
        type: "conversation_started",
        bot_id: "jade",
        conversation_id: "t9",
        time: START - MINUTE,
      }),
    ]),
  );
  const web = world({}, { ask: store.ask, rows: store.rows });
  web.control.ensureLocation("north", { timezone: "America/New_York" });
  web.control.ensureLocation("south", { currency: "EUR" });
  const key = (name: string, scopes: Scope[], location_id: string | null) => {
    keys[name] = web.control.addKey({ name, scopes, location_id }).key;
  };
  key("analyst", ["read", "export"], null);
  key("viewer", ["read"], null);
  key("south", ["read", "export"], "south");
  const ask: Explored["ask"] = (method, route, { path, body, as = "analyst" } = {}) =>
    answerOf(web.parts, web.send, {
      method,
      route,
      key: keys[as] ?? "",
      ...(path ? { path } : {}),
      ...(body === undefined ? {} : { body }),
    });
  return { web, ask };
}
