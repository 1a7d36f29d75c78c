/**
 * A load generator in a process of its own: prepared requests over plain TCP connections, one request in flight each.
 * Reads a plan from standard input, prints one JSON document. Plain sockets, as a fetch costs more than the server it measures.
 */
import { eventJson } from "./events.ts";

export interface LoadPlan {
  port: number;
  path: string;
  key: string;
  connections: number;
  requests: number;
  batch: number;
  id_space: string;
  /** Requests a second over all connections; 0 for as fast as they are answered. */
  rate: number;
  /** When the first event happened and how far the next one is from it; the last minutes when left out. */
  times?: { from_ms: number; step_ms: number };
  /** Number of the first event, so that several loads make one set. */
  first?: number;
}

export interface LoadResult {
  seconds: number;
  requests: number;
  events: number;
  failed: number;
  p50_ms: number;
  p99_ms: number;
  max_ms: number;
}

/** Times of a generated load lie in the last minutes, in order. */
const STEP_MS = 0.5;

async function load(plan: LoadPlan): Promise<LoadResult> {
  const requests = prepare(plan);
  const latencies = new Float64Array(requests.length);
  let next = 0;
  let failed = 0;
  const started = performance.now();
  const due = (index: number) => (plan.rate === 0 ? 0 : started + (index / plan.rate) * 1_000);
  await Promise.all(
    Array.from({ length: plan.connections }, () =>
      connection(plan.port, () => {
        const index = next++;
        const request = requests[index];
        if (request === undefined) return null;
        return {
          request,
          wait_ms: Math.max(0, due(index) - performance.now()),
          done: (ms, ok) => {
            latencies[index] = ms;
            if (!ok) failed++;
          },
        };
      }),
    ),
  );
  const seconds = (performance.now() - started) / 1_000;
  latencies.sort();
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return {
    seconds,
    requests: requests.length,
    events: requests.length * plan.batch,
    failed,
    p50_ms: at(0.5),
    p99_ms: at(0.99),
    max_ms: at(1),
  };
}

function prepare(plan: LoadPlan): Uint8Array[] {
  const encoder = new TextEncoder();
  const { from_ms, step_ms } = plan.times ?? {
    from_ms: Date.now() - plan.requests * plan.batch * STEP_MS,
    step_ms: STEP_MS,
  };
  return Array.from({ length: plan.requests }, (_, request) => {
    const events = Array.from({ length: plan.batch }, (_, i) => {
      const index = (plan.first ?? 0) + request * plan.batch + i;
      return eventJson(index, Math.floor(from_ms + index * step_ms), plan.id_space);
    });
    const body = plan.batch === 1 ? (events[0] ?? "") : `[${events.join(",")}]`;
    const bytes = encoder.encode(body).length;
    return encoder.encode(
      `POST ${plan.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${plan.key}\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n${body}`,
    );
  });
}

export interface Turn {
  request: Uint8Array;
  wait_ms: number;
  /** `head`: the answer's status line and headers. */
  done: (ms: number, ok: boolean, head: string) => void;
}

/** Sends one request after the other until there is none left. */
export function connection(port: number, take: () => Turn | null): Promise<void> {
  return new Promise((resolve, reject) => {
    let turn: Turn | null = null;
    let sent = 0;
    let rest: Uint8Array = new Uint8Array();
    let text = "";
    let missing = 0;
    const write = (socket: Bun.Socket) => {
      const written = socket.write(rest);
      rest = rest.subarray(Math.max(0, written));
    };
    const send = (socket: Bun.Socket) => {
      turn = take();
      if (turn === null) {
        socket.end();
        resolve();
        return;
      }
      const { request, wait_ms } = turn;
      const go = () => {
        sent = performance.now();
        rest = request;
        write(socket);
      };
      if (wait_ms > 1) setTimeout(go, wait_ms);
      else go();
    };
    Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        open: send,
        drain: (socket) => {
          if (rest.length > 0) write(socket);
        },
        data: (socket, chunk) => {
          // Of a long body only the bytes are counted: reading it would cost more than serving it.
          if (missing > 0) missing -= chunk.length;
          else {
            text += chunk.toString("latin1");
            missing = missingBytes(text);
          }
          if (missing !== 0) return;
          turn?.done(performance.now() - sent, /^HTTP\/1\.1 (20|304)/.test(text), text);
          text = "";
          missing = 0;
          send(socket);
        },
        error: (_, error) => reject(error),
        close: () => resolve(),
      },
    }).catch(reject);
  });
}

/** Bytes of the answer that are still to come; negative while its headers are not whole. */
function missingBytes(text: string): number {
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return -1;
  const length = /content-length: *(\d+)/i.exec(text.slice(0, head));
  return Math.max(0, head + 4 + Number(length?.[1] ?? 0) - text.length);
}

if (import.meta.main) {
  const plan: LoadPlan = JSON.parse(await Bun.stdin.text());
  process.stdout.write(JSON.stringify(await load(plan)));
}
