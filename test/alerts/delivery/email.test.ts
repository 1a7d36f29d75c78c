/** E-mail to a real mail server on loopback. */
import { afterEach, describe, expect, test } from "bun:test";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { CERT, KEY } from "./tls.ts";
import { deliveryWorld, notice, SECOND } from "./world.ts";

interface Mail {
  from: string;
  to: string[];
  raw: string;
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** `refuses`: what is answered to a recipient, by address; looked at each time. */
async function mailServer(options: SMTPServerOptions = {}, refuses: Record<string, [number, string]> = {}) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo({ address }, _session, done) {
      const [code, words] = refuses[address] ?? [];
      done(code === undefined ? null : Object.assign(new Error(words), { responseCode: code }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString(),
        });
        done(null, "taken");
      });
    },
    ...options,
  });
  server.on("error", () => {});
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", () => listening()));
  ends.push(() => new Promise<void>((closed) => server.close(() => closed())));
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { mails, port: address.port };
}

function opened(smtp_url: string, smtp_from = "Bellwether <bi@example.com>", ca?: string) {
  const world = deliveryWorld({ settings: { smtp_url, smtp_from }, ...(ca === undefined ? {} : { ca }) });
  ends.push(() => world.stop());
  const email = (...addresses: string[]) => world.channel({ kind: "email", name: "Owners", addresses }).channel_id;
  const last = () => world.control.deliveries({ locations: null, limit: 1 })[0];
  return { ...world, email, last };
}

