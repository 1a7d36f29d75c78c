/**
 * Expected failures become RFC 9457 problem documents here, and only here.
 * A problem names places and remedies, never the values that were sent.
 */
import { ValidationError } from "elysia";
import { ZodError } from "zod";
import { errorPage } from "../../views/error.ts";
import { ControlError, type ControlErrorCode } from "../control/control.ts";
import { QueryAborted, QueryRefused, QueryTimeout, QueryTooLarge } from "../store/errors.ts";
import { sessionOf } from "./access.ts";
import type { Parts } from "./parts.ts";
import { fieldErrors, pathOf, requestId, wantsPage } from "./request.ts";
import type { RouteTable } from "./routes.ts";

export interface FieldError {
  index?: number;
  id?: string | null;
  field: string | null;
  code: string;
  detail: string;
  /** Of a formula: 0-based index into its text. */
  position?: number;
}

export interface ProblemBody {
  status: number;
  title: string;
  detail?: string;
  errors?: readonly FieldError[];
  headers?: Readonly<Record<string, string>>;
  /** Of a page: where to go on from here; left out: the overview. */
  back?: { href: string; label: string };
}

/** Thrown by handlers for an expected refusal; the root error handler turns it into application/problem+json (or an error page for browsers). */
export class Problem extends Error {
  constructor(readonly body: ProblemBody) {
    super(body.title);
  }
}

/**
 * The answer to whatever was thrown: a problem document, an error page for a browser, the login for one that is not signed in.
 * `routes`: which methods the path knows, for 404 and 405.
 */
export function errorResponse(
  parts: Parts,
  request: Request,
  error: unknown,
  routes: Pick<RouteTable, "methods" | "pattern">,
): Response {
  const problem = problemOf(error, request, routes);
  if (problem.status >= 500 && !(error instanceof Problem)) logBug(parts, request, error, routes);
  if (wantsPage(request))
    return problem.status === 401 ? toLogin(parts, request) : pageResponse(parts, request, problem);
  return problemResponse(request, problem);
}

/** A problem document (RFC 9457). */
function problemResponse(request: Request, problem: ProblemBody): Response {
  const { status, title, detail, errors } = problem;
  const body = {
    type: "about:blank",
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    instance: pathOf(request),
    request_id: requestId(request),
    ...(errors === undefined ? {} : { errors }),
  };
  const headers = new Headers({ ...problem.headers, "content-type": "application/problem+json" });
  return new Response(JSON.stringify(body), { status, headers });
}

function problemOf(error: unknown, request: Request, routes: Pick<RouteTable, "methods">): ProblemBody {
  if (error instanceof Problem) return error.body;
  if (error instanceof ValidationError) return invalid(fieldErrors(error.all.map(issueOf)));
  if (error instanceof ZodError) return invalid(fieldErrors(error.issues));
  if (error instanceof ControlError) return refused(error);
  if (error instanceof QueryTimeout || error instanceof QueryRefused || error instanceof QueryAborted) return TOO_SLOW;
  if (error instanceof QueryTooLarge) return TOO_LARGE;
  const code = codeOf(error);
  if (code === "NOT_FOUND") return notFound(request, routes.methods(pathOf(request)));
  const known = typeof code === "string" && Object.hasOwn(EXPECTED, code) ? EXPECTED[code] : undefined;
  if (known) return known;
  return {
    status: 500,
    title: "Something broke",
    detail: "This is a bug, not your request. The log has more under the request_id.",
  };
}

/** The rest of the appliance is unharmed by a question that was stopped. */
const TOO_SLOW: ProblemBody = {
  status: 503,
  title: "Too slow",
  detail: "The answer took too long. Ask for a shorter timeframe, a coarser grain or fewer splits, or try again.",
  headers: { "retry-after": "5" },
};
const TOO_LARGE: ProblemBody = {
  status: 503,
  title: "Too large",
  detail: "The answer needs more memory than the database may use. Ask for a shorter timeframe or fewer splits.",
  headers: { "retry-after": "5" },
};

