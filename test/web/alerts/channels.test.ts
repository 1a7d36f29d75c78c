/** The API of notification channels, deliveries and browsers. */
import { afterEach, describe, expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import type { Settings } from "../../../src/config.ts";
import { notice, type Receiver, receiver } from "../../alerts/delivery/world.ts";
import { type World, world } from "../access_world.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function listening(...answer: Parameters<typeof receiver>): Receiver {
  const made = receiver(...answer);
  ends.push(made.stop);
  return made;
}

/** With a key that may administer; a location-bound one where a location is named. */
function opened(settings: Partial<Settings> = {}, location_id: string | null = null) {
  const web = world({ webhook_private_networks: true, public_url: "https://bi.example.com", ...settings });
  ends.push(() => web.control.close());
  for (const known of ["main", "other"]) web.control.ensureLocation(known);
  return { ...web, ask: asker(web, location_id) };
}

function asker(web: Pick<World, "control" | "send">, location_id: string | null = null) {
  const { key } = web.control.addKey({ name: "test", scopes: ["admin"], location_id });
  return async (method: string, path: string, json?: unknown) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    const response = await web.send(`/api/alerts/${path}`, { method, headers, ...body });
    const text = await response.text();
    return { status: response.status, text, body: text === "" ? null : looseSchema.parse(JSON.parse(text)) };
  };
}

const looseSchema = z.looseObject({
  channel_id: z.string().default(""),
  delivery_id: z.string().default(""),
  signing_secret: z.string().nullable().default(null),
  errors: z.array(z.object({ field: z.string().nullable() })).default([]),
  channels: z.array(z.record(z.string(), z.unknown())).default([]),
  deliveries: z.array(z.looseObject({ delivery_id: z.string() })).default([]),
  next_cursor: z.string().nullable().default(null),
});

const MAIL = { smtp_url: "smtp://127.0.0.1:1", smtp_from: "bi@example.com" };
const hook = (url: string) => ({ name: "On call", kind: "webhook", url });

