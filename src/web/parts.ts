/** What the web is made from: the appliance builds these once and hands them to every resource file. */
import type { Alerts } from "../alerts/alerts.ts";
import type { Delivery } from "../alerts/delivery/delivery.ts";
import type { Settings } from "../config.ts";
import type { Control } from "../control/control.ts";
import type { Ingest } from "../ingest/ingest.ts";
import type { Watch } from "../insight/watch.ts";
import type { Tasks } from "../jobs/background.ts";
import type { Channels } from "../live/channels.ts";
import type { Hub } from "../live/hub.ts";
import type { Observe } from "../observe/observe.ts";
import type { Cache } from "../report/cache.ts";
import type { Store } from "../store/store.ts";
import type { QuestionGate } from "./question-gate.ts";
import type { ViewsInUse } from "./views-in-use.ts";

export interface Parts {
  settings: Settings;
  store: Store;
  control: Control;
  ingest: Ingest;
  hub: Hub;
  /** The public channels. */
  channels: Channels;
  /** Answers of the BI API. */
  cache: Cache;
  /** Background jobs. */
  tasks: Tasks;
  /** What is asked most. */
  views: ViewsInUse;
  /** Turns of each caller's uncached questions. */
  questions: QuestionGate;
  /** Notices anomalies by itself. */
  watch: Watch;
  /** Takes notices to people. */
  delivery: Delivery;
  /** Rules, and what they say. */
  alerts: Alerts;
  /** The appliance's view of itself: counts, health, the log file. */
  observe: Observe;
  /** Microseconds since the epoch; injected so that tests can set it. */
  now: () => number;
  log: (level: "info" | "warn" | "error", message: string, fields?: Record<string, unknown>) => void;
  version: { version: string; commit: string; bun: string; duckdb: string };
}
