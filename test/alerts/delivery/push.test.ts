/** Web Push: encryption by the RFC's own vector, and a push service on loopback. */
import { describe, expect, test } from "bun:test";
import { createDecipheriv, createECDH, hkdfSync } from "node:crypto";
import { importJWK, jwtVerify } from "jose";
import { pushPayload } from "../../../src/alerts/delivery/push.ts";
import { arePushKeys, encryptPush, PLAIN_BYTES_MAX } from "../../../src/alerts/delivery/push-encryption.ts";
import { vapidAuthorization, vapidPublicKey } from "../../../src/alerts/delivery/vapid.ts";
import { openControl } from "../../../src/control/control.ts";
import { deliveryWorld, notice, receiver, SECOND } from "./world.ts";

/** RFC 8291, section 5 and appendix A. */
const RFC = {
  plain: "When I grow up, I want to be a watermelon",
  as_private: "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
  as_public: "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
  ua_private: "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
  ua_public: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
  salt: "DGv6ra1nlYgDCS1FRnbzlw",
  body: "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
};
const KEYS = { p256dh: RFC.ua_public, auth: RFC.auth };

describe("encryption", () => {
  test("gives the message of RFC 8291, byte for byte", async () => {
    const body = await encryptPush(new TextEncoder().encode(RFC.plain), KEYS, {
      pair: await rfcSender(),
      salt: new Uint8Array(Buffer.from(RFC.salt, "base64url")),
    });
    expect(Buffer.from(body).toString("base64url")).toBe(RFC.body);
  });

  test("is new each time, and read by the browser's keys", async () => {
    const plain = new TextEncoder().encode("Stalls");
    const [one, two] = [await encryptPush(plain, KEYS), await encryptPush(plain, KEYS)];
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(false);
    expect(read(one)).toBe("Stalls");
    expect(read(two)).toBe("Stalls");
  });

  test("fits one record of 4,096 bytes, and refuses more", async () => {
    expect((await encryptPush(new Uint8Array(PLAIN_BYTES_MAX), KEYS)).length).toBe(4_096);
    expect(encryptPush(new Uint8Array(PLAIN_BYTES_MAX + 1), KEYS)).rejects.toThrow();
  });

  test("knows keys that are none", async () => {
    expect(await arePushKeys(KEYS)).toBe(true);
    expect(await arePushKeys({ ...KEYS, auth: "c2hvcnQ" })).toBe(false);
    expect(await arePushKeys({ ...KEYS, p256dh: RFC.as_private })).toBe(false);
    expect(await arePushKeys({ ...KEYS, p256dh: `${RFC.ua_public.slice(0, -4)}AAAA` })).toBe(false);
    expect(await arePushKeys({ p256dh: "", auth: "" })).toBe(false);
  });

  test("has room for the longest of notices", () => {
    for (const words of ["x", "é", "漢", "\\", "\u{1f600}"]) {
      const long = notice({ title: words.repeat(3_000), text: words.repeat(9_000) });
      expect(pushPayload(long, "https://bi.example.com").length).toBeLessThanOrEqual(PLAIN_BYTES_MAX);
    }
  });
});

test("the appliance says who it is by RFC 8292, with a key that stays", async () => {
  const control = openControl(":memory:");
  const [key, same] = await Promise.all([vapidPublicKey(control), vapidPublicKey(control)]);
  expect(same).toBe(key);
  const now = Date.now() * 1_000;
  const header = await vapidAuthorization(control, "https://push.example.net:8443/abc", "https://bi.example.com", now);
  const [, token = "", shown = ""] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(header) ?? [];
  expect(shown).toBe(key);
  const point = Buffer.from(key, "base64url");
  expect([point.length, point[0]]).toEqual([65, 4]);
  const [x, y] = [point.subarray(1, 33).toString("base64url"), point.subarray(33).toString("base64url")];
  const { payload, protectedHeader } = await jwtVerify(
    token,
    await importJWK({ kty: "EC", crv: "P-256", x, y }, "ES256"),
  );
  expect(protectedHeader).toEqual({ typ: "JWT", alg: "ES256" });
  expect(payload.aud).toBe("https://push.example.net:8443");
  expect(payload.sub).toBe("https://bi.example.com");
  expect((payload.exp ?? 0) - now / 1_000_000).toBeLessThanOrEqual(86_400);
  control.close();
});

