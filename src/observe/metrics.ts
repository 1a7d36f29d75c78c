/**
 * What the appliance counts about itself: one table of metrics, and their text for Prometheus.
 * A label must never hold what varies with data: patterns of addresses, not addresses; kinds, not names.
 */
export interface Metric {
  /** Without the prefix `bellwether_`. */
  name: string;
  type: "counter" | "gauge" | "histogram";
  labels: readonly string[];
  help: string;
}

/** In the order of the docs. Durations are seconds, as Prometheus wants them. */
export const METRICS = [
  metric("build_info", "gauge", "1; the labels say what runs.", "version", "commit", "bun", "duckdb"),
  metric(
    "http_request_duration_seconds",
    "histogram",
    "Requests by pattern of address, method and class of status; its count is the number of requests.",
    "route",
    "method",
    "status",
  ),
  metric("http_requests_in_flight", "gauge", "Requests that are being answered."),
  metric("http_limited_total", "counter", "Requests over a rate limit (429), by kind of limit.", "kind"),
  metric(
    "http_timeouts_total",
    "counter",
    "Requests given up: the body (408) or the answer (503) took too long.",
    "what",
  ),
  metric("ingest_events_total", "counter", "Events since the start, by outcome.", "outcome"),
  metric("ingest_queue_rows", "gauge", "Events accepted and not visible yet."),
  metric("ingest_queue_bytes", "gauge", "Bytes of them."),
  metric("ingest_lag_seconds", "gauge", "Age of the oldest of them."),
  metric("journal_seq", "gauge", "Last frame in the journal."),
  metric("journal_applied_seq", "gauge", "Last frame that is in the store."),
  metric("journal_bytes", "gauge", "Bytes of the journal on disk."),
  metric("store_events", "gauge", "Events in the store."),
  metric("store_apply_duration_seconds", "histogram", "Groups of events written to the store."),
  metric("query_duration_seconds", "histogram", "Queries of the store, by kind and outcome.", "kind", "outcome"),
  metric("query_slow_total", "counter", "Queries that took longer than slow_query_ms, by kind.", "kind"),
  metric("questions_running", "gauge", "Uncached questions that are being answered."),
  metric("questions_waiting", "gauge", "Uncached questions that wait for their turn."),
  metric("questions_refused_total", "counter", "Questions refused, as too many of one caller waited."),
  metric("cache_answers_total", "counter", "Answers of the BI API by where they came from: hit, miss, shared.", "from"),
  metric("cache_dropped_total", "counter", "Answers dropped: invalidated, expired, evicted.", "why"),
  metric("cache_entries", "gauge", "Answers kept."),
  metric("cache_bytes", "gauge", "Bytes of them."),
  metric("live_watchers", "gauge", "Open live connections."),
  metric("live_pushes_total", "counter", "Changed views pushed to their watchers."),
  metric("job_runs_total", "counter", "Runs of recurring jobs, by outcome.", "job", "outcome"),
  metric("job_last_duration_seconds", "gauge", "Duration of a job's last run.", "job"),
  metric("background_jobs", "gauge", "Jobs that somebody asked for and that are not done, by state.", "state"),
  metric("background_jobs_total", "counter", "Those that ended, by outcome.", "outcome"),
  metric("deliveries_waiting", "gauge", "Messages about alerts that wait to be sent, or to be sent again."),
  metric(
    "delivery_tries_total",
    "counter",
    "Tries to deliver them, by kind of channel and outcome.",
    "kind",
    "outcome",
  ),
  metric("watch_series", "gauge", "Series that are watched for anomalies."),
  metric("watch_noticed_total", "counter", "Anomalies noticed."),
  metric("watch_pass_seconds", "gauge", "What the last pass over a location took, without its rests."),
  metric("watch_behind_seconds", "gauge", "How long the location that waits longest to be looked at is due."),
  metric("alerts_rules", "gauge", "Rules that are switched on."),
  metric("alerts_series", "gauge", "Series of rules, by state.", "state"),
  metric("alerts_open", "gauge", "Alerts that are not over."),
  metric("alerts_evaluations_total", "counter", "Evaluations of series of rules."),
  metric(
    "alerts_questions_total",
    "counter",
    "Values that rules needed: asked of the store, or known to be the same.",
    "how",
  ),
  metric("alerts_notices_total", "counter", "Notices handed to delivery."),
  metric("alerts_failing", "gauge", "Rules that could not be evaluated the last time."),
  metric("alerts_behind_seconds", "gauge", "How long the rule that waits longest is overdue."),
  metric("audit_entries", "gauge", "Entries of the audit log."),
  metric("log_lines_dropped_total", "counter", "Lines that the log file could not take."),
  metric("event_loop_lag_seconds", "gauge", "Longest wait of the event loop in the last second."),
  metric("process_cpu_seconds_total", "counter", "Processor time used."),
  metric("process_resident_memory_bytes", "gauge", "Memory used."),
  metric("process_uptime_seconds", "gauge", "Time since the start."),
] as const satisfies readonly Metric[];

type Entry = (typeof METRICS)[number];
type NameOf<Type extends Metric["type"]> = Extract<Entry, { type: Type }>["name"];

