/**
 * The OpenAPI 3.1 document, made from the routes' own declarations: the schemas in it are those that requests are parsed with.
 * Pages are not part of it.
 */
import { type ZodType, z } from "zod";
import type { Settings } from "../../config.ts";
import type { Access, AnswerSpec, Route } from "../route.ts";

export interface Operation {
  operationId: string;
  tags: readonly string[];
  summary: string;
  description?: string;
  "x-access": Access;
  security: readonly Record<string, readonly string[]>[];
  parameters?: readonly Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema; example?: unknown }> };
  responses: Record<string, unknown>;
}

export interface Parameter {
  name: string;
  in: "path" | "query";
  required: boolean;
  description?: string;
  schema: JsonSchema;
}

/** JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = Record<string, unknown>;

export interface OpenApi {
  openapi: "3.1.0";
  info: Record<string, unknown>;
  servers: readonly { url: string }[];
  tags: readonly { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, unknown> };
}

const TAGS: readonly { name: string; description: string }[] = [
  { name: "Ingest", description: "Bots report what happened." },
  { name: "BI", description: "Questions about it: figures, lists, funnels, forecasts." },
  { name: "Dashboards", description: "Pages that people put together from cards, and the public links to them." },
  { name: "Alerts", description: "Rules, what they said and would have said, and the ways to people." },
  { name: "Access", description: "Signing in, tokens, sessions." },
  { name: "Admin", description: "People, keys, locations, rules, targets, the audit log." },
  { name: "Operations", description: "How the appliance fares." },
  { name: "Compatible intake", description: "Senders of other products, in their own dialects." },
];

const PROBLEM = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  instance: z.string(),
  request_id: z.string(),
  errors: z
    .array(
      z.looseObject({
        field: z.string().nullable(),
        code: z.string(),
        detail: z.string(),
        index: z.int().optional(),
        id: z.string().nullable().optional(),
      }),
    )
    .optional(),
});

/** The document of these routes. `url`: where the appliance is reached. */
export function openApiOf(routes: readonly Route[], version: string, url: string): OpenApi {
  const paths: OpenApi["paths"] = {};
  for (const declared of routes) {
    if (declared.tag === "Page") continue;
    const path = declared.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [declared.method.toLowerCase()]: operationOf(declared) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Bellwether",
      version,
      description:
        "BI for teams whose work is done by bots. Money is a decimal string with a currency beside it, durations are milliseconds, ratios 0 to 1, times RFC 3339 in UTC. Errors are application/problem+json.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url }],
    tags: TAGS,
    paths,
    components: {
      schemas: { Problem: jsonSchema(PROBLEM, "output") },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "An API key (bw_…) or an access token." },
        key: { type: "apiKey", in: "header", name: "X-API-Key" },
        session: { type: "apiKey", in: "cookie", name: "bellwether" },
      },
    },
  };
}

/** Where the appliance is reached, as far as its settings know. */
export function serverUrl({ public_url, http }: Pick<Settings, "public_url" | "http">): string {
  return public_url === "" ? `http://${http}` : public_url;
}

/** A name that code generators can use: `getApiBiEvents`. */
export function operationId({ method, path }: Pick<Route, "method" | "path">): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const camel = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return `${method.toLowerCase()}${camel}`;
}

function operationOf(declared: Route): Operation {
  const { access, tag, summary, description } = declared;
  const parameters = [...pathParameters(declared), ...queryParameters(declared)];
  const requestBody = bodyOf(declared);
  return {
    operationId: operationId(declared),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    "x-access": access,
    security: access === "public" || access === "sender" ? [] : [{ bearer: [] }, { key: [] }, { session: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody ? { requestBody } : {}),
    responses: responsesOf(declared),
  };
}

function pathParameters({ params = {} }: Route): Parameter[] {
  return Object.entries(params).map(([name, description]) => ({
    name,
    in: "path",
    required: true,
    description,
    schema: { type: "string", minLength: 1 },
  }));
}

function queryParameters({ query }: Route): Parameter[] {
  if (query === undefined || query === "own") return [];
  const { properties, required } = propertiesOf(jsonSchema(query, "input"));
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(typeof description === "string" ? { description } : {}),
    schema,
  }));
}

const objectSchema = z.object({
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  required: z.array(z.string()).default([]),
});

function propertiesOf(schema: JsonSchema): { properties: Record<string, JsonSchema>; required: readonly string[] } {
  return objectSchema.parse(schema);
}

function bodyOf({ body, bodies, example }: Route): NonNullable<Operation["requestBody"]> | null {
  const given = example?.body === undefined ? {} : { example: example.body };
  const byType = bodies ?? (body === undefined || body === "own" ? {} : { "application/json": body });
  const content = Object.entries(byType).map(([type, schema]) => [
    type,
    { schema: jsonSchema(schema, "input"), ...given },
  ]);
  return content.length === 0 ? null : { required: true, content: Object.fromEntries(content) };
}

function responsesOf({ access, answers }: Route): Record<string, unknown> {
  const problem = { content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } } };
  return {
    ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, responseOf(answer)])),
    "4XX": {
      description: access === "public" ? "Refused." : "Refused: not signed in, not allowed, or not valid.",
      ...problem,
    },
    "503": { description: "Not now: try again after Retry-After seconds.", ...problem },
  };
}

function responseOf({ description, schema, type }: AnswerSpec): Record<string, unknown> {
  if (schema)
    return { description, content: { [type ?? "application/json"]: { schema: jsonSchema(schema, "output") } } };
  return type === undefined ? { description } : { description, content: { [type]: { schema: { type: "string" } } } };
}

/** What cannot be said in JSON Schema (transforms, own checks) is left to the parser: the document is then the wider one. */
function jsonSchema(schema: ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
