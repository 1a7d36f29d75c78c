/** Runs the yardsticks from the workloads: each in its own process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SCRIPT = join(import.meta.dir, "yardsticks.ts");

/** Rows a second of a bare appender. */
export async function appenderRate(): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), "bellwether-yardstick-"));
  const child = Bun.spawn([process.execPath, SCRIPT, "appender", join(dir, "bare.duckdb")], { stdout: "pipe" });
  const rate = Number(await new Response(child.stdout).text());
  rmSync(dir, { recursive: true, force: true });
  return rate;
}

/** A yardstick that serves until it is stopped. */
export async function serveYardstick(
  name: "parser" | "publisher",
  argument = "",
): Promise<{ port: number; stop(): void }> {
  const child = Bun.spawn([process.execPath, SCRIPT, name, argument], { stdout: "pipe" });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return { port: Number(new TextDecoder().decode(value)), stop: () => child.kill() };
}
