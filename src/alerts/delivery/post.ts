/**
 * One POST to a receiver that somebody named: the checked address is the one that is connected to, no redirect is
 * followed, and neither time nor bytes are without a limit. (fetch cannot pin an address.)
 */
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { addressesOf, hostOf, type Reach, type Resolve, wrongReceiver } from "./receiver.ts";

export interface PostOptions extends Reach {
  resolve: Resolve;
  timeout_ms: number;
  /** Ends what is on its way. */
  stopping: AbortSignal;
  /** Certificates to trust instead of the usual ones. */
  ca?: string | undefined;
}

export type Posted =
  /** What the receiver answered; `body` is cut at RESPONSE_BYTES_MAX. */
  | { status: number; headers: Readonly<Record<string, string | undefined>>; body: string }
  /** Nothing was sent: it may not go there. */
  | { refused: string }
  /** No answer. */
  | { error: string };

export const RESPONSE_BYTES_MAX = 64 * 1024;
export async function post(
  to: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
  options: PostOptions,
): Promise<Posted> {
  const wrong = wrongReceiver(to, options);
  if (wrong !== null) return { refused: wrong };
  const url = new URL(to);
  const late = AbortSignal.timeout(options.timeout_ms);
  const signal = AbortSignal.any([late, options.stopping]);
  try {
    const found = await before(signal, addressesOf(url, options, options.resolve));
    if ("refused" in found) return found;
    return await exchange(url, found.addresses, headers, body, signal, options.ca);
  } catch (error) {
    return { error: late.aborted ? `No answer within ${options.timeout_ms / 1_000} s.` : reasonOf(error) };
  }
}

function exchange(
  url: URL,
  addresses: readonly string[],
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
  signal: AbortSignal,
  ca: string | undefined,
): Promise<Posted> {
  const host = hostOf(url);
  const secure = url.protocol === "https:";
  const options = {
    method: "POST",
    hostname: host,
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    headers: {
      "user-agent": "Bellwether",
      "accept-encoding": "identity",
      ...headers,
      host: url.host,
      "content-length": String(Buffer.byteLength(body)),
    },
    // A connection that is kept open would outlive the check of its address.
    agent: false as const,
    lookup: pinned(addresses),
    signal,
    ...(secure && isIP(host) === 0 ? { servername: host } : {}),
    ...(secure && ca !== undefined ? { ca } : {}),
  };
  return new Promise((resolve, reject) => {
    const request = (secure ? requestHttps : requestHttp)(options, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      let answered = false;
      const answer = (): void => {
        if (answered) return;
        answered = true;
        const text = Buffer.concat(chunks).subarray(0, RESPONSE_BYTES_MAX).toString("utf8");
        resolve({ status: response.statusCode ?? 0, headers: plain(response.headers), body: text });
        request.destroy();
      };
      response.on("data", (chunk: Buffer) => {
        if (answered) return;
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes >= RESPONSE_BYTES_MAX) answer();
      });
      // The status has been given by then: what follows it, or fails to, does not change it.
      for (const end of ["end", "error", "aborted", "close"]) response.on(end, answer);
      if (signal.aborted) answer();
      else signal.addEventListener("abort", answer, { once: true });
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** A lookup that gives these addresses, whatever it is asked. */
function pinned(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, { all }, done) => {
    const [first] = found;
    if (all === true || !first) done(null, found);
    else done(null, first.address, first.family);
  };
}

function plain(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

function before<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(new Error("too late"));
    signal.addEventListener("abort", () => reject(new Error("too late")), { once: true });
    work.then(resolve, reject);
  });
}

/** Plain words where there are some; the code always, to be searched for. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const known = Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  if (known !== undefined) return `${known} (${code})`;
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "The connection was refused",
  ConnectionRefused: "The connection was refused",
  ECONNRESET: "The connection was cut",
  ENOTFOUND: "The host name does not resolve",
  EAI_AGAIN: "The host name could not be resolved",
  ETIMEDOUT: "The connection timed out",
  EHOSTUNREACH: "The host cannot be reached",
  ENETUNREACH: "The network cannot be reached",
  CERT_HAS_EXPIRED: "The certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "The certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "The certificate is self-signed",
  ERR_TLS_CERT_ALTNAME_INVALID: "The certificate is for another host",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "The certificate cannot be verified",
};
