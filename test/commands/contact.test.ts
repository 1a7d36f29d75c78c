/** `contact erase`, through a running server and without one. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { dataPaths } from "../../src/config.ts";
import { openControl } from "../../src/control/control.ts";
import { contactDigest } from "../../src/store/erasure.ts";
import { kill, makeKey, spawnServer, urlOf } from "../support/processes.ts";
import { tracesIn } from "../support/traces.ts";

const MAIN = resolve(import.meta.dir, "../../src/main.ts");
const data = mkdtempSync(join(tmpdir(), "bellwether-contact-"));
afterAll(() => rmSync(data, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = Bun.spawn([process.execPath, MAIN, "contact", "erase", ...args, "--data", data, "--json"], {
    env: { PATH: process.env.PATH ?? "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

test("a contact is erased through the running server, and another one without it", async () => {
  const key = makeKey(data);
  const server = spawnServer({ command: [process.execPath, MAIN], data });
  const url = await urlOf(server);
  const response = await fetch(`${url}/v1/events?wait=true`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(
      ["who-zq7-one", "who-zq7-two", "who-zq7-two"].map((contact_id) => ({
        type: "lead_created",
        location_id: "here",
        contact_id,
      })),
    ),
  });
  expect(response.status).toBe(200);
  const one = await run("who-zq7-one", "--location", "here", "--yes");
  expect(one).toMatchObject({ code: 0, err: "" });
  const { erased_events, proof } = JSON.parse(one.out);
  expect(erased_events).toBe(1);
  expect(contactDigest(proof.salt, "here", "who-zq7-one")).toBe(proof.digest);
  expect([...(await tracesIn(data, ["who-zq7-one", "who-zq7-two"])).keys()]).toEqual(["who-zq7-two"]);
  await kill(server, "SIGTERM");
  const two = await run("who-zq7-two", "--location", "here", "--yes");
  expect(two).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(two.out)).toMatchObject({ erased_events: 2 });
  expect(await tracesIn(data, ["who-zq7"])).toEqual(new Map());
  const control = openControl(dataPaths(data).control);
  expect(control.audits({ action: "contact_erased", locations: null, limit: 10 })).toHaveLength(2);
  expect(control.audits({ action: "contact_erasure_requested", locations: null, limit: 10 })).toHaveLength(2);
  control.close();
}, 30_000);

test("what is asked wrongly erases nothing and says what is missing", async () => {
  expect(await run("x", "--location", "here")).toMatchObject({ code: 2, err: expect.stringContaining("--yes") });
  expect(await run("x", "--yes")).toMatchObject({ code: 2, err: expect.stringContaining("--location ID is required") });
  expect(await run("--location", "here", "--yes")).toMatchObject({
    code: 2,
    err: expect.stringContaining("which contact?"),
  });
  expect(await run("x", "--location", "none", "--yes")).toMatchObject({
    code: 1,
    err: expect.stringContaining("there is no location none"),
  });
}, 30_000);
