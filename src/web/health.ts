/** Whether the appliance lives, may be asked, and how it fares. */
import { statfs } from "node:fs/promises";
import { Elysia } from "elysia";
import { formatInstant } from "../catalogue/time.ts";
import { callerOf } from "./access.ts";
import type { Parts } from "./parts.ts";

type Status = "healthy" | "degraded" | "critical" | "not_configured";
interface Check {
  status: Status;
  [figure: string]: string | number | null;
}

const PROBE_MS_MAX = 2_000;
/** Anyone may ask: what costs a query is asked anew once a second at most. */
const PROBE_EVERY_US = 1_000_000;
/** Accepted events become visible within 250 ms; a minute behind is trouble. */
const LAG_US_MAX = 60 * 1_000_000;

/** `/livez`, `/readyz`, `/health`. */
export function healthRoutes(parts: Parts) {
  const started_at = parts.now();
  const probed = everySecond(parts.now, async () => {
    const [store, disk] = await Promise.all([checkStore(parts), checkDisk(parts)]);
    return { store, control: checkControl(parts), disk };
  });
  return new Elysia({ name: "health" })
    .get("/livez", () => plain("ok"))
    .get("/readyz", async () => {
      const { store, control } = await probed();
      const ready = store.status !== "critical" && control.status !== "critical";
      return plain(ready ? "ready" : "not ready", ready ? 200 : 503);
    })
    .get("/health", async ({ request }) => {
      const probes = await probed();
      const checks: Record<string, Check> = {
        store: probes.store,
        control: probes.control,
        ingest: checkIngest(parts),
        live: { status: "healthy", watchers: parts.hub.watchers() },
        disk: probes.disk,
        jobs: { status: "not_configured" },
        alerts: { status: "not_configured" },
      };
      const status = worst(checks);
      const body = {
        status,
        timestamp: formatInstant(parts.now()),
        version: parts.version.version,
        uptime_s: Math.floor((parts.now() - started_at) / 1_000_000),
        // Figures are for those who may come in.
        checks: callerOf(parts, request) ? checks : statusesOf(checks),
      };
      return Response.json(body, { status: status === "critical" ? 503 : 200 });
    });
}

function plain(text: string, status = 200): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}

async function checkStore({ store }: Parts): Promise<Check> {
  try {
    await store.rows("SELECT 1 AS one", [], AbortSignal.timeout(PROBE_MS_MAX));
    return { status: "healthy", events: store.state.events, applied_seq: store.state.seq };
  } catch {
    return { status: "critical" };
  }
}

function checkControl({ control }: Parts): Check {
  try {
    return { status: "healthy", users: control.userCount(), locations: control.locations().length };
  } catch {
    return { status: "critical" };
  }
}

function checkIngest({ ingest, now }: Parts): Check {
  const { journal_seq, applied_seq, queue_rows, queue_bytes, oldest_pending } = ingest.stats();
  const lag_us = oldest_pending === null ? 0 : Math.max(0, now() - oldest_pending);
  return {
    status: lag_us > LAG_US_MAX ? "degraded" : "healthy",
    journal_seq,
    applied_seq,
    queue_rows,
    queue_bytes,
    lag_ms: Math.round(lag_us / 1_000),
  };
}

async function checkDisk({ settings }: Parts): Promise<Check> {
  try {
    const { bavail, bsize } = await statfs(settings.data);
    const free_bytes = bavail * bsize;
    return { status: free_bytes < settings.disk_free_bytes_min ? "degraded" : "healthy", free_bytes };
  } catch {
    return { status: "degraded", free_bytes: null };
  }
}

function worst(checks: Readonly<Record<string, Check>>): Status {
  const statuses = Object.values(checks).map(({ status }) => status);
  return statuses.includes("critical") ? "critical" : statuses.includes("degraded") ? "degraded" : "healthy";
}

function statusesOf(checks: Readonly<Record<string, Check>>): Record<string, { status: Status }> {
  return Object.fromEntries(Object.entries(checks).map(([name, { status }]) => [name, { status }]));
}

function everySecond<T>(now: () => number, ask: () => Promise<T>): () => Promise<T> {
  let asked_at = Number.NEGATIVE_INFINITY;
  let answer: Promise<T>;
  return () => {
    if (now() - asked_at >= PROBE_EVERY_US) {
      asked_at = now();
      answer = ask();
    }
    return answer;
  };
}
