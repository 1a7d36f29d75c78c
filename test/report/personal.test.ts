import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { eventTypes } from "../../src/catalogue/events.ts";
import { expressionOf } from "../../src/catalogue/formula.ts";
import { formulaTellsPersonal, isPersonalField, tellsPersonal } from "../../src/catalogue/personal.ts";
import type { Comparison } from "../../src/catalogue/types.ts";
import { maskedCell, maskedEvent, maskedRaw, maskedText } from "../../src/report/personal.ts";

describe("a field is personal", () => {
  const personal = [
    "data.customer",
    "data.description",
    "data.message",
    "data.value_text",
    "data.name",
    "data.email",
    "data.phone",
    "data.customerFirstName",
    "data.first name",
    "data.phone_number",
    "data.address2",
    "data.contact.email",
    "data.lead.notes",
    "data.text",
  ];
  for (const field of personal) test(field, () => expect(isPersonalField(field)).toBe(true));

  const plain = [
    "contact_id",
    "type",
    "bot_id",
    "data.source",
    "data.to",
    "data.zipcode",
    "data.outcome",
    "data.component",
    "data.product_name",
    "data.hotel",
    "data.message_count",
    "data.email_status",
    "data.customer_segment",
    "data.sku",
    "value",
  ];
  for (const field of plain) test(`but not ${field}`, () => expect(isPersonalField(field)).toBe(false));

  test("when the catalogue marks it, whatever type the event has", () => {
    for (const { personal = [] } of eventTypes)
      for (const key of personal) expect(isPersonalField(`data.${key}`)).toBe(true);
  });

  test("every marked key is a field of its type", () => {
    for (const { personal = [], example } of eventTypes)
      if (personal.length > 0)
        expect(Object.keys(Object(example.data)).some((key) => personal.includes(key))).toBe(true);
  });

  const told: readonly [Comparison, boolean][] = [
    [{ field: "data.email", op: "exists", value: true }, true],
    [{ field: "contact_id", op: "eq", value: "contact-17" }, false],
    [{ field: "contact_id", op: "contains", value: "jane" }, true],
    [{ field: "contact_id", op: "gte", value: "1" }, true],
    [{ field: "data.anything", op: "contains", value: "jane" }, true],
    [{ field: "data.anything", op: "lt", value: "k" }, true],
    [{ field: "data.anything", op: "lt", value: 12 }, false],
    [{ field: "data.anything", op: "in", value: ["a", "b"] }, false],
    [{ field: "data.contact.city", op: "contains", value: "a" }, true],
    [{ field: "data.source", op: "contains", value: "face" }, false],
    [{ field: "type", op: "contains", value: "lead" }, false],
  ];
  for (const [comparison, tells] of told)
    test(`${comparison.field} ${comparison.op} ${comparison.value} ${tells ? "tells" : "does not tell"} what is personal`, () => {
      expect(tellsPersonal(comparison)).toBe(tells);
    });

  test("in a formula, too", () => {
    const tells = (formula: string) => formulaTellsPersonal(expressionOf(formula));
    expect(tells(`count(type = "x" and not data.email exists)`)).toBe(true);
    expect(tells("1 + percentile(data.phone, 0.5)")).toBe(true);
    expect(tells(`contacts_latest(type = "x", data.name = "Dana")`)).toBe(true);
    expect(tells(`time_between(0.5, type = "a", data.note exists)`)).toBe(true);
    expect(tells(`sum(value, data.source = "facebook") / new_contacts()`)).toBe(false);
  });
});

