/** Bodies as they come: never more bytes than the limit, never longer than the deadline. */
import type { Within } from "./deadline.ts";
import { Problem } from "./errors.ts";

/** A request, or the clone of one. */
export interface Incoming {
  headers: { get(name: string): string | null };
  body: ReadableStream<Uint8Array> | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Set by the gate, as nobody else knows how long a body may take. */
const deadlines = new WeakMap<Incoming, Within>();

export function timeBody(request: Incoming, inTime: Within): void {
  deadlines.set(request, inTime);
}

/** The whole body; throws what `tooLarge` makes, Problem 408 when it takes too long, and what the connection throws. */
export function bytesOf(request: Incoming, bytes_max: number, tooLarge: () => Problem): Promise<Uint8Array> {
  const read = reading(request, bytes_max, tooLarge);
  const inTime = deadlines.get(request);
  return inTime ? inTime(read, itself, thrown) : read;
}

function itself(bytes: Uint8Array): Uint8Array {
  return bytes;
}

function thrown(error: unknown): never {
  throw error;
}

export function tooSlow(): Problem {
  return new Problem({
    status: 408,
    title: "The body came too slowly",
    detail: "It was given up. Send it again, in smaller parts where the line is slow.",
    headers: { connection: "close" },
  });
}

async function reading(request: Incoming, bytes_max: number, tooLarge: () => Problem): Promise<Uint8Array> {
  const announced = request.headers.get("content-length");
  if (announced !== null && Number(announced) > bytes_max) throw tooLarge();
  // What is announced is what comes; without that, it is given up at the first byte beyond the limit.
  if (announced !== null) return new Uint8Array(await request.arrayBuffer());
  if (request.body === null) return new Uint8Array(0);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of request.body) {
    bytes += piece.length;
    if (bytes > bytes_max) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
