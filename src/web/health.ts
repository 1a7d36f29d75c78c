/** Whether the appliance lives, may be asked, and how it fares. */
import { statfs } from "node:fs/promises";
import { z } from "zod";
import { formatInstant } from "../catalogue/time.ts";
import { type HealthSample, SAMPLE_EVERY_S, THRESHOLDS } from "../observe/health-history.ts";
import { callerOf } from "./access.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";

type Status = "healthy" | "degraded" | "critical";
interface Check {
  status: Status;
  [figure: string]: string | number | null;
}

const PROBE_MS_MAX = 2_000;
/** Anyone may ask: what costs a query is asked anew once a second at most. */
const PROBE_EVERY_US = 1_000_000;
/** Accepted events become visible within 250 ms; a minute behind is trouble. */
const LAG_US_MAX = 60 * 1_000_000;
/** Rules are evaluated within some seconds of their time. */
const BEHIND_US_MAX = 120 * 1_000_000;

const statusShape = z.enum(["healthy", "degraded", "critical"]);
const checkShape = (figures: z.ZodRawShape = {}) =>
  z.strictObject({ status: statusShape, ...z.object(figures).partial().shape });
const count = z.int().min(0);
const healthShape = z.strictObject({
  status: statusShape.describe("The worst of the checks and of the last sample of the health history."),
  timestamp: z.iso.datetime(),
  version: z.string(),
  uptime_s: count,
  checks: z
    .strictObject({
      store: checkShape({ events: count, applied_seq: count }),
      control: checkShape({ users: count, locations: count }),
      ingest: checkShape({
        journal_seq: count,
        applied_seq: count,
        queue_rows: count,
        queue_bytes: count,
        lag_ms: count,
      }),
      live: checkShape({ watchers: count }),
      disk: checkShape({ free_bytes: count.nullable() }),
      jobs: checkShape({ recurring: count, failing: count, queued: count, running: count }),
      alerts: checkShape({
        rules: count,
        open: count,
        failing: count,
        behind_ms: count,
        deliveries_waiting: count,
        deliveries_failed: count,
      }),
    })
    .describe("Figures are for callers who see all locations."),
});

const limitShape = z.strictObject({ warn: z.number(), critical: z.number() });
const historyShape = z.strictObject({
  every_s: z.literal(SAMPLE_EVERY_S),
  thresholds: z.strictObject({
    cpu: limitShape,
    memory: limitShape,
    response_p95_ms: limitShape,
    error_rate: limitShape,
  }),
  samples: z
    .array(
      z.strictObject({
        at: z.iso.datetime(),
        status: statusShape,
        reasons: z.array(z.enum(["cpu", "memory", "response_p95_ms", "error_rate"])).describe("Thresholds passed."),
        cpu: z.number().describe("Share of all cores, 0..1."),
        memory: z.number().describe("Share of what the process may use, 0..1."),
        memory_bytes: count,
        requests: count,
        response_p95_ms: z.number().nullable(),
        error_rate: z.number().nullable().describe("Share of answers with 5xx; null without requests."),
        loop_lag_ms: z.number().describe("Longest wait of the event loop."),
      }),
    )
    .describe("Oldest first, at most 100."),
});

