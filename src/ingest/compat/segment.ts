/** Segment's tracking calls as events (https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/). */
import { eventTypeOf, firstText, listOf, objectOf, present, type Sent, taken } from "./foreign.ts";

/** The calls that are no named event. */
const CALLS: Readonly<Record<string, string>> = {
  identify: "contact_identified",
  page: "page_viewed",
  screen: "screen_viewed",
  group: "contact_grouped",
  alias: "contact_aliased",
};

/** Names of Segment's e-commerce spec that mean what the catalogue means. */
const MEANINGS: Readonly<Record<string, string>> = {
  order_completed: "order_placed",
  order_refunded: "refund_issued",
};

/** The calls of a batch; null when there is none. */
export function segmentBatch(body: unknown): readonly Sent[] | null {
  const { batch } = objectOf(body);
  return Array.isArray(batch) ? listOf(batch).map((call) => segmentCall(call)) : null;
}

/** One call. `kind`: what the address says, where the call itself does not. Its timestamp is taken as it is: never shifted by sentAt. */
export function segmentCall(body: unknown, kind = "track"): Sent {
  const call = objectOf(body);
  const called = typeof call.type === "string" ? call.type : kind;
  const data = { ...objectOf(call.traits), ...objectOf(call.properties) };
  const context = objectOf(call.context);
  const type = Object.hasOwn(CALLS, called) ? (CALLS[called] ?? called) : eventTypeOf(call.event, "track");
  const contact_id = firstText(taken(data, "contact_id"), call.userId, call.anonymousId);
  if (call.name !== undefined) data.name ??= call.name;
  if (call.groupId !== undefined) data.group_id ??= call.groupId;
  if (call.previousId !== undefined) data.previous_id ??= call.previousId;
  return present({
    id: firstText(call.messageId),
    type: Object.hasOwn(MEANINGS, type) ? MEANINGS[type] : type,
    time: call.timestamp ?? call.originalTimestamp ?? call.sentAt,
    location_id: firstText(taken(data, "location_id"), context.location_id),
    bot_id: firstText(taken(data, "bot_id"), context.bot_id, objectOf(context.app).name),
    contact_id,
    conversation_id: firstText(taken(data, "conversation_id", "order_id"), context.sessionId),
    value: taken(data, "value", "revenue", "total"),
    currency: taken(data, "currency"),
    duration_ms: taken(data, "duration_ms"),
    success: taken(data, "success"),
    data,
  });
}
