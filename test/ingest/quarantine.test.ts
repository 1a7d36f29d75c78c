import { afterAll, beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import type { RejectionCode } from "../../src/catalogue/event.ts";
import { createQuarantine, type Refused } from "../../src/ingest/quarantine.ts";
import { appOf } from "../support/ingest_server.ts";
import { type IngestWorld, keyOf, openWorld, removeFolder } from "../support/ingest_world.ts";

let world: IngestWorld;
let app: ReturnType<typeof appOf>;
const keys = { all: "", here: "", reader: "", export: "" };

beforeAll(async () => {
  world = await openWorld();
  app = appOf(world.parts);
  keys.all = keyOf(world.control, ["ingest", "read"]);
  keys.here = keyOf(world.control, ["ingest", "read"], "here");
  keys.reader = keyOf(world.control, ["read"]);
  keys.export = keyOf(world.control, ["read", "export"]);
});
afterAll(async () => {
  await world.stop();
  removeFolder(world.dir);
});

test("a refused event is listed, mended, replayed and gone", async () => {
  const id = await refuse({ id: "r1", type: "BAD", location_id: "here" });
  const listed = await call("GET", "/v1/quarantine", "here");
  expect(await listed.json()).toMatchObject({
    quarantined: [{ quarantine_id: id, location_id: "here", id: "r1", field: "type", code: "type_invalid" }],
    next_cursor: null,
  });
  const again = await call("POST", `/v1/quarantine/${id}/replay`, "here");
  expect(again.status).toBe(422);
  expect(world.control.quarantined({ locations: null, limit: 10 }).length).toBe(1);
  const mended = JSON.stringify({ id: "r1", type: "good_now", location_id: "here" });
  const replayed = await call("POST", `/v1/quarantine/${id}/replay`, "here", mended);
  expect([replayed.status, await replayed.json()]).toEqual([200, { accepted: 1, duplicates: 0, rejected: 0 }]);
  expect(world.control.quarantined({ locations: null, limit: 10 })).toEqual([]);
  expect(await world.store.rows("SELECT type FROM events WHERE id = 'r1'", [])).toEqual([{ type: "good_now" }]);
});

test("an event keeps the location that its sender's key stood for, digit for digit", async () => {
  const id = await refuse({ id: "r2", type: "BAD" }, keys.here);
  const mended = '{"id":"r2","type":"paid","value":"12345678901234.1234"}';
  const replayed = await call("POST", `/v1/quarantine/${id}/replay`, "all", mended);
  const found = await world.store.rows("SELECT location_id, value FROM events WHERE id = 'r2'", []);
  expect(replayed.status).toBe(200);
  expect(found).toEqual([{ location_id: "here", value: "12345678901234.1234" }]);
});

test("who may not see a location is told nothing of its refused events", async () => {
  const id = await refuse({ id: "r3", type: "BAD", location_id: "there" });
  expect((await list("/v1/quarantine", "here")).quarantined).toEqual([]);
  expect((await call("GET", "/v1/quarantine?location_id=there", "here")).status).toBe(403);
  for (const [method, path] of [
    ["POST", `/v1/quarantine/${id}/replay`],
    ["DELETE", `/v1/quarantine/${id}`],
  ] as const) {
    expect((await call(method, path, "here")).status).toBe(404);
    expect((await call(method, path, "reader")).status).toBe(403);
  }
  expect((await call("DELETE", `/v1/quarantine/${id}`, "all")).status).toBe(204);
  expect((await call("DELETE", `/v1/quarantine/${id}`, "all")).status).toBe(404);
  expect((await call("DELETE", "/v1/quarantine/none", "all")).status).toBe(404);
});

test("the list is paged", async () => {
  for (let i = 0; i < 5; i++) await refuse({ id: `p${i}`, type: "BAD", location_id: "here" });
  const first = await list("/v1/quarantine?limit=3", "all");
  expect(first.quarantined.map(({ id }) => id)).toEqual(["p4", "p3", "p2"]);
  const second = await list(`/v1/quarantine?limit=3&cursor=${first.next_cursor}`, "all");
  expect(second.quarantined.map(({ id }) => id)).toEqual(["p1", "p0"]);
  expect(second.next_cursor).toBeNull();
  expect((await call("GET", "/v1/quarantine?limit=0", "all")).status).toBe(422);
});

test("an event is looked at and mended before it is sent again", async () => {
  const id = await refuse({ id: "m1", type: "BAD", location_id: "here" });
  const look = async () => await (await call("GET", `/v1/quarantine/${id}`, "here")).json();
  expect(await look()).toMatchObject({ mended_at: null, code: "type_invalid", errors: [{ field: "type" }] });

  const half = await call(
    "PUT",
    `/v1/quarantine/${id}`,
    "here",
    '{"id":"m1","type":"lead_scored","data":{"score":900}}',
  );
  expect([half.status, await half.json()]).toMatchObject([
    200,
    { code: "type_invalid", errors: [{ field: "data.score", code: "field_invalid" }], mended_at: expect.any(String) },
  ]);
  const whole = '{"id":"m1","type":"lead_scored","data":{"score":90}}';
  expect(await (await call("PUT", `/v1/quarantine/${id}`, "here", whole)).json()).toMatchObject({
    raw: whole,
    errors: [],
  });
  expect(await world.store.rows("SELECT id FROM events WHERE id = 'm1'", [])).toEqual([]);
  expect((await call("POST", `/v1/quarantine/${id}/replay`, "here")).status).toBe(200);
  expect(await world.store.rows("SELECT type, location_id FROM events WHERE id = 'm1'", [])).toEqual([
    { type: "lead_scored", location_id: "here" },
  ]);
  const audited = world.control.audits({ locations: ["here"], limit: 3 });
  expect(audited.map(({ action, object, details }) => [action, object, details])).toEqual([
    ["quarantine_replayed", String(id), { accepted: true }],
    ["quarantine_mended", String(id), { accepted_now: true }],
    ["quarantine_mended", String(id), { accepted_now: false }],
  ]);
});

test("what cannot be read as one event is not kept", async () => {
  const id = await refuse({ id: "m2", type: "BAD", location_id: "here" });
  const put = (body: string) => call("PUT", `/v1/quarantine/${id}`, "here", body);
  expect((await put("{")).status).toBe(400);
  expect((await put("")).status).toBe(400);
  expect((await put("[]")).status).toBe(422);
  expect((await put('[{"type":"a"},{"type":"b"}]')).status).toBe(422);
  expect((await put(`{"type":"a","data":{"a":"${"x".repeat(70_000)}"}}`)).status).toBe(413);
  expect((await call("PUT", `/v1/quarantine/${id}`, "reader", "{}")).status).toBe(403);
  expect(world.control.quarantinedRow(id)?.mended_at).toBeNull();
});

test("who may not see what is personal gets it masked", async () => {
  const id = await refuse({
    type: "BAD",
    location_id: "here",
    data: { phone: "555-0100-777", note: "call Ann", score: 7 },
  });
  const shown = async (key: "reader" | "export") =>
    z.looseObject({ raw: z.string() }).parse(await (await call("GET", `/v1/quarantine/${id}`, key)).json()).raw;
  expect(await shown("reader")).not.toContain("555-0100");
  expect(await shown("reader")).not.toContain("Ann");
  expect(await shown("reader")).toContain('"score":7');
  expect(await shown("export")).toContain("555-0100-777");
  expect(await (await call("GET", "/v1/quarantine", "reader")).text()).not.toContain("555-0100");
});

test("what a filter finds is replayed or dropped at once", async () => {
  world.control.dropAllQuarantined({ locations: null });
  const row = (id: string, location_id: string, code: RejectionCode) => ({
    received_at: Date.now() * 1000,
    location_id,
    reason: { index: 0, id, field: "type", code, detail: "" },
    raw: JSON.stringify({ id, type: "BAD" }),
  });
  const bad = Array.from({ length: 40 }, (_, i) => row(`b${i}`, i < 30 ? "here" : "there", "type_invalid"));
  world.control.quarantine([...bad, row("late", "here", "time_invalid")]);
  for (const { quarantine_id } of world.control.quarantined({ locations: ["here"], code: "type_invalid", limit: 20 }))
    world.control.mendQuarantined(quarantine_id, JSON.stringify({ id: `b-${quarantine_id}`, type: "fixed_now" }));

  const replay = await call("POST", "/v1/quarantine/replay", "all", '{"location_id":"here","code":"type_invalid"}');
  expect(await replay.json()).toEqual({ matched: 30, replayed: 20, refused: 10, remaining: 0 });
  expect((await call("GET", "/v1/quarantine?code=time_invalid", "all")).status).toBe(200);
  expect((await list("/v1/quarantine?code=time_invalid", "all")).quarantined.map(({ id }) => id)).toEqual(["late"]);

  expect((await call("POST", "/v1/quarantine/drop", "all", "{}")).status).toBe(422);
  expect((await call("POST", "/v1/quarantine/drop", "here", '{"location_id":"there"}')).status).toBe(403);
  expect((await call("POST", "/v1/quarantine/drop", "reader", '{"all":true}')).status).toBe(403);
  const mine = await call("POST", "/v1/quarantine/drop", "here", '{"all":true}');
  expect(await mine.json()).toEqual({ dropped: 11 });
  const before = await call("POST", "/v1/quarantine/drop", "all", '{"before":"2001-01-01T00:00:00Z"}');
  expect(await before.json()).toEqual({ dropped: 0 });
  expect(await (await call("POST", "/v1/quarantine/drop", "all", '{"code":"type_invalid"}')).json()).toEqual({
    dropped: 10,
  });
});

test("a flood is written in groups, and what does not fit is counted", () => {
  const groups: number[] = [];
  const said: string[] = [];
  const quarantine = createQuarantine({
    control: { quarantine: (rows) => void groups.push(rows.length), pruneQuarantine: () => undefined },
    days: 30,
    rows_max: 1000,
    now: () => 0,
    log: (_level, message) => void said.push(message),
  });
  quarantine.add(Array.from({ length: 25_000 }, () => refused));
  quarantine.stop();
  expect(groups.reduce((sum, rows) => sum + rows, 0)).toBe(20_000);
  expect(Math.max(...groups)).toBe(500);
  expect(said.join()).toContain("5000 refused events were not kept");
});

const refused: Refused = {
  received_at: 0,
  location_id: null,
  reason: { index: 0, id: null, field: null, code: "type_invalid", detail: "" },
  raw: "{}",
};

/** Posts an event that is refused, and waits for its row. */
async function refuse(event: Record<string, unknown>, key = keys.all): Promise<number> {
  const before = world.control.quarantined({ locations: null, limit: 1 })[0]?.quarantine_id ?? 0;
  const response = await app.handle(
    new Request("http://localhost/v1/events", {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(event),
    }),
  );
  expect(response.status).toBe(422);
  for (;;) {
    const newest = world.control.quarantined({ locations: null, limit: 1 })[0]?.quarantine_id ?? 0;
    if (newest > before) return newest;
    await Bun.sleep(10);
  }
}

const listSchema = z.object({
  quarantined: z.array(z.object({ id: z.string().nullable() })),
  next_cursor: z.string().nullable(),
});

async function list(path: string, key: keyof typeof keys) {
  return listSchema.parse(await (await call("GET", path, key)).json());
}

async function call(method: string, path: string, key: keyof typeof keys, body?: string): Promise<Response> {
  const headers = { authorization: `Bearer ${keys[key]}`, "content-type": "application/json" };
  return await app.handle(
    new Request(`http://localhost${path}`, { method, headers, ...(body === undefined ? {} : { body }) }),
  );
}
