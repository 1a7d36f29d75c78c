import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Secret, TOTP } from "otpauth";
import { z } from "zod";
import { PASSWORD, type World, world } from "./access_world.ts";

const EMAIL = "jorge@example.com";
const NEXT = "another horse battery";
const HALF_MINUTE = 30 * 1_000_000;

let w: World;
let cookie: string;
beforeEach(async () => {
  w = world();
  ({ cookie } = await w.signIn());
});
afterEach(() => w.control.close());

function api(method: string, path: string, body?: unknown, headers: Record<string, string> = { cookie }) {
  return w.send(path, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const statusOf = async (sent: Promise<Response>) => (await sent).status;
const isIn = async (session: string) =>
  (await statusOf(api("GET", "/api/auth/me", undefined, { cookie: session }))) === 200;
const cookieOf = (response: Response) => response.headers.get("set-cookie")?.split(";")[0] ?? "";
const token = (otp?: string) =>
  api("POST", "/api/auth/token", { email: EMAIL, password: PASSWORD, ...(otp ? { otp } : {}) }, {});
const codeOf = async (response: Response) =>
  z.object({ errors: z.array(z.object({ code: z.string() })) }).parse(await response.json()).errors[0]?.code;

describe("sessions", () => {
  test("are listed, each with where it came from, and ended one by one", async () => {
    w.clock.now += 1_000_000;
    const headers = { "user-agent": "Mozilla/5.0 Firefox/140.0", "x-forwarded-for": "203.0.113.7" };
    const other = cookieOf(await w.submit("/login", { email: EMAIL, password: PASSWORD }, { headers }));
    const listed: unknown = await (await api("GET", "/api/auth/sessions?limit=1")).json();
    const { sessions, next_cursor } = z
      .object({ sessions: z.array(z.looseObject({ session_id: z.string() })), next_cursor: z.string() })
      .parse(listed);
    expect(sessions).toMatchObject([{ kind: "session", address: "203.0.113.7", current: false }]);
    expect(await (await api("GET", `/api/auth/sessions?limit=1&cursor=${next_cursor}`)).json()).toMatchObject({
      sessions: [{ current: true, address: null }],
      next_cursor: null,
    });
    expect(await statusOf(api("DELETE", `/api/auth/sessions/${sessions[0]?.session_id}`))).toBe(204);
    expect(await statusOf(api("DELETE", `/api/auth/sessions/${sessions[0]?.session_id}`))).toBe(404);
    expect([await isIn(other), await isIn(cookie)]).toEqual([false, true]);
  });

  test("of others are not there", async () => {
    const given = { email: "ana@example.com", name: "Ana", password: null, role: "viewer", locations: null } as const;
    const ana = await w.control.addUser(given);
    const { session } = w.control.openSession(ana.user_id, false, w.clock.now);
    expect(await statusOf(api("DELETE", `/api/auth/sessions/${session.session_id}`))).toBe(404);
  });

  test("looking at one does not keep it alive", async () => {
    const own = cookie.split("=")[1] ?? "";
    for (let i = 0; i < 5; i++) {
      w.clock.now += 7 * 60 * 1_000_000;
      w.control.peekSession(own, w.clock.now);
    }
    expect(await isIn(cookie)).toBe(false);
  });

  test("beyond a hundred of one person, the one used the longest ago gives way", async () => {
    const user_id = w.control.users()[0]?.user_id ?? "";
    for (let i = 0; i < 100; i++) w.control.openSession(user_id, false, w.clock.now + 1);
    expect(await isIn(cookie)).toBe(false);
    expect(w.control.sessionsOf(user_id, w.clock.now)).toHaveLength(100);
  });
});

describe("PUT /api/auth/password", () => {
  test("ends everything else, and gives this browser a new session", async () => {
    const { cookie: other } = await w.signIn();
    const { access_token } = z.object({ access_token: z.string() }).parse(await (await token()).json());
    const response = await api("PUT", "/api/auth/password", { current: PASSWORD, new: NEXT });
    expect(response.status).toBe(204);
    expect([await isIn(cookie), await isIn(other), await isIn(cookieOf(response))]).toEqual([false, false, true]);
    const bearer = { authorization: `Bearer ${access_token}` };
    expect(await statusOf(api("GET", "/api/auth/me", undefined, bearer))).toBe(401);
    expect(await w.control.checkPassword(EMAIL, NEXT)).not.toBeNull();
  });

  test("gives a program new tokens", async () => {
    const { access_token } = z.object({ access_token: z.string() }).parse(await (await token()).json());
    const bearer = { authorization: `Bearer ${access_token}` };
    const response = await api("PUT", "/api/auth/password", { current: PASSWORD, new: NEXT }, bearer);
    const next = z.object({ access_token: z.string() }).parse(await response.json());
    expect(await statusOf(api("GET", "/api/auth/me", undefined, bearer))).toBe(401);
    const renewed = { authorization: `Bearer ${next.access_token}` };
    expect(await statusOf(api("GET", "/api/auth/me", undefined, renewed))).toBe(200);
  });

  const wrong = [
    { name: "a wrong password", body: { current: "wrong horse battery", new: NEXT }, code: "password_wrong" },
    { name: "a new one that is short", body: { current: PASSWORD, new: "short" }, code: "password_invalid" },
    { name: "nothing new", body: { current: PASSWORD }, code: "invalid_type" },
  ];
  for (const { name, body, code } of wrong) {
    test(`refuses ${name}, and changes nothing`, async () => {
      const response = await api("PUT", "/api/auth/password", body);
      expect([response.status, await codeOf(response)]).toEqual([422, code]);
      expect(await isIn(cookie)).toBe(true);
    });
  }

  test("lets nobody guess: after ten wrong ones it has to wait", async () => {
    const guess = () => statusOf(api("PUT", "/api/auth/password", { current: "wrong horse battery", new: NEXT }));
    for (let i = 0; i < 10; i++) expect(await guess()).toBe(422);
    expect(await guess()).toBe(429);
  }, 30_000);
});

describe("the second factor", () => {
  async function turnOn(): Promise<{ totp: TOTP; codes: readonly string[] }> {
    const started = await api("POST", "/api/auth/totp");
    expect(started.status).toBe(201);
    const { secret, url, qr_svg } = z
      .object({ secret: z.string(), url: z.string(), qr_svg: z.string() })
      .parse(await started.json());
    expect(url).toStartWith("otpauth://totp/Bellwether:jorge%40example.com?");
    expect(qr_svg).toStartWith("<svg");
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    const confirmed = await api("PUT", "/api/auth/totp", { otp: now(totp) });
    return {
      totp,
      codes: z.object({ recovery_codes: z.array(z.string()) }).parse(await confirmed.json()).recovery_codes,
    };
  }
  const now = (totp: TOTP) => totp.generate({ timestamp: w.clock.now / 1_000 });

  test("counts once it is confirmed, and is asked for from then on", async () => {
    await api("POST", "/api/auth/totp");
    expect(await statusOf(token())).toBe(200);
    expect(await codeOf(await api("PUT", "/api/auth/totp", { otp: "000000" }))).toBe("otp_wrong");
    const { totp, codes } = await turnOn();
    expect(new Set(codes).size).toBe(10);
    expect(await codeOf(await token())).toBe("otp_required");
    w.clock.now += HALF_MINUTE;
    expect(await statusOf(token(now(totp)))).toBe(200);
    expect(await statusOf(api("POST", "/api/auth/totp"))).toBe(409);
  });

  test("takes a code once, and none that is older than the last", async () => {
    const { totp } = await turnOn();
    // It was just shown to confirm.
    expect(await codeOf(await token(now(totp)))).toBe("otp_wrong");
    w.clock.now += 2 * HALF_MINUTE;
    const code = now(totp);
    const both = await Promise.all([token(code), token(code)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    const before = totp.generate({ timestamp: (w.clock.now - HALF_MINUTE) / 1_000 });
    expect(await codeOf(await token(before))).toBe("otp_wrong");
  });

  test("has recovery codes, each good once, however they are typed", async () => {
    const { codes } = await turnOn();
    const [first = "", second = ""] = codes;
    expect(await statusOf(token(first))).toBe(200);
    expect(await codeOf(await token(first))).toBe("otp_wrong");
    expect(await statusOf(token(second.toUpperCase().replace("-", " ")))).toBe(200);
    expect(w.control.recoveryCodesLeft(w.control.users()[0]?.user_id ?? "")).toBe(8);
  });

  test("is asked for in a second step of the page, which never holds the password", async () => {
    const { totp } = await turnOn();
    w.clock.now += HALF_MINUTE;
    const first = await w.submit("/login", { email: EMAIL, password: PASSWORD, next: "/settings/account" });
    const text = await first.text();
    expect([first.status, first.headers.get("set-cookie")]).toEqual([200, null]);
    expect(text).not.toContain(PASSWORD);
    const ticket = /name="ticket" value="([^"]+)"/.exec(text)?.[1] ?? "";
    expect((await w.submit("/login", { ticket, otp: "000000" })).status).toBe(401);
    const done = await w.submit("/login", { ticket, otp: now(totp) });
    expect([done.status, done.headers.get("location")]).toEqual([303, "/settings/account"]);
    expect(await isIn(cookieOf(done))).toBe(true);
    expect((await w.submit("/login", { ticket, otp: now(totp) })).status).toBe(401);
  });

  test("is not asked for for ever: the second step has five minutes", async () => {
    const { totp } = await turnOn();
    const first = await w.submit("/login", { email: EMAIL, password: PASSWORD });
    const ticket = /name="ticket" value="([^"]+)"/.exec(await first.text())?.[1] ?? "";
    w.clock.now += 10 * HALF_MINUTE;
    expect((await w.submit("/login", { ticket, otp: now(totp) })).status).toBe(401);
  });

  test("cannot be guessed by showing the password in between, nor from fifty addresses", async () => {
    await turnOn();
    for (let i = 0; i < 10; i++) {
      expect(await codeOf(await token("000000"))).toBe("otp_wrong");
      if (i < 9) expect(await codeOf(await token())).toBe("otp_required");
    }
    expect(await statusOf(token("000000"))).toBe(429);
    const from = (address: string, otp: string) =>
      api("POST", "/api/auth/token", { email: EMAIL, password: PASSWORD, otp }, { "x-forwarded-for": address });
    for (let i = 0; i < 40; i++) expect(await statusOf(from(`203.0.113.${i}`, "000000"))).toBe(401);
    expect(await statusOf(from("203.0.113.200", "000000"))).toBe(429);
  }, 60_000);

  test("goes away with the password", async () => {
    await turnOn();
    expect(await codeOf(await api("DELETE", "/api/auth/totp", { password: "wrong horse battery" }))).toBe(
      "password_wrong",
    );
    expect(await statusOf(api("DELETE", "/api/auth/totp", { password: PASSWORD }))).toBe(204);
    expect(await statusOf(token())).toBe(200);
    expect(await statusOf(api("DELETE", "/api/auth/totp", { password: PASSWORD }))).toBe(404);
    const actions = w.control.audits({ locations: null, limit: 100 }).map(({ action }) => action);
    expect(actions).toEqual(["token_issued", "totp_disabled", "login_failed", "totp_enabled"]);
  });

  test("its secret is in no answer and in no list", async () => {
    const { codes } = await turnOn();
    const [user] = w.control.users();
    expect(Object.keys(user ?? {}).sort()).toEqual(
      ["created_at", "email", "invited", "locale", "locations", "name", "role", "theme", "totp", "user_id"].sort(),
    );
    const text = await (await api("GET", "/api/admin/users")).text();
    expect(text).not.toContain("secret");
    expect(text).not.toContain(codes[0] ?? "");
  });
});
