/** The official clients of other products, as their users configure them, against the real appliance. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { Analytics } from "@segment/analytics-node";
import { PostHog } from "posthog-node";
import { type Running, running } from "../../support/appliance.ts";

let world: Running;
beforeAll(async () => {
  world = await running();
});
afterAll(() => world.stop());

interface Stored {
  id: string;
  type: string;
  bot_id: string | null;
  contact_id: string | null;
  conversation_id: string | null;
  value: string | null;
  currency: string | null;
  data: string | null;
}

/** Everything that is visible of a location once the journal is applied. */
async function stored(location_id: string): Promise<Stored[]> {
  const { ingest, store } = world.parts;
  for (let tries = 0; tries < 200 && ingest.stats().oldest_pending !== null; tries++) await Bun.sleep(10);
  return store.rows<Stored>(
    "SELECT id, type, bot_id, contact_id, conversation_id, value, currency, data::VARCHAR AS data FROM events WHERE location_id = $1 ORDER BY time, id",
    [location_id],
  );
}

test("Segment's client delivers each call exactly once", async () => {
  const writeKey = world.key(["ingest"], "segment");
  const analytics = new Analytics({ writeKey, host: world.url, flushAt: 50, maxRetries: 1 });
  const failures: unknown[] = [];
  analytics.on("error", (error) => failures.push(error));
  for (let n = 0; n < 120; n++)
    analytics.track({ userId: `user-${n}`, event: "Lead Created", properties: { source: "ads", bot_id: "lead-bot" } });
  analytics.track({
    anonymousId: "anonymous-1",
    event: "Order Completed",
    messageId: "order-1",
    properties: { order_id: "o-1", total: 99.5, currency: "EUR" },
  });
  analytics.identify({ userId: "user-1", traits: { plan: "gold" } });
  await analytics.closeAndFlush();
  expect(failures).toEqual([]);
  const events = await stored("segment");
  expect(events).toHaveLength(122);
  expect(events.filter(({ type }) => type === "lead_created")).toHaveLength(120);
  expect(events.find(({ id }) => id === "order-1")).toMatchObject({
    type: "order_placed",
    contact_id: "anonymous-1",
    conversation_id: "o-1",
    value: "99.5000",
    currency: "EUR",
  });
  expect(events.find(({ type }) => type === "contact_identified")).toMatchObject({ contact_id: "user-1" });
});

test("a Segment batch that is sent twice counts once", async () => {
  const key = world.key(["ingest"], "segment-twice");
  const batch = [{ type: "track", messageId: "m-1", userId: "u", event: "Lead Created" }];
  const authorization = `Basic ${btoa(`${key}:`)}`;
  for (let times = 0; times < 2; times++) {
    const response = await world.ask("/v1/batch", null, { json: { batch }, headers: { authorization } });
    expect([response.status, await response.json()]).toEqual([200, { success: true }]);
  }
  expect(await stored("segment-twice")).toHaveLength(1);
});

test("PostHog's client delivers each capture exactly once, with a model's cost as cost", async () => {
  const client = new PostHog(world.key(["ingest"], "posthog"), { host: world.url, flushAt: 25, flushInterval: 50 });
  const failures: unknown[] = [];
  client.on("error", (error: unknown) => failures.push(error));
  for (let n = 0; n < 60; n++)
    client.capture({ distinctId: `user-${n}`, event: "lead_created", properties: { source: "site" } });
  client.capture({
    distinctId: "user-1",
    event: "$ai_generation",
    properties: {
      $ai_trace_id: "trace-1",
      $ai_model: "small-1",
      $ai_input_tokens: 812,
      $ai_output_tokens: 96,
      $ai_total_cost_usd: 0.0042,
      $ai_latency: 1.5,
      bot_id: "intent-decoder",
    },
  });
  await client.shutdown();
  expect(failures).toEqual([]);
  const events = await stored("posthog");
  expect(events).toHaveLength(61);
  const cost = events.find(({ type }) => type === "cost_incurred");
  expect(cost).toMatchObject({
    bot_id: "intent-decoder",
    conversation_id: "trace-1",
    value: "0.0042",
    currency: "USD",
  });
  expect(JSON.parse(cost?.data ?? "")).toMatchObject({ kind: "llm", tokens_in: 812, tokens_out: 96, model: "small-1" });
});

const headersOf = (location_id: string) => ({ authorization: `Bearer ${world.key(["ingest"], location_id)}` });

test("OpenTelemetry's exporters deliver spans and logs exactly once, GenAI attributes mapped", async () => {
  const resource = resourceFromAttributes({ "service.name": "seller-service" });
  const tracing = new BasicTracerProvider({
    resource,
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: `${world.url}/v1/traces`, headers: headersOf("otel") })),
    ],
  });
  const tracer = tracing.getTracer("bots");
  for (let n = 0; n < 40; n++) {
    const span = tracer.startSpan("chat small-1", {
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.agent.name": "seller-bot",
        "gen_ai.conversation.id": `conv-${n}`,
        "gen_ai.request.model": "small-1",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cost": 0.002,
      },
    });
    span.end();
  }
  tracer.startSpan("db.query").end();
  await tracing.shutdown();

  const logging = new LoggerProvider({
    resource,
    processors: [
      new BatchLogRecordProcessor({
        exporter: new OTLPLogExporter({ url: `${world.url}/v1/logs`, headers: headersOf("otel") }),
      }),
    ],
  });
  const logger = logging.getLogger("bots");
  logger.emit({ eventName: "lead_created", attributes: { contact_id: "c-1", source: "ads" } });
  logger.emit({ severityNumber: 17, severityText: "ERROR", body: "carrier refused" });
  logger.emit({ severityNumber: 9, body: "all is well" });
  await logging.shutdown();

  const events = await stored("otel");
  const byType = Object.groupBy(events, ({ type }) => type);
  expect(Object.fromEntries(Object.entries(byType).map(([type, list]) => [type, list?.length]))).toEqual({
    cost_incurred: 40,
    otel_span: 1,
    lead_created: 1,
    error_occurred: 1,
    otel_log: 1,
  });
  expect(byType.cost_incurred?.[0]).toMatchObject({ bot_id: "seller-bot", value: "0.0020" });
  expect(JSON.parse(byType.cost_incurred?.[0]?.data ?? "")).toMatchObject({
    tokens_in: 100,
    tokens_out: 20,
    model: "small-1",
  });
  expect(new Set(byType.cost_incurred?.map(({ conversation_id }) => conversation_id)).size).toBe(40);
  expect(byType.lead_created?.[0]).toMatchObject({ bot_id: "seller-service", contact_id: "c-1" });
});
