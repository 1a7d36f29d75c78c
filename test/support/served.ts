/** A server as a child process: the compiled executable, or the source run by Bun. */
import type { Subprocess } from "bun";

export interface Served {
  process: Subprocess<"ignore", "pipe", "pipe">;
  url: string;
  /** What `serve --json` printed. */
  greeting: { url: string; data: string; setup: string | null };
}

/** Starts `serve` on a free port in `folder`, with an empty environment; resolves when it listens, throws with its log when it ends before. */
export async function serve(executable: string, folder: string, flags: readonly string[] = []): Promise<Served> {
  const child = Bun.spawn([executable, "serve", "--http", "127.0.0.1:0", "--json", ...flags], {
    cwd: folder,
    env: {},
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = new Response(child.stderr).text();
  const line = await firstLine(child.stdout);
  if (line === null) throw new Error(`the server ended with ${await child.exited}:\n${await log}`);
  const greeting = JSON.parse(line);
  return { process: child, url: greeting.url, greeting };
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | null> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) return null;
    text += decoder.decode(value, { stream: true });
  }
  return text.slice(0, text.indexOf("\n"));
}
