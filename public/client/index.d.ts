/** A decimal as text, so that no cent is lost. */
export type Money = string;
/** RFC 3339, UTC. */
export type Instant = string;
export type TimeframeName = "24h" | "7d" | "30d" | "90d" | "1y" | "all";
export type Grain = "minute" | "hour" | "day" | "week" | "month" | "quarter" | "year";
export type Unit = "money" | "count" | "percent" | "ratio" | "duration" | "score";
export type Scalar = string | number | boolean;

export interface Filter {
  field: string;
  op: "eq" | "ne" | "in" | "gt" | "gte" | "lt" | "lte" | "contains" | "exists";
  value?: Scalar | readonly Scalar[];
}

interface TimeAsked {
  timeframe?: TimeframeName;
  /** With `to`, instead of a timeframe. */
  from?: Instant;
  to?: Instant;
  /** IANA. */
  timezone?: string;
  /** Left out: all that you may see. */
  location_id?: string;
}

/** What every GET of the BI API takes. */
export interface Asked extends TimeAsked {
  include_comparisons?: boolean;
  include_trends?: boolean;
  /** `field:op:value`, one or several. */
  filter?: string | readonly string[];
  [parameter: string]: Scalar | readonly string[] | undefined;
}

/** What every POST of the BI API takes. */
export interface Question extends TimeAsked {
  filters?: readonly (Filter | string)[];
  [field: string]: unknown;
}

export interface Framed {
  generated_at: Instant;
  timeframe: { name: TimeframeName | "custom"; from: Instant; to: Instant; grain: Grain; timezone: string };
  location_id: string | null;
  freshness: { as_of: Instant; lag_ms: number };
  cache: { hit: boolean; age_ms: number };
}

export interface KpiFigure {
  label: string;
  unit: Unit;
  /** Money as text, the rest as numbers; null where there is nothing below the line. */
  value: Money | number | null;
  currency?: string;
  target: string | number | null;
  status: "on_target" | "near_target" | "off_target" | null;
  better: "up" | "down" | null;
  previous: Money | number | null;
  change: number | null;
  trend?: readonly { t: Instant; v: Money | number | null }[];
  approximate?: true;
  currencies?: readonly {
    currency: string;
    value: Money | number | null;
    previous: Money | number | null;
    change: number | null;
  }[];
}

export interface QueryAsked extends Question {
  kpis: readonly (string | { key: string; label?: string; unit?: Unit; formula: string })[];
  by?: readonly string[];
  grain?: Grain | null;
  order?: readonly { by: string; dir?: "asc" | "desc" }[];
  limit?: number | null;
}

export interface QueryAnswer extends Framed {
  columns: readonly {
    name: string;
    kind: "time" | "dimension" | "kpi";
    unit: Unit | null;
    label: string;
    currency?: string;
    approximate?: true;
  }[];
  rows: readonly (readonly (Scalar | null)[])[];
  totals: Readonly<Record<string, Scalar | null | Readonly<Record<string, Money>>>>;
}

/** An event as a sender posts it. */
export interface NewEvent {
  id?: string;
  type: string;
  time?: Instant;
  location_id?: string;
  bot_id?: string;
  contact_id?: string;
  conversation_id?: string;
  value?: Money | number;
  currency?: string;
  duration_ms?: number;
  success?: boolean;
  data?: Readonly<Record<string, unknown>>;
}

/** An event as it is answered. */
export interface ListedEvent {
  id: string;
  type: string;
  time: Instant;
  location_id: string;
  bot_id: string | null;
  contact_id: string | null;
  conversation_id: string | null;
  value: Money | null;
  currency: string | null;
  duration_ms: number | null;
  success: boolean | null;
  data: Readonly<Record<string, unknown>>;
  received_at: Instant;
  /** On channels: its data was left out, as it is long. */
  cut?: true;
}

export interface Segment {
  /** As filters name it: "bot_id", "data.source". */
  dimension: string;
  key: string | null;
}

