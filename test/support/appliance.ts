/** The whole appliance in this process, listening on a free port, over a folder of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Appliance, createAppliance } from "../../src/appliance.ts";
import { loadSettings, type Settings } from "../../src/config.ts";
import type { Scope } from "../../src/control/types.ts";
import type { Parts } from "../../src/web/parts.ts";

export interface Running {
  url: string;
  data: string;
  parts: Parts;
  appliance: Appliance;
  /** What was logged above "info". */
  said: string[];
  key(scopes: readonly Scope[], location_id?: string | null): string;
  /** A request with a key; JSON when there is a body. */
  ask(path: string, key: string | null, init?: RequestInit & { json?: unknown }): Promise<Response>;
  /** Posts events and waits until they are visible; throws for what is refused. */
  post(events: readonly Record<string, unknown>[], key?: string): Promise<void>;
  stop(): Promise<void>;
}

export const PASSWORD = "correct horse battery";

export async function running(settings: Partial<Settings> = {}): Promise<Running> {
  const data = mkdtempSync(join(tmpdir(), "bellwether-running-"));
  const said: string[] = [];
  const given = {
    ...loadSettings([], {}, ""),
    data,
    http: "127.0.0.1:0",
    duckdb_memory_mb: 256,
    disk_free_bytes_min: 0,
    admin_email: "owner@example.com",
    admin_password: PASSWORD,
    ...settings,
  };
  const appliance = await createAppliance(given, (level, message, fields) => {
    if (level !== "info") said.push(`${level}: ${message} ${JSON.stringify(fields ?? {})}`);
  });
  const { url } = await appliance.listen();
  const { parts } = appliance;
  const key: Running["key"] = (scopes, location_id = null) =>
    parts.control.addKey({ name: scopes.join(" "), scopes, location_id }).key;
  const ask: Running["ask"] = (path, key, { json, ...init } = {}) => {
    const headers = new Headers(init.headers);
    if (key !== null) headers.set("authorization", `Bearer ${key}`);
    if (json !== undefined) headers.set("content-type", "application/json");
    return fetch(`${url}${path}`, {
      ...init,
      headers,
      redirect: "manual",
      ...(json === undefined ? {} : { method: init.method ?? "POST", body: JSON.stringify(json) }),
    });
  };
  let sender: string | null = null;
  return {
    url,
    data,
    parts,
    appliance,
    said,
    key,
    ask,
    async post(events, given) {
      sender ??= key(["ingest"]);
      const response = await ask("/v1/events?wait=true", given ?? sender, { json: events });
      if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
      await response.body?.cancel();
    },
    async stop() {
      await appliance.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
