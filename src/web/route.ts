/**
 * What a route is: its address, who may ask, what it takes and answers, and its handler.
 * The gate, the tests and /openapi.json read this declaration; nothing about a route is written twice.
 */
import type { ZodType } from "zod";
import { inLocale } from "../../views/locale.ts";
import type { Caller, Scope } from "../control/types.ts";
import { requireCaller, requirePerson } from "./access.ts";
import { Problem } from "./errors.ts";
import { localeOf } from "./locale.ts";
import type { Parts } from "./parts.ts";
import { jsonOf, queryOf } from "./request.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * Who may ask: anyone (the handler looks itself, or there is nothing to protect), whoever shows a session, token or key,
 * only people (no keys), a sender whose key stands where another product's dialect puts it (the handler looks; cookies
 * never count), or a caller with the scope.
 */
export type Access = "public" | "caller" | "person" | "sender" | Scope;

/** The name of a tag in the API reference; pages are not in it. */
export type Tag =
  | "Ingest"
  | "BI"
  | "Dashboards"
  | "Alerts"
  | "Access"
  | "Admin"
  | "Operations"
  | "Compatible intake"
  | "Page";

export interface AnswerSpec {
  description: string;
  /** Of a JSON body. */
  schema?: ZodType;
  /** Of any other body. */
  type?: string;
}

export interface Example {
  query?: string;
  params?: Readonly<Record<string, string>>;
  body?: unknown;
}

interface Spec<Query, Body, Param extends string> {
  method: Method;
  /** With `:name` for parts that vary and a last `*` for the rest. */
  path: string;
  access: Access;
  tag: Tag;
  summary: string;
  description?: string;
  /** Parameters of the address, name to what it is. */
  params?: Readonly<Record<Param, string>>;
  /** Left out: any parameter in the query is 422. "own": the handler reads it. */
  query?: ZodType<Query> | "own";
  /** A JSON body, parsed before the handler. "own": the handler reads what was sent. */
  body?: ZodType<Body> | "own";
  /** For "own" bodies: what they may be, by media type. */
  bodies?: Readonly<Record<string, ZodType>>;
  /** What to try: a query, the parts of the path, a JSON body. */
  example?: Example;
  /** By status. Problems (4xx, 5xx) need no line: every route may answer them. */
  answers: Readonly<Record<number, AnswerSpec>>;
}

/** What a handler is given: parsed, and allowed already. */
export interface Context<Query, Body, Param extends string> {
  request: Request;
  /** Null in tests that have no socket. */
  server: Bun.Server<unknown> | null;
  params: Readonly<Record<Param, string>>;
  query: Query;
  body: Body;
  /** Whoever asks; of a public route it throws for nobody. */
  readonly caller: Caller;
}

export interface Route extends Spec<unknown, unknown, string> {
  run(parts: Parts, given: Pick<Context<unknown, unknown, string>, "request" | "server" | "params">): unknown;
}

/** Declares a route. The handler returns a Response, or what becomes JSON with status 200. */
export function route<Query = undefined, Body = undefined, Param extends string = never>(
  spec: Spec<Query, Body, Param> & { handle: (context: Context<Query, Body, Param>) => unknown },
): Route {
  const { handle, ...declared } = spec;
  const run: Route["run"] = (parts, { request, server, params }) => {
    const caller = spec.access === "public" || spec.access === "sender" ? null : allowed(parts, request, spec.access);
    const query = spec.query === "own" ? undefined : parsedQuery(request, spec);
    // Each is what its schema made of it, and undefined exactly where there is no schema: what the types say.
    const context = (body: unknown): Context<Query, Body, Param> => ({
      request,
      server,
      params,
      query: query as Query,
      body: body as Body,
      get caller() {
        return caller ?? requireCaller(parts, request);
      },
    });
    if (spec.body === undefined || spec.body === "own") return handle(context(undefined));
    return jsonOf(request, spec.body).then((body) => handle(context(body)));
  };
  // What people read is written as they write.
  if (spec.tag !== "Page") return { ...declared, run };
  return { ...declared, run: (parts, given) => inLocale(localeOf(parts, given.request), () => run(parts, given)) };
}

function allowed(parts: Parts, request: Request, access: Exclude<Access, "public" | "sender">): Caller {
  if (access === "caller") return requireCaller(parts, request);
  if (access === "person") return requirePerson(parts, request);
  return requireCaller(parts, request, access);
}

function parsedQuery<Query>(request: Request, spec: Spec<Query, unknown, string>): Query | undefined {
  if (spec.query !== undefined && spec.query !== "own") return queryOf(request, spec.query);
  // Pages are linked to from elsewhere, often with parameters of others.
  if (spec.tag === "Page" || !request.url.includes("?")) return undefined;
  const [unknown] = new URL(request.url).searchParams.keys();
  if (unknown === undefined) return undefined;
  throw new Problem({
    status: 422,
    title: "Invalid fields",
    detail: "This address takes no parameters.",
    errors: [{ field: unknown.slice(0, 64), code: "unrecognized_keys", detail: "There is no such parameter." }],
  });
}
