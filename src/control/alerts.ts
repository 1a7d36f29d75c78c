/** Alerts: their rules, the state of each series, what happened, and notices that wait to be handed to delivery. */
import { z } from "zod";
import { type ControlDatabase, remembered } from "./database.ts";

/** A rule as it is kept; what stands in `rule` is the concern of src/alerts. */
export interface AlertRuleRow {
  rule_id: string;
  /** null: every location. */
  location_id: string | null;
  /** JSON. */
  rule: string;
  created_by: string;
  created_at: number;
  changed_by: string;
  changed_at: number;
}

export interface AlertStateRow {
  rule_id: string;
  /** Which series of the rule. */
  series: string;
  /** The alert that is open. */
  alert_id: string | null;
  /** JSON. */
  state: string;
}

/** An alert: from when something was wrong to when it was over. */
export interface AlertRow {
  alert_id: string;
  /** null: about delivery. */
  rule_id: string | null;
  kind: string;
  /** Of the rule. */
  name: string;
  location_id: string | null;
  bot_id: string | null;
  severity: string;
  /** "firing", "no_data", "error", or "resolved". */
  state: string;
  title: string;
  text: string;
  facts: Readonly<Record<string, string | number | boolean | null>>;
  /** The worst value. */
  peak: number | null;
  began_at: number;
  ended_at: number | null;
  acknowledged_by: string | null;
  acknowledged_at: number | null;
  snoozed_until: number | null;
}

export interface AlertEventRow {
  event_id: number;
  alert_id: string;
  at: number;
  /** "fired", "repeated", "acknowledged" … */
  what: string;
  who: string | null;
  note: string | null;
}

export interface WaitingNotice {
  notice_id: string;
  due_at: number;
  /** Those of one bundle become one notice. */
  bundle: string;
  channels: readonly string[];
  /** JSON. */
  notice: string;
}

export interface AlertQuery {
  /** null: every one; else only those of the locations. */
  locations: readonly string[] | null;
  open?: boolean;
  rule_id?: string;
  bot_id?: string;
  kind?: string;
  severity?: string;
  state?: string;
  /** Began in [from, to). */
  from?: number;
  to?: number;
  /** The alert to go on from. */
  before?: { began_at: number; alert_id: string };
  limit: number;
}

/** What one pass changed, written together. */
export interface AlertChanges {
  states: readonly AlertStateRow[];
  alerts: readonly AlertRow[];
  events: readonly Omit<AlertEventRow, "event_id">[];
  notices: readonly WaitingNotice[];
}

export interface AlertsControl {
  alertRules(): readonly AlertRuleRow[];
  /** Adds or replaces. */
  putAlertRule(row: AlertRuleRow): void;
  /** With the states of its series. */
  removeAlertRule(rule_id: string): boolean;
  alertStates(): readonly AlertStateRow[];
  dropAlertStates(rule_id: string): void;
  /** In one transaction, on disk before it returns: what was told must not be told again after a power loss. */
  saveAlerts(changes: AlertChanges): void;
  alert(alert_id: string): AlertRow | null;
  /** Newest first. */
  alerts(query: AlertQuery): readonly AlertRow[];
  openAlerts(locations: readonly string[] | null): number;
  /** Oldest first. */
  alertEvents(alert_id: string): readonly AlertEventRow[];
  waitingNotices(due_at: number): readonly WaitingNotice[];
  dropNotices(notice_ids: readonly string[]): void;
  /** Removes alerts that ended before `before`, and the oldest beyond `rows_max`. */
  pruneAlerts(before: number, rows_max: number): void;
}

interface StoredAlert extends Omit<AlertRow, "facts"> {
  facts: string;
}
interface StoredNotice extends Omit<WaitingNotice, "channels"> {
  channels: string;
}

const factsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const channelsSchema = z.array(z.string());

