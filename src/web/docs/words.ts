/** JSON Schema in words, for readers of the reference. */
import type { JsonSchema } from "./openapi.ts";

export interface Field {
  /** Dotted; `[]` for the items of a list. */
  path: string;
  required: boolean;
  type: string;
  description: string;
}

const CHOICES_MAX = 12;
const FIELDS_MAX = 60;
const DEPTH_MAX = 4;

/** "one of 24h, 7d, 30d", "text, at most 64 characters", "list of objects". */
export function typeInWords(schema: JsonSchema): string {
  const { enum: choices, const: only, anyOf, oneOf, items, default: fallback } = schema;
  const said = (): string => {
    if (only !== undefined) return JSON.stringify(only);
    if (Array.isArray(choices)) {
      const shown = choices.slice(0, CHOICES_MAX).map(String).join(", ");
      return `one of ${shown}${choices.length > CHOICES_MAX ? " …" : ""}`;
    }
    const several = schemasOf(anyOf ?? oneOf);
    if (several.length > 0) return [...new Set(several.map(typeInWords))].join(" or ");
    if (schema.type === "array") return `list of ${isSchema(items) ? typeInWords(items) : "anything"}`;
    return plain(schema);
  };
  return fallback === undefined || typeof fallback === "object" ? said() : `${said()}; default ${String(fallback)}`;
}

/** Every field below a schema, at most some dozens. */
export function fieldsOf(schema: JsonSchema, prefix = "", depth = 0): Field[] {
  if (depth > DEPTH_MAX) return [];
  const fields: Field[] = [];
  const required = Array.isArray(schema.required) ? schema.required : [];
  for (const [name, value] of Object.entries(isSchema(schema.properties) ? schema.properties : {})) {
    if (!isSchema(value)) continue;
    const path = prefix === "" ? name : `${prefix}.${name}`;
    fields.push({
      path,
      required: required.includes(name),
      type: typeInWords(value),
      description: textOf(value.description),
    });
    const inner = value.type === "array" && isSchema(value.items) ? { of: value.items, at: `${path}[]` } : null;
    for (const below of [inner?.of ?? value, ...schemasOf((inner?.of ?? value).anyOf)])
      fields.push(...fieldsOf(below, inner?.at ?? path, depth + 1));
  }
  const seen = new Set<string>();
  return fields.filter(({ path }) => !seen.has(path) && seen.add(path)).slice(0, FIELDS_MAX);
}

function plain(schema: JsonSchema): string {
  const { type, format, minLength, maxLength, minimum, maximum, pattern } = schema;
  const of = Array.isArray(type) ? type : [type];
  const name = of.map((one) => NAMES[String(one)] ?? "anything").join(" or ");
  const limits: string[] = [];
  if (typeof format === "string") limits.push(format);
  else if (typeof pattern === "string" && pattern.length < 60) limits.push(`like ${pattern}`);
  if (typeof minLength === "number" && minLength > 1) limits.push(`at least ${minLength} characters`);
  if (typeof maxLength === "number") limits.push(`at most ${maxLength} characters`);
  if (typeof minimum === "number" && minimum > Number.MIN_SAFE_INTEGER) limits.push(`from ${minimum}`);
  if (typeof maximum === "number" && maximum < Number.MAX_SAFE_INTEGER) limits.push(`to ${maximum}`);
  return [name, ...limits].join(", ");
}

const NAMES: Readonly<Record<string, string>> = {
  string: "text",
  number: "number",
  integer: "whole number",
  boolean: "true or false",
  object: "object",
  null: "null",
};

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function schemasOf(list: unknown): readonly JsonSchema[] {
  return Array.isArray(list) ? list.filter(isSchema) : [];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
