/** The quarantine's page, as a browser without script uses it, over a real journal and store. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { buildApp } from "../../src/web/app.ts";
import { type IngestWorld, openWorld, removeFolder } from "../support/ingest_world.ts";

const ORIGIN = "http://localhost";
let world: IngestWorld;
let app: ReturnType<typeof buildApp>;
const sessions: Record<string, { cookie: string; csrf: string }> = {};

beforeAll(async () => {
  world = await openWorld();
  app = buildApp(world.parts);
  const { control } = world;
  control.ensureLocation("here", { name: "Here <office>" });
  const owner = await control.addOwner({
    email: "jorge@example.com",
    name: "Jorge",
    password: "correct horse battery",
  });
  const given = { name: "Vera", password: "correct horse battery", locations: null };
  const viewer = await control.addUser({ ...given, email: "vera@example.com", role: "viewer" });
  for (const [name, { user_id }] of Object.entries({ owner, viewer })) {
    const { token, session } = control.openSession(user_id, false, world.parts.now());
    sessions[name] = { cookie: `bellwether=${token}`, csrf: session.csrf };
  }
});
afterAll(async () => {
  await world.stop();
  removeFolder(world.dir);
});

function keep(raw: string): number {
  const reason = { index: 0, id: "p1", field: "type", code: "type_invalid" as const, detail: "A type is wrong." };
  world.control.quarantine([{ received_at: world.parts.now(), location_id: "here", reason, raw }]);
  return world.control.quarantined({ locations: null, limit: 1 })[0]?.quarantine_id ?? 0;
}

async function page(as = "owner", query = ""): Promise<string> {
  const headers = { cookie: sessions[as]?.cookie ?? "", host: "localhost" };
  return (await app.handle(new Request(`${ORIGIN}/settings/quarantine${query}`, { headers }))).text();
}

async function submit(path: string, fields: Record<string, string>, as = "owner") {
  const { cookie = "", csrf = "" } = sessions[as] ?? {};
  const headers = { cookie, host: "localhost", origin: ORIGIN };
  const body = new URLSearchParams({ csrf, ...fields });
  const response = await app.handle(
    new Request(`${ORIGIN}/settings/quarantine${path}`, { method: "POST", headers, body }),
  );
  return { status: response.status, text: await response.text() };
}

test("says why it is empty", async () => {
  expect(await page()).toContain("No refused events");
});

test("shows the reason, the place and the event over several lines, to the digit", async () => {
  keep('{"id":"p1","type":"BAD <i>","value":12345678901234.1234,"data":{"phone":"+1 555 010 9999"}}');
  const text = await page();
  expect(text).toContain("Here &lt;office&gt;");
  expect(text).toContain("A type is wrong.");
  expect(text).toContain("BAD &lt;i&gt;");
  expect(text).toContain("&quot;value&quot;: 12345678901234.1234,\n");
  expect(text).toContain("555 010 9999");
  expect(await page("owner", "?code=too_large")).toContain("No refused event matches");
});

test("masks what is personal, and offers nothing to do, to who may only look", async () => {
  const text = await page("viewer");
  expect(text).toContain("A type is wrong.");
  expect(text).not.toContain("555 010 9999");
  expect(text).not.toContain("Save and replay");
  expect((await submit("/1", { do: "drop" }, "viewer")).status).toBe(403);
});

test("keeps what is still wrong and says so, and takes it once it is right", async () => {
  const id = world.control.quarantined({ locations: null, limit: 1 })[0]?.quarantine_id ?? 0;
  const broken = await submit(`/${id}`, { do: "mend-replay", raw: '{"id":"p1",\r\n' });
  expect([broken.status, broken.text]).toEqual([422, expect.stringContaining("Not saved.")]);
  const half = await submit(`/${id}`, { do: "mend", raw: '{"id":"p1","type":"STILL BAD"}' });
  expect([half.status, half.text]).toEqual([422, expect.stringContaining("Saved. Still wrong: type:")]);
  const again = await submit(`/${id}`, { do: "replay" });
  expect(again.text).toContain("Refused again: type:");
  const saved = await submit(`/${id}`, { do: "mend", raw: '{"id":"p1","type":"page_fixed"}' });
  expect(saved.text).toContain("It would be accepted now");
  const taken = await submit(`/${id}`, {
    do: "mend-replay",
    raw: '{\r\n"id":"p1","type":"page_fixed","value":"0.1234"}',
  });
  expect([taken.status, taken.text]).toEqual([200, expect.stringContaining("The event is accepted.")]);
  expect(await world.store.rows("SELECT type, location_id, value FROM events WHERE id = 'p1'", [])).toEqual([
    { type: "page_fixed", location_id: "here", value: "0.1234" },
  ]);
  expect(world.control.quarantined({ locations: null, limit: 1 })).toEqual([]);
});

test("drops one, and all only when that is sure", async () => {
  const first = keep('{"id":"d1","type":"BAD"}');
  keep('{"id":"d2","type":"BAD"}');
  keep('{"id":"d3","type":"BAD"}');
  expect((await submit(`/${first}`, { do: "drop" })).text).toContain("The event is dropped.");
  expect((await submit("", { do: "drop", code: "", location_id: "" })).text).toContain("say that you are sure");
  expect((await submit("", { do: "replay", code: "type_invalid" })).text).toContain("0 accepted, 2 refused again.");
  expect((await submit("", { do: "drop", sure: "yes", code: "too_large" })).text).toContain("0 dropped.");
  expect((await submit("", { do: "drop", sure: "yes" })).text).toContain("2 dropped.");
  expect((await submit("/99999", { do: "drop" })).status).toBe(404);
  expect(await world.control.verifyAudit()).toMatchObject({ broken_at: null });
});