describe("a channel", () => {
  test("is made, shown without what is secret, changed and removed, and the audit log says so", async () => {
    const { ask, control } = opened();
    const made = await ask("POST", "channels", hook("https://hooks.example.com/a/b?token=hush"));
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      name: "On call",
      kind: "webhook",
      location_id: null,
      target: "https://hooks.example.com/a/b?…",
      enabled: true,
      disabled_reason: null,
      last: null,
    });
    const { channel_id = "", signing_secret } = made.body ?? {};
    expect(signing_secret).toStartWith("whsec_");
    const listed = await ask("GET", "channels");
    expect(listed.body?.channels.length).toBe(1);
    for (const secret of ["hush", signing_secret ?? "?"]) expect(listed.text).not.toContain(secret);
    const changed = await ask("PATCH", `channels/${channel_id}`, { name: "Night", enabled: false });
    expect(changed.body).toMatchObject({ name: "Night", enabled: false });
    expect((await ask("DELETE", `channels/${channel_id}`)).status).toBe(204);
    expect((await ask("DELETE", `channels/${channel_id}`)).status).toBe(404);
    const actions = control.audits({ locations: null, limit: 9 }).map(({ action, object }) => [action, object]);
    expect(actions).toEqual([
      ["notification_channel_removed", channel_id],
      ["notification_channel_changed", channel_id],
      ["notification_channel_added", channel_id],
    ]);
    expect(JSON.stringify(control.audits({ locations: null, limit: 9 }))).not.toContain("hush");
  });

  test("of a chat shows the host alone: whoever knows the address can write there", async () => {
    const { ask } = opened();
    for (const kind of ["slack", "discord"]) {
      const made = await ask("POST", "channels", {
        name: "c",
        kind,
        url: "https://hooks.slack.com/services/T0/B0/xyz",
      });
      expect(made.body).toMatchObject({ target: "https://hooks.slack.com/…", signing_secret: null });
    }
  });

  const WRONG: readonly { name: string; body: unknown; field: string; settings?: Partial<Settings> }[] = [
    { name: "without a name", body: { ...hook("https://a.example/"), name: " " }, field: "name" },
    { name: "of no kind", body: { name: "a", kind: "pigeon" }, field: "kind" },
    { name: "without its address", body: { name: "a", kind: "webhook" }, field: "url" },
    { name: "without recipients", body: { name: "a", kind: "email" }, field: "addresses", settings: MAIL },
    { name: "with no address of e-mail", body: { name: "a", kind: "email", addresses: ["x"] }, field: "addresses.0" },
    {
      name: "of e-mail without a mail server",
      body: { name: "a", kind: "email", addresses: ["a@b.co"] },
      field: "kind",
    },
    { name: "of push without TLS", body: { name: "a", kind: "push" }, field: "kind", settings: { public_url: "" } },
    { name: "of a page with an address", body: { name: "a", kind: "page", url: "https://a.example/" }, field: "url" },
    { name: "with the address of a cloud's metadata", body: hook("http://169.254.169.254/"), field: "url" },
    {
      name: "with a private address where none is allowed",
      body: hook("https://10.0.0.1/"),
      field: "url",
      settings: { webhook_private_networks: false },
    },
    {
      name: "over http where none is allowed",
      body: hook("http://hooks.example.com/"),
      field: "url",
      settings: { webhook_private_networks: false },
    },
    {
      name: "of a location that is not there",
      body: { ...hook("https://a.example/"), location_id: "x" },
      field: "location_id",
    },
    { name: "with a field that is none", body: { ...hook("https://a.example/"), secret: "x" }, field: "" },
  ];
  for (const { name, body, field, settings } of WRONG) {
    test(`${name} is refused, and the field is named`, async () => {
      const { ask, control } = opened(settings);
      const answer = await ask("POST", "channels", body);
      expect(answer.status).toBe(422);
      expect(answer.body?.errors.map((error) => error.field ?? "")).toEqual([field]);
      expect(control.notificationChannels()).toEqual([]);
    });
  }

  test("cannot be changed into what it could not have been made as", async () => {
    const { ask } = opened();
    const made = await ask("POST", "channels", hook("https://a.example/"));
    const path = `channels/${made.body?.channel_id}`;
    for (const change of [{ url: "http://169.254.169.254/" }, { addresses: ["a@example.com"] }, { url: "nonsense" }]) {
      expect((await ask("PATCH", path, change)).status).toBe(422);
    }
    expect((await ask("GET", "channels")).text).toContain("https://a.example/");
  });

  test("of another location, or of all, is not there for who administers one", async () => {
    const web = opened();
    const bound = asker(web, "main");
    const ids = [];
    for (const location_id of [null, "main", "other"]) {
      const made = await web.ask("POST", "channels", { ...hook("https://a.example/"), location_id });
      ids.push(made.body?.channel_id ?? "");
      web.parts.delivery.send(notice({ location_id: location_id ?? "main" }), [made.body?.channel_id ?? ""]);
    }
    const [all = "", main = "", other = ""] = ids;
    expect((await bound("GET", "channels")).body?.channels.map(({ channel_id }) => channel_id)).toEqual([main]);
    expect((await bound("GET", "deliveries")).body?.deliveries.map(({ channel_id }) => channel_id)).toEqual([main]);
    for (const channel_id of [all, other]) {
      expect((await bound("PATCH", `channels/${channel_id}`, { enabled: false })).status).toBe(404);
      expect((await bound("POST", `channels/${channel_id}/test`)).status).toBe(404);
      expect((await bound("POST", `channels/${channel_id}/signing-secret`)).status).toBe(404);
      expect((await bound("DELETE", `channels/${channel_id}`)).status).toBe(404);
    }
    expect((await bound("POST", "channels", hook("https://a.example/"))).status).toBe(403);
    expect((await bound("POST", "channels", { ...hook("https://a.example/"), location_id: "other" })).status).toBe(403);
    expect((await bound("POST", "channels", { ...hook("https://a.example/"), location_id: "main" })).status).toBe(201);
  });

  test("is tried by a test message, and the answer says what came of it", async () => {
    const there = listening(
      (_, count) => new Response(count === 1 ? "hello" : "no", { status: count === 1 ? 200 : 500 }),
    );
    const { ask } = opened();
    const made = await ask("POST", "channels", hook(there.url));
    const path = `channels/${made.body?.channel_id}/test`;
    expect((await ask("POST", path)).body).toMatchObject({
      delivered: true,
      status: 200,
      error: null,
      response: "hello",
    });
    expect((await ask("POST", path)).body).toMatchObject({
      delivered: false,
      status: 500,
      error: "The receiver answered 500.",
    });
    const { headers = {}, body = "" } = there.received[0] ?? {};
    expect(JSON.parse(body)).toMatchObject({ type: "alert.test", data: { title: "Test: message to On call" } });
    expect(headers["webhook-signature"]).toStartWith("v1,");
    expect((await ask("GET", "channels")).body?.channels[0]).toMatchObject({ last: { state: "failed" } });
    expect((await ask("POST", "channels/nothing/test")).status).toBe(404);
  });

  test("gets a new signing secret, shown once; only webhooks have one", async () => {
    const there = listening(() => new Response("ok"));
    const web = opened();
    web.clock.now = Date.now() * 1_000;
    const made = await web.ask("POST", "channels", hook(there.url));
    const renewed = await web.ask("POST", `channels/${made.body?.channel_id}/signing-secret`);
    expect(renewed.status).toBe(201);
    await web.ask("POST", `channels/${made.body?.channel_id}/test`);
    const { headers = {}, body = "" } = there.received[0] ?? {};
    for (const answer of [made, renewed]) new Webhook(answer.body?.signing_secret ?? "").verify(body, headers);
    const page = await web.ask("POST", "channels", { name: "Page", kind: "page" });
    expect((await web.ask("POST", `channels/${page.body?.channel_id}/signing-secret`)).status).toBe(409);
  });
});

