/**
 * A reader in a process of its own: asks a list of questions in turn over many connections for some seconds.
 * Reads a plan from standard input, prints one JSON document.
 */
import { connection } from "./loader.ts";

export interface AskPlan {
  port: number;
  key: string;
  connections: number;
  seconds: number;
  questions: readonly Asking[];
  /** Send back the ETag of the last answer, as browsers do. */
  etags: boolean;
}

export interface Asking {
  name: string;
  method: "GET" | "POST";
  path: string;
  body: string | null;
}

export interface AskResult {
  seconds: number;
  requests: number;
  failed: number;
  p50_ms: number;
  p95_ms: number;
  p99_ms: number;
  by_name: Readonly<Record<string, { requests: number; p50_ms: number; p95_ms: number }>>;
}

async function ask(plan: AskPlan): Promise<AskResult> {
  const latencies = plan.questions.map((): number[] => []);
  const etags = plan.questions.map((): string | null => null);
  const prepared = plan.questions.map((question) => requestOf(plan, question, null));
  let next = 0;
  let failed = 0;
  const started = performance.now();
  const until = started + plan.seconds * 1_000;
  await Promise.all(
    Array.from({ length: plan.connections }, () =>
      connection(plan.port, () => {
        if (performance.now() >= until) return null;
        const index = next++ % plan.questions.length;
        const request = prepared[index];
        if (request === undefined) return null;
        return {
          request,
          wait_ms: 0,
          done: (ms, ok, head) => {
            if (ok) latencies[index]?.push(ms);
            else failed++;
            const question = plan.questions[index];
            const etag =
              plan.etags && question?.method === "GET" ? (/^etag: *(.+?)\r$/im.exec(head)?.[1] ?? null) : null;
            if (question === undefined || etag === null || etag === etags[index]) return;
            etags[index] = etag;
            prepared[index] = requestOf(plan, question, etag);
          },
        };
      }),
    ),
  );
  const seconds = (performance.now() - started) / 1_000;
  const all = sorted(latencies.flat());
  return {
    seconds,
    requests: all.length,
    failed,
    p50_ms: at(all, 0.5),
    p95_ms: at(all, 0.95),
    p99_ms: at(all, 0.99),
    by_name: Object.fromEntries(
      plan.questions.map(({ name }, index) => {
        const own = sorted(latencies[index] ?? []);
        return [name, { requests: own.length, p50_ms: at(own, 0.5), p95_ms: at(own, 0.95) }];
      }),
    ),
  };
}

function requestOf({ key }: AskPlan, { method, path, body }: Asking, etag: string | null): Uint8Array {
  const bytes = new TextEncoder().encode(body ?? "").length;
  const headers = [
    `${method} ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    `Authorization: Bearer ${key}`,
    ...(etag === null ? [] : [`If-None-Match: ${etag}`]),
    ...(body === null ? [] : ["Content-Type: application/json", `Content-Length: ${bytes}`]),
  ];
  return new TextEncoder().encode(`${headers.join("\r\n")}\r\n\r\n${body ?? ""}`);
}

function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function at(values: Float64Array, share: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
}

if (import.meta.main) {
  const plan: AskPlan = JSON.parse(await Bun.stdin.text());
  process.stdout.write(JSON.stringify(await ask(plan)));
}
