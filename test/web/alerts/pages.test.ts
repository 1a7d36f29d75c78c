/** The pages of alerts as a browser without script asks for them, over a real store: who sees and may do what. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Role } from "../../../src/control/types.ts";
import { buildApp } from "../../../src/web/app.ts";
import { type IngestWorld, openWorld, removeFolder } from "../../support/ingest_world.ts";

const ORIGIN = "http://localhost";
let world: IngestWorld;
let app: ReturnType<typeof buildApp>;
const sessions = new Map<string, { cookie: string; csrf: string }>();

beforeAll(async () => {
  world = await openWorld();
  app = buildApp(world.parts);
  const { control } = world;
  control.ensureLocation("here", { name: "Here <office>" });
  control.ensureLocation("there", { name: "There" });
  const password = "correct horse battery";
  await control.addOwner({ email: "owner@example.com", name: "Jorge", password });
  for (const role of ["admin", "analyst", "viewer"] satisfies Role[])
    await control.addUser({ email: `${role}@example.com`, name: role, password, role, locations: ["here"] });
  for (const { user_id, email } of control.users()) {
    const { token, session } = control.openSession(user_id, false, world.parts.now());
    sessions.set(email.split("@")[0] ?? "", { cookie: `bellwether=${token}`, csrf: session.csrf });
  }
  keepAlert("a1", "here", { title: "Call <b>Maria</b> at +1 555 010 9999" });
  keepAlert("a2", "there", { title: "Elsewhere" });
  keepAlert("a3", "here", { title: "Long over", state: "resolved", ended_at: world.parts.now() - 60_000_000 });
});
afterAll(async () => {
  await world.stop();
  removeFolder(world.dir);
});

function keepAlert(alert_id: string, location_id: string, given: { title: string; state?: string; ended_at?: number }) {
  const at = world.parts.now() - 3_600_000_000;
  const alert = {
    alert_id,
    rule_id: null,
    kind: "stall",
    name: "Stalls",
    location_id,
    bot_id: null,
    severity: "critical",
    state: "firing",
    text: "1 stalled over the last 15 minutes.",
    facts: { stalls: 1, window: "15m" },
    peak: 1,
    began_at: at,
    ended_at: null,
    acknowledged_by: null,
    acknowledged_at: null,
    snoozed_until: null,
    ...given,
  };
  const events = [{ alert_id, at, what: "fired", who: null, note: null }];
  world.control.saveAlerts({ states: [], alerts: [alert], events, notices: [] });
}

async function page(as: string, path: string) {
  const headers = { cookie: sessions.get(as)?.cookie ?? "", host: "localhost", accept: "text/html" };
  const response = await app.handle(new Request(ORIGIN + path, { headers }));
  return { status: response.status, text: await response.text() };
}

async function submit(as: string, path: string, fields: Record<string, string>, token = sessions.get(as)?.csrf ?? "") {
  const headers = { cookie: sessions.get(as)?.cookie ?? "", host: "localhost", origin: ORIGIN, accept: "text/html" };
  const body = new URLSearchParams({ csrf: token, ...fields });
  const response = await app.handle(new Request(ORIGIN + path, { method: "POST", headers, body }));
  return { status: response.status, text: await response.text(), to: response.headers.get("location") };
}

describe("the list of alerts", () => {
  test("shows what is open with its state and severity in words, and what is over", async () => {
    const { text } = await page("owner", "/alerts");
    expect(text).toContain("Firing");
    expect(text).toContain("Critical");
    expect(text).toContain("Call &lt;b&gt;Maria&lt;/b&gt; at +1 555 010 9999");
    expect(text).toContain("Elsewhere");
    expect(text).toContain("Long over");
  });

  test("shows nothing of another location, and masks what is personal for who may not see it", async () => {
    const { text } = await page("viewer", "/alerts");
    expect(text).not.toContain("Elsewhere");
    expect(text).not.toContain("555 010 9999");
    expect(text).not.toContain("Acknowledge:");
    expect((await page("viewer", "/alerts?id=a2")).status).toBe(404);
    expect((await page("viewer", "/alerts?location_id=there")).status).toBe(403);
  });

  test("is pushed without anybody's token", async () => {
    const { text } = await page("analyst", "/fragments?view=alerts&id=a1");
    expect(text).toContain('id="alerts-open"');
    expect(text).toContain('id="alert-moving"');
    expect(text).toContain('form="alert-act"');
    expect(text).not.toContain("csrf");
    for (const { csrf } of sessions.values()) expect(text).not.toContain(csrf);
  });

  test("lets an analyst see to an alert, and nobody without the right or the token", async () => {
    expect((await submit("viewer", "/alerts/a1/acknowledgement", {})).status).toBe(403);
    expect((await submit("analyst", "/alerts/a1/acknowledgement", {}, "wrong")).status).toBe(403);
    const done = await submit("analyst", "/alerts/a1/acknowledgement", { back: "/alerts?id=a1" });
    expect([done.status, done.to]).toEqual([303, "/alerts?id=a1&done=acknowledged"]);
    expect((await page("owner", "/alerts?id=a1&done=acknowledged")).text).toContain("analyst sees to it");
    expect((await submit("analyst", "/alerts/a1/acknowledgement/removal", { back: "//evil.example/" })).to).toBe(
      "/alerts?done=withdrawn",
    );
    expect(world.control.alert("a1")?.acknowledged_by).toBe(null);
  });

  test("says what is wrong beside the field and keeps what was typed", async () => {
    const note = await submit("analyst", "/alerts/a1/notes", { note: "x".repeat(2_001) });
    expect(note.status).toBe(422);
    expect(note.text).toContain("at most 2000 characters");
    expect(note.text).toContain("x".repeat(2_001));
    expect((await submit("analyst", "/alerts/a1/snooze", { hours: "NaN" })).status).toBe(422);
    expect((await submit("analyst", "/alerts/a1/snooze", { hours: "99999" })).text).toContain("at most 90 days");
    const over = await submit("analyst", "/alerts/a3/acknowledgement", {});
    expect([over.status, over.text.includes("This alert has ended")]).toEqual([422, true]);
  });
});

describe("the rules", () => {
  test("come ready-made and off, and are switched on by an administrator alone", async () => {
    const before = await page("admin", "/alerts/rules");
    expect(before.text).toContain("A conversation stalled");
    expect(before.text).toContain('aria-checked="false"');
    const id = encodeURIComponent("ready:stall:here");
    expect((await submit("analyst", `/alerts/rules/${id}/switch`, { enabled: "true" })).status).toBe(403);
    expect((await submit("admin", `/alerts/rules/${id}/switch`, { enabled: "true" })).to).toBe(
      "/alerts/rules?done=saved",
    );
    expect((await page("admin", "/alerts/rules")).text).toContain('aria-checked="true"');
  });

  test("are read by a viewer, tried by an analyst, made by an administrator of the location", async () => {
    const viewer = await page("viewer", "/alerts/rules?new=stall");
    expect([viewer.status, viewer.text.includes("Try on the last 30 days")]).toEqual([200, false]);
    const analyst = await page("analyst", "/alerts/rules?new=stall");
    expect(analyst.text).toContain("Try on the last 30 days");
    expect(analyst.text).not.toContain("Keep the rule");
    const typed = { kind: "stall", name: "Mine", location_id: "here", window: "15m", count: "1", for: "0s" };
    const rule = { ...typed, severity: "info", no_data: "keep" };
    expect((await submit("analyst", "/alerts/rules", rule)).status).toBe(403);
    expect((await submit("analyst", "/alerts/rules/backtest", rule)).text).toContain("It would not have fired");
    const everywhere = await submit("admin", "/alerts/rules", { ...rule, location_id: "" });
    expect([everywhere.status, everywhere.text.includes("your own locations only")]).toEqual([422, true]);
    expect((await submit("admin", "/alerts/rules", rule)).to).toBe("/alerts/rules?done=added");
  });

  test("keep their filters when a form changes something else", async () => {
    const { rule_id } = world.control.alertRules().find(({ rule }) => rule.includes('"Mine"')) ?? { rule_id: "" };
    const { text } = await page("admin", `/alerts/rules?edit=${rule_id}`);
    expect(text).toContain("Change the rule: stalls");
    const typed = { name: "Mine", location_id: "here", window: "1h", count: "2", for: "0s", severity: "info" };
    const saved = await submit("admin", `/alerts/rules/${rule_id}`, {
      ...typed,
      no_data: "keep",
      filters: "data.source:eq:portal",
    });
    expect(saved.to).toBe("/alerts/rules?done=saved");
    expect((await page("owner", "/alerts/rules")).text).toContain("2 stalls over the last hour");
    expect((await page("owner", `/alerts/rules?edit=${rule_id}`)).text).toContain("data.source:eq:portal");
  });
});

test("channels and deliveries are for administrators", async () => {
  for (const path of ["/alerts/channels", "/alerts/deliveries"]) {
    expect((await page("analyst", path)).status).toBe(403);
    expect((await page("admin", path)).status).toBe(200);
  }
  const made = await submit("admin", "/alerts/channels", {
    name: "Ops",
    kind: "webhook",
    url: "https://hooks.example.com/x?key=hidden",
    location_id: "here",
  });
  expect(made.status).toBe(201);
  expect(made.text).toContain("whsec_");
  const listed = (await page("admin", "/alerts/channels")).text;
  expect(listed).toContain("https://hooks.example.com/x?…");
  expect(listed).not.toContain("hidden</");
  expect(listed).not.toContain("whsec_");
  const { channel_id = "" } = world.control.notificationChannels()[0] ?? {};
  const edit = (await page("admin", `/alerts/channels?edit=${channel_id}`)).text;
  expect(edit).toContain("Change the channel");
  expect(edit).not.toContain("key=hidden");
  expect((await submit("admin", `/alerts/channels/${channel_id}`, { name: "Ops at night", url: "" })).status).toBe(303);
  const [changed] = world.control.notificationChannels();
  expect([changed?.name, changed?.url]).toEqual(["Ops at night", "https://hooks.example.com/x?key=hidden"]);
});
