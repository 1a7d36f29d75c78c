import type { ZodType } from "zod";
import type { Html } from "../../views/html.ts";
import { bytesOf, type Incoming } from "./body.ts";
import { type FieldError, Problem } from "./errors.ts";

/** What is read off a request, with the limits and types that hold for every one of them. */

const BODY_BYTES_MAX = 64 * 1024;
const FIELD_ERRORS_MAX = 64;
const NO_PARAMS = new URLSearchParams();

const ids = new WeakMap<Request, string>();

/** The id that stands in X-Request-Id, in problems and in the log. */
export function requestId(request: Request): string {
  const known = ids.get(request);
  if (known !== undefined) return known;
  const id = Bun.randomUUIDv7();
  ids.set(request, id);
  return id;
}

/** The path without its query. */
export function pathOf(request: Request): string {
  const { url } = request;
  const start = url.indexOf("/", url.indexOf("//") + 2);
  if (start === -1) return "/";
  const end = url.indexOf("?", start);
  return end === -1 ? url.slice(start) : url.slice(start, end);
}

/** True for a browser that navigates: it is answered with pages, everything else with JSON. */
export function wantsPage(request: Request): boolean {
  const path = pathOf(request);
  // A link to a file is followed by a browser: what stands in its way is for people to read.
  if (path.startsWith("/api/export/")) return request.headers.get("accept")?.includes("text/html") === true;
  if (path.startsWith("/api/") || path.startsWith("/v1/")) return false;
  return request.headers.get("accept")?.includes("text/html") === true && !request.headers.has("hx-request");
}

/** A JSON body in the shape of the schema; throws Problem 400, 413, 415 or 422 with paths and never with values. */
export async function jsonOf<T>(request: Request, schema: ZodType<T>): Promise<T> {
  if (mediaType(request) !== "application/json") {
    throw new Problem({ status: 415, title: "Unsupported content type", detail: "Send application/json." });
  }
  const text = await bodyText(request);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Problem({ status: 400, title: "Not JSON", detail: "The body cannot be read as JSON." });
  }
  return checked(value, schema);
}

/** The query's parameters in the shape of the schema (a repeated one is an array); throws Problem 422. */
export function queryOf<T>(request: Request, schema: ZodType<T>): T {
  // Most requests have none: no need to take the address apart.
  return paramsOf(request.url.includes("?") ? new URL(request.url).searchParams : NO_PARAMS, schema);
}

/** The same of parameters that were taken apart already. */
export function paramsOf<T>(params: URLSearchParams, schema: ZodType<T>): T {
  return checked(entriesOf(params), schema);
}

/** The fields of a submitted form; throws Problem 413 or 415. */
export async function formOf(request: Incoming): Promise<URLSearchParams> {
  if (mediaType(request) !== "application/x-www-form-urlencoded") {
    throw new Problem({ status: 415, title: "Unsupported content type", detail: "Send a form." });
  }
  return new URLSearchParams(await bodyText(request));
}

/** Lower case, without parameters; empty when there is none. */
export function mediaType(request: Pick<Incoming, "headers">): string {
  return (request.headers.get("content-type")?.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** Where each issue is and what was expected there. */
export function fieldErrors(issues: readonly { path?: unknown; code?: unknown; message: string }[]): FieldError[] {
  return issues.slice(0, FIELD_ERRORS_MAX).map(({ path, code, message }) => ({
    field: dotted(path),
    code: typeof code === "string" ? code : "invalid",
    detail: message,
  }));
}

function checked<T>(value: unknown, schema: ZodType<T>): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Problem({
    status: 422,
    title: "Invalid fields",
    detail: "Some fields are missing or wrong; errors names them.",
    errors: fieldErrors(result.error.issues),
  });
}

function entriesOf(params: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(params.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const [first = "", ...others] = params.getAll(name);
      return [name, others.length === 0 ? first : [first, ...others]];
    }),
  );
}

async function bodyText(request: Incoming): Promise<string> {
  const detail = `The body may have at most ${BODY_BYTES_MAX / 1024} KiB.`;
  const body = await bytesOf(request, BODY_BYTES_MAX, () => new Problem({ status: 413, title: "Too large", detail }));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new Problem({ status: 400, title: "Not text", detail: "The body is not valid UTF-8." });
  }
}

function dotted(path: unknown): string | null {
  if (typeof path === "string") return path === "" ? null : path;
  if (!Array.isArray(path) || path.length === 0) return null;
  return path
    .map((key: unknown) => String(typeof key === "object" && key !== null && "key" in key ? key.key : key))
    .join(".");
}

/** A page or a fragment. */
export function htmlResponse(page: Html, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(page.text, { status, headers: { "content-type": "text/html; charset=utf-8", ...headers } });
}

/** A path of this site to go on to ("/" when it is none): never another host, whatever a link says. */
export function localPath(next: string | null): string {
  if (next === null || !next.startsWith("/") || !URL.canParse(next, "http://local")) return "/";
  const url = new URL(next, "http://local");
  // "//host" and "/\host" look local and are not.
  return url.origin === "http://local" && url.pathname.startsWith("/") && !url.pathname.startsWith("//")
    ? url.pathname + url.search
    : "/";
}

/** Where a request comes from. A proxy on this machine is believed about the last hop; a header from anywhere else is not. */
export function addressOf(request: Request, server: Pick<Bun.Server<unknown>, "requestIP"> | null): string {
  const address = server?.requestIP(request)?.address ?? "local";
  const isLoopback = /^(local|127\.|::1$|::ffff:127\.)/.test(address);
  const forwarded = isLoopback ? request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
  return forwarded ? forwarded.slice(0, 64) : address;
}

/** On to another page of this site. */
export function seeOther(location: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 303, headers: { location, ...headers } });
}

/** A field of a form as one line of text; throws Problem 422 when it is longer than any of ours. */
export function textField(form: URLSearchParams, name: string): string {
  const text = (form.get(name) ?? "").trim();
  if (text.length <= 1_000) return text;
  throw new Problem({
    status: 422,
    title: "Too long",
    errors: [{ field: name, code: "too_large", detail: "Shorten it." }],
  });
}

/** Every zone of this machine's IANA database. */
export function timezones(): readonly string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
}
