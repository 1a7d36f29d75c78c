/** The page of the system as a moving view: what is asked of it, and what it is made from. */
import { type SystemProps, systemFragments } from "../../../views/system.ts";
import { dataPaths } from "../../config.ts";
import type { Caller } from "../../control/types.ts";
import { logTail } from "../../observe/log-tail.ts";
import { timezoneOf } from "../../report/common.ts";
import { attempted } from "../../report/overview.ts";
import { pulseOf } from "../../report/pulse.ts";
import type { MovingView } from "../figures/page.ts";
import { touchLater } from "../figures/page.ts";
import { createKept, type Kept } from "../kept.ts";
import type { Parts } from "../parts.ts";
import { paramsOf } from "../request.ts";
import { logsQuery } from "./shapes.ts";
import { systemState } from "./state.ts";

export interface SystemAsked {
  locations: readonly string[] | null;
  /** Null for those who may not read the log. */
  logs: { level: "info" | "warn" | "error"; search: string; limit: number } | null;
  runs: boolean;
}

const LOG_LINES = 100;

/** Who may do what concerns the whole appliance. */
export function administersAll({ scopes, locations }: Caller): boolean {
  return locations === null && scopes.includes("admin");
}

export function systemAsked(caller: Caller, request: Request): SystemAsked {
  const runs = administersAll(caller);
  const given = [...new URL(request.url).searchParams].filter(([name]) => name === "level" || name === "search");
  const logs = runs ? { ...paramsOf(new URLSearchParams(given), logsQuery), limit: LOG_LINES } : null;
  return { locations: caller.locations, logs, runs };
}

export async function systemProps(parts: Parts, { locations, logs, runs }: SystemAsked): Promise<SystemProps> {
  const { store, control, settings, now, log } = parts;
  const attempt = attempted((what, error) =>
    log("error", `system: ${what} failed`, { error: error instanceof Error ? error.message : String(error) }),
  );
  const at = now();
  const [state, tail, pulse] = await Promise.all([
    systemState(parts, locations === null),
    logs && logTail(dataPaths(settings.data).logs, logs),
    attempt("pulse", pulseOf(store, locations, at)),
  ]);
  return {
    state,
    logs: logs && { tail, level: logs.level, search: logs.search },
    runs,
    pulse,
    open_alerts: control.openAlerts(locations),
    timezone: timezoneOf(control, locations),
    now: at,
  };
}

/** Each commit touches it: it is made anew for a twentieth of the time at most, and every few seconds by itself. */
export function systemView(parts: Parts, caller: Caller, request: Request): MovingView {
  const asked = systemAsked(caller, request);
  const key = `system ${JSON.stringify(asked)}`;
  return {
    key,
    locations: caller.locations,
    fragments: async () => {
      const props = await keptOf(parts).take(
        key,
        () => systemProps(parts, asked),
        (wait_ms) => touchLater(parts, wait_ms),
      );
      return systemFragments(props).map(({ text }) => text);
    },
  };
}

const kept = new WeakMap<Parts, Kept<SystemProps>>();

function keptOf(parts: Parts): Kept<SystemProps> {
  const known = kept.get(parts) ?? createKept<SystemProps>();
  kept.set(parts, known);
  return known;
}
