import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { User } from "../../../src/control/types.ts";
import { buildApp } from "../../../src/web/app.ts";
import { type IngestWorld, openWorld, removeFolder } from "../../support/ingest_world.ts";

const ORIGIN = "http://localhost";
let web: IngestWorld;
let app: ReturnType<typeof buildApp>;

beforeAll(async () => {
  web = await openWorld({ settings: { rate_auth_per_s: 0, rate_read_per_s: 0 } });
  app = buildApp(web.parts);
}, 60_000);
afterAll(async () => {
  await web.stop();
  removeFolder(web.dir);
});

let people = 0;
async function person(
  role: "analyst" | "viewer" = "analyst",
  locations: readonly string[] | null = null,
): Promise<User> {
  const email = `p${++people}@example.com`;
  return web.control.addUser({ email, name: "P", password: null, role, locations });
}

/** A browser that has just signed in. */
function signedIn({ user_id }: User) {
  const { token, session } = web.control.openSession(user_id, false, web.parts.now());
  const ask = async (path: string, init: RequestInit = {}, from?: string) => {
    const headers = new Headers({
      host: "localhost",
      origin: ORIGIN,
      cookie: `bellwether=${token}`,
      accept: "text/html",
    });
    if (from !== undefined) headers.set("referer", ORIGIN + from);
    const answer = await app.handle(new Request(ORIGIN + path, { ...init, headers, redirect: "manual" }));
    return { status: answer.status, to: answer.headers.get("location"), text: await answer.text() };
  };
  const submit = (path: string, fields: Record<string, string>) =>
    ask(path, { method: "POST", body: new URLSearchParams({ ...fields, csrf: session.csrf }) });
  return { ask, submit };
}

describe("the first page after a sign-in", () => {
  test("waits for a first event as long as there is none, whatever was looked at last", async () => {
    const user = await person();
    web.control.keepLastQuery(user.user_id, "timeframe=7d");
    const { status, text } = await signedIn(user).ask("/");
    expect([status, text.includes("Send your first event")]).toEqual([200, true]);
  });

  test("shows what was looked at last, once, and only where the address says nothing", async () => {
    await seed();
    const user = await person();
    const first = signedIn(user);
    expect((await first.ask("/")).status).toBe(200);
    expect((await first.ask("/?timeframe=90d&filter=bot_id:eq:luna")).status).toBe(200);
    expect((await first.ask("/")).status).toBe(200);
    const address = "/?timeframe=90d&filter=bot_id%3Aeq%3Aluna";
    const second = signedIn(user);
    expect((await second.ask("/")).to).toBe(address);
    expect((await second.ask(address)).status).toBe(200);
    expect((await second.ask("/")).status).toBe(200);
    expect((await signedIn(user).ask("/?timeframe=7d")).status).toBe(200);
  });

  test("keeps no range of dates, and forgets when someone clears the page they are on, or says so", async () => {
    const user = await person();
    const { ask, submit } = signedIn(user);
    const last = () => web.control.lastQuery(user.user_id);
    await ask("/?from=2026-01-01T00:00:00Z&to=2026-01-08T00:00:00Z&compare=off");
    expect(last()).toBe("compare=off");
    await ask("/", {}, "/settings/account");
    expect(last()).toBe("compare=off");
    await ask("/", {}, "/?compare=off");
    expect(last()).toBe("");
    await ask("/?timeframe=7d");
    expect((await submit("/presets", { do: "forget", at: "/" })).to).toBe("/");
    expect(last()).toBe("");
  });

  test("begins with the default preset, before what was looked at last", async () => {
    const user = await person();
    const { ask, submit } = signedIn(user);
    await ask("/?timeframe=90d");
    const kept = await submit("/presets", {
      do: "add",
      at: "/",
      query: "?timeframe=24h&compare=off",
      name: "Today",
      default: "on",
    });
    expect(kept.to).toBe("/?timeframe=24h&compare=off");
    expect((await signedIn(user).ask("/")).to).toBe("/?timeframe=24h&compare=off");
  });

  test("leaves out what is no longer theirs to see, and says so", async () => {
    const user = await person("viewer", ["here"]);
    web.control.keepLastQuery(user.user_id, "timeframe=7d&location_id=there");
    const { ask } = signedIn(user);
    expect((await ask("/")).to).toBe("/?timeframe=7d&preset_left=location");
    const { status, text } = await ask("/?timeframe=7d&preset_left=location");
    expect(status).toBe(200);
    expect(text).toContain("Not all of it could be applied: its location");
    expect(text).not.toContain("preset_left");
  });

  test("is the same for keys as ever", async () => {
    const { key } = web.control.addKey({ name: "k", scopes: ["read"], location_id: null });
    const headers = { host: "localhost", authorization: `Bearer ${key}` };
    const { status } = await app.handle(new Request(`${ORIGIN}/api/bi/events`, { headers }));
    expect(status).toBe(200);
  });
});

