/** The audit log, to be read: JSON and a page. Nothing here can change it. */
import { z } from "zod";
import { type AuditPageProps, auditPage } from "../../views/audit.ts";
import { formatInstant, parseInstant } from "../catalogue/time.ts";
import type { AuditCheck, AuditRecord, Caller } from "../control/types.ts";
import { requireCaller } from "./access.ts";
import { instantShape } from "./bi/shapes.ts";
import { Problem } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { htmlResponse, queryOf } from "./request.ts";
import { type Route, route } from "./route.ts";
import { shellUser } from "./shell-user.ts";

const PAGE_ROWS = 100;

const instant = z
  .string()
  .max(64)
  .transform((text, context) => {
    const us = parseInstant(text);
    if (us !== null) return us;
    context.addIssue({ code: "custom", message: "Use an RFC 3339 instant, such as 2026-01-31T00:00:00Z." });
    return z.NEVER;
  });
const listQuery = z.strictObject({
  action: z.string().min(1).max(64).optional(),
  actor: z.string().min(1).max(254).optional(),
  from: instant.optional(),
  to: instant.optional(),
  cursor: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
/** Of the page: an empty field of a form is none, and days stand for their first moment (UTC). */
const pageQuery = z.object({
  action: z.string().max(64).catch(""),
  actor: z.string().trim().max(254).catch(""),
  from: z.string().max(64).catch(""),
  to: z.string().max(64).catch(""),
  cursor: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional().catch(undefined),
  check: z.string().max(8).catch(""),
});

const entryShape = z.strictObject({
  audit_id: z.int().min(1),
  at: instantShape,
  actor_kind: z.string(),
  actor_id: z.string().nullable(),
  actor_name: z.string(),
  action: z.string(),
  object: z.string().nullable(),
  location_id: z.string().nullable(),
  address: z.string().nullable(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  hash: z.string().length(64),
});
const checkShape = z.strictObject({
  ok: z.boolean(),
  entries: z.int().min(0),
  hash: z.string().length(64),
  broken_at: z.int().min(1).nullable(),
  detail: z.string().nullable(),
});

/** `/api/admin/audit` and `/settings/audit`. */
export function auditRoutes(parts: Parts): readonly Route[] {
  const { control } = parts;
  return [
    route({
      method: "GET",
      path: "/api/admin/audit",
      access: "admin",
      tag: "Admin",
      summary: "Who did what, when and from where; newest first.",
      description: "Who administers some locations only sees the entries about those.",
      query: listQuery,
      answers: {
        200: {
          description: "A page of entries; next_cursor is null at the end.",
          schema: z.strictObject({ entries: z.array(entryShape), next_cursor: z.string().nullable() }),
        },
      },
      handle: ({ caller, query: { action, actor, from, to, cursor, limit } }) => {
        const { entries, next } = pageOf(parts, caller, { action, actor, from, to, before: cursor }, limit);
        return { entries: entries.map(entryJson), next_cursor: next === null ? null : String(next) };
      },
    }),

    route({
      method: "GET",
      path: "/api/admin/audit/verification",
      access: "admin",
      tag: "Admin",
      summary: "Recomputes the log's chain of hashes.",
      description:
        "ok is false from the first entry on that is missing, changed or foreign. Keep entries and hash elsewhere: only they can show that the whole log was written anew.",
      answers: { 200: { description: "As far as the chain holds.", schema: checkShape } },
      handle: async ({ caller }) => {
        requireAll(caller);
        return checkJson(await control.verifyAudit());
      },
    }),

    route({
      method: "GET",
      path: "/settings/audit",
      access: "admin",
      tag: "Page",
      summary: "The audit log.",
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: async ({ request, caller }) => {
        const typed = queryOf(request, pageQuery);
        const asksCheck = typed.check !== "" && caller.locations === null;
        return htmlResponse(auditPage(propsOf(parts, request, typed, asksCheck ? await control.verifyAudit() : null)));
      },
    }),
  ];
}

interface Asked {
  action?: string | undefined;
  actor?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
  before?: number | undefined;
}

/** One more is asked for than shown, so that the last page knows that it is the last. */
function pageOf(
  { control }: Parts,
  caller: Caller,
  asked: Asked,
  limit: number,
): { entries: readonly AuditRecord[]; next: number | null } {
  const { action, actor, from, to, before } = asked;
  const found = control.audits({
    locations: caller.locations,
    limit: limit + 1,
    ...(action === undefined ? {} : { action }),
    ...(actor === undefined ? {} : { actor }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(before === undefined ? {} : { before }),
  });
  const entries = found.slice(0, limit);
  return { entries, next: found.length > limit ? (entries.at(-1)?.audit_id ?? null) : null };
}

function propsOf(
  parts: Parts,
  request: Request,
  typed: z.output<typeof pageQuery>,
  check: AuditCheck | null,
): AuditPageProps {
  const caller = requireCaller(parts, request, "admin");
  const { action, actor, from, to, cursor } = typed;
  const asked = {
    action: action || undefined,
    actor: actor || undefined,
    from: dayOf(from),
    to: dayOf(to, 1),
    before: cursor,
  };
  const { entries, next } = pageOf(parts, caller, asked, PAGE_ROWS);
  const names = new Map(parts.control.locations().map(({ location_id, name }) => [location_id, name]));
  return {
    user: shellUser(parts, request),
    filters: { action, actor, from: from.slice(0, 10), to: to.slice(0, 10) },
    actions: parts.control.auditActions(caller.locations),
    entries: entries.map((entry) => ({
      ...entry,
      at: `${formatInstant(entry.at).slice(0, 19).replace("T", " ")}`,
      location: entry.location_id === null ? null : (names.get(entry.location_id) ?? entry.location_id),
    })),
    newer: cursor !== undefined,
    older: next,
    head: caller.locations === null ? parts.control.auditHead() : null,
    check,
  };
}

const DAY_US = 86_400_000_000;

function dayOf(text: string, days = 0): number | undefined {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseInstant(`${text}T00:00:00Z`) : parseInstant(text);
  return start === null ? undefined : start + days * DAY_US;
}

function entryJson(entry: AuditRecord) {
  return { ...entry, at: formatInstant(entry.at) };
}

function checkJson({ entries, hash, broken_at, detail }: AuditCheck) {
  return { ok: broken_at === null, entries, hash, broken_at, detail };
}

/** The chain is one for all locations. */
function requireAll(caller: Caller): void {
  if (caller.locations === null) return;
  const detail = "The log is one for all locations; only who sees all of them can check it.";
  throw new Problem({ status: 403, title: "Not allowed", detail });
}
