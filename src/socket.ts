/**
 * The control socket: how a verb of the command line reaches a running server. A unix socket that only its owner can
 * open, HTTP inside; the answer is a stream of JSON lines, progress first, the outcome last.
 * It must never be reachable over the network and never be kept where others may replace it.
 */
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export type Progress = (done: number, total: number) => void;
export type Task = (input: unknown, progress: Progress) => Promise<unknown>;

type Line = { progress: readonly [number, number] } | { answer: unknown } | { error: string };

/** Answers the tasks by name until stopped. A socket that a killed server left behind is replaced: the caller holds the data lock. */
export function listenForTasks(data: string, tasks: Readonly<Record<string, Task>>): { stop(): Promise<void> } {
  const path = socketPath(data);
  rmSync(path, { force: true });
  const mask = process.umask(0o177);
  const server = (() => {
    try {
      return Bun.serve({
        unix: path,
        fetch: (request, self) => {
          // A rebuild or an import may be silent for longer than any idle time-out.
          self.timeout(request, 0);
          return answer(request, tasks);
        },
      });
    } finally {
      process.umask(mask);
    }
  })();
  chmodSync(path, 0o600);
  return {
    stop: async () => {
      await server.stop(true);
      rmSync(path, { force: true });
    },
  };
}

/** The server's answer, or null when no server runs on this data directory. Throws what the task threw, by its message. */
export async function askServer(
  data: string,
  name: string,
  input: unknown,
  progress: Progress,
): Promise<{ answer: unknown } | null> {
  let response: Response;
  try {
    const body = JSON.stringify(input ?? null);
    response = await fetch(`http://bellwether/${encodeURIComponent(name)}`, {
      unix: socketPath(data),
      method: "POST",
      body,
    });
  } catch {
    return null;
  }
  let last: Line = { error: "the server stopped before it had answered" };
  for await (const line of linesOf(response)) {
    last = line;
    if ("progress" in line) progress(line.progress[0], line.progress[1]);
  }
  if ("answer" in last) return last;
  throw new Error("error" in last ? last.error : "the server stopped before it had answered");
}

/** A unix socket's path is limited to about 100 bytes: a deep data directory gets a private folder in the temporary one. */
function socketPath(data: string): string {
  const path = join(resolve(data), "control.sock");
  if (Buffer.byteLength(path) < 100) return path;
  const digest = new Bun.CryptoHasher("sha256").update(resolve(data)).digest("hex").slice(0, 16);
  const folder = join(tmpdir(), `bellwether-${process.getuid?.() ?? 0}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return join(folder, `${digest}.sock`);
}

async function answer(request: Request, tasks: Readonly<Record<string, Task>>): Promise<Response> {
  const name = decodeURIComponent(new URL(request.url).pathname.slice(1));
  const task = tasks[name];
  if (task === undefined) return new Response(`${JSON.stringify({ error: `this server knows no task ${name}` })}\n`);
  const input: unknown = await request.json();
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (line: Line) => controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      try {
        send({ answer: (await task(input, (done, total) => send({ progress: [done, total] }))) ?? null });
      } catch (error) {
        send({ error: error instanceof Error ? error.message : String(error) });
      }
      controller.close();
    },
  });
  return new Response(stream);
}

async function* linesOf(response: Response): AsyncGenerator<Line> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of response.body ?? []) {
    rest += decoder.decode(piece, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}
