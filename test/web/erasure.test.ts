import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { contactDigest } from "../../src/store/erasure.ts";
import { type Running, running } from "../support/appliance.ts";
import { tracesIn } from "../support/traces.ts";

const WHO = "Ærik/zq7 & Söhne?91f3";
const NOTE = "Xanthippe.Quillfeather";
const path = (contact_id: string, query: string): string =>
  `/api/bi/contacts/${encodeURIComponent(contact_id)}${query}`;

const jsonOf = async (response: Response) => JSON.parse(await response.text());

let world: Running;
const keys = { admin: "", here: "", read: "", export: "" };
beforeAll(async () => {
  world = await running();
  await world.post([
    { id: "1", type: "lead_created", location_id: "here", contact_id: WHO, data: { note: NOTE } },
    { id: "2", type: "deal_closed", location_id: "here", contact_id: WHO, value: "100.10", data: { note: NOTE } },
    { id: "3", type: "deal_closed", location_id: "here", contact_id: "other", value: "50.25" },
    { id: "4", type: "deal_closed", location_id: "there", contact_id: "other", value: "7.00" },
  ]);
  keys.admin = world.key(["admin", "read", "ingest"]);
  keys.here = world.key(["admin"], "here");
  keys.read = world.key(["read"]);
  keys.export = world.key(["export", "read", "ingest"]);
});
afterAll(() => world.stop());

interface Row {
  name: string;
  path: string;
  key: keyof typeof keys | null;
  status: number;
  field?: string;
}

const REFUSED: readonly Row[] = [
  { name: "nobody", path: path("other", "?location_id=here"), key: null, status: 401 },
  { name: "a reader", path: path("other", "?location_id=here"), key: "read", status: 403 },
  { name: "an exporter", path: path("other", "?location_id=here"), key: "export", status: 403 },
  { name: "another location's admin", path: path("other", "?location_id=there"), key: "here", status: 403 },
  { name: "another location's admin, unknown", path: path("other", "?location_id=none"), key: "here", status: 403 },
  { name: "no location", path: path("other", ""), key: "admin", status: 422, field: "location_id" },
  { name: "an unknown location", path: path("other", "?location_id=none"), key: "admin", status: 404 },
  { name: "an unknown parameter", path: path("other", "?location_id=here&x=1"), key: "admin", status: 422 },
  { name: "a wrong wait", path: path("other", "?location_id=here&wait=1"), key: "admin", status: 422, field: "wait" },
  {
    name: "too long",
    path: path("x".repeat(129), "?location_id=here"),
    key: "admin",
    status: 422,
    field: "contact_id",
  },
];

describe("DELETE /api/bi/contacts/:contact_id", () => {
  test.each(REFUSED)("$name is refused with $status", async ({ path, key, status, field }) => {
    const response = await world.ask(path, key === null ? null : keys[key], { method: "DELETE" });
    expect(response.status).toBe(status);
    const problem = await jsonOf(response);
    if (field !== undefined) expect(problem.errors).toMatchObject([{ field }]);
  });

  test("what was refused has erased nothing and is not in the audit log", async () => {
    const [row] = await world.parts.store.rows<{ n: number }>("SELECT count(*) AS n FROM events", []);
    expect(row?.n).toBe(4);
    const asked = world.parts.control.audits({ action: "contact_erasure_requested", locations: null, limit: 10 });
    expect(asked).toEqual([]);
  });

  test("erases, answers from the cache included, and proves it", async () => {
    const revenue = async (): Promise<unknown> => {
      const response = await world.ask("/api/bi/dashboard-kpis?timeframe=all&keys=revenue&location_id=here", keys.read);
      return (await jsonOf(response)).kpis.revenue.value;
    };
    expect([await revenue(), await revenue()]).toEqual(["150.35", "150.35"]);
    const response = await world.ask(path(WHO, "?location_id=here&wait=true"), keys.here, { method: "DELETE" });
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(text).not.toContain("zq7");
    const answer = JSON.parse(text);
    expect(answer).toMatchObject({ erased_events: 2, quarantined: 0, traces: "gone" });
    expect(await revenue()).toBe("50.25");
    expect(contactDigest(answer.proof.salt, "here", WHO)).toBe(answer.proof.digest);
    for (const action of ["contact_erasure_requested", "contact_erased"]) {
      const [entry, ...more] = world.parts.control.audits({ action, locations: ["here"], limit: 10 });
      expect(more).toEqual([]);
      expect(entry?.details.proof).toBe(answer.proof.digest);
      expect(JSON.stringify(entry)).not.toContain(answer.proof.salt);
    }
    expect(await tracesIn(world.data, [WHO, "zq7", NOTE, encodeURIComponent(WHO), answer.proof.salt])).toEqual(
      new Map(),
    );
    expect(world.said.join("\n")).not.toContain("zq7");
  });

  test("of a contact that is unknown erases nothing, and says so", async () => {
    const response = await world.ask(path(WHO, "?location_id=here&wait=true"), keys.admin, { method: "DELETE" });
    expect(await response.json()).toMatchObject({ erased_events: 0, traces: "gone" });
  });

  test("without wait is answered 202, listed while it is pending, and gone by itself", async () => {
    await world.post([{ id: "5", type: "lead_created", location_id: "here", contact_id: WHO, data: { note: NOTE } }]);
    const response = await world.ask(path(WHO, "?location_id=here"), keys.admin, { method: "DELETE" });
    expect(response.status).toBe(202);
    const { journal_seq, proof, erased_events } = await jsonOf(response);
    expect(erased_events).toBe(1);
    const pending = async (key: string): Promise<unknown> =>
      (await jsonOf(await world.ask("/api/bi/erasures", key))).pending;
    const entry = { journal_seq, location_id: "here", erased_events: 1, proof: { digest: proof.digest } };
    expect(await pending(keys.here)).toEqual([entry]);
    expect(await pending(world.key(["admin"], "there"))).toEqual([]);
    await world.parts.ingest.tracesGone(journal_seq, false);
    expect(await pending(keys.here)).toEqual([]);
    expect(await tracesIn(world.data, [WHO, "zq7", NOTE])).toEqual(new Map());
  });
});
