/**
 * The live engine: evaluates the rules that are due, moves their series on, keeps what changed and hands over what is to be
 * told. It must never hold up ingest, and never tell the same firing twice.
 */
import type { AlertChanges, AlertRow } from "../control/alerts.ts";
import type { Control } from "../control/control.ts";
import type { Store, Touched } from "../store/store.ts";
import { createActivity } from "./activity.ts";
import { createEntries, type Entries } from "./entries.ts";
import type { Facts, Knowledge, Place, Seen } from "./kinds.ts";
import { createRuleBook, knowledgeOf, placesOf } from "./knowledge.ts";
import { AT_ONCE, createObserving, type Due } from "./observing.ts";
import { createReadings } from "./readings.ts";
import { evaluated } from "./records.ts";
import { everyOf, type Rule } from "./rule.ts";
import { instantOf } from "./windows.ts";

/** How each part of the appliance fares, by its name in /health. */
export type HealthChecks = Readonly<Record<string, { status: string }>>;

export interface EngineParts {
  store: Store;
  control: Control;
  /** Microseconds. */
  now: () => number;
  newId: () => string;
  health: () => Promise<HealthChecks>;
  /** Hears of every alert that changed. */
  onChanged: (alert: AlertRow) => void;
}

export interface EngineState {
  rules: number;
  /** Evaluations of series since the start. */
  evaluated: number;
  /** Rules whose last evaluation failed at some location. */
  failing: number;
  /** How long the rule that waits longest is overdue. */
  behind_us: number;
  series: ReturnType<Entries["counts"]>;
  questions: { asked: number; reused: number };
}

export interface Engine {
  known: Knowledge;
  entries: Entries;
  rules(): readonly Rule[];
  touch(touched: Touched): void;
  /** Evaluates what is due; true when something is to be handed over. */
  pass(): Promise<boolean>;
  /** Keeps changes that come from elsewhere, and tells of them. */
  keep(changes: AlertChanges): void;
  /** The rule is no more, or another: its open alerts end, without a word. */
  forget(rule_id: string, why: string): void;
  state(): EngineState;
}

/** Events are visible within a quarter of a second; the instant is looked at once what happened before it is there. */
export const SETTLE_US = 2_000_000;

