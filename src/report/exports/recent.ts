/** Exports that were made: read from the audit log, which alone knows of them. */
import type { Control } from "../../control/control.ts";
import type { AuditRecord } from "../../control/types.ts";

/** Noted before the first byte, with what is given out. */
export const EXPORT_BEGUN = "export_begun";
/** Noted when it ended, with its outcome: done, stopped (nobody read on) or failed. */
export const EXPORT_ENDED = "export_ended";

export interface RecentExport {
  /** Microseconds. */
  at: number;
  who: string;
  what: string;
  format: string;
  location_id: string | null;
  rows: number | null;
  bytes: number | null;
  /** null: it is not over, or the appliance stopped in the midst of it. */
  outcome: "done" | "stopped" | "failed" | null;
}

const SHOWN = 25;
/** Beginnings and ends lie side by side. */
const READ = 200;

/** The newest first: of one actor, or (null) of all who took from these locations (null: any). */
export function recentExports(
  control: Control,
  actor: { kind: string; id: string } | null,
  locations: readonly string[] | null,
): readonly RecentExport[] {
  const read = (action: string): readonly AuditRecord[] => {
    const found = control.audits({ action, locations, limit: READ, ...(actor ? { actor: actor.id } : {}) });
    return actor
      ? found.filter(({ actor_kind, actor_id }) => actor_kind === actor.kind && actor_id === actor.id)
      : found;
  };
  const ends = new Map(read(EXPORT_ENDED).map((entry) => [entry.details.request_id, entry.details]));
  return read(EXPORT_BEGUN)
    .slice(0, SHOWN)
    .map(({ at, actor_name, object, location_id, details }) => {
      const end = ends.get(details.request_id);
      return {
        at,
        who: actor_name,
        what: object ?? "",
        format: String(details.format ?? ""),
        location_id,
        rows: numberOf(details.rows),
        bytes: numberOf(end?.bytes),
        outcome: outcomeOf(end?.outcome),
      };
    });
}

function outcomeOf(text: unknown): RecentExport["outcome"] {
  return text === "done" || text === "stopped" || text === "failed" ? text : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
