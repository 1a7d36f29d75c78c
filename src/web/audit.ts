/** Entries of the audit log about requests: who asked and from where. */
import type { AuditEntry } from "../control/types.ts";
import { callerOf } from "./access.ts";
import type { Parts } from "./parts.ts";
import { addressOf } from "./request.ts";

/** Adds an entry; the actor is the caller unless another is named (a sign-in has no caller yet). */
export function audited(
  parts: Parts,
  { request, server }: { request: Request; server: Bun.Server<unknown> | null },
  action: string,
  entry: Partial<Omit<AuditEntry, "action" | "address">> = {},
): void {
  const caller = callerOf(parts, request);
  const actor: AuditEntry["actor"] = caller
    ? { kind: caller.kind, id: caller.id, name: caller.name }
    : { kind: "nobody", id: null, name: "nobody" };
  const { audit_id, hash } = parts.control.audit({ actor, ...entry, action, address: addressOf(request, server) });
  // The log is kept apart from the database, often on another machine: whoever forges the one does not reach the other.
  parts.log("info", "audit", { audit_id, action, hash });
}
