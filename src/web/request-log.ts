/**
 * What is kept of a request: its pattern, how it ended, how long it took, which key or user.
 * It must never hold an address with what varies in it, a parameter, a body, a token or a name.
 */
import { callerOf } from "./access.ts";
import type { Parts } from "./parts.ts";
import { requestId } from "./request.ts";

export interface RequestLog {
  /** `route`: the pattern, null for an address of none. */
  answered(request: Request, route: string | null, status: number, took_ms: number): void;
  begun(): void;
  in_flight(): number;
}

/** Of lines about problems: a flood of wrong requests must not fill the disk. */
const LINES_PER_S = 10;
const LINES_AT_ONCE = 500;
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export function createRequestLog(parts: Parts): RequestLog {
  const { observe, settings, now } = parts;
  const room = lineRoom(now);
  const observers = new Map<string, (seconds: number) => void>();
  let in_flight = 0;

  function observerOf(pattern: string, method: string, kind: string): (seconds: number) => void {
    const key = `${pattern} ${method} ${kind}`;
    const known = observers.get(key);
    if (known) return known;
    const made = observe.metrics.observer("http_request_duration_seconds", [pattern, method, kind]);
    observers.set(key, made);
    return made;
  }

  return {
    begun: () => void in_flight++,
    in_flight: () => in_flight,
    answered(request, route, status, took_ms) {
      in_flight--;
      // Someone else's word for a method could be anything.
      const method = METHODS.has(request.method) ? request.method : "OTHER";
      const pattern = route ?? "none";
      const kind = CLASSES[Math.floor(status / 100)] ?? "5xx";
      observerOf(pattern, method, kind)(took_ms / 1_000);
      observe.history.answered(took_ms, status >= 500);
      const isSlow = took_ms >= settings.slow_request_ms;
      if (settings.log_requests === "off") return;
      if (settings.log_requests === "problems") {
        if (status < 400 && !isSlow) return;
        if (!room.taken()) return;
      }
      const caller = callerOf(parts, request);
      observe.note(status >= 500 ? "error" : status >= 400 || isSlow ? "warn" : "info", "request", {
        request_id: requestId(request),
        method,
        route: pattern,
        status,
        duration_ms: Math.round(took_ms),
        caller: caller && { kind: caller.kind, id: caller.id },
        ...(isSlow ? { slow: true } : {}),
        ...room.leftOut(),
      });
    },
  };
}

/** Taken over sockets are 101. */
const CLASSES: readonly string[] = ["5xx", "1xx", "2xx", "3xx", "4xx", "5xx"];

/** A token bucket of lines; what it refuses is counted in the next line. */
function lineRoom(now: () => number) {
  let tokens = LINES_AT_ONCE;
  let at = now();
  let left_out = 0;
  return {
    taken(): boolean {
      const time = now();
      tokens = Math.min(LINES_AT_ONCE, tokens + ((time - at) / 1_000_000) * LINES_PER_S);
      at = time;
      if (tokens < 1) {
        left_out++;
        return false;
      }
      tokens--;
      return true;
    },
    leftOut(): { left_out?: number } {
      if (left_out === 0) return {};
      const count = left_out;
      left_out = 0;
      return { left_out: count };
    },
  };
}
