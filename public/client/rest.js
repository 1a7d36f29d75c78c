/**
 * Requests to the API: who asks, tokens renewed once for all who wait, problems as errors.
 * It must never put a credential into an address.
 */

/** An answer that is no success: RFC 9457 problem details. */
export class BellwetherError extends Error {
  constructor(status, problem, retry_after_s) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.name = "BellwetherError";
    this.status = status;
    this.title = problem.title ?? "";
    this.errors = problem.errors ?? [];
    this.request_id = problem.request_id ?? null;
    this.retry_after_s = retry_after_s;
  }
}

const RETRIED = new Set([429, 502, 503, 504]);
const RETRIES = 3;

export function createRest(options) {
  // Within a page of the appliance "" is enough.
  const base = String(options.url || globalThis.location?.origin || "").replace(/\/+$/, "");
  const doFetch = options.fetch ?? ((...args) => globalThis.fetch(...args));
  const credentials = options.credentials ?? "same-origin";
  let token = typeof options.token === "string" ? options.token : null;
  let refresh_token = options.refreshToken ?? null;
  let renewing = null;

  function keep(tokens) {
    token = tokens?.access_token ?? null;
    refresh_token = tokens?.refresh_token ?? null;
    if (tokens) options.onTokens?.(tokens);
  }

  async function bearer() {
    if (options.apiKey !== undefined) return options.apiKey;
    if (typeof options.token === "function" && token === null) token = await options.token();
    return token;
  }

  /** One renewal for all who found their token too old; false when there is nothing to renew it with. */
  function renew() {
    if (options.apiKey !== undefined) return Promise.resolve(false);
    renewing ??= (async () => {
      if (typeof options.token === "function") {
        token = await options.token();
        return token !== null;
      }
      if (refresh_token === null) return false;
      const answer = await send("POST", "/api/auth/refresh", { body: { refresh_token }, bearer: null });
      keep(answer.ok ? await answer.json() : null);
      if (!answer.ok) await answer.arrayBuffer().catch(() => undefined);
      return answer.ok;
    })().finally(() => {
      renewing = null;
    });
    return renewing;
  }

  function send(method, path, { query, body, headers = {}, bearer, signal }) {
    const all = { accept: "application/json", ...headers };
    if (bearer !== null) all.authorization = `Bearer ${bearer}`;
    if (body !== undefined) all["content-type"] = "application/json";
    return doFetch(`${base}${path}${queryText(query)}`, {
      method,
      headers: all,
      credentials,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  }

  /** Throws BellwetherError. Reads and events with an id may be asked again without harm; nothing else is. */
  async function request(method, path, given = {}) {
    const repeatable = given.repeatable ?? method === "GET";
    for (let attempt = 0; ; attempt++) {
      const shown = await bearer();
      let answer;
      try {
        answer = await send(method, path, { ...given, bearer: shown });
      } catch (error) {
        if (!repeatable || attempt >= RETRIES || given.signal?.aborted) throw error;
        await pause(attempt, null);
        continue;
      }
      if (answer.ok) return answer.status === 204 ? undefined : answer.json();
      const retry_after_s = Number(answer.headers.get("retry-after")) || null;
      const problem = await answer.json().catch(() => ({}));
      if (answer.status === 401 && shown !== null && attempt === 0 && (await renew())) continue;
      if (!repeatable || !RETRIED.has(answer.status) || attempt >= RETRIES)
        throw new BellwetherError(answer.status, problem, retry_after_s);
      await pause(attempt, retry_after_s);
    }
  }

  return { base, request, renew, bearer, keep, refreshToken: () => refresh_token };
}

function pause(attempt, retry_after_s) {
  const ms = retry_after_s === null ? 250 * 2 ** attempt : Math.min(retry_after_s, 30) * 1_000;
  return new Promise((resolve) => setTimeout(resolve, ms * (0.75 + Math.random() * 0.5)));
}

/** Lists become repeated parameters; what is undefined or null is left out. */
function queryText(query = {}) {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null) given.append(name, String(one));
  return given.size === 0 ? "" : `?${given}`;
}
