/** What people and the appliance did, as rows: alerts of the timeframe, and the audit log. */
import type { AlertRow } from "../../control/alerts.ts";
import type { AuditRecord } from "../../control/types.ts";
import { type Asked, framed, type ReportParts } from "../common.ts";
import { maskedCell, maskedRaw } from "../personal.ts";
import { column, type ExportRow, type ExportSource, tableOf } from "./source.ts";

const PAGE = 1_000;

/** Alerts that began in the timeframe, newest first. */
export async function exportAlerts(parts: ReportParts, asked: Asked): Promise<ExportSource> {
  const resolved = await framed(parts, asked);
  const { from, to, locations } = resolved.scope;
  const columns = [
    column("alert_id", "Id", "text"),
    column("name", "Rule", "text"),
    column("kind", "Kind", "text"),
    column("location_id", "Location", "text"),
    column("bot_id", "Bot", "text"),
    column("severity", "Severity", "text"),
    column("state", "State", "text"),
    column("title", "Title", "text"),
    column("text", "Text", "text"),
    column("facts", "Facts", "json"),
    column("peak", "Peak", "number"),
    column("began_at", "Began", "time"),
    column("ended_at", "Ended", "time"),
    column("acknowledged_by", "Acknowledged by", "text"),
    column("acknowledged_at", "Acknowledged", "time"),
  ];
  const rows: ExportRow[] = [];
  let before: Pick<AlertRow, "began_at" | "alert_id"> | undefined;
  do {
    const page = parts.control.alerts({ locations, from, to, limit: PAGE, ...(before ? { before } : {}) });
    for (const alert of page) rows.push(alertRow(alert, asked.personal === true));
    before = page.length === PAGE ? page.at(-1) : undefined;
    await Bun.sleep(0);
  } while (before);
  return { framed: resolved, title: "Alerts", table: tableOf(columns, rows) };
}

function alertRow(alert: AlertRow, personal: boolean): ExportRow {
  const { alert_id, name, kind, location_id, bot_id, severity, state, title, text, facts, peak } = alert;
  const shown = (cell: string | null): string | null => (personal ? cell : maskedCell(cell));
  const details = JSON.stringify(facts);
  const times = [alert.began_at, alert.ended_at, alert.acknowledged_by, alert.acknowledged_at];
  return [
    alert_id,
    name,
    kind,
    location_id,
    shown(bot_id),
    severity,
    state,
    shown(title),
    shown(text),
    personal ? details : maskedRaw(details),
    peak,
    ...times,
  ];
}

/** The audit log of the timeframe, newest first; of those locations alone, or (null) all of it. For those who administer. */
export async function exportAudit(parts: ReportParts, asked: Asked): Promise<ExportSource> {
  const resolved = await framed(parts, asked);
  const { from, to, locations } = resolved.scope;
  const end = parts.control.auditHead().entries + 1;
  const pages = async function* (): AsyncGenerator<readonly AuditRecord[]> {
    for (let before = end; ; ) {
      const page = parts.control.audits({ locations, from, to, before, limit: PAGE });
      yield page;
      if (page.length < PAGE) return;
      before = page.at(-1)?.audit_id ?? 0;
      // Requests are answered between two pages.
      await Bun.sleep(0);
    }
  };
  let rows = 0;
  for await (const page of pages()) rows += page.length;
  const columns = [
    column("audit_id", "Entry", "count"),
    column("at", "Time", "time"),
    column("actor_kind", "Kind of actor", "text"),
    column("actor_id", "Actor", "text"),
    column("actor_name", "Name", "text"),
    column("action", "Action", "text"),
    column("object", "Object", "text"),
    column("location_id", "Location", "text"),
    column("address", "Address", "text"),
    column("details", "Details", "json"),
    column("hash", "Hash", "text"),
  ];
  return {
    framed: resolved,
    title: "Audit log",
    table: {
      columns,
      rows,
      async *packets() {
        for await (const page of pages()) yield page.map(auditRow);
      },
    },
  };
}

function auditRow(entry: AuditRecord): ExportRow {
  const { audit_id, at, actor_kind, actor_id, actor_name, action, object, location_id, address, details, hash } = entry;
  const what = [actor_kind, actor_id, actor_name, action, object, location_id, address];
  return [audit_id, at, ...what, JSON.stringify(details), hash];
}
