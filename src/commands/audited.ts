/** Entries of the audit log about what the command line did: by whom this machine says it was run. */
import { userInfo } from "node:os";
import type { Control } from "../control/control.ts";
import type { AuditEntry } from "../control/types.ts";

/** Adds an entry; the actor is the operating system's user. */
export function auditCommand(
  control: Control,
  action: string,
  entry: Partial<Omit<AuditEntry, "action" | "actor">> = {},
): void {
  control.audit({ actor: { kind: "command", id: null, name: systemUser() }, ...entry, action });
}

/** A container's user may have no name. */
export function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}
