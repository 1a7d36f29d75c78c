/** What the web is made from: the appliance builds these once and hands them to every resource file. */
import type { Settings } from "../config.ts";
import type { Control } from "../control/control.ts";
import type { Ingest } from "../ingest/ingest.ts";
import type { Hub } from "../live/hub.ts";
import type { Store } from "../store/store.ts";

export interface Parts {
  settings: Settings;
  store: Store;
  control: Control;
  ingest: Ingest;
  hub: Hub;
  /** Microseconds since the epoch; injected so that tests can set it. */
  now: () => number;
  log: (level: "info" | "warn" | "error", message: string, fields?: Record<string, unknown>) => void;
  version: { version: string; commit: string; bun: string; duckdb: string };
}