describe("a push channel", () => {
  test("reaches the browsers of those who may see the location, forgets the gone, tries the others again", async () => {
    let broken = true;
    const good = receiver(() => new Response("", { status: 201 }));
    const gone = receiver(() => new Response("", { status: 410 }));
    const flaky = receiver(() => new Response("", { status: broken ? 503 : 201 }));
    const hidden = receiver(() => new Response("", { status: 201 }));
    const world = deliveryWorld();
    const person = (email: string, locations: readonly string[] | null) =>
      world.control.addUser({ email, name: email, password: null, role: "viewer", locations });
    const [all, here, there] = [
      await person("all@example.com", null),
      await person("here@example.com", ["jorge_main"]),
      await person("there@example.com", ["elsewhere"]),
    ];
    const browser = (user_id: string, endpoint: string) =>
      world.control.putPushSubscription({ user_id, endpoint, ...KEYS });
    browser(all.user_id, good.url);
    browser(here.user_id, flaky.url);
    browser(here.user_id, gone.url);
    browser(there.user_id, hidden.url);
    const { channel_id } = world.channel({ kind: "push" });
    const sent = notice();
    world.delivery.send(sent, [channel_id]);
    await world.delivery.tick();
    expect([good, flaky, gone, hidden].map(({ received }) => received.length)).toEqual([1, 1, 1, 0]);
    expect(
      world.control
        .pushSubscriptions()
        .map(({ endpoint }) => endpoint)
        .sort(),
    ).toEqual([good.url, flaky.url, hidden.url].sort());
    const [row] = world.control.deliveries({ locations: null, limit: 1 });
    expect(row).toMatchObject({ state: "waiting", tries: 1, error: "1 of 2 browsers: The receiver answered 503." });
    broken = false;
    world.clock.now += 5 * SECOND;
    await world.delivery.tick();
    expect([good, flaky].map(({ received }) => received.length)).toEqual([1, 2]);
    expect(world.control.delivery(row?.delivery_id ?? "")?.state).toBe("delivered");
    expect(world.control.notificationChannel(channel_id)?.enabled).toBe(true);

    const { headers = {} } = good.received[0] ?? {};
    expect(headers).toMatchObject({ "content-encoding": "aes128gcm", ttl: "86400", urgency: "high" });
    expect(headers.topic).toMatch(/^[\w-]{32}$/);
    expect(headers.authorization).toStartWith("vapid t=");
    for (const { stop } of [good, gone, flaky, hidden]) stop();
    await world.stop();
  });

  test("says what a person is shown", () => {
    const said: unknown = JSON.parse(
      new TextDecoder().decode(pushPayload(notice({ notice_id: "n1" }), "https://bi.example.com")),
    );
    expect(said).toMatchObject({
      title: "Firing: Stall rate above 30% at Jorge Main — 41% over the last hour (since 14:05 UTC)",
      body: "Stall rate was 41% over the last hour. The rule allows 30%.",
      tag: "n1",
      url: "https://bi.example.com/alerts?id=a1",
    });
  });

  test("fails at once without TLS, and where nobody subscribed", async () => {
    const plain = deliveryWorld({ settings: { public_url: "http://bi.example.com" } });
    plain.delivery.send(notice(), [plain.channel({ kind: "push" }).channel_id]);
    await plain.delivery.tick();
    expect(plain.failed.map(({ why }) => why)).toEqual(["Browsers take messages only over TLS (public_url)."]);
    await plain.stop();
    const empty = deliveryWorld();
    empty.delivery.send(notice(), [empty.channel({ kind: "push" }).channel_id]);
    await empty.delivery.tick();
    expect(empty.failed.length).toBe(1);
    await empty.stop();
  });
});

async function rfcSender(): Promise<CryptoKeyPair> {
  const point = Buffer.from(RFC.as_public, "base64url");
  const [x, y] = [point.subarray(1, 33).toString("base64url"), point.subarray(33).toString("base64url")];
  const jwk = { kty: "EC", crv: "P-256", x, y, ext: true };
  const curve = { name: "ECDH", namedCurve: "P-256" };
  return {
    publicKey: await crypto.subtle.importKey("jwk", jwk, curve, true, []),
    privateKey: await crypto.subtle.importKey("jwk", { ...jwk, d: RFC.as_private }, curve, true, ["deriveBits"]),
  };
}

/** The browser's side, by node:crypto instead of WebCrypto. */
function read(body: Uint8Array): string {
  const bytes = Buffer.from(body);
  const [salt, sender, sealed] = [bytes.subarray(0, 16), bytes.subarray(21, 86), bytes.subarray(86)];
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(Buffer.from(RFC.ua_private, "base64url"));
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), Buffer.from(RFC.ua_public, "base64url"), sender]);
  const hkdf = (salted: Uint8Array, input: Uint8Array, about: string | Buffer, length: number) =>
    Buffer.from(hkdfSync("sha256", input, salted, about, length));
  const input = hkdf(Buffer.from(RFC.auth, "base64url"), ecdh.computeSecret(sender), info, 32);
  const key = hkdf(salt, input, "Content-Encoding: aes128gcm\0", 16);
  const decipher = createDecipheriv("aes-128-gcm", key, hkdf(salt, input, "Content-Encoding: nonce\0", 12));
  decipher.setAuthTag(sealed.subarray(-16));
  const record = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  expect(record.at(-1)).toBe(2);
  return record.subarray(0, -1).toString();
}
