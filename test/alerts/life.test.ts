/**
 * An alert's life from the bot's event to a webhook and a mailbox, over a real journal, store and control database, with
 * receivers on loopback and a clock that is moved by hand; then once more in the whole appliance by the machine's clock.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { SMTPServer } from "smtp-server";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { SETTLE_US } from "../../src/alerts/engine.ts";
import { rulesSchema } from "../../src/alerts/rule.ts";
import { formatInstant } from "../../src/catalogue/time.ts";
import { buildApp } from "../../src/web/app.ts";
import { running } from "../support/appliance.ts";
import { type IngestWorld, openWorld, removeFolder } from "../support/ingest_world.ts";
import { type Received, type Receiver, receiver } from "./delivery/world.ts";

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
/** A Wednesday, 20:00 UTC. */
const BEGIN = Date.UTC(2026, 4, 20, 20) * 1_000;
const QUIET = { from: "22:00", to: "06:00" } as const;

const messageShape = z.object({
  type: z.string(),
  data: z.object({
    title: z.string(),
    text: z.string(),
    rule_id: z.string().nullable(),
    group: z.array(z.object({ rule_id: z.string(), title: z.string() })).optional(),
  }),
});

let world: IngestWorld;
let hook: Receiver;
let post: { port: number; mails: string[]; close(): Promise<void> };
let secret: string;
let channels: { hook: string; mail: string };
let broken = false;
const clock = { now: BEGIN };

beforeAll(async () => {
  hook = receiver(() => new Response("", { status: broken ? 500 : 204 }));
  post = await mailServer();
  world = await open();
  const { control } = world;
  control.ensureLocation("main", { name: "Jorge Main" });
  const added = control.addNotificationChannel({
    name: "On call",
    kind: "webhook",
    location_id: "main",
    url: hook.url,
    addresses: [],
  });
  secret = added.secret ?? "";
  const mail = {
    name: "Owners",
    kind: "email",
    location_id: null,
    url: null,
    addresses: ["jorge@example.com"],
  } as const;
  channels = { hook: added.channel.channel_id, mail: control.addNotificationChannel(mail).channel.channel_id };
});
afterAll(async () => {
  await world.stop();
  hook.stop();
  await post.close();
  removeFolder(world.dir);
});

describe("an alert", () => {
  test("fires once, and tells of itself by webhook and by mail", async () => {
    rule("errors", { repeat_every: "30m", quiet: QUIET });
    await errors(3);
    await minutes(6);
    expect(told()).toEqual(["firing"]);
    expect(post.mails.length).toBe(1);
    expect(post.mails[0]).toContain("Subject: Firing: errors");
    const [first] = hook.received;
    const { headers = {}, body = "" } = first ?? {};
    const signed_at = new Date(Number(headers["webhook-timestamp"]) * 1_000);
    expect(headers["webhook-signature"]).toBe(new Webhook(secret).sign(headers["webhook-id"] ?? "", signed_at, body));
    const { data } = messageShape.parse(JSON.parse(body));
    expect(data.text).toContain("Bot errors: 3 over the last 2 hours; the rule watches for above 2.");
    expect(open_alerts()).toMatchObject([{ rule_id: "errors", state: "firing", location_id: "main", peak: 3 }]);
  });

  test("repeats if asked, and not before", async () => {
    await minutes(23);
    expect(told()).toEqual(["firing"]);
    await minutes(2);
    expect(told()).toEqual(["firing", "repeat"]);
    expect(post.mails.length).toBe(2);
  });

  test("survives a restart without telling of itself again", async () => {
    await world.stop();
    world = await open();
    await minutes(5);
    expect(told()).toEqual(["firing", "repeat"]);
    await minutes(26);
    expect(told()).toEqual(["firing", "repeat", "repeat"]);
  });

  test("is quiet in quiet hours, and tells afterwards of what still fires, in one notice", async () => {
    rule("other errors", { quiet: QUIET, window: "1h" });
    rule("third", { quiet: QUIET, window: "45m", kpi: "bot_events", value: 0 });
    rule("over by then", { quiet: QUIET, window: "20m" });
    clock.now = BEGIN + 3 * HOUR;
    hook.received.length = 0;
    post.mails.length = 0;
    await errors(4);
    await minutes(2);
    expect(
      open_alerts()
        .map(({ rule_id }) => rule_id)
        .sort(),
    ).toEqual(["errors", "other errors", "over by then", "third"]);
    for (let hour = 4; hour < 10; hour++) {
      clock.now = BEGIN + hour * HOUR + 40 * MINUTE;
      await minutes(1);
      if (hour < 9) continue;
      // Shortly before six: what looks back an hour sees these, too.
      clock.now = BEGIN + 10 * HOUR - 40 * MINUTE;
      await errors(4);
    }
    await minutes(1);
    clock.now = BEGIN + 10 * HOUR - 3 * MINUTE;
    await minutes(2);
    expect(told()).toEqual([]);
    expect(post.mails).toEqual([]);
    await minutes(2);
    const summaries = messages().filter(({ data }) => data.group !== undefined);
    expect(summaries.map(({ data }) => data.group?.map(({ title }) => title).sort())).toEqual([
      ["errors: Jorge Main", "other errors: Jorge Main", "third: Jorge Main"],
    ]);
    expect(told().filter((kind) => kind !== "repeat")).toEqual(["firing"]);
    expect(world.control.alerts({ locations: null, rule_id: "over by then", limit: 9 })[0]?.state).toBe("resolved");
  });

  test("is over once, and says so", async () => {
    hook.received.length = 0;
    clock.now += 3 * HOUR;
    await minutes(3);
    expect(told().sort()).toEqual(["resolved", "resolved", "resolved"]);
    expect(open_alerts()).toEqual([]);
  });

  test("of a delivery that failed is logged and told of through the other channel, and not in a loop", async () => {
    broken = true;
    hook.received.length = 0;
    post.mails.length = 0;
    await errors(5);
    await minutes(1);
    const failed = () => world.control.deliveries({ locations: null, state: "failed", limit: 99 });
    for (let tries = 0; tries < 30 && failed().length === 0; tries++) {
      clock.now += 12 * HOUR;
      await world.parts.delivery.tick();
    }
    expect(failed().length).toBeGreaterThan(0);
    expect(failed().every(({ channel_id }) => channel_id === channels.hook)).toBe(true);
    await world.parts.alerts.pass();
    await world.parts.delivery.tick();
    const alert = open_alerts().find(({ kind }) => kind === "delivery_failed");
    expect(alert).toMatchObject({ location_id: "main", title: "Alerts do not reach On call" });
    const about = () => post.mails.filter((mail) => /Subject: .*Alerts do not reach On call/.test(mail));
    expect(about().length).toBe(1);
    // Everything that waits fails, too; nothing more is told of it.
    for (let tries = 0; tries < 40 && world.parts.delivery.state().waiting > 0; tries++) {
      clock.now += 12 * HOUR;
      await world.parts.delivery.tick();
      await world.parts.alerts.pass();
    }
    expect(about().length).toBe(1);
    expect(world.parts.alerts.state().failure).toBeNull();
  });
});