describe("a delivery", () => {
  test("is listed newest first, by channel, state and notice, in pages, and shown with every try", async () => {
    const there = listening((_, count) => new Response("hm", { status: count === 3 ? 500 : 200 }));
    const { ask, parts } = opened();
    const ids = [];
    for (const name of ["one", "two"]) {
      ids.push((await ask("POST", "channels", { ...hook(there.url), name })).body?.channel_id ?? "");
    }
    const [one = "", two = ""] = ids;
    const [first, second] = [notice(), notice()];
    parts.delivery.send(first, [one]);
    parts.delivery.send(second, [one]);
    await parts.delivery.tick();
    parts.delivery.send(second, [two]);
    await parts.delivery.tick();
    const list = async (query: string) => (await ask("GET", `deliveries${query}`)).body;
    expect((await list(""))?.deliveries.map(({ channel_id, state }) => [channel_id, state])).toEqual([
      [two, "waiting"],
      [one, "delivered"],
      [one, "delivered"],
    ]);
    expect((await list(`?channel_id=${two}`))?.deliveries.length).toBe(1);
    expect((await list("?state=delivered"))?.deliveries.length).toBe(2);
    expect((await list(`?notice_id=${second.notice_id}`))?.deliveries.length).toBe(2);
    expect((await list("?state=failed"))?.deliveries).toEqual([]);
    const page = await list("?limit=2");
    const rest = await list(`?limit=2&cursor=${page?.next_cursor}`);
    expect([page?.deliveries.length, rest?.deliveries.length, rest?.next_cursor]).toEqual([2, 1, null]);
    expect((await ask("GET", "deliveries?state=lost")).status).toBe(422);
    expect((await ask("GET", "deliveries?cursor=nonsense")).status).toBe(422);

    const shown = await ask("GET", `deliveries/${page?.deliveries[0]?.delivery_id}`);
    expect(shown.body).toMatchObject({
      kind: "firing",
      title: "Firing: Stall rate above 30% at Jorge Main — 41% over the last hour (since 14:05 UTC)",
      state: "waiting",
      tries: 1,
      error: "The receiver answered 500.",
      facts: { kpi: "stall_rate" },
      attempts: [{ status: 500, error: "The receiver answered 500.", response: "hm" }],
    });
    expect((await ask("GET", "deliveries/nothing")).status).toBe(404);
  });

  test("is sent once more when asked for, and not to a channel that is gone", async () => {
    const there = listening(() => new Response("ok"));
    const { ask, parts } = opened();
    const made = await ask("POST", "channels", hook(there.url));
    parts.delivery.send(notice(), [made.body?.channel_id ?? ""]);
    await parts.delivery.tick();
    const [{ delivery_id } = { delivery_id: "" }] = (await ask("GET", "deliveries")).body?.deliveries ?? [];
    const again = await ask("POST", `deliveries/${delivery_id}/replay`);
    expect(again.status).toBe(202);
    expect(again.body).toMatchObject({ replay_of: delivery_id, state: "waiting" });
    await parts.delivery.tick();
    expect(there.received.length).toBe(2);
    await ask("DELETE", `channels/${made.body?.channel_id}`);
    expect((await ask("POST", `deliveries/${delivery_id}/replay`)).status).toBe(409);
    expect((await ask("POST", "deliveries/nothing/replay")).status).toBe(404);
  });
});

