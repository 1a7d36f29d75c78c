/**
 * CORS: which other sites' pages may call the API. Off but for the configured origins.
 * It must never let a cookie pass: pages elsewhere show a key or a token.
 */
import { originsOf, type Settings } from "../config.ts";
import { pathOf } from "./request.ts";
import type { RouteTable } from "./routes.ts";

export interface Cors {
  /** The answer to a preflight of a configured origin; null for everything else. */
  preflight(request: Request): Response | null;
  /** Adds what a configured origin needs to read the answer. */
  dress(request: Request, headers: Headers): void;
}

const PREFLIGHT_AGE_S = 600;
/** Without credentials `*` stands for all but Authorization (Fetch standard, 3.2.3). */
const ALLOWED_HEADERS = "*, Authorization";
const EXPOSED_HEADERS =
  "ETag, Retry-After, X-Request-Id, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Content-Disposition";

export function corsOf({ cors_origins }: Settings, routes: Pick<RouteTable, "methods">): Cors {
  const origins = new Set(originsOf(cors_origins));
  if (origins.size === 0) return { preflight: () => null, dress: () => {} };

  const allowed = (request: Request): string | null => {
    const origin = request.headers.get("origin");
    return origin !== null && origins.has(origin) ? origin : null;
  };
  return {
    preflight(request) {
      if (request.method !== "OPTIONS" || !request.headers.has("access-control-request-method")) return null;
      if (allowed(request) === null) return null;
      const methods = routes.methods(pathOf(request));
      if (methods.length === 0) return null;
      return new Response(null, {
        status: 204,
        headers: {
          "access-control-allow-methods": methods.join(", "),
          "access-control-allow-headers": ALLOWED_HEADERS,
          "access-control-max-age": String(PREFLIGHT_AGE_S),
        },
      });
    },
    dress(request, headers) {
      // Caches must not give one origin's answer to another.
      headers.append("vary", "Origin");
      const origin = allowed(request);
      if (origin === null) return;
      headers.set("access-control-allow-origin", origin);
      headers.set("access-control-expose-headers", EXPOSED_HEADERS);
    },
  };
}
