/**
 * Rate limits: a token bucket for each key, user or address, apart for ingest, sign-in and the rest.
 * It must never hold more buckets than its limit, whoever asks: the oldest are forgotten, which only forgives.
 */
import type { Settings } from "../config.ts";
import { callerOf } from "./access.ts";
import type { ProblemBody } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { addressOf } from "./request.ts";

export type LimitKind = "ingest" | "read" | "auth";

/** What a request left in its bucket. */
export interface Quota {
  kind: LimitKind;
  /** Requests that may come at once. */
  limit: number;
  remaining: number;
  /** Seconds until the bucket is full again. */
  reset_s: number;
  /** Seconds until the next request is taken; 0: this one was. */
  retry_after_s: number;
}

export interface Limits {
  /** Null where no limit holds: then nobody asks who it is. */
  take(kind: LimitKind, who: () => string): Quota | null;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Two generations of these are about 20 MB. */
const BUCKETS_MAX = 50_000;

/** `now` in microseconds. */
export function createLimits(settings: Settings, now: () => number): Limits {
  const kinds: Readonly<Record<LimitKind, ReturnType<typeof buckets> | null>> = {
    ingest: bucketsOf("ingest", settings.rate_ingest_per_s, settings.rate_ingest_burst),
    read: bucketsOf("read", settings.rate_read_per_s, settings.rate_read_burst),
    auth: bucketsOf("auth", settings.rate_auth_per_s, settings.rate_auth_burst),
  };
  return { take: (kind, who) => kinds[kind]?.(who(), now()) ?? null };
}

function bucketsOf(kind: LimitKind, rate_per_s: number, burst: number) {
  return rate_per_s === 0 ? null : buckets(kind, rate_per_s, burst);
}

function buckets(kind: LimitKind, rate_per_s: number, burst: number, buckets_max = BUCKETS_MAX) {
  const rate_per_us = rate_per_s / 1_000_000;
  // Two generations instead of a list by last use: what was not asked for while the young ones filled up is forgotten.
  let young = new Map<string, Bucket>();
  let old = new Map<string, Bucket>();

  function bucketOf(who: string, now: number): Bucket {
    const known = young.get(who);
    if (known) return known;
    const bucket = old.get(who) ?? { tokens: burst, at: now };
    if (young.size >= buckets_max) {
      old = young;
      young = new Map();
    }
    young.set(who, bucket);
    return bucket;
  }

  return (who: string, now: number): Quota => {
    const bucket = bucketOf(who, now);
    bucket.tokens = Math.min(burst, bucket.tokens + Math.max(0, now - bucket.at) * rate_per_us);
    bucket.at = now;
    const taken = bucket.tokens >= 1;
    if (taken) bucket.tokens--;
    return {
      kind,
      limit: burst,
      remaining: Math.floor(bucket.tokens),
      reset_s: Math.ceil((burst - bucket.tokens) / rate_per_s),
      retry_after_s: taken ? 0 : Math.max(1, Math.ceil((1 - bucket.tokens) / rate_per_s)),
    };
  };
}

/** Whose bucket a request takes from. Sign-ins are counted by address, whoever they say they are. */
export function limitedName(
  parts: Parts,
  request: Request,
  kind: LimitKind,
  server: () => Bun.Server<unknown> | null,
): string {
  const caller = kind === "auth" ? null : callerOf(parts, request);
  return caller ? `${caller.kind} ${caller.id}` : `address ${networkOf(addressOf(request, server()))}`;
}

/** `RateLimit-*` of a route's own limit. */
export function rateLimitHeaders(quota: Pick<Quota, "limit" | "remaining" | "reset_s">): Record<string, string> {
  return {
    "ratelimit-limit": String(quota.limit),
    "ratelimit-remaining": String(quota.remaining),
    "ratelimit-reset": String(quota.reset_s),
  };
}

/** Adds `RateLimit-*` as the IETF's draft names them, unless a limit of the route's own has said more. */
export function tellQuota({ limit, remaining, reset_s }: Quota, headers: Headers): void {
  if (headers.has("ratelimit-limit")) return;
  headers.set("ratelimit-limit", String(limit));
  headers.set("ratelimit-remaining", String(remaining));
  headers.set("ratelimit-reset", String(reset_s));
}

export function overLimit({ retry_after_s }: Quota): ProblemBody {
  return {
    status: 429,
    title: "Too many requests",
    detail: "This key, user or address asks faster than its limit. Wait as long as Retry-After says.",
    headers: { "retry-after": String(retry_after_s) },
  };
}

/** A customer of IPv6 has a /64 of addresses: they are one. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = address.split("::", 2);
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const all = [...groups, ...Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill("0"), ...rest];
  return `${all.slice(0, 4).join(":")}::/64`;
}
