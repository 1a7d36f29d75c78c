/** A web over a real store with made-up leads and buyers, and the models of them trained. */
import type { BotEvent } from "../../../src/catalogue/event.ts";
import type { Scope } from "../../../src/control/types.ts";
import { trainModel } from "../../../src/insight/scores/train.ts";
import { biRoutes } from "../../../src/web/bi/bi.ts";
import { eventOf, groupOf, openTestStore } from "../../store/fixture.ts";
import { buyerLives, leadLives } from "../../support/contacts.ts";
import { START, type World, world } from "../access_world.ts";

const DAY = 86_400_000_000;
/** Has leads, most of them with a known end, and one open lead that is called jane@example.com. */
export const HERE = "jorge_main";
/** Some models take seconds on a busy machine. */
export const TRAINING_MS = 120_000;

export interface ScoreWorld {
  web: World;
  /** Every event that is stored. */
  events: readonly BotEvent[];
  apply: (events: readonly BotEvent[]) => Promise<void>;
  key: (scopes: readonly Scope[], location_id?: string | null) => string;
  /** A request with a key, of one that may do everything when left out; an answer is held to what its route declares. */
  send: (method: string, path: string, body?: unknown, as?: string) => Promise<{ status: number; body: never }>;
  get: <Answer>(path: string, as?: string) => Promise<Answer>;
}

/** Beside HERE: "shop" has buyers, "new" leads of ten days, "empty" nothing. */
export async function scoreWorld(): Promise<ScoreWorld> {
  const store = await openTestStore(undefined, { threads: 2 });
  const web = world({}, { ask: store.ask, rows: store.rows });
  const events: BotEvent[] = [];
  const apply = async (added: readonly BotEvent[]): Promise<void> => {
    const { touched } = await store.apply(groupOf(store, added));
    web.parts.cache.touch(touched);
    events.push(...added);
  };
  const key = (scopes: readonly Scope[], location_id: string | null = null): string =>
    web.control.addKey({ name: scopes.join(" "), scopes, location_id }).key;
  const whole = key(["read", "export", "admin"]);
  for (const location_id of [HERE, "shop", "new", "empty"]) web.control.ensureLocation(location_id);
  await apply(leadLives({ location_id: HERE, until: START, days: 240, count: 700, seed: 5 }));
  await apply(buyerLives({ location_id: "shop", until: START, days: 240, count: 160, seed: 6 }));
  await apply(leadLives({ location_id: "new", until: START, days: 10, count: 12, seed: 7 }));
  // An open lead that is called by an address.
  await apply([
    eventOf({
      type: "lead_created",
      location_id: HERE,
      contact_id: "jane@example.com",
      time: START - 3 * DAY,
      data: { source: "ads" },
    }),
    eventOf({
      type: "jorge_qualification_progress",
      location_id: HERE,
      contact_id: "jane@example.com",
      time: START - 2 * DAY,
      data: { questions_answered: 4, seller_temperature: "hot", stall_detected: false },
    }),
  ]);
  const parts = { store: web.parts.store, control: web.control, now: web.parts.now };
  const never = new AbortController().signal;
  for (const location_id of [HERE, "shop", "new"])
    for (const purpose of ["conversion", "churn"] as const) await trainModel(parts, location_id, purpose, never);
  async function send(
    method: string,
    path: string,
    body?: unknown,
    as = whole,
  ): Promise<{ status: number; body: never }> {
    const headers = {
      authorization: `Bearer ${as}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const response = await web.send(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const declared = biRoutes(web.parts).find((route) => {
      const pattern = new RegExp(`^${route.path.replace(/:\w+/g, "[^/]+")}$`);
      return route.method === method && pattern.test(new URL(path, "http://x").pathname);
    });
    const schema = declared?.answers[response.status]?.schema;
    if (schema) schema.parse(JSON.parse(text));
    return { status: response.status, body: text === "" ? {} : JSON.parse(text) } as never;
  }
  async function get<Answer>(path: string, as = whole): Promise<Answer> {
    const { status, body } = await send("GET", path, undefined, as);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }
  return { web, events, apply, key, send, get };
}
