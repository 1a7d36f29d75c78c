/** Asks routes of a web under test, and holds every good answer to the schema that its route declares. */
import { allRoutes } from "../../src/web/app.ts";
import type { Parts } from "../../src/web/parts.ts";
import type { Method } from "../../src/web/route.ts";

/** What tests look at in an answer or a problem. */
export interface Answer {
  status: number;
  body: Record<string, unknown> & { errors?: { field: string | null; code: string }[] };
}

interface Asked {
  method: Method;
  /** As declared: "/api/bi/contacts/:contact_id". */
  route: string;
  /** As asked; the route itself when left out. */
  path?: string;
  body?: unknown;
  key: string;
}

/** Throws when an answer is not what its route says. */
export async function answerOf(
  parts: Parts,
  send: (path: string, init: RequestInit) => Promise<Response>,
  { method, route, path = route, body, key }: Asked,
): Promise<Answer> {
  const response = await send(path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: Answer["body"] = JSON.parse(await response.text());
  const declared = allRoutes(parts).find((one) => one.method === method && one.path === route);
  if (!declared) throw new Error(`there is no route ${method} ${route}`);
  if (response.ok) declared.answers[response.status]?.schema?.parse(answer);
  return { status: response.status, body: answer };
}