export interface Anomaly {
  id: string;
  kpi: string;
  label: string;
  unit: Unit;
  currency?: string;
  /** With `by: "bot_id"`; null: events without a bot. */
  bot_id?: string | null;
  grain: "hour" | "day";
  t: Instant;
  value: Money | number | null;
  expected: Money | number | null;
  lower: Money | number | null;
  upper: Money | number | null;
  severity: "medium" | "high" | "critical";
  /** 1 is where an anomaly begins. */
  score: number;
  side: "above" | "below";
  signal: string;
  cause: readonly (Segment & { contribution: Money | number | null; share: number | null; within: Segment | null })[];
  recommendation: string;
  noticed_at: Instant | null;
  acknowledged: boolean;
  acknowledged_by: string | null;
  acknowledged_at: Instant | null;
}

export interface AnomalyAnswer extends Framed {
  /** Newest first. */
  anomalies: readonly Anomaly[];
  total: number;
  method: string;
  grain: "hour" | "day";
  quality: { threshold: number; series: number; judged: number; per_100_judged: number | null; caused_max: number };
  watched: readonly {
    kpi: string;
    currency?: string;
    bot_id?: string | null;
    judged: number;
    anomalies: number;
    reason: string | null;
  }[];
}

export interface Forecast {
  kpi: string;
  unit: Unit;
  currency?: string;
  horizon_days: number;
  history_days: number;
  /** lower and upper are meant to hold 80% of the outcomes; null with a reason where there is no history. */
  points:
    | readonly (Readonly<Record<"yhat" | "lower" | "upper" | "lower_95" | "upper_95", Money | number | null>> & {
        t: Instant;
        event?: string;
      })[]
    | null;
  total_estimate: Money | number | null;
  confidence_interval: { level: number; lower: Money | number | null; upper: Money | number | null } | null;
  confidence_interval_95: { level: number; lower: Money | number | null; upper: Money | number | null } | null;
  trend: { direction: "up" | "down" | "flat"; per_day: Money | number | null } | null;
  method: "ensemble" | "seasonal_naive" | "naive" | null;
  weights: readonly { model: string; weight: number }[];
  /** How it did on its own past, beside a naive forecast, and how often its intervals were right. */
  backtest: {
    origins: number;
    points: number;
    mae: Money | number | null;
    naive_mae: Money | number | null;
    relative_mae: number | null;
    level: number;
    coverage: number | null;
    coverage_95: number | null;
    total_coverage: number | null;
    total_coverage_95: number | null;
  } | null;
  reason: string | null;
}

export type ScoreModelName = "conversion" | "churn";
export type ScoreLevel = "low" | "medium" | "high";

/** What a probability rests on: log-odds that a fact adds, and the fact in words. */
export interface ScoreFactor {
  factor: string;
  label: string;
  value: number | string | null;
  phi: number;
  text: string;
}

export interface ContactToCall {
  rank: number;
  contact_id: string;
  location_id: string;
  /** added_points: the location has no model, and there is no probability. */
  method: "model" | "added_points";
  probability: number | null;
  points: number | null;
  level: ScoreLevel;
  last_event_at: Instant;
  factors: readonly { factor: string; text: string; phi: number | null; points: number | null }[];
  action: { action: string; title: string } | null;
}

export interface ScoreBand {
  from: number;
  to: number;
  contacts: number;
  predicted: number;
}

export interface ContactCohorts {
  model: ScoreModelName;
  now: readonly ScoreBand[];
  earlier: {
    as_of: Instant;
    until: Instant;
    complete: boolean;
    bands: readonly (ScoreBand & { observed: number })[];
  };
  reason: string | null;
}

export interface WhatIfAsked {
  model?: ScoreModelName;
  location_id?: string;
  /** By factor. */
  changes?: Readonly<Record<string, number | string | null>>;
}

export interface WhatIfOutlook {
  probability: number;
  level: ScoreLevel;
  logit: number;
}

export interface WhatIfAnswer {
  contact_id: string;
  before: WhatIfOutlook;
  after: WhatIfOutlook;
  deltas: readonly {
    factor: string;
    label: string;
    from: number | string | null;
    to: number | string | null;
    phi_before: number;
    phi_after: number;
  }[];
  factors: readonly (ScoreFactor & {
    plausible: { kind: "number" | "category"; values: readonly (number | string)[] };
  })[];
}

