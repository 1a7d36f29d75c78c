import { expect, test } from "bun:test";
import fc from "fast-check";
import { tradeOf } from "../../../src/report/bots/trades.ts";
import { ROUTINE } from "../../../src/report/feed.ts";

const sent = (...types: string[]) => types.map((type, place) => ({ type, events: 100 - place }));

test.each([
  ["lead_bot_sequence_update", "pipeline"],
  ["lead_created", "pipeline"],
  ["intent_analysis_complete", "pipeline"],
  ["ai_activity", "employee"],
  ["call_completed", "employee"],
  ["booking_created", "employee"],
  ["ticket_resolved", "employee"],
  ["order_placed", "other"],
  ["a_type_of_their_own", "other"],
] as const)("a bot that sends %s is of the kind %s", (type, kind) => {
  expect(tradeOf(sent("bot_status_update", "conversation_message", type)).kind).toBe(kind);
});

test("who reports activities is an employee, whatever else it does", () => {
  expect(tradeOf(sent("lead_created", "intent_analysis_complete", "ai_activity")).kind).toBe("employee");
});

test("a bot that only says that it lives does nothing yet", () => {
  expect(tradeOf(sent("bot_status_update", "metric_update"))).toEqual({ kind: "other", does: [] });
});

test("what a bot does is everything that it sends but for routine, the most frequent first", () => {
  const type = fc.oneof(
    fc.constantFrom(...ROUTINE, "lead_created", "call_completed"),
    fc.stringMatching(/^[a-z]{1,8}$/),
  );
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ type, events: fc.nat(1_000) }), { selector: (one) => one.type }),
      (given) => {
        const { does } = tradeOf(given);
        const events = new Map(given.map((one) => [one.type, one.events]));
        expect([...does].sort()).toEqual(
          given
            .map((one) => one.type)
            .filter((one) => !ROUTINE.includes(one))
            .sort(),
        );
        for (const [place, one] of does.entries())
          if (place > 0) expect(events.get(does[place - 1] ?? "") ?? 0).toBeGreaterThanOrEqual(events.get(one) ?? 0);
      },
    ),
  );
});
