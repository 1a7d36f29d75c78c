/** A rule and an alert of one location, marked, for tests of who may see them. */
import type { Control } from "../../src/control/control.ts";

/** Their ids by route. */
export function foreignAlerts(control: Control, location_id: string, mark: string): Record<string, string> {
  const at = 1_795_000_000_000_000;
  const rule_id = `${mark}-rule`;
  const alert_id = `${mark}-alert`;
  const rule = JSON.stringify({ kind: "stall", name: mark, location_id });
  control.putAlertRule({
    rule_id,
    location_id,
    rule,
    created_by: mark,
    created_at: at,
    changed_by: mark,
    changed_at: at,
  });
  const alert = {
    alert_id,
    rule_id,
    kind: "stall",
    name: mark,
    location_id,
    bot_id: null,
    severity: "warning",
    state: "firing",
    title: mark,
    text: mark,
    facts: { bot_id: mark },
    peak: null,
    began_at: at,
    ended_at: null,
    acknowledged_by: null,
    acknowledged_at: null,
    snoozed_until: null,
  };
  const events = [{ alert_id, at, what: "fired", who: null, note: mark }];
  control.saveAlerts({ states: [], alerts: [alert], events, notices: [] });
  const pages = { "/alerts/rules/:id": rule_id, "/alerts/:id": alert_id };
  return { "/api/alerts/rules/:id": rule_id, "/api/alerts/:id": alert_id, ...pages };
}