/** Failures of the framework and of control that are the request's, by their code. */
const EXPECTED: Readonly<Record<string, ProblemBody>> = {
  PARSE: { status: 400, title: "Not readable", detail: "The body cannot be read as what its content type says." },
  INVALID_COOKIE_SIGNATURE: { status: 400, title: "Wrong cookie" },
  INVALID_FILE_TYPE: { status: 422, title: "Wrong kind of file" },
};

const REFUSALS: Readonly<Record<ControlErrorCode, { status: number; title: string }>> = {
  email_taken: { status: 409, title: "Address taken" },
  email_invalid: { status: 422, title: "Invalid fields" },
  password_invalid: { status: 422, title: "Invalid fields" },
  already_set_up: { status: 410, title: "Already set up" },
  last_owner: { status: 409, title: "The only owner" },
  rule_taken: { status: 409, title: "Rule exists" },
  rule_invalid: { status: 422, title: "Invalid fields" },
  location_invalid: { status: 422, title: "Invalid fields" },
  busy: { status: 503, title: "Busy" },
  newer_database: { status: 500, title: "Newer database" },
};

function refused({ code, message, field }: ControlError): ProblemBody {
  return {
    ...REFUSALS[code],
    detail: message,
    ...(field === null ? {} : { errors: [{ field, code, detail: message }] }),
    ...(code === "busy" ? { headers: { "retry-after": "2" } } : {}),
  };
}

function invalid(errors: readonly FieldError[]): ProblemBody {
  return {
    status: 422,
    title: "Invalid fields",
    detail: "Some fields are missing or wrong; errors names them.",
    errors,
  };
}

function notFound(request: Request, methods: readonly string[]): ProblemBody {
  if (methods.length === 0 || methods.includes(request.method)) {
    return { status: 404, title: "Not found", detail: "There is nothing at this address." };
  }
  const allow = methods.join(", ");
  return { status: 405, title: "Method not allowed", detail: `This address takes ${allow}.`, headers: { allow } };
}

function issueOf(issue: { path?: string; message?: string; summary?: string }) {
  const path = issue.path === "root" ? "" : (issue.path ?? "").replace(/^\//, "").replaceAll("/", ".");
  // TypeBox's messages can quote what was found; its path is all that is safe to repeat.
  return { path, code: "invalid", message: "is missing or wrong" };
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

function pageResponse(parts: Parts, request: Request, problem: ProblemBody): Response {
  const ask = problem.status === 403 ? { ask: administratorsFor(parts, request) } : {};
  const page = errorPage({ ...problem, ...ask, request_id: requestId(request) });
  const headers = new Headers({ ...problem.headers, "content-type": "text/html; charset=utf-8" });
  return new Response(page.toString(), { status: problem.status, headers });
}

/** Who can give somebody who is signed in another role or other locations: those who may administer theirs. */
function administratorsFor(parts: Parts, request: Request) {
  const user = sessionOf(parts, request)?.user;
  if (!user) return [];
  return parts.control
    .users()
    .filter(({ user_id, role }) => user_id !== user.user_id && (role === "owner" || role === "admin"))
    .filter(({ locations }) => locations === null || user.locations?.every((id) => locations.includes(id)) === true)
    .map(({ name, email, role }) => ({ name, email, role }));
}

function toLogin(parts: Parts, request: Request): Response {
  const { pathname, search } = new URL(request.url);
  // What was sent to a form is lost with the session: there is no page to go back to.
  const isPlace = request.method === "GET" && pathname + search !== "/";
  const next = isPlace ? `?next=${encodeURIComponent(pathname + search)}` : "";
  const location = parts.control.userCount() === 0 ? "/setup" : `/login${next}`;
  return new Response(null, { status: 303, headers: { location } });
}

function logBug(parts: Parts, request: Request, error: unknown, routes: Pick<RouteTable, "pattern">): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  parts.log("error", "a request failed unexpectedly", {
    request_id: requestId(request),
    method: request.method,
    // Not the address itself: a contact's id may stand in it.
    route: routes.pattern(pathOf(request)),
    stack,
  });
}
