/** Alerts over a real store and control database, with a clock that is moved by hand. */
import { type Alerts, createAlerts } from "../../src/alerts/alerts.ts";
import { SETTLE_US } from "../../src/alerts/engine.ts";
import type { Failed } from "../../src/alerts/failures.ts";
import type { Notice } from "../../src/alerts/notice.ts";
import { type RuleBody, rulesSchema } from "../../src/alerts/rule.ts";
import type { BotEvent } from "../../src/catalogue/event.ts";
import type { AlertRow } from "../../src/control/alerts.ts";
import { type Control, openControl } from "../../src/control/control.ts";
import type { Store } from "../../src/store/store.ts";
import { groupOf, openTestStore } from "../store/fixture.ts";

export const MINUTE = 60_000_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface AlertsWorld {
  store: Store;
  control: Control;
  clock: { now: number };
  alerts: Alerts;
  sent: { notice: Notice; channels: readonly string[] }[];
  health: Record<string, { status: string }>;
  fail(failed: Failed): void;
  rule(given: Record<string, unknown>, rule_id?: string): { rule_id: string; body: RuleBody };
  apply(events: readonly BotEvent[]): Promise<void>;
  /** Evaluates what is due at this instant. */
  at(t: number): Promise<void>;
  alertsOf(rule_id: string): readonly AlertRow[];
  /** As after a restart: what was in memory is gone. */
  restart(): void;
}

export async function alertsWorld(start: number): Promise<AlertsWorld> {
  const store = await openTestStore(undefined, { threads: 2, memory_mb: 512 });
  const clock = { now: start };
  const control = openControl(":memory:", { now: () => clock.now });
  const sent: AlertsWorld["sent"] = [];
  const health: AlertsWorld["health"] = {};
  let hear: (failed: Failed) => void = () => {};
  let ids = 0;
  const start_alerts = () =>
    createAlerts({
      store,
      control,
      now: () => clock.now,
      newId: () => `id-${String(++ids).padStart(6, "0")}`,
      health: async () => ({ ...health }),
      delivery: {
        send: (notice, channels) => void sent.push({ notice, channels }),
        onFailed: (listener) => {
          hear = listener;
        },
      },
    });
  const world: AlertsWorld = {
    store,
    control,
    clock,
    alerts: start_alerts(),
    sent,
    health,
    fail: (failed) => hear(failed),
    rule(given, rule_id = `rule-${control.alertRules().length}`) {
      const body = rulesSchema.parse({ name: rule_id, ...given });
      const { location_id } = body;
      const by = { created_by: "test", created_at: start, changed_by: "test", changed_at: start };
      control.putAlertRule({ rule_id, location_id, rule: JSON.stringify(body), ...by });
      return { rule_id, body };
    },
    async apply(events) {
      for (let done = 0; done < events.length; done += 20_000) {
        const { touched } = await store.apply(groupOf(store, events.slice(done, done + 20_000)));
        world.alerts.touch(touched);
      }
    },
    async at(t) {
      clock.now = t + SETTLE_US;
      await world.alerts.pass();
    },
    alertsOf: (rule_id) => control.alerts({ locations: null, rule_id, limit: 1_000 }),
    restart() {
      world.alerts = start_alerts();
    },
  };
  return world;
}