/** A sentence of the concierge; every number and name in it is one of the facts. */
export interface Insight {
  id: string;
  kind: "anomaly" | "forecast" | "bot" | "stall" | "contact";
  location_id: string | null;
  rank: number;
  urgency: number;
  sentence: string;
  facts: Readonly<Record<string, string | number | boolean | null>>;
  evidence: string;
  action: { action: string; title: string };
  method: string;
  quality: Readonly<Record<string, string | number | boolean | null>> | null;
  /** What you said about it; on channels these are left out. */
  dismissed_at?: Instant | null;
  snoozed_until?: Instant | null;
  rating?: "useful" | "useless" | null;
}

export interface Accepted {
  accepted: number;
  duplicates: number;
  rejected: number;
  errors?: readonly { index: number; id: string | null; field: string | null; code: string; detail: string }[];
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  token_type: "Bearer";
  expires_in: number;
}

export type ChannelName =
  | "dashboard"
  | "bi/revenue-intelligence"
  | "bot-performance"
  | "business-intelligence"
  | "ai-concierge"
  | "analytics/advanced"
  | "activity";

/** Entries by section, as they are now: "kpis" → "revenue" → a KpiFigure. */
export type ChannelData = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface Frame<Data = unknown> {
  type:
    | "metrics:initial"
    | "metrics:update"
    | "ai:activity"
    | "anomaly"
    | "alert"
    | "insight"
    | "bot_status"
    | "health";
  channel: string;
  location_id: string | null;
  /** Grows by one from frame to frame of a channel. */
  seq: number;
  ts: Instant;
  data: Data;
}

/** A bot reports a stall, or an alert of a rule began, changed or ended. */
export type Alert = { kind: "stall"; event: ListedEvent } | RuleAlert;

export interface RuleAlert {
  kind: "rule";
  rule_kind: string;
  alert_id: string;
  rule_id: string | null;
  name: string;
  location_id: string;
  bot_id: string | null;
  severity: "info" | "warning" | "critical";
  state: "firing" | "no_data" | "error" | "resolved";
  title: string;
  text: string;
  facts: Readonly<Record<string, string | number | boolean | null>>;
  began_at: Instant;
  ended_at: Instant | null;
  acknowledged_by: string | null;
  snoozed_until: Instant | null;
}

export interface ChannelError {
  code: "forbidden" | "unknown_channel" | "too_many_channels" | "too_fast" | "poll_failed" | (string & {});
  detail: string;
}

export interface Handlers {
  /** Everything the channel shows, after each change. */
  onData?(data: ChannelData, frame: Frame): void;
  /** Events as they arrive, in order. `frame.data.skipped` of them were too many to tell. */
  onActivity?(events: readonly ListedEvent[], frame: Frame): void;
  onAlert?(alerts: readonly Alert[], frame: Frame): void;
  /** Every frame, once and without gaps. */
  onFrame?(frame: Frame): void;
  /** After "forbidden", "unknown_channel" and "too_many_channels" nothing more comes. */
  onError?(error: ChannelError): void;
}

export interface Subscription {
  readonly channel: string;
  readonly data: ChannelData;
  /** Of the last frame; null before the first. */
  readonly seq: number | null;
  unsubscribe(): void;
}

/** polling: the socket failed five times, the same data is fetched every 5 s until it holds again. */
export type ConnectionState = "connecting" | "connected" | "disconnected" | "error" | "polling";

export interface StateChange {
  state: ConnectionState;
  /** Attempts that failed since the last connection. */
  failures: number;
  error?: Error;
}

export interface ClientOptions {
  /** Of the appliance: "https://bi.example.com"; "" in a page of its own. */
  url: string;
  /** An access token, or how to get one (asked again when it is refused). */
  token?: string | (() => Promise<string>);
  /** With it tokens are renewed by themselves. */
  refreshToken?: string;
  /** Keep them: each refresh token is good once. */
  onTokens?(tokens: Tokens): void;
  /** For servers only: a browser's socket cannot send it, and everyone could read it there. */
  apiKey?: string | undefined;
  /** Of cookies; "same-origin" when left out. */
  credentials?: RequestCredentials;
  /** Errors that are of no channel. */
  onError?(error: ChannelError): void;
  fetch?: (input: string, init?: RequestInit) => Promise<Response>;
  /** Left out: the global one. */
  WebSocket?: new (
    url: string,
    protocols?: never,
  ) => unknown;
  /** Milliseconds, for tests: first and last wait before another try, between polls and pings, for a pong. */
  times?: { first?: number; last?: number; poll?: number; ping?: number; pong?: number };
  /** In [0, 1), for tests. */
  random?: () => number;
}