describe("a browser", () => {
  const KEYS = {
    p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    auth: "BTBZMqHH6r4Tts7J_aSIgg",
  };

  test("is subscribed by the person who sits before it, and by no key", async () => {
    const web = opened({ public_url: "https://localhost" });
    const { cookie } = await web.signIn();
    const headers = {
      cookie: cookie.replace("bellwether=", "__Host-bellwether="),
      "content-type": "application/json",
      origin: "https://localhost",
    };
    const ask = (method: string, path: string, json?: unknown) =>
      web.send(`/api/alerts/${path}`, {
        method,
        headers,
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
    const key = await (await ask("GET", "push-key")).json();
    expect(key).toEqual({ key: expect.stringMatching(/^B[\w-]{86}$/) });
    const subscription = { endpoint: "https://push.example.net/abc", expirationTime: null, keys: KEYS };
    const made = await ask("POST", "push-subscriptions", subscription);
    expect(made.status).toBe(201);
    const { subscription_id } = z.object({ subscription_id: z.string() }).parse(await made.json());
    const same = await ask("POST", "push-subscriptions", subscription);
    expect(await same.json()).toMatchObject({ subscription_id });
    for (const wrong of [
      { ...subscription, endpoint: "https://169.254.169.254/" },
      { ...subscription, keys: { ...KEYS, auth: "AAAA" } },
      { ...subscription, keys: {} },
    ]) {
      expect((await ask("POST", "push-subscriptions", wrong)).status).toBe(422);
    }
    for (let n = 0; n < 25; n++) {
      await ask("POST", "push-subscriptions", { ...subscription, endpoint: `https://push.example.net/${n}` });
    }
    expect(web.control.pushSubscriptions().length).toBe(20);
    const [last] = web.control.pushSubscriptions().slice(-1);
    expect((await ask("DELETE", `push-subscriptions/${last?.subscription_id}`)).status).toBe(204);
    expect((await ask("DELETE", `push-subscriptions/${last?.subscription_id}`)).status).toBe(404);
    const byKey = await asker(web)("GET", "push-key");
    expect(byKey.status).toBe(403);
  });

  test("is not subscribed where there is no TLS, which is said plainly", async () => {
    const web = opened({ public_url: "" });
    const { cookie } = await web.signIn();
    const answer = await web.send("/api/alerts/push-key", { headers: { cookie } });
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({
      detail: "Browsers take messages only over TLS: set public_url to an https address.",
    });
  });
});
