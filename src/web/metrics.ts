/** /metrics: what the appliance counts, for Prometheus. The list of metrics is src/observe/metrics.ts. */
import type { Sample } from "../observe/metrics.ts";
import { requireCaller } from "./access.ts";
import { Problem } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";

/** `/metrics`. */
export function metricsRoutes(parts: Parts): readonly Route[] {
  meter(parts);
  return [
    route({
      method: "GET",
      path: "/metrics",
      access: "public",
      tag: "Operations",
      summary: "What the appliance counts, for Prometheus.",
      description:
        "For keys and users with the scope read for all locations, as the figures are those of the whole appliance; for anyone where metrics_public is set.",
      answers: { 200: { description: "Prometheus' text format 0.0.4.", type: "text/plain; version=0.0.4" } },
      handle: ({ request }) => {
        if (!parts.settings.metrics_public) needAllLocations(parts, request);
        const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
        return new Response(parts.observe.metrics.text(), { headers });
      },
    }),
  ];
}

/** Throws Problem 401 or 403. */
function needAllLocations(parts: Parts, request: Request): void {
  if (requireCaller(parts, request, "read").locations === null) return;
  const detail = "The figures are those of the whole appliance; this key or user is bound to locations.";
  throw new Problem({ status: 403, title: "Not allowed", detail });
}

/** Says where each figure that is not counted is read. */
function meter(parts: Parts): void {
  const {
    observe,
    ingest,
    store,
    cache,
    hub,
    channels,
    control,
    questions,
    tasks,
    watch,
    delivery,
    alerts,
    version,
    now,
  } = parts;
  const { metrics } = observe;
  const started_at = now();
  metrics.read("build_info", () => {
    return [{ labels: [version.version, version.commit, version.bun, version.duckdb], value: 1 }];
  });
  metrics.read("ingest_events_total", () => {
    const { accepted, duplicates, rejected } = ingest.stats();
    return [sample("accepted", accepted), sample("duplicate", duplicates), sample("rejected", rejected)];
  });
  metrics.read("ingest_queue_rows", () => ingest.stats().queue_rows);
  metrics.read("ingest_queue_bytes", () => ingest.stats().queue_bytes);
  metrics.read("ingest_lag_seconds", () => {
    const { oldest_pending } = ingest.stats();
    return oldest_pending === null ? 0 : Math.max(0, now() - oldest_pending) / 1_000_000;
  });
  metrics.read("journal_seq", () => ingest.stats().journal_seq);
  metrics.read("journal_applied_seq", () => ingest.stats().applied_seq);
  metrics.read("store_events", () => store.state.events);
  metrics.read("questions_running", questions.running);
  metrics.read("questions_waiting", questions.waiting);
  metrics.read("questions_refused_total", questions.refused);
  metrics.read("cache_answers_total", () => {
    const { hits, misses, shared } = cache.analytics();
    return [sample("hit", hits), sample("miss", misses), sample("shared", shared)];
  });
  metrics.read("cache_dropped_total", () => {
    const { invalidated, expired, evicted } = cache.analytics();
    return [sample("invalidated", invalidated), sample("expired", expired), sample("evicted", evicted)];
  });
  metrics.read("cache_entries", () => cache.analytics().entries);
  metrics.read("cache_bytes", () => cache.analytics().bytes);
  metrics.read("live_watchers", () => hub.watchers() + channels.places());
  metrics.read("job_last_duration_seconds", () =>
    observe.jobs().map(({ name, took_ms }) => sample(name, took_ms / 1_000)),
  );
  metrics.read("background_jobs", () => {
    const { queued, running } = tasks.state();
    return [sample("queued", queued), sample("running", running)];
  });
  metrics.read("background_jobs_total", () => {
    const { done, failed } = tasks.state();
    return [sample("done", done), sample("failed", failed)];
  });
  metrics.read("deliveries_waiting", () => delivery.state().waiting);
  metrics.read("delivery_tries_total", () =>
    delivery.tries().map(({ kind, outcome, count }) => ({ labels: [kind, outcome], value: count })),
  );
  metrics.read("watch_series", () => watch.state().series);
  metrics.read("watch_noticed_total", () => watch.state().noticed);
  metrics.read("watch_pass_seconds", () => (watch.state().last_pass_ms ?? 0) / 1_000);
  metrics.read("watch_behind_seconds", () => watch.state().behind_ms / 1_000);
  metrics.read("alerts_rules", () => alerts.state().rules);
  metrics.read("alerts_series", () =>
    Object.entries(alerts.state().series).map(([state, count]) => sample(state, count)),
  );
  metrics.read("alerts_open", () => alerts.state().open);
  metrics.read("alerts_evaluations_total", () => alerts.state().evaluated);
  metrics.read("alerts_questions_total", () => {
    const { asked, reused } = alerts.state().questions;
    return [sample("asked", asked), sample("reused", reused)];
  });
  metrics.read("alerts_notices_total", () => alerts.state().notices);
  metrics.read("alerts_failing", () => alerts.state().failing);
  metrics.read("alerts_behind_seconds", () => alerts.state().behind_us / 1_000_000);
  metrics.read("audit_entries", () => control.auditHead().entries);
  metrics.read("log_lines_dropped_total", observe.lost);
  metrics.read("event_loop_lag_seconds", () => observe.history.lag_ms() / 1_000);
  metrics.read("process_cpu_seconds_total", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000_000;
  });
  metrics.read("process_resident_memory_bytes", () => process.memoryUsage.rss());
  metrics.read("process_uptime_seconds", () => (now() - started_at) / 1_000_000);
}

function sample(label: string, value: number): Sample {
  return { labels: [label], value };
}