describe("text", () => {
  const table = [
    ["jane@example.com", "j•••@•••"],
    ["<Jane.Doe+x@mail.example.co.uk>", "<J•••@•••>"],
    ["mailto:jane@example.com?x=1", "mailto:j•••@•••?x=1"],
    ["call +49 (30) 123-4567 today", "call ••• today"],
    ["+14155550100", "•••"],
    ["(415) 555-0100", "•••"],
    ["1-415-555-0100", "•••"],
    ["0049 30 1234567", "•••"],
    ["contact-17", "contact-17"],
    ["7129300520", "7129300520"],
    ["2026-11-18T11:15:00Z", "2026-11-18T11:15:00Z"],
    ["2026-11-18 11:15:00+02:00", "2026-11-18 11:15:00+02:00"],
    ["019a95c5-6e2b-7c3a-8123-415555010012", "019a95c5-6e2b-7c3a-8123-415555010012"],
    ["@handle", "@handle"],
    ["model@1.2", "model@1.2"],
    ["10.0.0.12", "10.0.0.12"],
    ["", ""],
  ] as const;
  for (const [text, masked] of table) test(`${text} → ${masked}`, () => expect(maskedText(text)).toBe(masked));

  test("a long one costs no more than its length", () => {
    const text = `${"a".repeat(60_000)}@ ${"+1".repeat(30_000)}`;
    expect(maskedText(text)).toBe(text);
  });
});

describe("an event", () => {
  test("keeps its shape and figures, and loses what is personal", () => {
    const event = {
      id: "e1",
      type: "ai_activity",
      time: 1_795_000_000_000_000,
      contact_id: "jane@example.com",
      value: "120.00",
      success: true,
      data: {
        activity_type: "booking",
        description: "Booked for Dana",
        customer: "Dana",
        phone: 14155550100,
        phone_ok: true,
        emails: ["dana@example.com", "d@example.com"],
        address: { street: "Main St 5", floor: 3 },
        contacts: [{ name: "Dana", role: "buyer" }],
        outcome: "write to dana@example.com",
        email: null,
      },
    };
    expect(maskedEvent(event)).toEqual({
      ...event,
      contact_id: "j•••@•••",
      data: {
        activity_type: "booking",
        description: "•••",
        customer: "•••",
        phone: 0,
        phone_ok: true,
        emails: ["d•••@•••"],
        address: { street: "•••", floor: 0 },
        contacts: [{ name: "•••", role: "buyer" }],
        outcome: "write to d•••@•••",
        email: null,
      },
    });
  });

  test("masked twice is masked once, and every value keeps its type", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("name", "email", "n", "to", "customer"), fc.jsonValue()), (data) => {
        const once = maskedEvent({ data });
        expect(maskedEvent(once)).toEqual(once);
        const kind = (value: unknown) => (value === null ? "null" : Array.isArray(value) ? "list" : typeof value);
        const kinds = (given: object) => Object.entries(given).map(([key, value]) => [key, kind(value)]);
        expect(kinds(once.data)).toEqual(kinds(data));
      }),
    );
  });

  test("free text leaves no trace, not even its length", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), fc.string({ minLength: 40 }), (one, other) => {
        fc.pre(!one.includes("@") && !other.includes("@"));
        expect(maskedEvent({ data: { message: one } })).toEqual(maskedEvent({ data: { message: other } }));
      }),
    );
  });
});

describe("a raw event", () => {
  test("is masked where it can be read", () => {
    expect(maskedRaw('{"type":"x","email":"a@b.co","data":{"customer":"Dana","n":1}}')).toBe(
      '{"type":"x","email":"a•••@•••","data":{"customer":"•••","n":1}}',
    );
    expect(maskedRaw('[{"name":"Dana"}]')).toBe('[{"name":"•••"}]');
  });
  test("and else not shown at all", () => {
    for (const text of ['{"type":"x", "name": "Dana', "Dana, 5 Main St", '"Dana"', ""])
      expect(maskedRaw(text)).toBe("•••");
  });
  test("of any text never throws", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => typeof maskedRaw(text) === "string"));
  });
});

test("a cell is masked by what it looks like, also within JSON", () => {
  expect(maskedCell('{"city":"Rome","email":"a@b.co"}')).toBe('{"city":"Rome","email":"a•••@•••"}');
  expect(maskedCell("facebook")).toBe("facebook");
  expect(maskedCell("a@b.co")).toBe("a•••@•••");
  expect([maskedCell(12), maskedCell(null), maskedCell(true)]).toEqual([12, null, true]);
});