test("the appliance does all of it by itself", async () => {
  const arrived = Promise.withResolvers<Received>();
  const there = receiver((received) => {
    arrived.resolve(received);
    return new Response("ok");
  });
  const whole = await running({ webhook_private_networks: true });
  try {
    const admin = whole.key(["admin", "read", "export"]);
    const time = new Date(Date.now() - 10 * 60_000).toISOString();
    await whole.post([
      { type: "conversation_event", location_id: "main", bot_id: "luna", time, data: { event: "stalled" } },
    ]);
    const channel = await whole.ask("/api/alerts/channels", admin, {
      json: { name: "x", kind: "webhook", url: there.url },
    });
    const { channel_id } = z.object({ channel_id: z.string() }).parse(await channel.json());
    const json = { kind: "stall", name: "A stall", location_id: "main", window: "1h", channels: [channel_id] };
    expect((await whole.ask("/api/alerts/rules", admin, { json })).status).toBe(201);
    const { body } = await arrived.promise;
    expect(messageShape.parse(JSON.parse(body))).toMatchObject({
      type: "alert.firing",
      data: { title: "Firing: A stall: main" },
    });
    const listed = await whole.ask("/api/alerts?open=true", admin);
    expect(await listed.json()).toMatchObject({ open: 1, alerts: [{ kind: "stall", state: "firing", peak: 1 }] });
    const health = await whole.ask("/health", admin);
    expect(await health.json()).toMatchObject({
      checks: { alerts: { status: "healthy", rules: 1, open: 1, failing: 0 } },
    });
    expect(whole.said.filter((line) => line.startsWith("error"))).toEqual([]);
  } finally {
    await whole.stop();
    there.stop();
  }
}, 60_000);

async function open(): Promise<IngestWorld> {
  const settings = {
    webhook_private_networks: true,
    smtp_url: `smtp://127.0.0.1:${post.port}`,
    smtp_from: "Bellwether <bi@example.com>",
  };
  const dir = world === undefined ? {} : { dir: world.dir };
  return await openWorld({ ...dir, settings, now: () => clock.now });
}

function rule(name: string, given: Record<string, unknown>): void {
  const rule = rulesSchema.parse({
    kind: "threshold",
    name,
    location_id: "main",
    kpi: "bot_errors",
    window: "2h",
    every: "1m",
    direction: "above",
    value: 2,
    channels: Object.values(channels),
    ...given,
  });
  const by = { created_by: "test", created_at: clock.now, changed_by: "test", changed_at: clock.now };
  world.control.putAlertRule({ rule_id: name, location_id: "main", rule: JSON.stringify(rule), ...by });
}

/** Errors of a bot, just before now, through the ingest endpoint. */
async function errors(count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => ({
    type: "error_occurred",
    location_id: "main",
    bot_id: "seller-bot",
    time: formatInstant(clock.now - (index + 1) * 1_000_000),
    data: { component: "llm", message: "timeout" },
  }));
  const { key } = world.control.addKey({ name: "bot", scopes: ["ingest"], location_id: null });
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", host: "localhost" };
  const request = new Request("http://localhost/v1/events?wait=true", {
    method: "POST",
    headers,
    body: JSON.stringify(events),
  });
  const answer = await buildApp(world.parts).handle(request);
  expect(answer.status).toBe(200);
}

/** Moves the clock on by whole minutes, and does in each what the jobs do. */
async function minutes(count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    clock.now = (Math.floor((clock.now - SETTLE_US) / MINUTE) + 1) * MINUTE + SETTLE_US;
    await world.parts.alerts.pass();
    await world.parts.delivery.tick();
  }
}

function messages() {
  return hook.received.map(({ body }) => messageShape.parse(JSON.parse(body)));
}

function told(): string[] {
  return messages().map(({ type }) => type.replace("alert.", ""));
}

function open_alerts() {
  return world.control.alerts({ locations: null, open: true, limit: 99 });
}

async function mailServer() {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        mails.push(Buffer.concat(chunks).toString());
        done(null, "taken");
      });
    },
  });
  server.on("error", () => {});
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", () => listening()));
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { mails, port: address.port, close: () => new Promise<void>((closed) => server.close(() => closed())) };
}