export function alertsOf(database: ControlDatabase): AlertsControl {
  const { sql } = database;
  const rules = remembered(database, () =>
    Object.freeze(sql.query<AlertRuleRow, []>("SELECT * FROM alert_rules ORDER BY rule_id").all()),
  );
  const putRule = sql.query(
    `INSERT INTO alert_rules VALUES ($rule_id, $location_id, $rule, $created_by, $created_at, $changed_by, $changed_at)
     ON CONFLICT DO UPDATE SET location_id = $location_id, rule = $rule, changed_by = $changed_by, changed_at = $changed_at`,
  );
  const dropRule = sql.query("DELETE FROM alert_rules WHERE rule_id = $rule_id");
  const states = sql.query<AlertStateRow, []>("SELECT * FROM alert_states ORDER BY rule_id, series");
  // A rule may be taken away while a pass evaluates it.
  const putState = sql.query(
    `INSERT INTO alert_states SELECT $rule_id, $series, $alert_id, $state WHERE EXISTS (SELECT 1 FROM alert_rules WHERE rule_id = $rule_id)
     ON CONFLICT DO UPDATE SET alert_id = $alert_id, state = $state`,
  );
  const dropStates = sql.query("DELETE FROM alert_states WHERE rule_id = $rule_id");
  const putAlert = sql.query(
    `INSERT INTO alerts VALUES ($alert_id, $rule_id, $kind, $name, $location_id, $bot_id, $severity, $state, $title, $text,
       $facts, $peak, $began_at, $ended_at, $acknowledged_by, $acknowledged_at, $snoozed_until)
     ON CONFLICT DO UPDATE SET severity = $severity, state = $state, title = $title, text = $text, facts = $facts, peak = $peak,
       ended_at = $ended_at, acknowledged_by = $acknowledged_by, acknowledged_at = $acknowledged_at, snoozed_until = $snoozed_until`,
  );
  const putEvent = sql.query(
    `INSERT INTO alert_events (alert_id, at, what, who, note) SELECT $alert_id, $at, $what, $who, $note
     WHERE EXISTS (SELECT 1 FROM alerts WHERE alert_id = $alert_id)`,
  );
  const putNotice = sql.query(
    "INSERT INTO alert_outbox VALUES ($notice_id, $due_at, $bundle, $channels, $notice) ON CONFLICT DO NOTHING",
  );
  const one = sql.query<StoredAlert, { alert_id: string }>("SELECT * FROM alerts WHERE alert_id = $alert_id");
  const list = sql.query<StoredAlert, Filters>(
    `SELECT * FROM alerts WHERE ($locations IS NULL OR location_id IN (SELECT value FROM json_each($locations)))
     AND ($open IS NULL OR (ended_at IS NULL) = $open) AND ($rule_id IS NULL OR rule_id = $rule_id)
     AND ($bot_id IS NULL OR bot_id = $bot_id) AND ($kind IS NULL OR kind = $kind) AND ($severity IS NULL OR severity = $severity)
     AND ($state IS NULL OR state = $state) AND ($from IS NULL OR began_at >= $from) AND ($to IS NULL OR began_at < $to)
     AND ($began_at IS NULL OR (began_at, alert_id) < ($began_at, $alert_id))
     ORDER BY began_at DESC, alert_id DESC LIMIT $limit`,
  );
  const opened = sql.query<{ open: number }, { locations: string | null }>(
    `SELECT count(*) AS open FROM alerts WHERE ended_at IS NULL
     AND ($locations IS NULL OR location_id IN (SELECT value FROM json_each($locations)))`,
  );
  const events = sql.query<AlertEventRow, { alert_id: string }>(
    "SELECT * FROM alert_events WHERE alert_id = $alert_id ORDER BY event_id",
  );
  const waiting = sql.query<StoredNotice, { due_at: number }>(
    `SELECT * FROM alert_outbox WHERE bundle IN (SELECT bundle FROM alert_outbox WHERE due_at <= $due_at)
     ORDER BY bundle, notice_id`,
  );
  const dropNotice = sql.query("DELETE FROM alert_outbox WHERE notice_id IN (SELECT value FROM json_each($ids))");
  const pruneOld = sql.query("DELETE FROM alerts WHERE ended_at < $before");
  const pruneMany = sql.query(
    `DELETE FROM alerts WHERE alert_id IN
       (SELECT alert_id FROM alerts WHERE ended_at IS NOT NULL ORDER BY began_at DESC, alert_id DESC LIMIT -1 OFFSET $rows_max)`,
  );

  return {
    alertRules: rules,
    putAlertRule: (row) => void database.change(() => putRule.run({ ...row })),
    removeAlertRule: (rule_id) => database.change(() => dropRule.run({ rule_id })).changes > 0,
    alertStates: () => states.all(),
    dropAlertStates: (rule_id) => void dropStates.run({ rule_id }),
    saveAlerts({ states, alerts, events, notices }) {
      database.noteDurably(() => {
        for (const row of states) putState.run({ ...row });
        for (const row of alerts) putAlert.run({ ...row, facts: JSON.stringify(row.facts) });
        for (const row of events) putEvent.run({ ...row });
        for (const row of notices) putNotice.run({ ...row, channels: JSON.stringify(row.channels) });
      });
    },
    alert(alert_id) {
      const row = one.get({ alert_id });
      return row && alertOf(row);
    },
    alerts: (query) => list.all(filtersOf(query)).map(alertOf),
    openAlerts: (locations) => opened.get({ locations: scopeOf(locations) })?.open ?? 0,
    alertEvents: (alert_id) => events.all({ alert_id }),
    waitingNotices: (due_at) =>
      waiting.all({ due_at }).map((row) => ({ ...row, channels: channelsSchema.parse(JSON.parse(row.channels)) })),
    dropNotices: (notice_ids) => void dropNotice.run({ ids: JSON.stringify(notice_ids) }),
    pruneAlerts(before, rows_max) {
      database.note(() => {
        pruneOld.run({ before });
        pruneMany.run({ rows_max });
      });
    },
  };
}

type Filters = {
  locations: string | null;
  open: number | null;
  rule_id: string | null;
  bot_id: string | null;
  kind: string | null;
  severity: string | null;
  state: string | null;
  from: number | null;
  to: number | null;
  began_at: number | null;
  alert_id: string | null;
  limit: number;
};

function filtersOf(query: AlertQuery): Filters {
  const { locations, open, rule_id, bot_id, kind, severity, state, from, to, before, limit } = query;
  return {
    locations: scopeOf(locations),
    open: open === undefined ? null : Number(open),
    rule_id: rule_id ?? null,
    bot_id: bot_id ?? null,
    kind: kind ?? null,
    severity: severity ?? null,
    state: state ?? null,
    from: from ?? null,
    to: to ?? null,
    began_at: before?.began_at ?? null,
    alert_id: before?.alert_id ?? null,
    limit,
  };
}

function scopeOf(locations: readonly string[] | null): string | null {
  return locations === null ? null : JSON.stringify(locations);
}

function alertOf(row: StoredAlert): AlertRow {
  return { ...row, facts: factsSchema.parse(JSON.parse(row.facts)) };
}