/** Upper bounds in seconds; the last one is infinity. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface Sample {
  labels: readonly string[];
  value: number;
}

/** One value, or one for each set of labels. */
export type Reading = number | readonly Sample[];

export interface Metrics {
  /** Labels in the order of the metric's declaration. */
  count(name: NameOf<"counter">, labels?: readonly string[], by?: number): void;
  observe(name: NameOf<"histogram">, labels: readonly string[], seconds: number): void;
  /** The same for those who come again and again with the same labels. */
  observer(name: NameOf<"histogram">, labels: readonly string[]): (seconds: number) => void;
  /** Says how a metric is read when it is asked for, instead of being counted. */
  read(name: NameOf<"counter" | "gauge">, reading: () => Reading): void;
  /** Everything in Prometheus' text format 0.0.4. */
  /** Of a counter or gauge: all that it counts, or what has these labels. */
  total(name: NameOf<"counter"> | NameOf<"gauge">, labels?: readonly string[]): number;
  text(): string;
}

interface Histogram {
  labels: readonly string[];
  /** Per bound, and one for beyond. */
  counts: Float64Array;
  sum: number;
}

export function createMetrics(): Metrics {
  const counters = new Map<string, Map<string, { labels: readonly string[]; value: number }>>();
  const histograms = new Map<string, Map<string, Histogram>>();
  const readings = new Map<string, () => Reading>();

  return {
    count(name, labels = [], by = 1) {
      const counter = childOf(counters, name, labels, () => ({ labels, value: 0 }));
      counter.value += by;
    },
    observe(name, labels, seconds) {
      add(childOf(histograms, name, labels, newHistogram(labels)), seconds);
    },
    observer(name, labels) {
      const histogram = childOf(histograms, name, labels, newHistogram(labels));
      return (seconds) => add(histogram, seconds);
    },
    read: (name, reading) => void readings.set(name, reading),
    total(name, labels) {
      const samples = samplesOf(readings.get(name)?.()) ?? [...(counters.get(name)?.values() ?? [])];
      const meant = labels ? samples.filter((one) => one.labels.join("\n") === labels.join("\n")) : samples;
      return meant.reduce((sum, { value }) => sum + value, 0);
    },
    text() {
      const lines: string[] = [];
      for (const { name, type, labels, help } of METRICS) {
        lines.push(`# HELP bellwether_${name} ${help}`, `# TYPE bellwether_${name} ${type}`);
        if (type === "histogram") {
          for (const child of histograms.get(name)?.values() ?? []) lines.push(...histogramLines(name, labels, child));
          continue;
        }
        const samples = samplesOf(readings.get(name)?.()) ?? [...(counters.get(name)?.values() ?? [])];
        // What never happened happened 0 times; of what has labels nothing is known yet.
        const shown =
          samples.length === 0 && labels.length === 0 && type === "counter" ? [{ labels, value: 0 }] : samples;
        for (const sample of shown) lines.push(line(name, labels, sample.labels, sample.value));
      }
      return `${lines.join("\n")}\n`;
    },
  };
}

function metric<const Name extends string, const Type extends Metric["type"]>(
  name: Name,
  type: Type,
  help: string,
  ...labels: readonly string[]
): { name: Name; type: Type; labels: readonly string[]; help: string } {
  return { name, type, labels, help };
}

function childOf<Child>(
  all: Map<string, Map<string, Child>>,
  name: string,
  labels: readonly string[],
  make: () => Child,
): Child {
  let children = all.get(name);
  if (children === undefined) {
    children = new Map();
    all.set(name, children);
  }
  const key = labels.join("\n");
  let child = children.get(key);
  if (child === undefined) {
    child = make();
    children.set(key, child);
  }
  return child;
}

function newHistogram(labels: readonly string[]): () => Histogram {
  return () => ({ labels, counts: new Float64Array(BOUNDS.length + 1), sum: 0 });
}

function add(histogram: Histogram, seconds: number): void {
  let place = 0;
  while (place < BOUNDS.length && seconds > (BOUNDS[place] ?? 0)) place++;
  histogram.counts[place] = (histogram.counts[place] ?? 0) + 1;
  histogram.sum += seconds;
}

function samplesOf(reading: Reading | undefined): readonly Sample[] | null {
  if (reading === undefined) return null;
  return typeof reading === "number" ? [{ labels: [], value: reading }] : reading;
}

function histogramLines(name: string, names: readonly string[], { labels, counts, sum }: Histogram): readonly string[] {
  let total = 0;
  const buckets = [...counts].map((count, place) => {
    total += count;
    const bound = BOUNDS[place]?.toString() ?? "+Inf";
    return line(`${name}_bucket`, [...names, "le"], [...labels, bound], total);
  });
  return [...buckets, line(`${name}_sum`, names, labels, sum), line(`${name}_count`, names, labels, total)];
}

function line(name: string, names: readonly string[], labels: readonly string[], value: number): string {
  const pairs = names.map((label, place) => `${label}="${escaped(labels[place] ?? "")}"`);
  return `bellwether_${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`));
}