export function createEngine(parts: EngineParts): Engine {
  const { control, store, now } = parts;
  const known = knowledgeOf(control);
  const activity = createActivity(store);
  const readings = createReadings({ store, activity, rules: control.commissionRules });
  const observing = createObserving({ store, control, activity, readings, known });
  const entries = createEntries(control.alertStates());
  const rules = createRuleBook(control);
  /** The instant at which each rule was evaluated last. */
  const done = new Map<string, number>();
  const failing = new Set<string>();
  let evaluations = 0;
  let swept = -1;
  const records = { control, known, newId: parts.newId };

  function dueAt(time: number): { rule: Rule; t: number }[] {
    return rules().flatMap((rule) => {
      if (!rule.enabled || rule.kind === "delivery_failed") return [];
      const t = instantOf(time - SETTLE_US, everyOf(rule));
      return t > (done.get(rule.rule_id) ?? Number.NEGATIVE_INFINITY) ? [{ rule, t }] : [];
    });
  }

  function keep(changes: AlertChanges): void {
    const { states, alerts, events, notices } = changes;
    if (states.length + alerts.length + events.length + notices.length > 0) control.saveAlerts(changes);
    for (const alert of alerts) parts.onChanged(alert);
  }

  function apply(batch: readonly { rule: Rule; place: Place | null; part: string; seen: Seen; t: number }[]): boolean {
    const outcomes = batch.map(({ rule, place, part, seen, t }) => {
      const before = entries.of(rule.rule_id, place?.location_id ?? null, part, t);
      return evaluated(records, rule, place, before, seen, t);
    });
    evaluations += outcomes.length;
    // On disk first: what is in memory alone would be told again after a restart.
    keep({
      states: outcomes.flatMap(({ changes }) => changes.states),
      alerts: outcomes.flatMap(({ changes }) => changes.alerts),
      events: outcomes.flatMap(({ changes }) => changes.events),
      notices: outcomes.flatMap(({ changes }) => changes.notices),
    });
    for (const { entry } of outcomes) entries.set(entry);
    return outcomes.some(({ changes }) => changes.notices.length > 0);
  }

  /** What was of a rule or a location that is gone goes, too. */
  function sweep(): void {
    const generation = control.generation();
    if (generation === swept) return;
    swept = generation;
    const there = new Set(rules().map(({ rule_id }) => rule_id));
    for (const rule_id of [...done.keys(), ...failing]) {
      if (there.has(rule_id)) continue;
      done.delete(rule_id);
      failing.delete(rule_id);
    }
    entries.sweep(
      ({ rule_id, location_id }) =>
        there.has(rule_id) && (location_id === null || control.location(location_id) !== null),
    );
  }

  async function passRules(due: readonly { rule: Rule; t: number }[]): Promise<boolean> {
    const wanted = due.flatMap(({ rule, t }) =>
      placesOf(control, rule).map((place): Due => {
        const bots = entries.parts(rule.rule_id, place.location_id);
        return { rule, place, t, bots: isSplit(rule) ? bots.filter((bot) => bot !== "") : [] };
      }),
    );
    const seen = await observing.observe(wanted);
    let told = false;
    // Rules that were changed meanwhile are not what was observed.
    const current = new Set(rules());
    for (const { rule } of due) failing.delete(rule.rule_id);
    for (let start = 0; start < wanted.length; start += AT_ONCE) {
      const batch = wanted.slice(start, start + AT_ONCE).flatMap((one, index) => {
        if (!current.has(one.rule)) return [];
        const found = seen[start + index] ?? new Error("It was not observed.");
        if (found instanceof Error) failing.add(one.rule.rule_id);
        return seriesOf(entries, one, found).map(({ part, seen }) => ({ ...one, part, seen }));
      });
      told = apply(batch) || told;
      await Bun.sleep(0);
    }
    return told;
  }

  async function passHealth(due: readonly { rule: Rule; t: number }[]): Promise<boolean> {
    const own = due.flatMap(({ rule, t }) => (rule.kind === "system_health" ? [{ rule, t }] : []));
    if (own.length === 0) return false;
    const checks = await parts.health();
    return apply(
      own.flatMap(({ rule, t }) =>
        Object.entries(checks).flatMap(([check, { status }]) => {
          if (rule.checks.length > 0 && !rule.checks.includes(check)) return [];
          const breach = status === "critical" || (status === "degraded" && rule.at_least === "degraded");
          const facts: Facts = { checks: check, status };
          const observation = { kind: "value", value: null, breach, clear: !breach } as const;
          return [{ rule, place: null, part: check, seen: { observation, facts }, t }];
        }),
      ),
    );
  }

  return {
    known,
    entries,
    rules,
    touch: activity.touch,
    async pass() {
      sweep();
      const due = dueAt(now());
      if (due.length === 0) return false;
      const health = await passHealth(due);
      const told = await passRules(due);
      for (const { rule, t } of due) done.set(rule.rule_id, t);
      return health || told;
    },
    keep,
    forget(rule_id, why) {
      const at = now();
      const open = entries.ofRule(rule_id).flatMap(({ alert_id }) => (alert_id === null ? [] : [alert_id]));
      const alerts = open.flatMap((alert_id) => {
        const alert = control.alert(alert_id);
        return alert ? [{ ...alert, state: "resolved", ended_at: at, snoozed_until: null }] : [];
      });
      const events = alerts.map(({ alert_id }) => ({ alert_id, at, what: "resolved", who: null, note: why }));
      keep({ states: [], alerts, events, notices: [] });
      entries.drop(rule_id);
      done.delete(rule_id);
      failing.delete(rule_id);
      control.dropAlertStates(rule_id);
    },
    state() {
      const time = now() - SETTLE_US;
      const watching = rules().filter(({ enabled }) => enabled);
      const late = watching.map((rule) => time - (done.get(rule.rule_id) ?? time) - everyOf(rule));
      return {
        rules: watching.length,
        evaluated: evaluations,
        failing: failing.size,
        behind_us: Math.max(0, ...late),
        series: entries.counts(),
        questions: readings.counts(),
      };
    },
  };
}

/** True for rules with a series for each bot. */
function isSplit(rule: Rule): boolean {
  return ("by" in rule && rule.by !== null) || (rule.kind === "bot_silent" && rule.bot_id === null);
}

/** Every series of the rule at the place with what was seen of it. */
function seriesOf(entries: Entries, { rule, place, bots }: Due, found: ReadonlyMap<string, Seen> | Error) {
  if (found instanceof Error) {
    const seen: Seen = { observation: { kind: "error", why: found.message }, facts: {} };
    const parts = entries.parts(rule.rule_id, place.location_id);
    return (parts.length === 0 ? [partOf(rule)] : parts).map((part) => ({ part, seen }));
  }
  const missing = [...bots, ...(isSplit(rule) && has(entries, rule, place, "") ? [""] : [])].filter(
    (part) => !found.has(part),
  );
  return [
    ...[...found].map(([part, seen]) => ({ part, seen })),
    // Of a bot that nothing is known of any more there is no data; what stood for all of them while none could be seen is over.
    ...missing.map((part) => ({ part, seen: part === "" ? OVER : NO_DATA })),
  ];
}

const NO_DATA: Seen = { observation: { kind: "no_data" }, facts: {} };
const OVER: Seen = { observation: { kind: "value", value: null, breach: false, clear: true }, facts: {} };

function partOf(rule: Rule): string {
  return "bot_id" in rule && rule.bot_id !== null ? rule.bot_id : "";
}

function has(entries: Entries, rule: Rule, { location_id }: Place, part: string): boolean {
  return entries.parts(rule.rule_id, location_id).includes(part);
}
