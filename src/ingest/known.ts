/** What ingest does for the types of the catalogue, prepared once: typed data, needs, and the few normalisations the domain names. */
import { ZodObject, type ZodType } from "zod";
import { eventTypes } from "../catalogue/events.ts";
import type { EventType } from "../catalogue/types.ts";
import { pathText } from "./data.ts";
import type { Draft } from "./envelope.ts";
import { Refusal } from "./refusal.ts";

export interface KnownType {
  type: string;
  needs: EventType["needs"];
  /** Null where the type has no typed data. */
  data: ZodType | null;
  /** The value is stored as minus its absolute value. */
  negative: boolean;
  /** The envelope's `value` is a number that the bot reports, not money: it belongs into data. */
  reported: boolean;
  /** The data field that names the bot when bot_id is missing. */
  bot_field: string | null;
}

const TREATMENTS: Readonly<Record<string, Partial<KnownType>>> = {
  refund_issued: { negative: true },
  metric_update: { reported: true },
  ai_activity: { bot_field: "ai_employee" },
};

const KNOWN: ReadonlyMap<string, KnownType> = new Map(
  eventTypes.flatMap((entry) => {
    const known: KnownType = {
      type: entry.type,
      needs: entry.needs,
      data: isUntyped(entry.data) ? null : entry.data,
      negative: false,
      reported: false,
      bot_field: null,
      ...TREATMENTS[entry.type],
    };
    return [entry.type, ...(entry.aliases ?? [])].map((name) => [name, known] as const);
  }),
);

/** By name or alias; null for a type that the catalogue does not have. */
export function knownType(name: string): KnownType | null {
  return KNOWN.get(name) ?? null;
}

/** Refuses an event that lacks what its type cannot do without, or whose typed data is wrong. */
export function typeProblem(known: KnownType, draft: Draft): Refusal | null {
  for (const field of known.needs) {
    if (draft[field] === undefined) return new Refusal(field, "field_missing", `A ${known.type} cannot do without it.`);
  }
  if (known.data === null) return null;
  const result = known.data.safeParse(draft.data ?? {});
  const issue = result.success ? undefined : result.error.issues[0];
  if (issue === undefined) return null;
  const field = pathText(["data", ...issue.path.map(String)]);
  if (isAbsent(draft.data, issue.path))
    return new Refusal(field, "field_missing", `A ${known.type} cannot do without it.`);
  return new Refusal(field, "field_invalid", `${issue.message}.`);
}

function isUntyped(schema: ZodType): boolean {
  return schema instanceof ZodObject && Object.keys(schema.shape).length === 0;
}

function isAbsent(data: unknown, path: readonly PropertyKey[]): boolean {
  let at: unknown = data;
  for (const key of path) {
    if (typeof at !== "object" || at === null) return true;
    at = Object.getOwnPropertyDescriptor(at, key)?.value;
  }
  return at === undefined || at === null;
}
