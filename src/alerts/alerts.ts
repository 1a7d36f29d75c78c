/**
 * Alerts: rules evaluated over what is stored, their states, and what people are told of them.
 * It must never deliver anything itself (delivery/ does), and never hold up ingest.
 */
import type { AlertRow } from "../control/alerts.ts";
import type { Control } from "../control/control.ts";
import type { Store, Touched } from "../store/store.ts";
import { type Backtest, backtest } from "./backtest.ts";
import { createEngine, type EngineState, type HealthChecks } from "./engine.ts";
import { rowOf } from "./entries.ts";
import { createFailures, type Failed } from "./failures.ts";
import { type AlertFeed, createAlertFeed } from "./feed.ts";
import { flushOutbox, type Sender } from "./outbox.ts";
import type { RuleBody } from "./rule.ts";
import type { SeriesState } from "./state.ts";
import { DAY } from "./windows.ts";

/** What alerts need of delivery. */
export interface AlertDelivery extends Sender {
  onFailed(hear: (failed: Failed) => void): void;
}

export interface AlertsParts {
  store: Store;
  control: Control;
  /** Microseconds. */
  now: () => number;
  /** How each part of the appliance fares, by its name in /health. */
  health: () => Promise<HealthChecks>;
  delivery: AlertDelivery;
  /** Says that there is news of alerts for these locations. */
  onNews?: (location_ids: readonly string[]) => void;
  newId?: () => string;
}

export interface AlertsState extends EngineState {
  open: number;
  /** Since the start. */
  notices: number;
  /** Why the last pass failed; null when it did not. */
  failure: string | null;
}

/** One series of a rule as it is now. */
export interface SeriesNow {
  location_id: string | null;
  part: string;
  alert_id: string | null;
  state: SeriesState;
}

export interface Alerts {
  feed: AlertFeed;
  /** Evaluates what is due and hands over what is to be told; called every other second. */
  pass(): Promise<void>;
  /** A commit touched these. */
  touch(touched: Touched): void;
  state(): AlertsState;
  seriesOf(rule_id: string): readonly SeriesNow[];
  /** A rule was changed (`why` null: its series go on) or taken away: its open alerts end without a word. */
  ruleChanged(rule_id: string, why: string | null): void;
  acknowledge(alert: AlertRow, who: string | null): AlertRow;
  /** Until then it is not delivered; null: no longer snoozed. */
  snooze(alert: AlertRow, until: number | null, who: string): AlertRow;
  note(alert: AlertRow, note: string, who: string): void;
  backtest(rule: RuleBody, days: number, signal?: AbortSignal): Promise<Backtest>;
}

/** Of alerts that are over. */
const KEPT_DAYS = 400;
const KEPT_MAX = 100_000;
/** A backtest is answered while somebody waits. */
const BACKTEST_MS = 20_000;

export function createAlerts(parts: AlertsParts): Alerts {
  const { control, store, now, delivery, health, onNews = () => {} } = parts;
  const newId = parts.newId ?? (() => Bun.randomUUIDv7());
  const feed = createAlertFeed();
  const onChanged = (alert: AlertRow): void => {
    feed.push(alert);
    if (alert.location_id !== null) onNews([alert.location_id]);
  };
  const engine = createEngine({ store, control, now, newId, health, onChanged });
  const failures = createFailures({ control, engine, now, newId });
  delivery.onFailed(failures.hear);
  let notices = 0;
  let pruned_at = now();
  let failure: string | null = null;

  function changed(
    alert: AlertRow,
    what: string,
    who: string | null,
    note: string | null,
    state: Partial<SeriesState>,
  ) {
    const entry = engine.entries.ofAlert(alert.alert_id);
    const next = entry && { ...entry, state: { ...entry.state, ...state } };
    const event = { alert_id: alert.alert_id, at: now(), what, who, note };
    engine.keep({ states: next ? [rowOf(next)] : [], alerts: [alert], events: [event], notices: [] });
    if (next) engine.entries.set(next);
    return alert;
  }

  return {
    feed,
    async pass() {
      try {
        await engine.pass();
        failures.look();
        notices += flushOutbox(control, delivery, now());
        failure = null;
      } catch (error) {
        failure = error instanceof Error ? error.message : String(error);
        throw error;
      }
      if (now() - pruned_at < DAY) return;
      pruned_at = now();
      control.pruneAlerts(now() - KEPT_DAYS * DAY, KEPT_MAX);
    },
    touch: engine.touch,
    state: () => ({ ...engine.state(), open: control.openAlerts(null), notices, failure }),
    seriesOf: (rule_id) =>
      engine.entries
        .ofRule(rule_id)
        .map(({ location_id, part, alert_id, state }) => ({ location_id, part, alert_id, state })),
    ruleChanged(rule_id, why) {
      if (why !== null) engine.forget(rule_id, why);
    },
    acknowledge(alert, who) {
      const acknowledged_at = who === null ? null : now();
      const what = who === null ? "acknowledgement_withdrawn" : "acknowledged";
      const next = { ...alert, acknowledged_by: who, acknowledged_at };
      return changed(next, what, who, null, { acknowledged: who !== null });
    },
    snooze: (alert, until, who) =>
      changed({ ...alert, snoozed_until: until }, until === null ? "snooze_ended" : "snoozed", who, null, {
        snoozed_until: until,
      }),
    note(alert, note, who) {
      engine.keep({
        states: [],
        alerts: [],
        events: [{ alert_id: alert.alert_id, at: now(), what: "note", who, note }],
        notices: [],
      });
    },
    backtest: (rule, days, signal) =>
      backtest(
        { store, control, clock: () => performance.now() },
        { rule, days, now: now(), budget_ms: BACKTEST_MS, ...(signal ? { signal } : {}) },
      ),
  };
}
