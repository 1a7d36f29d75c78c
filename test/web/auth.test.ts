import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { SettingsError } from "../../src/config.ts";
import { ensureOwner, setupLink } from "../../src/web/auth.ts";
import { PASSWORD, type World, world } from "./access_world.ts";

let w: World;
beforeEach(() => {
  w = world();
});
afterEach(() => w.control.close());

const page = { headers: { accept: "text/html" } };

function setupForm(change: Record<string, string> = {}): Record<string, string> {
  const token = w.control.setupToken() ?? "";
  return {
    token,
    name: "Jorge",
    email: "jorge@example.com",
    password: PASSWORD,
    timezone: "America/Los_Angeles",
    ...change,
  };
}

function login(fields: Record<string, string>, headers: Record<string, string> = {}) {
  return w.submit("/login", { email: "jorge@example.com", password: PASSWORD, ...fields }, { headers });
}

function cookieOf(response: Response): string {
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

describe("the first start", () => {
  test("every page leads to the setup, which says where its link is", async () => {
    for (const path of ["/settings/keys", "/login"]) {
      const response = await w.send(path, page);
      expect([response.status, response.headers.get("location")]).toEqual([303, "/setup"]);
    }
    const closed = await w.send("/setup", page);
    expect(closed.status).toBe(403);
    expect(await closed.text()).toContain("The console");
  });

  test("the link opens the form, which makes the owner, signs them in and closes for ever", async () => {
    const link = setupLink(w.control, "http://localhost/");
    expect(link).toStartWith("http://localhost/setup?token=");
    expect((await w.send(link?.replace("http://localhost", "") ?? "", page)).status).toBe(200);

    const form = setupForm();
    const made = await w.submit("/setup", form);
    expect([made.status, made.headers.get("location")]).toEqual([303, "/"]);
    expect(w.control.users()).toMatchObject([{ email: "jorge@example.com", role: "owner", locations: null }]);
    expect(w.control.ensureLocation("first").timezone).toBe("America/Los_Angeles");

    const me = await w.send("/api/auth/me", { headers: { cookie: cookieOf(made) } });
    expect(await me.json()).toMatchObject({ kind: "user", role: "owner", email: "jorge@example.com" });

    expect((await w.send(`/setup?token=${form.token}`, page)).headers.get("location")).toBe("/login");
    expect((await w.submit("/setup", { ...form, email: "second@example.com" })).status).toBe(410);
    expect(w.control.userCount()).toBe(1);
    expect(setupLink(w.control, "http://localhost")).toBeNull();
  });

  const wrong: { name: string; fields: Record<string, string>; status: number; shows: string }[] = [
    { name: "another token", fields: { token: "x" }, status: 403, shows: "Open the setup link" },
    { name: "no name", fields: { name: " " }, status: 422, shows: 'id="name-err"' },
    { name: "half an address", fields: { email: "jorge@example" }, status: 422, shows: 'id="email-err"' },
    { name: "a short password", fields: { password: "secret" }, status: 422, shows: 'id="password-err"' },
    { name: "an endless password", fields: { password: "x".repeat(600) }, status: 422, shows: 'id="password-err"' },
    { name: "no such zone", fields: { timezone: "Mars/Base" }, status: 422, shows: 'id="timezone-err"' },
  ];
  for (const { name, fields, status, shows } of wrong) {
    test(`a setup with ${name} is refused, and makes nobody`, async () => {
      const response = await w.submit("/setup", setupForm(fields));
      const text = await response.text();
      expect(response.status).toBe(status);
      expect(text).toContain(shows);
      expect(w.control.userCount()).toBe(0);
    });
  }

  test("a refused form keeps what was typed, but never the password", async () => {
    const text = await (await w.submit("/setup", setupForm({ email: "jorge@x", password: "hunter2 hunter2" }))).text();
    expect(text).toContain('value="Jorge"');
    expect(text).toContain('value="jorge@x" aria-describedby="email-err" aria-invalid="true"');
    expect(text).toContain('<option value="America/Los_Angeles" selected>');
    expect(text).not.toContain("hunter2");
  });

  test("what is typed is escaped", async () => {
    const text = await (await w.submit("/setup", setupForm({ name: '"><script>x</script>', email: "x" }))).text();
    expect(text).not.toContain("<script>x");
  });
});

describe("an owner from the environment", () => {
  test("is made once", async () => {
    const settings = { admin_email: "Ops@example.com", admin_password: PASSWORD };
    expect(await ensureOwner(w.control, settings)).toMatchObject({
      email: "ops@example.com",
      role: "owner",
      name: "Ops",
    });
    expect(await ensureOwner(w.control, settings)).toBeNull();
  });

  test("is not asked for when nothing is set", async () => {
    expect(await ensureOwner(w.control, { admin_email: "", admin_password: "" })).toBeNull();
  });

  for (const settings of [
    { admin_email: "ops@example.com", admin_password: "" },
    { admin_email: "", admin_password: PASSWORD },
    { admin_email: "ops", admin_password: PASSWORD },
    { admin_email: "ops@example.com", admin_password: "hunter2" },
  ]) {
    test(`is refused for ${JSON.stringify(settings)}, without repeating the password`, async () => {
      const error: unknown = await ensureOwner(w.control, settings).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SettingsError);
      expect(String(error)).not.toContain("hunter2");
    });
  }
});

