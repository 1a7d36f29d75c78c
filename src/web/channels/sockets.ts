/**
 * Open sockets of every kind: how many there may be, and whether whoever opened one still may.
 * It must never let a socket outlive the session, key or right that it was opened with.
 */
import type { Caller } from "../../control/types.ts";
import { type Credential, callerNow } from "../access.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";

/** "Sign in again": a code that clients do not take for a broken line. */
export const SIGNED_OUT = 4401;
/** Sessions end, keys are revoked and rights change without a word to us: within so much time it is noticed. */
const LOOKED_EVERY_MS = 3_000;

export interface OpenSocket {
  credential: Credential;
  caller: Caller;
  address: string;
  close(code: number, reason: string): void;
  /** The caller may see something else than before. */
  changed(caller: Caller): void;
}

export interface Sockets {
  /** Throws Problem 429 or 503 when one more would be too many. */
  admit(caller: Caller, address: string): void;
  /** Returns how to take it away. */
  add(socket: OpenSocket): () => void;
}

export function createSockets(parts: Parts): Sockets {
  const { live_sockets_max, live_sockets_per_user_max, live_sockets_per_address_max } = parts.settings;
  const open = new Set<OpenSocket>();
  const users = createCounts();
  const addresses = createCounts();
  let timer: ReturnType<typeof setInterval> | null = null;

  /** The same credential opens many sockets: it is looked at once. */
  function look(): void {
    const looked = new Map<string, Caller | null>();
    for (const socket of open) {
      const name = JSON.stringify(socket.credential);
      const now = looked.has(name) ? (looked.get(name) ?? null) : callerNow(parts, socket.credential);
      looked.set(name, now);
      if (now === null) socket.close(SIGNED_OUT, "signed out");
      else if (!isSame(now, socket.caller)) {
        socket.caller = now;
        socket.changed(now);
      }
    }
  }

  return {
    admit({ id }, address) {
      if (open.size >= live_sockets_max) throw tooMany(503, "There are too many live connections.");
      if (users.of(id) >= live_sockets_per_user_max) throw tooMany(429, "You have too many live connections.");
      if (addresses.of(address) >= live_sockets_per_address_max)
        throw tooMany(429, "There are too many live connections from this address.");
    },
    add(socket) {
      const { caller, address } = socket;
      open.add(socket);
      users.add(caller.id, 1);
      addresses.add(address, 1);
      timer ??= setInterval(look, LOOKED_EVERY_MS);
      timer.unref();
      return () => {
        if (!open.delete(socket)) return;
        users.add(caller.id, -1);
        addresses.add(address, -1);
        if (open.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
      };
    },
  };
}

function createCounts() {
  const counts = new Map<string, number>();
  return {
    of: (name: string): number => counts.get(name) ?? 0,
    add(name: string, by: 1 | -1): void {
      const count = (counts.get(name) ?? 0) + by;
      if (count > 0) counts.set(name, count);
      else counts.delete(name);
    },
  };
}

function isSame(one: Caller, other: Caller): boolean {
  const rights = ({ role, scopes, locations }: Caller): string => JSON.stringify([role, scopes, locations]);
  return one === other || rights(one) === rights(other);
}

function tooMany(status: 429 | 503, detail: string): Problem {
  return new Problem({ status, title: "Too many live connections", detail, headers: { "retry-after": "10" } });
}
