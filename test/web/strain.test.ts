import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { createDeadline } from "../../src/web/deadline.ts";
import { type Served, serveAppliance } from "../support/browser.ts";

/** Keeps DuckDB busy until it is interrupted. */
const ENDLESS = "SELECT count(*) AS n FROM range(1000000000) a, range(1000000000) b WHERE a.range + b.range = 7";
const JSON_TYPE = { "content-type": "application/json" };

let served: Served;
beforeAll(async () => {
  served = await serveAppliance([
    "--query-timeout-ms",
    "400",
    "--body-timeout-ms",
    "400",
    "--questions-at-once-max",
    "2",
  ]);
  const { store, control } = served.appliance.parts;
  control.ensureLocation("here", {});
  await served.post([{ id: "1", type: "lead_created", location_id: "here" }]);
  // One KPI's question runs into an endless query of the real engine; all others are the store's own.
  served.appliance.parts.store = Object.assign(Object.create(store), {
    ask: async (question: Parameters<typeof store.ask>[0]) => {
      if (question.kpis.some(({ key }) => key === "tickets")) await store.rows(ENDLESS, [], question.signal);
      return await store.ask(question);
    },
  });
});
afterAll(() => served.stop());

function ask(kpi: string, query = ""): Promise<Response> {
  const body = JSON.stringify({ kpis: [kpi], by: [], timeframe: "30d", filters: query === "" ? [] : [query] });
  return fetch(`${served.url}/api/bi/query`, {
    method: "POST",
    headers: { "x-api-key": served.key, ...JSON_TYPE },
    body,
  });
}

describe("a question that takes too long", () => {
  test("is interrupted in the engine and answered 503 with what to do; the others do not notice", async () => {
    const slow = [ask("tickets"), ask("tickets")];
    const others = await Promise.all(
      ["leads", "conversions", "revenue"].map((kpi) =>
        fetch(`${served.url}/api/bi/dashboard-kpis?keys=${kpi}`, { headers: { "x-api-key": another() } }),
      ),
    );
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const answer of await Promise.all(slow)) {
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
      expect(await answer.json()).toMatchObject({
        title: "Too slow",
        detail: expect.stringContaining("shorter timeframe"),
      });
    }
    expect((await ask("leads")).status).toBe(200);
    expect(served.appliance.parts.observe.metrics.text()).toMatch(
      /query_duration_seconds_count\{kind="report",outcome="timeout"\} [1-9]/,
    );
  });
});

function another(): string {
  return served.appliance.parts.control.addKey({ name: "another", scopes: ["read"], location_id: null }).key;
}

describe("a body that comes slowly", () => {
  const starts = [
    { name: "of a known length", framing: "Content-Length: 1000" },
    { name: "in chunks", framing: "Transfer-Encoding: chunked" },
  ];
  const routes = [
    { path: "/v1/events", title: "events" },
    { path: "/api/bi/query", title: "a question" },
  ];
  for (const { name, framing } of starts) {
    for (const { path, title } of routes) {
      test(`${name} is given up with 408: ${title}`, async () => {
        const answer = await trickle(path, framing);
        expect(answer).toStartWith("HTTP/1.1 408");
        expect(answer).toContain("application/problem+json");
        expect(answer.toLowerCase()).toContain("x-content-type-options: nosniff");
      });
    }
  }

  test("does not hold up who sends at once", async () => {
    const slow = Array.from({ length: 50 }, () => trickle("/v1/events", "Content-Length: 1000"));
    const good = served.post([{ id: "2", type: "lead_created", location_id: "here" }]).then(() => "taken");
    expect(await Promise.race([good, ...slow])).toBe("taken");
    for (const answer of await Promise.all(slow)) expect(answer).toStartWith("HTTP/1.1 408");
  });

  test("in chunks without end is given up at the limit, not kept", async () => {
    const answer = await flood("/api/bi/query", 200);
    expect(answer).toStartWith("HTTP/1.1 413");
  });
});

/** Sends the head and then a byte now and then; what was answered. */
function trickle(path: string, framing: string): Promise<string> {
  return raw(path, framing, (write) => {
    const timer = setInterval(() => write(framing.startsWith("T") ? "1\r\n \r\n" : " "), 50);
    return () => clearInterval(timer);
  });
}

/** 4 KiB chunks, so many. */
function flood(path: string, chunks: number): Promise<string> {
  return raw(path, "Transfer-Encoding: chunked", (write) => {
    for (let i = 0; i < chunks; i++) write(`1000\r\n${" ".repeat(4096)}\r\n`);
    return () => {};
  });
}

function raw(path: string, framing: string, feed: (write: (text: string) => void) => () => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(served.url).port), "127.0.0.1", () => {
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nX-API-Key: ${served.key}\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`,
      );
      const stop = feed((text) => void socket.write(text));
      socket.on("data", (data) => {
        stop();
        resolve(String(data));
        socket.destroy();
      });
    });
    socket.on("error", reject);
  });
}

describe("a deadline", () => {
  const inTime = createDeadline(40, () => new Error("late"));
  const within = <T>(work: Promise<T>): Promise<T> =>
    inTime(
      work,
      (value) => value,
      (error) => {
        throw error;
      },
    );

  test("lets pass what is in time, done or failed", async () => {
    expect(await within(Bun.sleep(1).then(() => "done"))).toBe("done");
    expect(await within(Promise.reject(new Error("broke"))).catch(({ message }) => message)).toBe("broke");
  });

  test("gives up what is not, each at its own time", async () => {
    const began = performance.now();
    const first = within(new Promise<number>(() => {})).catch(({ message }) => {
      expect(message).toBe("late");
      return performance.now() - began;
    });
    await Bun.sleep(30);
    const second = within(Bun.sleep(20).then(() => "in time"));
    expect(await first).toBeGreaterThanOrEqual(40);
    expect(await second).toBe("in time");
  });
});
