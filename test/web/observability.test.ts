import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import parse from "parse-prometheus-text-format";
import { type Appliance, createAppliance } from "../../src/appliance.ts";
import { loadSettings } from "../../src/config.ts";
import { type LogFile, openLogFile } from "../../src/observe/log.ts";
import { METRICS } from "../../src/observe/metrics.ts";

let folder: string;
let appliance: Appliance;
let file: LogFile;
let url: string;
let keys: Record<"read" | "admin" | "bound" | "ingest", string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bellwether-observe-"));
  const flags = ["--http", "127.0.0.1:0", "--data", folder, "--duckdb-memory-mb", "256", "--slow-query-ms", "1"];
  file = openLogFile({ dir: join(folder, "logs"), days: 30, day_bytes_max: 1e9, now: () => Date.now() * 1_000 });
  appliance = await createAppliance(loadSettings(flags, {}, ""), () => {}, file);
  ({ url } = await appliance.listen());
  const { control } = appliance.parts;
  const key = (scopes: Parameters<typeof control.addKey>[0]["scopes"], location_id: string | null) =>
    control.addKey({ name: "test", scopes, location_id }).key;
  keys = {
    read: key(["read"], null),
    admin: key(["admin"], null),
    bound: key(["read"], "here"),
    ingest: key(["ingest"], null),
  };
});
afterAll(async () => {
  await appliance.stop();
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string, key?: string) =>
  fetch(url + path, key === undefined ? {} : { headers: { "x-api-key": key } });

function post(path: string, key: string, body: unknown): Promise<Response> {
  const headers = { "x-api-key": key, "content-type": "application/json" };
  return fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Of /health and of the health history, as far as the tests look. */
interface Body {
  status: string;
  checks: Record<string, object>;
  samples: object[];
}

async function bodyOf(answer: Response): Promise<Body> {
  return JSON.parse(await answer.text());
}

describe("/metrics", () => {
  test("is for those who see all locations", async () => {
    const statuses = [];
    for (const key of [undefined, "bw_wrong", keys.ingest, keys.bound, keys.read]) {
      const answer = await get("/metrics", key);
      statuses.push(answer.status);
      await answer.text();
    }
    expect(statuses).toEqual([401, 401, 403, 403, 200]);
  });

  test("shows exactly the table, in the format of Prometheus", async () => {
    const answer = await get("/metrics", keys.read);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const found = parse(await answer.text());
    expect(found.map(({ name, type, help }) => ({ name, type, help }))).toEqual(
      METRICS.map(({ name, type, help }) => ({ name: `bellwether_${name}`, type: type.toUpperCase(), help })),
    );
  });

  test("counts what happened", async () => {
    const event = { id: "1", type: "lead_created", location_id: "here", contact_id: "contact-of-the-test" };
    expect((await post("/v1/events?wait=true", keys.ingest, [event, { ...event, id: "2" }, { id: "3" }])).status).toBe(
      207,
    );
    expect((await post("/v1/events?wait=true", keys.ingest, [event])).status).toBe(200);
    for (let i = 0; i < 2; i++) await (await get("/api/bi/dashboard-kpis?keys=leads", keys.read)).text();
    await (await get("/api/nope/contact-of-the-test", keys.read)).text();

    const text = await (await get("/metrics", keys.read)).text();
    const found = parse(text);
    // The parser makes one of all histograms of a name; their counts stand in the text.
    const counts = (name: string): Record<string, number> =>
      Object.fromEntries(
        [...text.matchAll(new RegExp(`^bellwether_${name}_count\\{(.*)\\} (\\d+)$`, "gm"))].map(
          ([, labels = "", count]) => [labels.replaceAll(/\w+="([^"]*)",?/g, "$1 ").trim(), Number(count)],
        ),
      );
    const values = (name: string) => {
      const samples = found.find((family) => family.name === `bellwether_${name}`)?.metrics ?? [];
      return samples.map(({ labels = {}, value, count }) => [Object.values(labels).join(" "), Number(value ?? count)]);
    };
    const one = (name: string) => values(name)[0]?.[1];
    expect(values("ingest_events_total")).toEqual([
      ["accepted", 2],
      ["duplicate", 1],
      ["rejected", 1],
    ]);
    expect(one("store_events")).toBe(2);
    expect(one("journal_bytes")).toBeGreaterThan(0);
    expect(one("store_apply_duration_seconds")).toBeGreaterThan(0);
    expect(values("cache_answers_total")).toContainEqual(["hit", 1]);
    expect(counts("query_duration_seconds")["question done"]).toBeGreaterThan(0);
    expect(one("audit_entries")).toBe(appliance.parts.control.auditHead().entries);
    expect(one("process_resident_memory_bytes")).toBeGreaterThan(1e7);
    expect(one("http_requests_in_flight")).toBe(1);
    expect(counts("http_request_duration_seconds")).toMatchObject({
      "/v1/events POST 2xx": 2,
      "/api/bi/dashboard-kpis GET 2xx": 2,
      "none GET 4xx": 1,
    });
    expect(text).not.toContain("contact-of-the-test");
  });
});

describe("the log file", () => {
  test("names requests that failed and slow queries, and holds nothing of what was sent", async () => {
    const failed = await get("/api/bi/events?filter=contact_id:eq:private-person&nope=1", keys.read);
    expect(failed.status).toBe(422);
    await (await get("/api/contacts/private-person", keys.bound)).text();
    const filters = ["contact_id:eq:private-person"];
    const asked = await post("/api/bi/query", keys.read, { kpis: ["leads"], by: [], timeframe: "7d", filters });
    await asked.text();
    await file.close();
    const logs = join(folder, "logs");
    const text = readdirSync(logs)
      .map((name) => readFileSync(join(logs, name), "utf8"))
      .join("");
    const lines: Record<string, unknown>[] = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));

    const request_id = failed.headers.get("x-request-id");
    expect(lines.find((line) => line.request_id === request_id && line.message === "request")).toMatchObject({
      level: "warn",
      method: "GET",
      status: 422,
      duration_ms: expect.any(Number),
      caller: { kind: "key", id: expect.any(String) },
    });
    const slow = lines.filter(({ message }) => message === "slow query");
    expect(slow).toContainEqual(
      expect.objectContaining({ kind: "question", outcome: "done", duration_ms: expect.any(Number) }),
    );
    expect(asked.status).toBe(200);
    const own = slow.find((line) => line.request_id === asked.headers.get("x-request-id"));
    expect(own?.sql).toContain("$");
    for (const secret of ["private-person", "contact-of-the-test", ...Object.values(keys)])
      expect(text).not.toContain(secret);
    expect(lines.some(({ status, slow: isSlow }) => Number(status) < 400 && isSlow !== true)).toBe(false);
  });
});

