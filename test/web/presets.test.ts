import { describe, expect, test } from "bun:test";
import { z } from "zod";
import type { Role, Scope } from "../../src/control/types.ts";
import { heldQuery } from "../../src/web/presets.ts";
import { type World, world } from "./access_world.ts";

const listed = z.object({
  presets: z.array(
    z.looseObject({
      preset_id: z.string(),
      name: z.string(),
      query: z.string(),
      left_out: z.array(z.string()),
      shared: z.boolean(),
      changeable: z.boolean(),
      default: z.boolean(),
    }),
  ),
});

async function ask(web: World, key: string, path: string, method = "GET", body?: unknown) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const answer = await web.send(path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: text === "" ? null : JSON.parse(text) };
}
const namesOf = async (web: World, key: string): Promise<string[]> =>
  listed.parse((await ask(web, key, "/api/presets")).json).presets.map(({ name }) => name);

function bound(web: World, location_id: string, ...scopes: Scope[]): string {
  return web.control.addKey({ name: location_id, scopes, location_id }).key;
}

describe("presets", () => {
  test("are kept in the one order of addresses, changed, and removed", async () => {
    const web = world();
    const key = web.key("read");
    const query = "filter=temperature:eq:hot&timeframe=7d&currency=EUR";
    const made = await ask(web, key, "/api/presets", "POST", { name: " Hot ", query, default: true });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      name: "Hot",
      query: "timeframe=7d&filter=temperature%3Aeq%3Ahot",
      shared: false,
      default: true,
      changeable: true,
      left_out: [],
    });
    const path = `/api/presets/${made.json.preset_id}`;
    expect((await ask(web, key, path, "PATCH", { name: "Warm", query: "", default: false })).json).toMatchObject({
      name: "Warm",
      query: "",
      default: false,
    });
    expect((await ask(web, key, path, "DELETE")).status).toBe(204);
    expect(await namesOf(web, key)).toEqual([]);
    expect((await ask(web, key, path, "PATCH", { name: "x" })).status).toBe(404);
  });

  test("that make no sense are refused, and nothing is kept", async () => {
    const web = world();
    const key = web.key("read");
    for (const query of ["timeframe=2d", "filter=bot_id", "from=2026-01-01T00:00:00Z", "timezone=Moon"]) {
      const { status } = await ask(web, key, "/api/presets", "POST", { name: "x", query });
      expect([query, status]).toEqual([query, 422]);
    }
    expect((await ask(web, key, "/api/presets", "POST", { name: " ", query: "" })).status).toBe(422);
    expect(await namesOf(web, key)).toEqual([]);
  });

  test("are shared by who may take data away, and seen by who may see their locations", async () => {
    const web = world();
    for (const id of ["north", "south"]) web.control.ensureLocation(id);
    const [reader, analyst] = [web.key("read"), web.key("read", "export")];
    const [north, south] = [bound(web, "north", "read", "export"), bound(web, "south", "read")];
    expect((await ask(web, reader, "/api/presets", "POST", { name: "a", shared: true })).status).toBe(403);
    const share = (key: string, name: string, query: string) =>
      ask(web, key, "/api/presets", "POST", { name, query, shared: true });
    await share(analyst, "everywhere", "timeframe=90d");
    await share(analyst, "of north", "location_id=north");
    await share(analyst, "by filter", "filter=location_id:in:north,south");
    const mine = await share(north, "of the north's own", "timeframe=7d");
    expect(await namesOf(web, reader)).toEqual(["by filter", "everywhere", "of north", "of the north's own"]);
    expect(await namesOf(web, north)).toEqual(["everywhere", "of north", "of the north's own"]);
    expect(await namesOf(web, south)).toEqual(["everywhere"]);
    // Not theirs to change, and for the south not there at all.
    const path = `/api/presets/${mine.json.preset_id}`;
    expect((await ask(web, reader, path, "PATCH", { name: "x" })).status).toBe(403);
    expect((await ask(web, reader, path, "PATCH", { default: true })).json).toMatchObject({ default: true });
    expect((await ask(web, south, path, "DELETE")).status).toBe(404);
  });

  test("tell whoever may not see what is personal nothing of it", async () => {
    const web = world();
    const [reader, analyst] = [web.key("read"), web.key("read", "export")];
    const query =
      "timeframe=7d&filter=data.customer:eq:Dana&filter=contact_id:eq:dana@example.com&filter=type:eq:ai_activity";
    await ask(web, analyst, "/api/presets", "POST", { name: "One", query, shared: true });
    const { text, json } = await ask(web, reader, "/api/presets");
    expect(text.toLowerCase()).not.toContain("dana");
    expect(json.presets[0]).toMatchObject({
      query: "timeframe=7d&filter=type%3Aeq%3Aai_activity",
      left_out: ["filter"],
    });
  });

  test("of whoever is gone: shared ones stay, others go", async () => {
    const web = world();
    const { key, record } = web.control.addKey({ name: "k", scopes: ["read", "export"], location_id: null });
    for (const shared of [true, false])
      await ask(web, key, "/api/presets", "POST", { name: shared ? "shared" : "own", shared });
    web.control.removeKey(record.key_id);
    expect(await namesOf(web, web.key("read"))).toEqual(["shared"]);
  });

  test("hold as far as they can when what they name is gone", () => {
    const web = world();
    web.control.ensureLocation("north");
    const caller = {
      kind: "user",
      id: "u",
      name: "U",
      role: "viewer" as Role,
      scopes: ["read" as const],
      locations: ["north"],
    } as const;
    const held = (text: string) => heldQuery(web.parts, caller, text);
    expect(held("timeframe=7d&location_id=south&filter=no field:eq:1&filter=type:eq:x")).toEqual({
      text: "?timeframe=7d&filter=type%3Aeq%3Ax",
      left_out: ["location", "filter"],
    });
    expect(held("timeframe=3d&timezone=Moon&compare=perhaps&from=x&to=y")).toEqual({
      text: "",
      left_out: ["timeframe", "dates", "timezone", "comparison"],
    });
    expect(held("location_id=north")).toEqual({ text: "?location_id=north", left_out: [] });
    expect(held("")).toEqual({ text: "", left_out: [] });
  });
});