describe("an e-mail", () => {
  test("has a subject, plain text and HTML, and says that a machine wrote it", async () => {
    const { mails, port } = await mailServer();
    const { delivery, email, last, control } = opened(`smtp://127.0.0.1:${port}`);
    const sent = notice({ title: "Stall rate above 30% at Jorge Main", text: "It was 41% & more.\n<b>Look</b>" });
    delivery.send(sent, [email("jorge@example.com", "anna@example.com")]);
    await delivery.tick();
    expect(last()).toMatchObject({ state: "delivered", tries: 1, error: null });
    expect(control.deliveryAttempts(last()?.delivery_id ?? "")).toMatchObject([{ status: 250, response: "250 taken" }]);
    const [mail] = mails;
    expect(mails.length).toBe(1);
    expect(mail).toMatchObject({ from: "bi@example.com", to: ["jorge@example.com", "anna@example.com"] });
    const raw = mail?.raw ?? "";
    expect(raw).toContain("Subject: Firing: Stall rate above 30% at Jorge Main\r\n");
    expect(raw).toContain("From: Bellwether <bi@example.com>\r\n");
    expect(raw).toContain("To: jorge@example.com, anna@example.com\r\n");
    expect(raw).toContain("Auto-Submitted: auto-generated\r\n");
    expect(raw).toContain("References: <a1@bellwether>\r\n");
    expect(raw.replace(/\r\n /g, " ")).toContain(`Message-ID: <${sent.notice_id}.`);
    expect(raw).toContain("Content-Type: text/plain; charset=utf-8");
    expect(raw).toContain("Content-Type: text/html; charset=utf-8");
    expect(raw).toContain("It was 41% & more.");
    expect(raw).toContain("&lt;b&gt;Look&lt;/b&gt;");
    expect(raw).toContain("https://bi.example.com/alerts?id=3Da1");
  });

  test("is not given more recipients or headers by what an alert quotes", async () => {
    const { mails, port } = await mailServer();
    const { delivery, email } = opened(`smtp://127.0.0.1:${port}`);
    delivery.send(notice({ title: "a\r\nBcc: evil@example.com\r\n\r\nbody" }), [email("jorge@example.com")]);
    await delivery.tick();
    expect(mails[0]?.to).toEqual(["jorge@example.com"]);
    expect(mails[0]?.raw).not.toMatch(/^Bcc:/im);
  });

  test("goes through a server that asks for a password", async () => {
    const asked: unknown[] = [];
    const { mails, port } = await mailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth({ username, password }, _session, done) {
        asked.push(username, password);
        if (username === "bi" && password === "p@ss:word") done(null, { user: "bi" });
        else done(new Error("wrong password"));
      },
    });
    const right = opened(`smtp://bi:p%40ss%3Aword@127.0.0.1:${port}`);
    right.delivery.send(notice(), [right.email("jorge@example.com")]);
    await right.delivery.tick();
    expect(asked.join(" ")).toBe("bi p@ss:word");
    expect(mails.length).toBe(1);

    const wrong = opened(`smtp://bi:nonsense@127.0.0.1:${port}`);
    wrong.delivery.send(notice(), [wrong.email("jorge@example.com")]);
    await wrong.delivery.tick();
    expect(mails.length).toBe(1);
    // It may be set right in the meantime.
    expect(wrong.last()).toMatchObject({ state: "waiting", tries: 1 });
    expect(wrong.last()?.error).toContain("535");
    expect(wrong.last()?.error).not.toContain("nonsense");
  });

  test("is tried again alone for whom the server refused for now, and fails for whom it refused for good", async () => {
    const refuses: Record<string, [number, string]> = {
      "full@example.com": [452, "Mailbox full"],
      "nobody@example.com": [550, "No such user"],
    };
    const { mails, port } = await mailServer({}, refuses);
    const { delivery, email, last, clock, failed } = opened(`smtp://127.0.0.1:${port}`);
    delivery.send(notice(), [email("jorge@example.com", "full@example.com")]);
    await delivery.tick();
    expect(mails.map(({ to }) => to)).toEqual([["jorge@example.com"]]);
    expect(last()).toMatchObject({ state: "waiting", remaining: ["full@example.com"] });
    expect(last()?.error).toContain("full@example.com: 452");
    delete refuses["full@example.com"];
    clock.now += 5 * SECOND;
    await delivery.tick();
    expect(mails.map(({ to }) => to)).toEqual([["jorge@example.com"], ["full@example.com"]]);
    expect(last()?.state).toBe("delivered");

    delivery.send(notice(), [email("jorge@example.com", "nobody@example.com")]);
    await delivery.tick();
    expect(mails.length).toBe(3);
    expect(last()?.state).toBe("failed");
    expect(failed.map(({ why }) => why)).toEqual([expect.stringContaining("nobody@example.com: 550")]);

    delivery.send(notice(), [email("nobody@example.com")]);
    await delivery.tick();
    expect(last()).toMatchObject({ state: "failed", tries: 1 });
  });

  test("waits for a server that is not there, or that has no time", async () => {
    let busy = true;
    const { mails, port } = await mailServer({
      onMailFrom(_address, _session, done) {
        done(busy ? Object.assign(new Error("Try again later"), { responseCode: 451 }) : null);
      },
    });
    const { delivery, email, last, clock } = opened(`smtp://127.0.0.1:${port}`);
    delivery.send(notice(), [email("jorge@example.com")]);
    await delivery.tick();
    expect(last()).toMatchObject({ state: "waiting", tries: 1 });
    expect(last()?.error).toContain("451");
    busy = false;
    clock.now += 5 * SECOND;
    await delivery.tick();
    expect(mails.length).toBe(1);

    const gone = opened("smtp://127.0.0.1:1");
    gone.delivery.send(notice(), [gone.email("jorge@example.com")]);
    await gone.delivery.tick();
    expect(gone.last()).toMatchObject({ state: "waiting", tries: 1 });
  });

  test("fails at once where no mail server is set", async () => {
    const none = opened("");
    none.delivery.send(notice(), [none.email("jorge@example.com")]);
    await none.delivery.tick();
    expect(none.failed.map(({ why }) => why)).toEqual(["No mail server is set (smtp_url)."]);
    const nobody = opened("smtp://127.0.0.1:1", "");
    nobody.delivery.send(notice(), [nobody.email("jorge@example.com")]);
    await nobody.delivery.tick();
    expect(nobody.failed.map(({ why }) => why)).toEqual(["No sender is set (smtp_from)."]);
  });

  test("goes over TLS from the start, or by STARTTLS, and to no certificate that nobody vouches for", async () => {
    const tls = { key: KEY, cert: CERT, disabledCommands: [] };
    for (const [scheme, secure] of [
      ["smtps", true],
      ["smtp", false],
    ] as const) {
      const over: boolean[] = [];
      const { mails, port } = await mailServer({
        ...tls,
        secure,
        onMailFrom(_address, session, done) {
          over.push(session.secure);
          done();
        },
      });
      const trusting = opened(`${scheme}://127.0.0.1:${port}`, "bi@example.com", CERT);
      trusting.delivery.send(notice(), [trusting.email("jorge@example.com")]);
      await trusting.delivery.tick();
      expect([mails.length, over]).toEqual([1, [true]]);
      const strict = opened(`${scheme}://127.0.0.1:${port}`);
      strict.delivery.send(notice(), [strict.email("jorge@example.com")]);
      await strict.delivery.tick();
      expect(mails.length).toBe(1);
      expect(strict.last()).toMatchObject({ state: "waiting", tries: 1 });
    }
  });
});
