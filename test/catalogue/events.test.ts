import { expect, test } from "bun:test";
import { z } from "zod";
import { envelope } from "../../src/catalogue/events/envelope.ts";
import { eventType, eventTypes } from "../../src/catalogue/events.ts";

/** The names of the domain, exactly. */
const NAMES = `
  jorge_qualification_progress lead_bot_sequence_update intent_analysis_complete property_alert bot_status_update conversation_event
  system_health_update ai_activity metric_update lead_created lead_scored lead_temperature_changed lead_stage_changed lead_qualified
  lead_assigned lead_converted lead_lost call_started call_answered call_completed call_abandoned conversation_started
  conversation_message conversation_ended email_sent sms_sent reminder_sent task_completed feedback_received booking_created
  booking_completed booking_cancelled booking_no_show deal_closed order_placed payment_received refund_issued cost_incurred
  ticket_created ticket_updated ticket_resolved ticket_closed ticket_reopened ghl_contact_synced ghl_custom_field_updated
  ghl_tag_added ghl_webhook_received cache_hit cache_miss cache_invalidated error_occurred client_connected client_disconnected`;

test("the catalogue has every event type of the domain, and no other", () => {
  expect(eventTypes.map(({ type }) => type)).toEqual(NAMES.trim().split(/\s+/));
});

test("an alias leads to the entry of its type", () => {
  expect(eventType("ai:activity")?.type).toBe("ai_activity");
  expect(eventType("metrics:update")?.type).toBe("metric_update");
  expect(eventType("lead_created")?.type).toBe("lead_created");
  expect(eventType("constructor")).toBeNull();
});

for (const entry of eventTypes) {
  test(`${entry.type}: its example fits the envelope, its data and its needs`, () => {
    expect(envelope.safeParse(entry.example).error).toBeUndefined();
    expect(entry.data.safeParse(entry.example.data ?? {}).error).toBeUndefined();
    expect(entry.needs.filter((field) => entry.example[field] === undefined)).toEqual([]);
    expect(entry.example.type).toBe(entry.type);
  });

  test(`${entry.type}: has one sentence and a JSON Schema that keeps further keys`, () => {
    expect(entry.description).toMatch(/^[A-Z].*[a-z0-9`]\.$/);
    expect(entry.description).not.toMatch(/[a-z]\. [A-Z]/);
    const schema = z.toJSONSchema(entry.data, { io: "input" });
    expect(schema.type).toBe("object");
    expect(schema.additionalProperties).toEqual({});
  });

  test(`${entry.type}: null in a field that may be missing means the same as missing`, () => {
    const { properties = {}, required = [] } = z.toJSONSchema(entry.data);
    const optional = Object.keys(properties).filter((field) => !required.includes(field));
    const nulls = Object.fromEntries(optional.map((field) => [field, null]));
    const given = typeof entry.example.data === "object" ? entry.example.data : {};
    expect(entry.data.safeParse({ ...given, ...nulls }).error).toBeUndefined();
  });
}
