/** A whole web over a real control database, for tests of who may come in. Ingest, store and hub stand still: nothing here asks them for more. */
import { createAlerts } from "../../src/alerts/alerts.ts";
import { createDelivery } from "../../src/alerts/delivery/delivery.ts";
import { loadSettings, type Settings } from "../../src/config.ts";
import { type Control, openControl } from "../../src/control/control.ts";
import type { Scope } from "../../src/control/types.ts";
import type { Ingest } from "../../src/ingest/ingest.ts";
import { createWatch } from "../../src/insight/watch.ts";
import { createTasks } from "../../src/jobs/background.ts";
import type { Channels } from "../../src/live/channels.ts";
import type { Hub } from "../../src/live/hub.ts";
import { createObserve } from "../../src/observe/observe.ts";
import { createCache } from "../../src/report/cache.ts";
import type { Store } from "../../src/store/store.ts";
import { buildApp } from "../../src/web/app.ts";
import type { Parts } from "../../src/web/parts.ts";
import { createQuestionGate } from "../../src/web/question-gate.ts";
import { createViewsInUse } from "../../src/web/views-in-use.ts";

export const ORIGIN = "http://localhost";
export const PASSWORD = "correct horse battery";
export const START = 1_795_000_000_000_000;

export interface World {
  parts: Parts;
  control: Control;
  clock: { now: number };
  logged: { level: string; message: string; fields: Record<string, unknown> | undefined }[];
  /** Sends a request to the app as a browser of this site would. */
  send(path: string, init?: RequestInit): Promise<Response>;
  /** Submits a form of this site. */
  submit(path: string, fields: Record<string, string>, init?: RequestInit): Promise<Response>;
  key(...scopes: Scope[]): string;
  /** Makes the owner once and signs them in: the cookie, and the token of forms. */
  signIn(): Promise<{ cookie: string; csrf: string }>;
}

export function world(settings: Partial<Settings> = {}, store: Partial<Store> = {}): World {
  const clock = { now: START };
  const control = openControl(":memory:", { now: () => clock.now });
  const logged: World["logged"] = [];
  const known = { ...loadSettings([], {}, ""), ...settings };
  const log: Parts["log"] = (level, message, fields) => logged.push({ level, message, fields });
  const delivery = createDelivery({ control, settings: known, now: () => clock.now, log });
  const whole = { ...stillStore(), ...store };
  const parts: Parts = {
    settings: known,
    store: whole,
    control,
    ingest: stillIngest(),
    hub: stillHub(),
    channels: stillChannels(),
    cache: createCache({ bytes_max: 1024 * 1024 }),
    tasks: createTasks({ now: () => clock.now, log: () => undefined }),
    views: createViewsInUse(null),
    questions: createQuestionGate({ at_once_max: 8, waiting_max: 128, timeout_ms: 10_000 }),
    watch: createWatch({ store: whole, control, now: () => clock.now, log, series_max: 0 }),
    delivery,
    alerts: createAlerts({ store: whole, control, now: () => clock.now, delivery, health: async () => ({}) }),
    observe: createObserve({ slow_query_ms: 500, now: () => clock.now, file: null }),
    now: () => clock.now,
    log,
    version: { version: "0.1.0", commit: "test", bun: Bun.version, duckdb: "test" },
  };
  const app = buildApp(parts);
  const send = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has("host")) headers.set("host", "localhost");
    if (!headers.has("origin")) headers.set("origin", ORIGIN);
    return Promise.resolve(app.handle(new Request(`${ORIGIN}${path}`, { ...init, headers, redirect: "manual" })));
  };
  const signIn = async () => {
    const [owner = await control.addOwner({ email: "jorge@example.com", name: "Jorge", password: PASSWORD })] =
      control.users();
    const { token, session } = control.openSession(owner.user_id, false, clock.now);
    return { cookie: `bellwether=${token}`, csrf: session.csrf };
  };
  return {
    parts,
    control,
    clock,
    logged,
    send,
    submit: (path, fields, init = {}) =>
      send(path, { method: "POST", ...init, body: new URLSearchParams(fields), headers: new Headers(init.headers) }),
    key: (...scopes) => control.addKey({ name: "test", scopes, location_id: null }).key,
    signIn,
  };
}

function stillStore(): Store {
  return {
    state: { seq: 0, events: 0, checksum: 0 },
    apply: () => Promise.reject(new Error("still")),
    async *fingerprints() {},
    ask: () => Promise.reject(new Error("still")),
    rows: () => Promise.resolve([]),
    temp_dir: "",
    copyToParquet: () => Promise.reject(new Error("still")),
    rebuildRollups: () => Promise.resolve(),
    rebuildDays: () => Promise.resolve(0),
    maintain: () => Promise.resolve(),
    reset: () => Promise.resolve(),
    removeLocation: () => Promise.reject(new Error("still")),
    erasuresDue: [],
    eraseContact: () => Promise.reject(new Error("still")),
    compact: () => Promise.resolve(null),
    settleErasures: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function stillIngest(): Ingest {
  return {
    accept: () => Promise.resolve({ kind: "taken", accepted: 1, duplicates: 0, rejected: [], visible: false }),
    check: () => Promise.resolve({ kind: "checked", events: 1, rejected: [] }),
    acceptRows: () => Promise.reject(new Error("still")),
    removeLocation: () => Promise.resolve(),
    eraseContact: () => Promise.resolve({ journal_seq: 1, erased_events: 0, quarantined: 0, answers: 0 }),
    tracesGone: () => Promise.resolve(),
    flushQuarantine: () => {},
    onApplied: () => {},
    stats: () => ({
      accepted: 0,
      duplicates: 0,
      rejected: 0,
      journal_seq: 0,
      applied_seq: 0,
      queue_rows: 0,
      queue_bytes: 0,
      oldest_pending: null,
      last_event_at: null,
    }),
    exclusively: (task) => task(),
    drain: () => Promise.resolve(),
  };
}

function stillChannels(): Channels {
  const join: Channels["join"] = (_key, make, listener) => {
    const { channel, location_id } = make();
    const ts = "2026-11-18T00:00:00.000000Z";
    listener.send(JSON.stringify({ type: "metrics:initial", channel, location_id, seq: 0, ts, data: {} }));
    return { leave() {}, resume() {}, snapshot() {}, drained() {} };
  };
  const state: Channels["state"] = () => ({ channels: [], dropped: 0 });
  return { join, touch: () => {}, places: () => 0, state, close: () => Promise.resolve() };
}

function stillHub(): Hub {
  return {
    watch: () => () => {},
    touch: () => {},
    tick: () => {},
    watchers: () => 0,
    watched: () => [],
    lag_p95_ms: () => null,
    close: () => Promise.resolve(),
  };
}