describe("sign-in", () => {
  beforeEach(() => w.signIn());

  test("a right password opens a session and goes on to the page that was asked for", async () => {
    const response = await login({ next: "/settings/keys?a=1" });
    expect([response.status, response.headers.get("location")]).toEqual([303, "/settings/keys?a=1"]);
    const cookie = response.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^bellwether=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect((await w.send("/api/auth/me", { headers: { cookie: cookieOf(response) } })).status).toBe(200);
  });

  test("over TLS the cookie is bound to the host", async () => {
    const tls = world({ public_url: "https://bi.example.com" });
    await tls.signIn();
    const headers = { origin: "https://bi.example.com" };
    const response = await tls.submit("/login", { email: "jorge@example.com", password: PASSWORD }, { headers });
    expect(response.headers.get("set-cookie")).toMatch(
      /^__Host-bellwether=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  test("kept signed in means 30 days", async () => {
    expect((await login({ remember: "on" })).headers.get("set-cookie")).toEndWith("; Max-Age=2592000");
  });

  const elsewhere = [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "",
    "\t//evil.example",
    "/%0a//x",
  ];
  for (const next of elsewhere) {
    test(`it never goes on to ${JSON.stringify(next)}`, async () => {
      const location = (await login({ next })).headers.get("location") ?? "";
      expect(new URL(location, "http://localhost").origin).toBe("http://localhost");
      expect(location).not.toStartWith("//");
    });
  }

  test("a wrong password and an unknown address get the same page", async () => {
    const texts = [];
    for (const email of ["jorge@example.com", "nobody@example.com"]) {
      const response = await login({ email, password: "wrong horse battery" });
      expect(response.status).toBe(401);
      texts.push((await response.text()).replaceAll(email, "…"));
    }
    expect(texts[0]).toBe(texts[1] ?? "");
    expect(texts[0]).toContain("The email or the password is wrong.");
    expect(texts[0]).not.toContain("wrong horse battery");
  });

  test("a sign-in ends the session that the browser had", async () => {
    const { cookie } = await w.signIn();
    const { csrf } = w.control.session(cookie.split("=")[1] ?? "", w.clock.now) ?? { csrf: "" };
    expect((await login({ csrf }, { cookie })).status).toBe(303);
    expect((await w.send("/api/auth/me", { headers: { cookie } })).status).toBe(401);
  });

  test("after 10 failures from one address even the right password has to wait, but not from elsewhere", async () => {
    for (let i = 0; i < 10; i++) expect((await login({ password: "wrong horse battery" })).status).toBe(401);
    const waiting = await login({});
    expect(waiting.status).toBe(429);
    expect(Number(waiting.headers.get("retry-after"))).toBe(15 * 60);
    expect((await login({}, { "x-forwarded-for": "203.0.113.7" })).status).toBe(303);
    w.clock.now += 15 * 60 * 1_000_000;
    expect((await login({})).status).toBe(303);
  });

  test("tries at once are counted before any of them is known to be wrong", async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => login({ password: "wrong horse battery" })));
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(10);
  });

  test("signing out ends the session and takes the cookie away", async () => {
    const { cookie, csrf } = await w.signIn();
    const response = await w.submit("/logout", { csrf }, { headers: { cookie } });
    expect([response.status, response.headers.get("location")]).toEqual([303, "/login"]);
    expect(response.headers.get("set-cookie")).toStartWith("bellwether=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    expect((await w.send("/api/auth/me", { headers: { cookie } })).status).toBe(401);
  });

  test("whoever is signed in does not see the login", async () => {
    const { cookie } = await w.signIn();
    expect((await w.send("/login?next=/x", { headers: { cookie } })).headers.get("location")).toBe("/x");
  });
});
