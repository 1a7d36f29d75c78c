/** The pages of bots over HTTP: addresses of any id, who sees what, what is pushed to whom. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Role } from "../../src/control/types.ts";
import { requireCaller } from "../../src/web/access.ts";
import { movingView } from "../../src/web/views.ts";
import { botHref, botOfParam, botParam } from "../../views/parts/bot-link.ts";
import { cleanUp, eventOf, groupOf, openTestStore } from "../store/fixture.ts";
import { ORIGIN, PASSWORD, START, type World, world } from "./access_world.ts";

const MINUTE = 60_000_000;
/** Whatever a sender may call a bot. */
const ODD = ["a/b", "ü bot?x=1&y#z", "..", ".", "~tilde", "100%", "%2F", "a b+c", `<script>"'`, "🤖"];

let web: World;
beforeAll(async () => {
  const store = await openTestStore();
  const lead = { type: "lead_created", location_id: "north", time: START - MINUTE };
  await store.apply(
    groupOf(store, [
      ...ODD.map((bot_id) => eventOf({ ...lead, bot_id })),
      eventOf({ ...lead, bot_id: "seller-bot", contact_id: "c-north" }),
      eventOf({ ...lead, location_id: "south", bot_id: "seller-bot", contact_id: "c-south" }),
      eventOf({ ...lead, location_id: "south", bot_id: "southern" }),
      eventOf({
        ...lead,
        type: "bot_status_update",
        bot_id: "seller-bot",
        data: { status: "active", current_step: "Q3, maria@example.com" },
      }),
      eventOf({
        ...lead,
        type: "ai_activity",
        bot_id: "dana@example.com",
        data: { activity_type: "call", description: "Called Priya" },
      }),
    ]),
  );
  web = world({}, { ask: store.ask, rows: store.rows });
  for (const location_id of ["north", "south"]) web.control.ensureLocation(location_id, {});
});
afterAll(cleanUp);

async function cookieOf(role: Role, locations: readonly string[] | null = null): Promise<string> {
  const email = `${role}-${locations?.join("-") ?? "all"}@example.com`;
  const known = web.control.users().find((user) => user.email === email);
  const { user_id } = known ?? (await web.control.addUser({ email, name: role, password: PASSWORD, role, locations }));
  return `bellwether=${web.control.openSession(user_id, false, web.clock.now).token}`;
}

async function page(path: string, cookie: string): Promise<{ status: number; text: string }> {
  const response = await web.send(path, { headers: { cookie, accept: "text/html" } });
  return { status: response.status, text: await response.text() };
}

describe("the address of a bot", () => {
  test("says any id, and nothing that an address would take for something else", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary", maxLength: 128 }), fc.constantFrom("", ".", "..", "~", "~.", "/")),
        (bot_id) => {
          const whole = bot_id.toWellFormed();
          expect(botOfParam(botParam(bot_id))).toBe(whole);
          const { pathname } = new URL(botHref(bot_id), ORIGIN);
          const [, bots, param = "", ...more] = pathname.split("/");
          expect([bots, more]).toEqual(["bots", []]);
          expect(botOfParam(decodeURIComponent(param))).toBe(whole);
        },
      ),
    );
  });

  test.each(ODD)("leads to the page of %p", async (bot_id) => {
    const { status, text } = await page(botHref(bot_id), await cookieOf("owner"));
    expect(status).toBe(200);
    expect(text).not.toContain("<script>\"'");
    const address = /data-fragments="([^"]*)"/.exec(text)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const pushed = await page(address, await cookieOf("owner"));
    expect(pushed.status).toBe(200);
    expect(pushed.text).toContain('hx-target="#bot-head"');
  });

  test("of an unknown bot says so, with the way back to all of them", async () => {
    const { status, text } = await page("/bots/nobody", await cookieOf("owner"));
    expect(status).toBe(404);
    expect(text).toContain("No such bot");
    expect(text).toContain('href="/bots"');
  });
});

describe("who sees what", () => {
  test("who is bound to a location sees its bots and their part of shared ones", async () => {
    const cookie = await cookieOf("analyst", ["north"]);
    for (const path of ["/bots", "/fragments?view=bots", "/bots/seller-bot", "/fragments?view=bot&bot_id=seller-bot"]) {
      const { status, text } = await page(path, cookie);
      expect(status).toBe(200);
      expect(text).toMatch(/seller.bot/i);
      expect(text).not.toMatch(/southern|Southern|c-south/);
    }
    const foreign = await page("/bots/southern", cookie);
    const unknown = await page("/bots/nobody", cookie);
    expect([foreign.status, unknown.status]).toEqual([404, 404]);
    const pushed = await page("/fragments?view=bot&bot_id=southern", cookie);
    expect(pushed.status).toBe(404);
    expect((await page("/bots/southern", await cookieOf("analyst", ["south"]))).status).toBe(200);
  });

  test("a viewer sees nothing personal, in names, steps, words or addresses", async () => {
    const viewer = await cookieOf("viewer");
    expect((await page("/bots", await cookieOf("analyst"))).text).toMatch(/dana@example\.com|dana%40example/);
    for (const path of ["/bots", "/fragments?view=bots", "/bots/seller-bot", "/fragments?view=bot&bot_id=seller-bot"]) {
      const { status, text } = await page(path, viewer);
      expect(status).toBe(200);
      expect(text).toContain("•••");
      expect(text).not.toMatch(/dana@|dana%40|maria|Priya/);
    }
  });

  test("what is pushed to one is never what is pushed to another who may see less", () => {
    const keyOf = (key: string): string => {
      const request = new Request(`${ORIGIN}/live?view=bots`, { headers: { authorization: `Bearer ${key}` } });
      return movingView(web.parts, requireCaller(web.parts, request), request).key;
    };
    const north = web.control.addKey({ name: "north", scopes: ["read"], location_id: "north" }).key;
    expect(new Set([keyOf(web.key("read")), keyOf(web.key("read", "export")), keyOf(north)]).size).toBe(3);
  });
});

test("the API tells each bot's trade, what it did and what it handed to a person", async () => {
  const response = await web.send("/api/bi/bot-performance", {
    headers: { authorization: `Bearer ${web.key("read", "export")}` },
  });
  const { bots } = (await response.json()) as { bots: { bot_id: string }[] };
  expect(bots.find(({ bot_id }) => bot_id === "seller-bot")).toMatchObject({
    kind: "pipeline",
    does: ["lead_created"],
    interactions: 2,
    handed_to_person: null,
  });
});