describe("the health history", () => {
  test("is for administrators, and its last sample counts in /health", async () => {
    const { history } = appliance.parts.observe;
    expect((await get("/api/admin/health-history", keys.read)).status).toBe(403);
    history.sample();
    for (let i = 0; i < 100; i++) history.answered(10, i < 20);
    history.sample();
    const answer = await bodyOf(await get("/api/admin/health-history", keys.admin));
    expect(answer).toMatchObject({
      every_s: 30,
      thresholds: {
        cpu: { warn: 0.7, critical: 0.85 },
        memory: { warn: 0.75, critical: 0.9 },
        response_p95_ms: { warn: 1_000, critical: 5_000 },
        error_rate: { warn: 0.05, critical: 0.15 },
      },
    });
    expect(answer.samples.at(-1)).toMatchObject({ status: "critical", error_rate: 0.2, requests: 100 });

    const health = await get("/health", keys.read);
    const body = await bodyOf(health);
    // Strained, yet every part works: nobody should take it away.
    expect([health.status, body.status]).toEqual([200, "critical"]);
    expect(Object.keys(body.checks)).toEqual(["store", "control", "ingest", "live", "disk", "jobs", "alerts"]);
    expect(body.checks.jobs).toMatchObject({ status: "healthy" });
    history.sample();
  });

  test("figures are for those who see all locations", async () => {
    for (const key of [undefined, keys.bound]) {
      const { checks } = await bodyOf(await get("/health", key));
      expect(Object.values(checks).map((check) => Object.keys(check))).toEqual(Array(7).fill(["status"]));
    }
    expect((await bodyOf(await get("/health", keys.read))).checks.store).toMatchObject({ events: 2 });
  });

  test("the probes stay cheap and public", async () => {
    for (const path of ["/livez", "/readyz"]) expect((await get(path)).status).toBe(200);
  });
});
