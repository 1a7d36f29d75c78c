import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, SignJWT } from "jose";
import { z } from "zod";
import { PASSWORD, type World, world } from "./access_world.ts";

const EMAIL = "jorge@example.com";
const MINUTE = 60 * 1_000_000;
const pairSchema = z.object({ access_token: z.string(), refresh_token: z.string(), expires_in: z.number() });
type Pair = z.infer<typeof pairSchema>;

let w: World;
beforeEach(async () => {
  w = world();
  await w.signIn();
});
afterEach(() => w.control.close());

/** As a program sends it: no Origin, no cookie. */
function post(path: string, body: unknown, headers: Record<string, string> = {}, method = "POST") {
  const sent = { "content-type": "application/json", origin: "https://elsewhere.example", ...headers };
  return w.send(path, { method, headers: sent, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

const me = (token: string) => w.send("/api/auth/me", { headers: { authorization: `Bearer ${token}` } });
const bearer = ({ access_token }: Pair) => ({ authorization: `Bearer ${access_token}` });
const actions = () => w.control.audits({ locations: null, limit: 100 }).map(({ action }) => action);

async function signIn(): Promise<Pair> {
  return pairSchema.parse(await (await post("/api/auth/token", { email: EMAIL, password: PASSWORD })).json());
}

async function refresh(refresh_token: string) {
  const response = await post("/api/auth/refresh", { refresh_token });
  return { status: response.status, pair: response.status === 200 ? pairSchema.parse(await response.json()) : null };
}

describe("POST /api/auth/token", () => {
  test("gives a pair that says who, for ten minutes", async () => {
    const response = await post("/api/auth/token", { email: EMAIL, password: PASSWORD });
    expect([response.status, response.headers.get("set-cookie")]).toEqual([200, null]);
    const { access_token, refresh_token, expires_in } = pairSchema.parse(await response.json());
    expect([refresh_token.slice(0, 4), expires_in]).toEqual(["bwr_", 600]);
    expect(decodeProtectedHeader(access_token)).toMatchObject({ alg: "EdDSA", typ: "at+jwt", kid: expect.any(String) });
    expect(decodeJwt(access_token)).toMatchObject({ iss: "bellwether", aud: "bellwether-api" });
    expect(await (await me(access_token)).json()).toMatchObject({
      kind: "user",
      role: "owner",
      signed_in_by: "tokens",
    });
    expect(actions()).toEqual(["token_issued"]);
    w.clock.now += 10 * MINUTE;
    expect((await me(access_token)).status).toBe(401);
  });

  const wrong: { name: string; body: unknown; status: number; code: string }[] = [
    {
      name: "a wrong password",
      body: { email: EMAIL, password: "wrong horse" },
      status: 401,
      code: "credentials_wrong",
    },
    { name: "nobody", body: { email: "x@example.com", password: PASSWORD }, status: 401, code: "credentials_wrong" },
    { name: "no password", body: { email: EMAIL }, status: 422, code: "invalid_type" },
    { name: "more than is asked", body: { email: EMAIL, password: "x", a: 1 }, status: 422, code: "unrecognized_keys" },
  ];
  for (const { name, body, status, code } of wrong) {
    test(`refuses ${name}`, async () => {
      const response = await post("/api/auth/token", body);
      expect([response.status, await response.json()]).toEqual([
        status,
        expect.objectContaining({ errors: [expect.objectContaining({ code })] }),
      ]);
      if (status === 401) expect(response.headers.get("www-authenticate")).toBe("Bearer");
    });
  }

  test("counts failures with the login page, names no stranger in the log, and says how many are left", async () => {
    for (let i = 0; i < 10; i++) {
      const response = await post("/api/auth/token", { email: EMAIL, password: "wrong horse battery" });
      expect([response.status, response.headers.get("ratelimit-remaining")]).toEqual([401, String(9 - i)]);
    }
    const waiting = await post("/api/auth/token", { email: EMAIL, password: PASSWORD });
    expect([waiting.status, waiting.headers.get("retry-after")]).toEqual([429, "900"]);
    expect((await w.submit("/login", { email: EMAIL, password: PASSWORD })).status).toBe(429);
    const elsewhere = { "x-forwarded-for": "203.0.113.9" };
    expect((await post("/api/auth/token", { email: EMAIL, password: PASSWORD }, elsewhere)).status).toBe(200);
    await post("/api/auth/token", { email: "secret@typed.example", password: "x" }, elsewhere);
    const [newest] = w.control.audits({ locations: null, limit: 1 });
    expect(newest).toMatchObject({ action: "login_failed", object: null, address: "203.0.113.9" });
    expect(JSON.stringify(w.control.audits({ locations: null, limit: 100 }))).not.toContain("secret@typed");
  }, 30_000);
});

describe("refresh tokens", () => {
  test("are good once; one that comes back ends the family, and the log says so", async () => {
    const first = await signIn();
    const second = (await refresh(first.refresh_token)).pair;
    expect(second?.refresh_token).not.toBe(first.refresh_token);
    expect((await me(second?.access_token ?? "")).status).toBe(200);
    expect((await refresh(first.refresh_token)).status).toBe(401);
    expect((await refresh(second?.refresh_token ?? "")).status).toBe(401);
    expect((await me(second?.access_token ?? "")).status).toBe(401);
    expect(actions()).toEqual(["token_reuse", "token_issued"]);
  });

  test("of another sign-in are not touched by that", async () => {
    const [stolen, other] = [await signIn(), await signIn()];
    await refresh(stolen.refresh_token);
    await refresh(stolen.refresh_token);
    expect((await refresh(other.refresh_token)).status).toBe(200);
  });

  test("of two at once with the same one, one wins and the family ends", async () => {
    const { refresh_token } = await signIn();
    const both = await Promise.all([refresh(refresh_token), refresh(refresh_token)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    const winner = both.find(({ pair }) => pair !== null)?.pair;
    expect((await refresh(winner?.refresh_token ?? "")).status).toBe(401);
  });

  test("end after 30 days, used or not", async () => {
    let { refresh_token } = await signIn();
    for (let day = 0; day < 29; day += 7) {
      w.clock.now += 7 * 24 * 60 * MINUTE;
      const next = await refresh(refresh_token);
      expect([day, next.status]).toEqual([day, day < 28 ? 200 : 401]);
      refresh_token = next.pair?.refresh_token ?? "";
    }
  });

  test("that nobody made are nobody's", async () => {
    expect((await refresh("bwr_x")).status).toBe(401);
    expect(actions()).toEqual([]);
  });
});

describe("an access token is nobody's", () => {
  const endings: { name: string; end: (pair: Pair) => unknown }[] = [
    { name: "after a logout", end: (pair) => post("/api/auth/logout", undefined, bearer(pair)) },
    { name: "after a new password", end: () => w.control.setPassword(userId(), "another horse battery") },
    {
      name: "after a new role",
      end: async () => {
        await secondOwner();
        w.control.setUser(userId(), { role: "viewer" });
      },
    },
    {
      name: "after its person was removed",
      end: async () => {
        await secondOwner();
        w.control.removeUser(userId());
      },
    },
    { name: "after its family was ended in the list", end: (pair) => endOwn(pair) },
    {
      name: "after the signing key was changed at once",
      end: (pair) => post("/api/admin/signing-keys", undefined, bearer(pair)),
    },
  ];
  for (const { name, end } of endings) {
    test(name, async () => {
      const pair = await signIn();
      expect((await me(pair.access_token)).status).toBe(200);
      await end(pair);
      expect((await me(pair.access_token)).status).toBe(401);
    });
  }

  test("after the key was changed at once, but the refresh token gives the next", async () => {
    const pair = await signIn();
    expect((await post("/api/admin/signing-keys", undefined, bearer(pair))).status).toBe(201);
    const next = (await refresh(pair.refresh_token)).pair;
    expect((await me(next?.access_token ?? "")).status).toBe(200);
  });

  const forged: { name: string; header?: object; claims?: object; own?: boolean }[] = [
    { name: "without a key id", header: { kid: undefined } },
    { name: "with another key id", header: { kid: "x" } },
    { name: "of another type", header: { typ: "JWT" } },
    { name: "of another issuer", claims: { iss: "elsewhere" } },
    { name: "for another audience", claims: { aud: "elsewhere" } },
    { name: "without an end", claims: { exp: undefined } },
    { name: "without a family", claims: { fam: undefined } },
    { name: "of a family of nobody", claims: { fam: "x" } },
    { name: "of another person", claims: { sub: "x" } },
    { name: "signed by another key", own: false },
  ];
  for (const { name, header = {}, claims = {}, own = true } of forged) {
    test(name, async () => {
      const { access_token } = await signIn();
      const good = { header: decodeProtectedHeader(access_token), claims: decodeJwt(access_token) };
      const [key] = w.control.signingKeys();
      const others = await generateKeyPair("EdDSA", { extractable: true });
      const jwk = own ? JSON.parse(key?.private_jwk ?? "{}") : await exportJWK(others.privateKey);
      const forgery = await new SignJWT({ ...good.claims, ...claims })
        .setProtectedHeader({ ...good.header, alg: "EdDSA", ...header })
        .sign(await importJWK(jwk, "EdDSA"));
      expect((await me(forgery)).status).toBe(401);
    });
  }

  test("unsigned, or signed with the public key as a secret", async () => {
    const { access_token } = await signIn();
    const [, payload = ""] = access_token.split(".");
    const header = (alg: string) =>
      Buffer.from(JSON.stringify({ ...decodeProtectedHeader(access_token), alg })).toString("base64url");
    expect((await me(`${header("none")}.${payload}.`)).status).toBe(401);
    expect((await me(`${header("none")}.${payload}.x`)).status).toBe(401);
    const { x } = JSON.parse(w.control.signingKeys()[0]?.private_jwk ?? "{}");
    const hmac = await new SignJWT(decodeJwt(access_token))
      .setProtectedHeader({ ...decodeProtectedHeader(access_token), alg: "HS256" })
      .sign(Buffer.from(x, "base64url"));
    expect((await me(hmac)).status).toBe(401);
  });

  test("beside a good cookie, when it is wrong", async () => {
    const { cookie } = await w.signIn();
    expect((await w.send("/api/auth/me", { headers: { cookie, authorization: "Bearer a.b.c" } })).status).toBe(401);
  });
});

test("the rights of a token are those of now", async () => {
  const given = {
    email: "ana@example.com",
    name: "Ana",
    password: PASSWORD,
    role: "analyst",
    locations: ["a"],
  } as const;
  await w.control.addUser(given);
  const signedIn = await post("/api/auth/token", { email: given.email, password: PASSWORD });
  const { access_token } = pairSchema.parse(await signedIn.json());
  expect(await (await me(access_token)).json()).toMatchObject({ scopes: ["read", "export"], locations: ["a"] });
});

test("a signing key that is 90 days old gives way by itself, and what it signed holds on", async () => {
  const before = await signIn();
  const old = w.control.signingKeys()[0]?.kid;
  w.clock.now += 91 * 24 * 60 * MINUTE;
  await signIn();
  expect(w.control.signingKeys().map(({ kid }) => kid)).toEqual([expect.not.stringMatching(old ?? ""), old ?? ""]);
  expect(decodeProtectedHeader(before.access_token).kid).toBe(old ?? "");
});

function userId(): string {
  return w.control.users()[0]?.user_id ?? "";
}

async function secondOwner(): Promise<void> {
  const given = { email: "second@example.com", name: "S", password: null, role: "owner", locations: null } as const;
  await w.control.addUser(given);
}

async function endOwn(pair: Pair): Promise<void> {
  const { sessions } = z
    .object({ sessions: z.array(z.object({ session_id: z.string(), current: z.boolean() })) })
    .parse(await (await w.send("/api/auth/sessions", { headers: bearer(pair) })).json());
  const own = sessions.find(({ current }) => current);
  await post(`/api/auth/sessions/${own?.session_id}`, undefined, bearer(pair), "DELETE");
}
