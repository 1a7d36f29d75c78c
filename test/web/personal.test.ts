/** What a page shows of people, by role: the same view is rendered apart for those who may see it and those who may not. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Role } from "../../src/control/types.ts";
import { requireCaller } from "../../src/web/access.ts";
import { movingView } from "../../src/web/views.ts";
import { cleanUp, eventOf, groupOf, openTestStore } from "../store/fixture.ts";
import { ORIGIN, PASSWORD, START, type World, world } from "./access_world.ts";

let web: World;
beforeAll(async () => {
  const store = await openTestStore();
  const activity = { activity_type: "booking", description: "Booked a cut for Friday", customer: "Dana" };
  await store.apply(
    groupOf(store, [
      eventOf({ location_id: "north", type: "ai_activity", bot_id: "luna", time: START - 60_000_000, data: activity }),
      eventOf({ location_id: "north", type: "lead_created", contact_id: "dana@example.com", time: START - 90_000_000 }),
    ]),
  );
  web = world({}, { ask: store.ask, rows: store.rows });
  web.control.ensureLocation("north", {});
});
afterAll(cleanUp);

async function cookieOf(role: Role): Promise<string> {
  const given = { email: `${role}@example.com`, name: role, password: PASSWORD, role, locations: null };
  const { user_id } = await web.control.addUser(given);
  return `bellwether=${web.control.openSession(user_id, false, web.clock.now).token}`;
}

const SECRETS = /Dana|dana|Friday/;
const FRAGMENTS = "/fragments?view=overview&timeframe=24h";

test("the overview's activity is masked for a viewer, and only for them", async () => {
  const page = async (path: string, role: Role) => {
    const response = await web.send(path, { headers: { cookie: await cookieOf(role) } });
    expect(response.status).toBe(200);
    return response.text();
  };
  expect(await page(FRAGMENTS, "analyst")).toMatch(SECRETS);
  const viewer = await cookieOf("viewer");
  for (const path of [FRAGMENTS, "/?timeframe=24h"]) {
    const text = await (await web.send(path, { headers: { cookie: viewer } })).text();
    expect(text).toContain("•••");
    expect(text).not.toMatch(SECRETS);
  }
});

test("what is pushed to one role is never what is pushed to the other", async () => {
  const keyOf = (key: string): string => {
    const request = new Request(`${ORIGIN}${FRAGMENTS}`, { headers: { authorization: `Bearer ${key}` } });
    return movingView(web.parts, requireCaller(web.parts, request), request).key;
  };
  expect(keyOf(web.key("read"))).toBe(keyOf(web.key("read")));
  expect(keyOf(web.key("read"))).not.toBe(keyOf(web.key("read", "export")));
});
