import { describe, expect, test } from "bun:test";
import { createLater } from "../../src/web/later.ts";
import { START, type World, world } from "./access_world.ts";

const STRETCH = "2026-11-20T00:00:00Z 2026-11-21T00:00:00Z";
const fields = { stretch: STRETCH, text: "Portal feed outage", kind: "note", location_id: "", back: "/?timeframe=7d" };

async function signedIn() {
  const web = world();
  web.control.ensureLocation("here");
  web.control.ensureLocation("there");
  const { cookie, csrf } = await web.signIn();
  return { web, headers: { cookie }, csrf };
}

const notes = ({ control }: World) => control.annotations({ locations: null, from: START - 1e15, to: START + 1e15 });

describe("the form of a note", () => {
  test("keeps it, goes back to its page, and takes it away again", async () => {
    const { web, headers, csrf } = await signedIn();
    const made = await web.submit("/annotations", { ...fields, csrf }, { headers });
    expect([made.status, made.headers.get("location")]).toEqual([303, "/?timeframe=7d"]);
    const [note] = notes(web);
    expect(note).toMatchObject({ text: "Portal feed outage", kind: "note", location_id: null, created_by: "Jorge" });
    const gone = await web.submit(
      `/annotations/${note?.annotation_id}/removal`,
      { csrf, back: "//evil.example" },
      { headers },
    );
    expect([gone.status, gone.headers.get("location")]).toEqual([303, "/"]);
    expect(notes(web)).toEqual([]);
  });

  test("says what is wrong with it", async () => {
    const { web, headers, csrf } = await signedIn();
    for (const wrong of [{ text: " " }, { stretch: "yesterday" }, { kind: "party" }, { text: "x".repeat(201) }]) {
      const answer = await web.submit("/annotations", { ...fields, ...wrong, csrf }, { headers });
      expect([wrong, answer.status]).toEqual([wrong, 422]);
    }
    expect((await web.submit("/annotations", { ...fields, csrf: "stale" }, { headers })).status).toBe(403);
    expect((await web.submit("/annotations/nobody/removal", { csrf }, { headers })).status).toBe(404);
  });

  test("is for one's own locations, and for all of them only from who sees all", async () => {
    const { web } = await signedIn();
    const user = await web.control.addUser({
      email: "ana@example.com",
      name: "Ana",
      password: null,
      role: "analyst",
      locations: ["here"],
    });
    const { token, session } = web.control.openSession(user.user_id, false, web.clock.now);
    const headers = { cookie: `bellwether=${token}` };
    const send = (location_id: string) =>
      web.submit("/annotations", { ...fields, location_id, csrf: session.csrf }, { headers });
    expect([(await send("")).status, (await send("there")).status, (await send("here")).status]).toEqual([
      403, 403, 303,
    ]);
    const foreign = web.control.addAnnotation({
      location_id: "there",
      from: START,
      to: START + 1,
      text: "x",
      kind: "note",
      created_by: "Jorge",
    });
    const removal = await web.submit(
      `/annotations/${foreign?.annotation_id}/removal`,
      { csrf: session.csrf },
      { headers },
    );
    expect(removal.status).toBe(403);
  });
});

describe("what comes later", () => {
  test("is nothing at first, then the last known while a new one is made, once a minute at most", async () => {
    let now = 0;
    let asked = 0;
    const later = createLater<number>(() => now);
    const heard: (number | undefined)[] = [];
    const take = () =>
      later.take(
        "a",
        async () => ++asked,
        () => heard.push(asked),
      );
    expect(take()).toBeUndefined();
    await Bun.sleep(0);
    expect([take(), asked, heard]).toEqual([1, 1, [1]]);
    now = 59_000;
    expect([take(), asked]).toEqual([1, 1]);
    now = 61_000;
    expect(take()).toBe(1);
    await Bun.sleep(0);
    expect([take(), asked]).toEqual([2, 2]);
  });

  test("that fails keeps what was known, and is tried again", async () => {
    let now = 0;
    const later = createLater<number>(() => now);
    const take = (ask: () => Promise<number>) => later.take("a", ask, () => {});
    take(async () => 7);
    await Bun.sleep(0);
    now = 100_000;
    take(() => Promise.reject(new Error("slow")));
    await Bun.sleep(0);
    expect(take(async () => 8)).toBe(7);
    now = 200_000;
    take(async () => 8);
    await Bun.sleep(0);
    expect(take(async () => 9)).toBe(8);
  });
});
