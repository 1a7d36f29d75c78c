/** What the dialects share: whose key it is, reading the body, and handing events to ingest as any sender would. */

import type { Caller } from "../../control/types.ts";
import { readForeign, type Sent } from "../../ingest/compat/foreign.ts";
import type { IngestOutcome } from "../../ingest/ingest.ts";
import { readBody } from "../ingest.ts";
import type { Parts } from "../parts.ts";

/** Why a dialect's request was refused as a whole; each dialect says it in its own words. */
export interface Refused {
  status: 400 | 401 | 403 | 413 | 415 | 503;
  detail: string;
  retry_after_s?: number;
}

export type Taken = Extract<IngestOutcome, { kind: "taken" }>;

export function isRefused(answer: object): answer is Refused {
  return "status" in answer && "detail" in answer;
}

/** The JSON that was sent, or why it cannot be read. */
export async function sentJson(parts: Parts, request: Request): Promise<{ value: unknown } | Refused> {
  const { ingest_body_bytes_max } = parts.settings;
  const body = await readBody(request, parts.settings);
  // PostHog's browsers say it in the address.
  const said = new URL(request.url).searchParams.get("compression")?.startsWith("gzip") ? "gzip" : undefined;
  return readForeign(body, request.headers.get("content-encoding") ?? said, ingest_body_bytes_max);
}

/** The caller of a key with the scope ingest; never a cookie's. */
export function senderOf(parts: Parts, key: string | null): Caller | Refused {
  const caller = key === null ? null : parts.control.callerOfKey(key, parts.now());
  if (!caller) return { status: 401, detail: "Send a Bellwether API key (bw_…) with the scope ingest." };
  return caller.scopes.includes("ingest") ? caller : { status: 403, detail: "This key lacks the scope ingest." };
}

/** The key of `Authorization: Bearer`, `Basic` (as the user name) or `X-API-Key`; null for none. */
export function keyInHeaders(headers: Headers): string | null {
  const [scheme = "", credentials = ""] = headers.get("authorization")?.split(" ", 2) ?? [];
  if (scheme.toLowerCase() === "bearer") return credentials;
  if (scheme.toLowerCase() === "basic")
    return Buffer.from(credentials, "base64").toString("utf8").split(":", 1)[0] ?? "";
  return headers.get("x-api-key");
}

/** What ingest made of the events; those that it rejects are in the quarantine. */
export async function sendOn(parts: Parts, caller: Caller, events: readonly Sent[]): Promise<Taken | Refused> {
  const outcome = await parts.ingest.accept({
    body: new TextEncoder().encode(JSON.stringify(events)),
    headers: { "content-type": "application/json" },
    caller,
    wait: false,
  });
  if (outcome.kind === "taken") return outcome;
  const { detail } = outcome;
  return outcome.kind === "shed"
    ? { status: 503, detail, retry_after_s: outcome.retry_after_s }
    : { status: outcome.status, detail };
}

/** The headers of a refusal. */
export function refusalHeaders({ retry_after_s }: Refused): Record<string, string> {
  return retry_after_s === undefined ? {} : { "retry-after": String(retry_after_s) };
}
