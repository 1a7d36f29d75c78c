/** The real server as a child process, and what lies in its data directory. */
import { join } from "node:path";
import type { Subprocess } from "bun";
import { dataPaths } from "../../src/config.ts";
import { openControl } from "../../src/control/control.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";

export type Server = Subprocess<"ignore", "pipe", "ignore">;

interface Spawned {
  command: readonly string[];
  data: string;
  /** Beside what every test wants. */
  flags?: readonly string[];
}

/** The server of this command on this data directory, on a free port. */
export function spawnServer({ command, data, flags = [] }: Spawned): Server {
  const always = ["serve", "--http", "127.0.0.1:0", "--data", data, "--json", "--disk-free-bytes-min", "0"];
  return Bun.spawn([...command, ...always, ...flags], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { PATH: process.env.PATH ?? "" },
  });
}

/** Where it listens, from its greeting. */
export async function urlOf(server: Server): Promise<string> {
  const reader = server.stdout.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the server ended with ${await server.exited} before it listened`);
    text += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  const greeting: unknown = JSON.parse(text.slice(0, text.indexOf("\n")));
  if (typeof greeting === "object" && greeting !== null && "url" in greeting) return String(greeting.url);
  throw new Error("the server's greeting names no address");
}

export async function kill(server: Server, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  server.kill(signal);
  await server.exited;
}

/** A key for a server that is not running yet. */
export function makeKey(data: string, location_id: string | null = null): string {
  const control = openControl(dataPaths(data).control);
  try {
    return control.addKey({ name: "torture", scopes: ["ingest", "read"], location_id }).key;
  } finally {
    control.close();
  }
}

/** The store of a server that has ended. */
export function storeOf(data: string): Promise<Store> {
  return openStore({
    path: dataPaths(data).store,
    temp_dir: join(data, "tmp"),
    memory_mb: 512,
    threads: 2,
    temp_max_mb: 1024,
    query_timeout_ms: 60_000,
    log: () => undefined,
  });
}
