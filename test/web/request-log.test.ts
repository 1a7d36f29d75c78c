import { describe, expect, test } from "bun:test";
import type { Settings } from "../../src/config.ts";
import { createRequestLog } from "../../src/web/request-log.ts";
import { world } from "./access_world.ts";

type Line = Record<string, unknown>;

function logged(settings: Partial<Settings> = {}) {
  const w = world(settings);
  const lines: Line[] = [];
  const observe = {
    ...w.parts.observe,
    note: (level: string, message: string, fields: Line) => void lines.push({ level, message, ...fields }),
  };
  const log = createRequestLog({ ...w.parts, observe });
  const answered = (status: number, took_ms: number, method = "GET", headers: Record<string, string> = {}) => {
    log.begun();
    const request = new Request("http://localhost/api/bi/contacts/private-person?q=secret", { method, headers });
    log.answered(request, "/api/bi/contacts/:id", status, took_ms);
  };
  return { w, lines, log, answered };
}

describe("the log of requests", () => {
  test("names problems and slow ones, by pattern and without what was sent", () => {
    const { w, lines, answered } = logged();
    const key = w.key("read");
    answered(200, 12);
    answered(304, 999);
    answered(200, 1_000);
    answered(404, 3);
    answered(500, 3, "POST", { "x-api-key": key });
    const route = "/api/bi/contacts/:id";
    const same = { message: "request", route, request_id: expect.any(String) };
    expect(lines).toEqual([
      { ...same, level: "warn", method: "GET", status: 200, duration_ms: 1_000, caller: null, slow: true },
      { ...same, level: "warn", method: "GET", status: 404, duration_ms: 3, caller: null },
      {
        ...same,
        level: "error",
        method: "POST",
        status: 500,
        duration_ms: 3,
        caller: { kind: "key", id: expect.any(String) },
      },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(new RegExp(`private-person|secret|${key}`));
  });

  test("names all, or none, where that is set", () => {
    const all = logged({ log_requests: "all" });
    const off = logged({ log_requests: "off" });
    for (const { answered } of [all, off]) {
      answered(200, 1);
      answered(500, 1);
    }
    expect(all.lines.map(({ level }) => level)).toEqual(["info", "error"]);
    expect(off.lines).toEqual([]);
  });

  test("is not flooded: what was left out is counted in the next line", () => {
    const { w, lines, answered } = logged();
    for (let i = 0; i < 700; i++) answered(404, 1);
    expect(lines.length).toBe(500);
    w.clock.now += 1_000_000;
    for (let i = 0; i < 20; i++) answered(404, 1);
    expect([lines.length, lines[500]?.left_out]).toEqual([510, 200]);
  });

  test("calls an unheard-of method OTHER", () => {
    const { w, lines, answered } = logged();
    answered(405, 1, "PROPFIND");
    expect(lines[0]?.method).toBe("OTHER");
    expect(w.parts.observe.metrics.text()).toContain('route="/api/bi/contacts/:id",method="OTHER",status="4xx"} 1');
  });
});