/** An answer that is no success. */
export declare class BellwetherError extends Error {
  readonly status: number;
  readonly title: string;
  readonly errors: readonly { field: string | null; code: string; detail: string; index?: number }[];
  readonly request_id: string | null;
  readonly retry_after_s: number | null;
}

interface Given {
  signal?: AbortSignal;
  headers?: Readonly<Record<string, string>>;
}

export declare class BellwetherClient {
  constructor(options: ClientOptions);

  get<Answer = unknown>(path: string, query?: object, given?: Given): Promise<Answer>;
  post<Answer = unknown>(path: string, body: unknown, given?: Given): Promise<Answer>;

  login(credentials: { email: string; password: string; otp?: string }): Promise<Tokens>;
  logout(): Promise<void>;
  me(): Promise<Readonly<Record<string, unknown>>>;

  postEvents(events: readonly NewEvent[], options?: { wait?: boolean; signal?: AbortSignal }): Promise<Accepted>;
  eventTypes(): Promise<unknown>;

  dashboardKpis(query?: Asked & { keys?: string }): Promise<Framed & { kpis: Readonly<Record<string, KpiFigure>> }>;
  revenueIntelligence(query?: Asked): Promise<Framed & { forecast: Forecast } & Readonly<Record<string, unknown>>>;
  botPerformance(query?: Asked): Promise<Framed & Readonly<Record<string, unknown>>>;
  predictiveInsights(query?: Asked): Promise<Framed & { bookings: Forecast } & Readonly<Record<string, unknown>>>;
  anomalyDetection(query?: Asked & { by?: "bot_id" }): Promise<AnomalyAnswer>;
  realTimeMetrics(query?: Asked): Promise<Framed & Readonly<Record<string, unknown>>>;
  metrics(query?: Asked): Promise<Readonly<Record<string, unknown>>>;
  query(question: QueryAsked): Promise<QueryAnswer>;
  drillDown(question: Question & { kpi: string; by?: string }): Promise<Framed & Readonly<Record<string, unknown>>>;
  funnel(question: Question): Promise<Framed & Readonly<Record<string, unknown>>>;
  retention(question: Question): Promise<Framed & Readonly<Record<string, unknown>>>;
  events(
    query?: Asked & { cursor?: string; limit?: number },
  ): Promise<Framed & { events: readonly ListedEvent[]; next_cursor: string | null }>;
  contact(contact_id: string, query?: Asked): Promise<Readonly<Record<string, unknown>>>;
  whatIf(contact_id: string, changes: WhatIfAsked): Promise<Framed & WhatIfAnswer>;
  callFirst(
    query?: Asked & { model?: ScoreModelName; cursor?: string; limit?: number },
  ): Promise<Framed & { contacts: readonly ContactToCall[]; next_cursor: string | null; reason: string | null }>;
  contactCohorts(query?: Asked & { model?: ScoreModelName }): Promise<Framed & ContactCohorts>;
  models(query?: { location_id?: string }): Promise<{ models: readonly Readonly<Record<string, unknown>>[] }>;
  concierge(query?: {
    location_id?: string;
    timezone?: string;
    include?: "open" | "all";
  }): Promise<Framed & { insights: readonly Insight[]; total: number; ranking: string }>;

  health(): Promise<Readonly<Record<string, unknown>>>;
  triggerAggregation(range: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  job(id: string): Promise<Readonly<Record<string, unknown>>>;
  cacheAnalytics(): Promise<Readonly<Record<string, unknown>>>;
  warmCache(views?: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;

  live(name: ChannelName, location_id: string, handlers: Handlers): Subscription;
  live(name: "health", location_id: null, handlers: Handlers): Subscription;
  subscribe(channel: string, handlers: Handlers): Subscription;
  onState(listener: (change: StateChange) => void): () => void;
  readonly state: ConnectionState;
  close(): void;
}