/** `/livez`, `/readyz`, `/health`, `/api/admin/health-history`. */
export function healthRoutes(parts: Parts): readonly Route[] {
  const started_at = parts.now();
  const probed = everySecond(parts.now, () => probesOf(parts));
  return [
    route({
      method: "GET",
      path: "/livez",
      access: "public",
      tag: "Operations",
      summary: "Whether the process lives.",
      answers: { 200: { description: "It does.", type: "text/plain" } },
      handle: () => plain("ok"),
    }),

    route({
      method: "GET",
      path: "/readyz",
      access: "public",
      tag: "Operations",
      summary: "Whether it may be asked.",
      answers: {
        200: { description: "It may.", type: "text/plain" },
        503: { description: "Not now.", type: "text/plain" },
      },
      handle: async () => {
        const { store, control } = await probed();
        const ready = store.status !== "critical" && control.status !== "critical";
        return plain(ready ? "ready" : "not ready", ready ? 200 : 503);
      },
    }),

    route({
      method: "GET",
      path: "/health",
      access: "public",
      tag: "Operations",
      summary: "How each part fares; figures for those who may see all.",
      answers: {
        200: { description: "It works, perhaps under strain.", schema: healthShape },
        503: { description: "A part is down.", schema: healthShape },
      },
      handle: async ({ request }) => {
        const checks = checksOf(parts, await probed());
        const status = worst(checks);
        const body = {
          status: strained(parts, checks),
          timestamp: formatInstant(parts.now()),
          version: parts.version.version,
          uptime_s: Math.floor((parts.now() - started_at) / 1_000_000),
          // Figures are of the whole appliance.
          checks: callerOf(parts, request)?.locations === null ? checks : statusesOf(checks),
        };
        // Strain alone is no reason to take the appliance away from those who use it.
        return Response.json(body, { status: status === "critical" ? 503 : 200 });
      },
    }),

    route({
      method: "GET",
      path: "/api/admin/health-history",
      access: "admin",
      tag: "Operations",
      summary: "How the appliance fared: a sample every 30 s, the last 100, and the thresholds they are judged by.",
      answers: { 200: { description: "The samples.", schema: historyShape } },
      handle: () => ({
        every_s: SAMPLE_EVERY_S,
        thresholds: THRESHOLDS,
        samples: parts.observe.history.samples().map(sampleJson),
      }),
    }),
  ];
}

/** How each part fares, and all of it together; figures are for those who may see all locations. */
export async function healthOf(
  parts: Parts,
  figures: boolean,
): Promise<{ status: Status; checks: Readonly<Record<string, Check>> }> {
  const checks = checksOf(parts, await probesOf(parts));
  return { status: strained(parts, checks), checks: figures ? checks : statusesOf(checks) };
}

interface Probes {
  store: Check;
  control: Check;
  disk: Check;
}

/** What costs a query or a look at the disk. */
async function probesOf(parts: Parts): Promise<Probes> {
  const [store, disk] = await Promise.all([checkStore(parts), checkDisk(parts)]);
  return { store, control: checkControl(parts), disk };
}

function checksOf(parts: Parts, { store, control, disk }: Probes): Record<string, Check> {
  return {
    store,
    control,
    ingest: checkIngest(parts),
    live: { status: "healthy", watchers: parts.hub.watchers() + parts.channels.places() },
    disk,
    jobs: checkJobs(parts),
    alerts: checkAlerts(parts),
  };
}

/** The worst of the checks and of the last sample of the health history. */
function strained({ observe }: Parts, checks: Readonly<Record<string, Check>>): Status {
  const last = observe.history.samples().at(-1);
  return worst({ ...checks, ...(last ? { load: { status: last.status } } : {}) });
}

function sampleJson({ at, ...figures }: HealthSample) {
  return { at: formatInstant(at), ...figures };
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

function checkJobs({ observe, tasks }: Parts): Check {
  const jobs = observe.jobs();
  const failing = jobs.filter(({ failed }) => failed).length;
  const { queued, running } = tasks.state();
  return { status: failing > 0 ? "degraded" : "healthy", recurring: jobs.length, failing, queued, running };
}

/** Rules that cannot be evaluated, or alerts that do not arrive, are as good as none. */
function checkAlerts({ alerts, delivery }: Parts): Check {
  const { rules, open, failing, behind_us, failure } = alerts.state();
  const { waiting, failed_24h } = delivery.state();
  const degraded = failure !== null || failing > 0 || behind_us > BEHIND_US_MAX || failed_24h > 0;
  return {
    status: degraded ? "degraded" : "healthy",
    rules,
    open,
    failing,
    behind_ms: Math.round(behind_us / 1_000),
    deliveries_waiting: waiting,
    deliveries_failed: failed_24h,
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
