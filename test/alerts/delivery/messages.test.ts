/** What is said, by every way; signatures are checked by the library of Standard Webhooks. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { discordBody } from "../../../src/alerts/delivery/discord.ts";
import { mailOf } from "../../../src/alerts/delivery/email.ts";
import { slackBody } from "../../../src/alerts/delivery/slack.ts";
import { aboutOf, groupLines, headingOf, linkOf, plainText } from "../../../src/alerts/delivery/wording.ts";
import type { NoticeKind } from "../../../src/alerts/notice.ts";
import { readNotice } from "../../../src/alerts/notice.ts";
import { openControl } from "../../../src/control/control.ts";
import { deliveryWorld, notice, type Receiver, receiver, START } from "./world.ts";

const PUBLIC = "https://bi.example.com";
const NASTY = `<!channel> <@U123> @everyone <https://evil.example|x> & "quotes" <script>alert(1)</script> **b** [l](u)`;

describe("a webhook", () => {
  let there: Receiver;
  beforeAll(() => {
    there = receiver(() => new Response("ok"));
  });
  afterAll(() => there.stop());

  test("is signed so that the library of Standard Webhooks takes it, and no other secret's", async () => {
    // The library compares with the clock of now.
    const clock = { now: Date.now() * 1_000 };
    const world = deliveryWorld({ clock });
    const made = { name: "On call", kind: "webhook", location_id: null, url: there.url, addresses: [] } as const;
    const { channel, secret } = world.control.addNotificationChannel(made);
    const sent = notice();
    world.delivery.send(sent, [channel.channel_id]);
    await world.delivery.tick();
    const { headers = {}, body = "" } = there.received.pop() ?? {};
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(new Webhook(secret ?? "").verify(body, headers)).toEqual({
      type: "alert.firing",
      timestamp: "2026-11-18T11:06:40Z",
      data: {
        notice_id: sent.notice_id,
        severity: "critical",
        location_id: "jorge_main",
        rule_id: "r1",
        rule_name: "Stalls",
        alert_id: "a1",
        title: "Firing: Stall rate above 30% at Jorge Main — 41% over the last hour (since 14:05 UTC)",
        text: sent.text,
        facts: sent.facts,
        url: "https://bi.example.com/alerts?id=a1",
      },
    });
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["webhook-id"]).toBe(sent.notice_id);
    expect(() => new Webhook("whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0").verify(body, headers)).toThrow();
    expect(() => new Webhook(secret ?? "").verify(body.replace("41%", "42%"), headers)).toThrow();

    const renewed = world.control.renewSigningSecret(channel.channel_id, clock.now + 60_000_000) ?? "";
    world.delivery.send(notice(), [channel.channel_id]);
    await world.delivery.tick();
    const during = there.received.pop();
    for (const one of [secret ?? "", renewed]) new Webhook(one).verify(during?.body ?? "", during?.headers ?? {});
    clock.now += 60_000_000;
    world.delivery.send(notice(), [channel.channel_id]);
    await world.delivery.tick();
    const after = there.received.pop();
    new Webhook(renewed).verify(after?.body ?? "", after?.headers ?? {});
    expect(() => new Webhook(secret ?? "").verify(after?.body ?? "", after?.headers ?? {})).toThrow();
    await world.stop();
  });

  test("secret is returned by nothing but what made it", () => {
    const control = openControl(":memory:");
    const made = { name: "a", kind: "webhook", location_id: null, url: "https://a.example/", addresses: [] } as const;
    const { channel, secret } = control.addNotificationChannel(made);
    expect(JSON.stringify([channel, control.notificationChannels()])).not.toContain(secret ?? "?");
    control.close();
  });
});

describe("the words", () => {
  const KINDS: readonly [NoticeKind, string][] = [
    ["firing", "Firing: Stalls"],
    ["repeat", "Still firing: Stalls"],
    ["resolved", "Resolved: Stalls"],
    ["no_data", "No data: Stalls"],
    ["error", "Cannot be evaluated: Stalls"],
    ["delivery_failed", "Delivery failed: Stalls"],
    ["test", "Test: Stalls"],
  ];
  for (const [kind, heading] of KINDS) {
    test(`begin with what happened: ${heading}`, () => expect(headingOf({ kind, title: "Stalls" })).toBe(heading));
  }

  test("do not say it twice", () => {
    expect(headingOf({ kind: "firing", title: "Firing: Stalls" })).toBe("Firing: Stalls");
  });

  test("of a heading are one line without control characters, of at most 200 characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (title) => {
        const heading = headingOf({ kind: "firing", title });
        expect(heading).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(heading.length).toBeLessThanOrEqual(200);
        expect(heading.isWellFormed()).toBe(true);
      }),
    );
    expect(headingOf({ kind: "firing", title: "a\r\nBcc: x@example.com" })).toBe("Firing: a Bcc: x@example.com");
  });

  test("link into the appliance and nowhere else", () => {
    expect(linkOf(notice(), PUBLIC)).toBe("https://bi.example.com/alerts?id=a1");
    expect(linkOf(notice(), "")).toBeNull();
    expect(linkOf(notice({ path: null }), PUBLIC)).toBeNull();
    expect(linkOf(notice({ path: "https://evil.example/" }), PUBLIC)).toBeNull();
    expect(linkOf(notice({ path: "https://evil.example/" }), "")).toBeNull();
    expect(linkOf(notice({ path: "//evil.example/" }), PUBLIC)).toBeNull();
    expect(linkOf(notice({ path: "javascript:alert(1)" }), PUBLIC)).toBeNull();
  });

  test("as plain text say all of it", () => {
    const group = [
      { rule_id: "r1", title: "Stalls at North" },
      { rule_id: "r2", title: "Stalls at South" },
    ];
    expect(aboutOf(notice())).toBe("Critical, jorge_main, 2026-11-18 11:06 UTC");
    expect(plainText(notice({ title: "Stalls", group }), PUBLIC)).toBe(
      [
        "Firing: Stalls",
        "Stall rate was 41% over the last hour. The rule allows 30%.",
        "- Stalls at North\n- Stalls at South",
        "Critical, jorge_main, 2026-11-18 11:06 UTC",
        "https://bi.example.com/alerts?id=a1",
      ].join("\n\n"),
    );
  });
});

test("a notice for many names those that its text does not, and says how many more there are", () => {
  const group = Array.from({ length: 30 }, (_, n) => ({ rule_id: `r${n}`, title: `Rule ${n} fires` }));
  const lines = groupLines(notice({ text: "Rule 0 fires. It is 41%.", group }));
  expect(lines.length).toBe(21);
  expect([lines[0], lines.at(-1)]).toEqual(["Rule 1 fires", "and 9 more"]);
});

describe("foreign words", () => {
  const nasty = notice({ title: NASTY, text: NASTY, group: [{ rule_id: "r", title: NASTY }] });

  test("are no markup in an e-mail", () => {
    const { subject, text, html } = mailOf(nasty, PUBLIC);
    expect(subject).toContain("<!channel>");
    expect(text).toContain("<script>");
    expect(html).not.toContain("<script");
    expect(html).not.toContain("<@U123>");
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html.match(/<[a-z!/][^>]*>/gi)?.every((tag) => /^<\/?(!doctype|html|body|h1|p|ul|li|a)\b/i.test(tag))).toBe(
      true,
    );
  });

  test("call nobody and link nowhere in Slack", () => {
    const body = slackBody(nasty, PUBLIC);
    const written = JSON.stringify(body);
    expect(written).not.toContain("<!channel>");
    expect(written).not.toContain("<@");
    expect(written.match(/<[^>]*>/g)).toEqual(["<https://bi.example.com/alerts?id=a1|open>"]);
    expect(body.text).toStartWith("Firing: &lt;!channel&gt; &lt;@U123&gt; @everyone");
  });

  test("call nobody and link nowhere in Discord", () => {
    const body = discordBody(nasty, PUBLIC);
    expect(body.allowed_mentions).toEqual({ parse: [] });
    for (const said of [body.content, body.embeds[0]?.title ?? "", body.embeds[0]?.description ?? ""]) {
      expect(said).not.toContain("@everyone");
      expect(said).not.toMatch(/(?<!\\)[<>[\]*]/);
    }
  });

  test("of any length fit what each way takes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), fc.integer({ min: 1, max: 100 }), (words, times) => {
        const long = notice({ title: words.repeat(times), text: `${words}<&>`.repeat(times) });
        for (const block of slackBody(long, PUBLIC).blocks) {
          if ("text" in block) expect(block.text.text.length).toBeLessThanOrEqual(3_000);
        }
        const { content, embeds } = discordBody(long, PUBLIC);
        expect(content.length).toBeLessThanOrEqual(2_000);
        expect(embeds[0]?.title.length).toBeLessThanOrEqual(256);
        expect(embeds[0]?.description.length).toBeLessThanOrEqual(4_096);
      }),
    );
  });
});

test("Slack and Discord are told by their own shapes, and a removed webhook switches the channel off", async () => {
  for (const kind of ["slack", "discord"] as const) {
    const there = receiver((_, count) => new Response("ok", { status: count === 1 ? 200 : 404 }));
    const world = deliveryWorld();
    const { channel_id } = world.channel({ kind, url: there.url });
    world.delivery.send(notice(), [channel_id]);
    await world.delivery.tick();
    world.delivery.send(notice(), [channel_id]);
    await world.delivery.tick();
    const body: unknown = JSON.parse(there.received[0]?.body ?? "");
    expect(body).toEqual((kind === "slack" ? slackBody : discordBody)(notice(), PUBLIC));
    expect(there.received[0]?.headers["webhook-signature"]).toBeUndefined();
    expect(world.control.notificationChannel(channel_id)?.enabled).toBe(false);
    await world.stop();
    there.stop();
  }
});

test("a page channel has nothing to send and is delivered", async () => {
  const world = deliveryWorld();
  world.delivery.send(notice(), [world.channel({ kind: "page" }).channel_id]);
  await world.delivery.tick();
  expect(world.control.deliveries({ locations: null, limit: 9 })).toMatchObject([{ state: "delivered" }]);
  await world.stop();
});

test("a notice comes out of the queue as it went in", () => {
  for (const one of [
    notice(),
    notice({ group: [{ rule_id: "r", title: "t" }], facts: { a: null, b: true }, at: START + 1 }),
  ]) {
    expect(readNotice(JSON.stringify(one))).toEqual(one);
  }
});
