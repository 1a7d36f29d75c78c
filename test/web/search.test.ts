import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";
import { buildApp } from "../../src/web/app.ts";
import { fitOf } from "../../src/web/search/rank.ts";
import { type IngestWorld, openWorld, removeFolder } from "../support/ingest_world.ts";

const ORIGIN = "http://localhost";
let web: IngestWorld;
let app: ReturnType<typeof buildApp>;

beforeAll(async () => {
  web = await openWorld({ settings: { rate_read_per_s: 0 } });
  app = buildApp(web.parts);
  const { key } = web.control.addKey({ name: "seed", scopes: ["ingest"], location_id: null });
  const events = [
    {
      type: "lead_created",
      location_id: "here",
      bot_id: "seller-bot",
      contact_id: "c-17",
      data: { name: "Maria González" },
    },
    {
      type: "lead_created",
      location_id: "here",
      bot_id: "amy@example.com",
      contact_id: "c-18",
      data: { source: "maria" },
    },
    {
      type: "lead_created",
      location_id: "there",
      bot_id: "zzsecret-bot",
      contact_id: "zzsecret-17",
      data: { name: "Zzsecret Maria" },
    },
  ];
  const headers = { host: "localhost", authorization: `Bearer ${key}`, "content-type": "application/json" };
  await app.handle(
    new Request(`${ORIGIN}/v1/events?wait=true`, { method: "POST", headers, body: JSON.stringify(events) }),
  );
}, 60_000);
afterAll(async () => {
  await web.stop();
  removeFolder(web.dir);
});

const shape = z.object({
  complete: z.boolean(),
  results: z.array(z.object({ kind: z.string(), label: z.string(), href: z.string() })),
});

async function found(q: string, scopes: readonly ("read" | "export")[], location_id: string | null = null) {
  const { key } = web.control.addKey({ name: "k", scopes, location_id });
  const headers = { host: "localhost", authorization: `Bearer ${key}` };
  const answer = await app.handle(new Request(`${ORIGIN}/api/search?q=${encodeURIComponent(q)}`, { headers }));
  expect(answer.status).toBe(200);
  return shape.parse(await answer.json()).results;
}
const texts = (results: readonly { kind: string; label: string }[]) =>
  results.map(({ kind, label }) => `${kind} ${label}`);

describe("search", () => {
  test("finds pages and figures by a part of their name, the best first", async () => {
    const results = await found("revenue", ["read"]);
    expect(results[0]).toMatchObject({ kind: "page", label: "Revenue", href: "/revenue" });
    expect(texts(await found("", ["read"]))).toContain("page Overview");
    expect(await found("nothing is called this", ["read"])).toEqual([]);
  });

  test("finds bots by id and by name, and leaves out what looks like an address", async () => {
    expect(texts(await found("seller bot", ["read"]))).toContain("bot Seller bot");
    expect(texts(await found("amy", ["read"]))).toEqual([]);
    expect(texts(await found("amy", ["read", "export"]))).toEqual(["bot Amy@example.com"]);
  });

  test("finds contacts by name and id, for those who may see what is personal", async () => {
    const mine = await found("maria gon", ["read", "export"]);
    expect(mine).toEqual([{ kind: "contact", label: "Maria González", href: "/leads/c-17" }]);
    expect(texts(await found("c-18", ["read", "export"]))).toContain("contact c-18");
    expect(await found("maria", ["read"])).toEqual([]);
  });

  test("tells nothing of other locations", async () => {
    expect(await found("zzsecret", ["read", "export"], "here")).toEqual([]);
    expect((await found("zzsecret", ["read", "export"])).length).toBe(2);
  });
});

test("a name fits the better the more it begins with what was typed", () => {
  expect(
    ["Lead", "Leads", "New leads", "Misleads", "Qualified leads by bot", "Bots"].map((name) => fitOf(name, "lead")),
  ).toEqual([0, 1, 2, 3, 2, null]);
  expect(fitOf("Café Zoë", "cafe zoe")).toBe(0);
  expect(fitOf("Seller bot success", "success seller")).toBe(3);
});
