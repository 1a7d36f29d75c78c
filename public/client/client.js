/** The client of a Bellwether appliance: its REST API, and its live channels over one socket. README.md shows how. */
import { createLine } from "./line.js";
import { createRest } from "./rest.js";

export { BellwetherError } from "./rest.js";

const one = (id) => encodeURIComponent(id);

export class BellwetherClient {
  #rest;
  #line;

  constructor(options) {
    this.#rest = createRest(options);
    this.#line = createLine(this.#rest, options);
  }

  // Any route

  get(path, query, given = {}) {
    return this.#rest.request("GET", path, { ...given, query });
  }

  post(path, body, given = {}) {
    return this.#rest.request("POST", path, { ...given, body });
  }

  // Access

  async login(credentials) {
    const tokens = await this.#rest.request("POST", "/api/auth/token", { body: credentials });
    this.#rest.keep(tokens);
    return tokens;
  }

  async logout() {
    await this.#rest.request("POST", "/api/auth/logout", { body: {} });
    this.#rest.keep(null);
    this.close();
  }

  me() {
    return this.get("/api/auth/me");
  }

  // Ingest

  /** Ids are made here for events that have none, so that a repeated request counts nothing twice. */
  postEvents(events, { wait = false, signal } = {}) {
    const batch = events.map((event) => ({ id: crypto.randomUUID(), ...event }));
    return this.#rest.request("POST", "/v1/events", {
      query: wait ? { wait: true } : {},
      body: { batch },
      repeatable: true,
      signal,
    });
  }

  eventTypes() {
    return this.get("/v1/event-types");
  }

  // Questions

  dashboardKpis(query) {
    return this.get("/api/bi/dashboard-kpis", query);
  }

  revenueIntelligence(query) {
    return this.get("/api/bi/revenue-intelligence", query);
  }

  botPerformance(query) {
    return this.get("/api/bi/bot-performance", query);
  }

  predictiveInsights(query) {
    return this.get("/api/bi/predictive-insights", query);
  }

  anomalyDetection(query) {
    return this.get("/api/bi/anomaly-detection", query);
  }

  realTimeMetrics(query) {
    return this.get("/api/bi/real-time-metrics", query);
  }

  metrics(query) {
    return this.get("/api/dashboard/metrics", query);
  }

  query(question) {
    return this.#ask("/api/bi/query", question);
  }

  drillDown(question) {
    return this.#ask("/api/bi/drill-down", question);
  }

  funnel(question) {
    return this.#ask("/api/bi/funnel", question);
  }

  retention(question) {
    return this.#ask("/api/bi/retention", question);
  }

  events(query) {
    return this.get("/api/bi/events", query);
  }

  contact(contact_id, query) {
    return this.get(`/api/bi/contacts/${one(contact_id)}`, query);
  }

  whatIf(contact_id, changes) {
    return this.post(`/api/bi/contacts/${one(contact_id)}/what-if`, changes);
  }

  callFirst(query) {
    return this.get("/api/bi/call-first", query);
  }

  contactCohorts(query) {
    return this.get("/api/bi/contact-cohorts", query);
  }

  models(query) {
    return this.get("/api/bi/models", query);
  }

  concierge(query) {
    return this.get("/api/bi/concierge", query);
  }

  // Operations

  health() {
    return this.get("/health");
  }

  triggerAggregation(range) {
    return this.post("/api/bi/trigger-aggregation", range);
  }

  job(id) {
    return this.get(`/api/bi/jobs/${one(id)}`);
  }

  cacheAnalytics() {
    return this.get("/api/bi/cache-analytics");
  }

  warmCache(views = {}) {
    return this.post("/api/bi/warm-cache", views);
  }

  // Live

  /** The channel of a location: `live("activity", "jorge_main", { onActivity })`; "health" has none. */
  live(name, location_id, handlers) {
    return this.#line.subscribe(location_id === null ? name : `${name}/${location_id}`, handlers);
  }

  /** The same by the channel's whole name: "activity/jorge_main". */
  subscribe(channel, handlers) {
    return this.#line.subscribe(channel, handlers);
  }

  /** Called with every change of the connection's state; returns how to be called no more. */
  onState(listener) {
    return this.#line.onState(listener);
  }

  get state() {
    return this.#line.state();
  }

  /** Leaves all channels and hangs up; subscribing opens the line again. */
  close() {
    this.#line.close();
  }

  /** Questions in a POST change nothing: they may be asked again. */
  #ask(path, question) {
    return this.#rest.request("POST", path, { body: question, repeatable: true });
  }
}
