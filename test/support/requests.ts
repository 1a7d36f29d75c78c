/** Requests made up from an OpenAPI document: most of them right, many wrong in one place, some absurd. */
import { z } from "zod";

export type Schema = Record<string, unknown>;

export interface Operation {
  method: string;
  path: string;
  operation: {
    operationId: string;
    parameters: readonly { name: string; in: "path" | "query"; required: boolean; schema: Schema }[];
    requestBody?: { content: Record<string, { schema: Schema; example?: unknown }> } | undefined;
  };
}

/** Values that a parameter of this name may really have. */
export type Known = Readonly<Record<string, readonly string[]>>;

export interface Made {
  path: string;
  init: { method: string; headers?: Record<string, string>; body?: string };
}

const documentSchema = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        operationId: z.string(),
        parameters: z
          .array(
            z.looseObject({
              name: z.string(),
              in: z.enum(["path", "query"]),
              required: z.boolean(),
              schema: z.record(z.string(), z.unknown()),
            }),
          )
          .default([]),
        requestBody: z
          .looseObject({
            content: z.record(
              z.string(),
              z.looseObject({ schema: z.record(z.string(), z.unknown()), example: z.unknown().optional() }),
            ),
          })
          .optional(),
      }),
    ),
  ),
});

export function operationsOf(document: unknown): Operation[] {
  return Object.entries(documentSchema.parse(document).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

const ABSURD: readonly unknown[] = [
  "",
  " ",
  "0",
  "-1",
  "NaN",
  "null",
  "%00",
  "\u0000",
  "../../etc/passwd",
  "' OR 1=1 --",
  "<script>",
  "é𝄞\u202e",
  "9".repeat(40),
  "x".repeat(5_000),
  "2026-13-45T99:99:99Z",
  "__proto__",
  "constructor",
  "elsewhere",
];
const ABSURD_JSON: readonly unknown[] = [
  ...ABSURD,
  null,
  true,
  0,
  -1,
  1e308,
  -1e308,
  0.1,
  [],
  {},
  [[[[[[]]]]]],
  { a: { b: { c: {} } } },
  ["x", 1, null],
];

/** One request of the operation. `random`: from 0 to 1, so that a failure can be repeated. */
export function makeRequest({ method, path, operation }: Operation, known: Known, random: () => number): Made {
  const wrong = random() < 0.45;
  const query = new URLSearchParams();
  let filled = path;
  for (const { name, in: where, required, schema } of operation.parameters) {
    if (where === "query" && !required && random() < 0.6) continue;
    const values = known[name];
    const right = values ? pick(values, random) : String(madeValue(schema, random) ?? "");
    const value = wrong && random() < 0.3 ? String(pick(ABSURD, random)) : right;
    if (where === "path") filled = filled.replace(`{${name}}`, encodeURIComponent(value === "" ? "x" : value));
    else {
      query.append(name, value);
      if (wrong && random() < 0.1) query.append(name, value);
    }
  }
  if (wrong && random() < 0.1) query.append(pick(["unknown", "__proto__", "", "filter[]"], random), "1");
  const address = query.size === 0 ? filled : `${filled}?${query}`;
  return { path: address, init: { method, ...bodyOf(operation, wrong, random) } };
}

function bodyOf(
  { requestBody }: Operation["operation"],
  wrong: boolean,
  random: () => number,
): Omit<Made["init"], "method"> {
  if (!requestBody) return {};
  const [type, { schema, example }] = pick(Object.entries(requestBody.content), random);
  if (wrong && random() < 0.1)
    return { headers: { "content-type": type }, body: pick(["", "{", "[]", "nul", '"', "{}"], random) };
  if (wrong && random() < 0.05) return { headers: { "content-type": "text/plain" }, body: "x" };
  let value = example !== undefined && random() < 0.4 ? structuredClone(example) : madeValue(schema, random);
  if (wrong) value = damaged(value, random);
  return { headers: { "content-type": type }, body: typeof value === "string" ? value : (JSON.stringify(value) ?? "") };
}

/** The same with one place made wrong. */
function damaged(value: unknown, random: () => number): unknown {
  if (typeof value !== "object" || value === null || random() < 0.1) return pick(ABSURD_JSON, random);
  if (Array.isArray(value)) {
    if (value.length === 0 || random() < 0.2) return [...value, pick(ABSURD_JSON, random)];
    const place = Math.floor(random() * value.length);
    return value.map((item, index) => (index === place ? damaged(item, random) : item));
  }
  const entries = Object.entries(value);
  if (entries.length === 0 || random() < 0.15)
    return { ...value, [String(pick(ABSURD, random))]: pick(ABSURD_JSON, random) };
  const [name] = pick(entries, random);
  if (random() < 0.2) return Object.fromEntries(entries.filter(([other]) => other !== name));
  return Object.fromEntries(entries.map(([other, item]) => [other, other === name ? damaged(item, random) : item]));
}

function madeValue(schema: Schema, random: () => number, depth = 0): unknown {
  const { enum: choices, const: only, anyOf, oneOf, type, default: fallback } = schema;
  if (only !== undefined) return only;
  if (fallback !== undefined && random() < 0.2) return fallback;
  if (Array.isArray(choices)) return pick(choices, random);
  const several = [...schemas(anyOf), ...schemas(oneOf)];
  if (several.length > 0) return madeValue(pick(several, random), random, depth);
  const kind = Array.isArray(type) ? pick(type, random) : type;
  if (kind === "object") return objectOf(schema, random, depth);
  if (kind === "array") return depth > 5 ? [] : listOf(schema, random, depth);
  if (kind === "number" || kind === "integer") return numberOf(schema, random);
  if (kind === "boolean") return random() < 0.5;
  if (kind === "null") return null;
  return textOf(schema, random);
}

function objectOf({ properties, required }: Schema, random: () => number, depth: number): Schema {
  const needed = Array.isArray(required) ? required : [];
  const entries = isSchema(properties) ? Object.entries(properties) : [];
  return Object.fromEntries(
    entries
      .filter(([name]) => needed.includes(name) || random() < 0.4)
      .map(([name, schema]) => [name, isSchema(schema) ? madeValue(schema, random, depth + 1) : null]),
  );
}

function listOf({ items, minItems }: Schema, random: () => number, depth: number): unknown[] {
  const length = Math.max(typeof minItems === "number" ? minItems : 0, Math.floor(random() * 3));
  return Array.from({ length }, () => (isSchema(items) ? madeValue(items, random, depth + 1) : null));
}

function numberOf({ minimum, maximum, type }: Schema, random: () => number): number {
  const least = typeof minimum === "number" ? Math.max(minimum, -1_000) : 0;
  const most = typeof maximum === "number" ? Math.min(maximum, least + 1_000) : least + 100;
  const value = random() < 0.2 ? least : random() < 0.2 ? most : least + random() * (most - least);
  return type === "integer" ? Math.round(value) : value;
}

/** Texts that some field or other takes: names, instants, zones, fields, formulas. */
const TEXTS = [
  "docs",
  "main",
  "revenue",
  "leads",
  "bot_id",
  "data.source",
  "type",
  "contact_id",
  "lead_created",
  "deal_closed",
  "2026-11-01T00:00:00Z",
  "2026-11-20T00:00:00Z",
  "Europe/Berlin",
  "EUR",
  "0.06",
  "contact-1",
  "type:eq:lead_created",
  "bot_id:exists",
  'count(type = "lead_created")',
  "7d",
  "owner@example.com",
];

function textOf({ minLength, format }: Schema, random: () => number): string {
  if (format === "date-time") return "2026-11-10T12:00:00Z";
  const text = pick(TEXTS, random);
  return typeof minLength === "number" ? text.padEnd(Math.min(minLength, 300), "x") : text;
}

function schemas(list: unknown): Schema[] {
  return Array.isArray(list) ? list.filter(isSchema) : [];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function pick<T>(list: readonly T[], random: () => number): T {
  const item = list[Math.floor(random() * list.length)];
  if (item === undefined && list.length === 0) throw new Error("nothing to pick from");
  return item as T;
}