describe("a preset", () => {
  test("is chosen on any page, and keeps one on it; one that is gone is said to be", async () => {
    const user = await person();
    const { ask, submit } = signedIn(user);
    await submit("/presets", { do: "add", at: "/", query: "timeframe=7d&filter=bot_id:eq:luna", name: "Luna" });
    const [preset] = web.control.presetsOf(`user ${user.user_id}`);
    const page = await ask("/?grain=week");
    expect(page.text).toContain("/?timeframe=7d&amp;filter=bot_id%3Aeq%3Aluna&amp;grain=week");
    expect((await ask(`/?preset=${preset?.preset_id}`)).to).toBe("/?timeframe=7d&filter=bot_id%3Aeq%3Aluna");
    const gone = await ask("/?preset=nothing");
    expect(gone.to).toBe("/?preset_left=all");
    expect((await ask("/?preset_left=all")).text).toContain("This preset is no longer there");
  });

  test("is seen to on its page: renamed, replaced, shared, removed", async () => {
    const user = await person();
    const { ask, submit } = signedIn(user);
    const owned = () =>
      web.control.presetsOf(`user ${user.user_id}`).filter(({ owner }) => owner.endsWith(user.user_id));
    await submit("/presets", { do: "add", at: "/", query: "", name: "One" });
    const preset_id = owned()[0]?.preset_id ?? "";
    for (const [what, more] of [
      ["rename", { name: "Two" }],
      ["replace", { query: "?timeframe=1y" }],
      ["share", {}],
    ] as const) {
      const { status, to } = await submit("/presets", { at: "/", query: "", ...more, do: what, preset_id });
      expect([what, status, to?.startsWith("/presets?")]).toEqual([what, 303, true]);
    }
    expect(owned()).toMatchObject([{ name: "Two", query: "timeframe=1y", shared: true }]);
    expect((await ask("/presets?at=/&query=")).text).toContain("Last 1y");
    const refused = await submit("/presets", { do: "rename", preset_id, name: "", at: "/" });
    expect([refused.status, refused.text.includes("Write a name")]).toEqual([422, true]);
    await submit("/presets", { do: "remove", preset_id, at: "/", query: "" });
    expect(owned()).toEqual([]);
  });

  test("of another person cannot be changed by a viewer, and not be shared by one", async () => {
    const [analyst, viewer] = [await person(), await person("viewer")];
    await signedIn(analyst).submit("/presets", { do: "add", at: "/", query: "", name: "Ours", shared: "on" });
    const [ours] = web.control.presetsOf(`user ${analyst.user_id}`).filter(({ name }) => name === "Ours");
    const { submit } = signedIn(viewer);
    expect((await submit("/presets", { do: "remove", preset_id: ours?.preset_id ?? "", at: "/" })).status).toBe(422);
    expect((await submit("/presets", { do: "add", at: "/", query: "", name: "x", shared: "on" })).status).toBe(422);
    expect(web.control.preset(ours?.preset_id ?? "")?.name).toBe("Ours");
  });
});

describe("the form of a filter", () => {
  test("offers values that are there, without script too, and leads to the address that says it", async () => {
    const { ask } = signedIn(await person());
    const form = await ask("/filter?filter_at=/&filter_field=data.source&timeframe=7d&grain=week");
    expect(form.status).toBe(200);
    expect(form.text).toContain('name="filter_value" value="portal"');
    expect(form.text).toContain('name="timeframe" value="7d"');
    const sent = await ask(
      "/?timeframe=7d&grain=week&filter_at=/&filter_field=data.source&filter_op=is&filter_search=&filter_value=portal",
    );
    expect([sent.status, sent.to]).toEqual([303, "/?timeframe=7d&filter=data.source%3Aeq%3Aportal&grain=week"]);
    const { text } = await ask(sent.to ?? "");
    expect(text).toContain("Source is <b>Portal</b>");
    expect((await ask("/?filter_field=bot_id")).status).toBe(422);
  });

  test("offers whoever may not see what is personal nothing of it", async () => {
    const { ask } = signedIn(await person("viewer", ["here"]));
    expect((await ask("/filter?filter_at=/&filter_field=data.customer")).status).toBe(403);
    const { text } = await ask("/filter?filter_at=/&filter_field=contact_id");
    expect(text).toContain('value="c-1"');
    expect(text).not.toContain("dana@example.com");
    const bots = await ask("/filter?filter_at=/&filter_field=bot_id");
    expect([bots.text.includes('value="luna"'), bots.text.includes("zzsecret-bot")]).toEqual([true, false]);
  });
});

async function seed(): Promise<void> {
  const { key } = web.control.addKey({ name: "seed", scopes: ["ingest"], location_id: null });
  const events = [
    { type: "lead_created", location_id: "here", bot_id: "luna", contact_id: "c-1", data: { source: "portal" } },
    {
      type: "ai_activity",
      location_id: "here",
      bot_id: "luna",
      contact_id: "dana@example.com",
      data: { customer: "Dana", activity_type: "call", description: "x" },
    },
    { type: "lead_created", location_id: "there", bot_id: "zzsecret-bot", contact_id: "c-2", data: { source: "ads" } },
  ];
  const answer = await app.handle(
    new Request(`${ORIGIN}/v1/events?wait=true`, {
      method: "POST",
      headers: { host: "localhost", authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(events),
    }),
  );
  expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)]);
}
