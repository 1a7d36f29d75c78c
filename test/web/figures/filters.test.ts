import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { commonQuery } from "../../../src/web/bi/input.ts";
import { Problem } from "../../../src/web/errors.ts";
import {
  canonical,
  chipsOf,
  FORM_OPS,
  fieldOf,
  filterParts,
  filtersOf,
  formOp,
  KNOWN_FIELDS,
  withFilter,
} from "../../../src/web/figures/filters.ts";
import { paramsOf } from "../../../src/web/request.ts";
import { NO_QUERY } from "../../../views/parts/query.ts";

const QUERY = { ...NO_QUERY, path: "/leads" };
const name = (id: string): string => `Office ${id}`;
const chips = (...filters: string[]): string[] =>
  chipsOf({ filters }, name).map(({ field, op, value }) => `${field} ${op} ${value}`);

const values = fc.array(
  fc
    .string({ minLength: 1, maxLength: 40, unit: "grapheme" })
    .filter((text) => text.trim() !== "" && !text.includes(",")),
  { minLength: 1, maxLength: 6 },
);
const text = fc.constantFrom("bot_id", "type", "data.source", "temperature", "stage", "location_id");
const filters = fc
  .tuple(text, fc.constantFrom(...FORM_OPS), values)
  .map(([field, op, given]) => filtersOf(field, op, given.slice(0, op === "is" || op === "is_not" ? 6 : 1)));

describe("filters of the form", () => {
  test("whatever is chosen becomes an address that the API takes, and that says it", () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...FORM_OPS), values, (field, op, given) => {
        const chosen = op === "is" || op === "is_not" ? given : given.slice(0, 1);
        const form = new URLSearchParams([
          ["filter_field", field],
          ["filter_op", op],
          ...chosen.map((value): [string, string] => ["filter_value", value]),
        ]);
        const address = new URLSearchParams(withFilter(QUERY, form));
        const { filter } = paramsOf(address, commonQuery.pick({ filter: true }));
        expect(filter.every((one) => one.field === field)).toBe(true);
        if (op === "is")
          expect([filter[0]?.value].flat().sort()).toEqual([...new Set(chosen.map((one) => one.trim()))].sort());
      }),
    );
  });

  test("the order in which filters are set does not matter, and none stands twice", () => {
    fc.assert(
      fc.property(filters, filters, (one, other) => {
        const there = canonical(canonical([], one), other);
        expect(canonical(canonical([], other), one)).toEqual(there);
        expect(canonical(there, one)).toEqual(there);
      }),
    );
  });

  test("opening the form of a filter and sending it as it is changes nothing", () => {
    fc.assert(
      fc.property(filters, ([filter = ""]) => {
        const parts = filterParts(filter);
        expect(filtersOf(parts.field, formOp(parts), parts.values)).toEqual([filter]);
      }),
    );
  });

  test("takes the place of the filter that was edited, and leaves everything else", () => {
    const query = {
      ...QUERY,
      timeframe: "7d",
      filters: ["bot_id:eq:luna", "type:eq:lead_created"],
      own: { sort: "score", cursor: "x" },
    };
    const form = new URLSearchParams(
      "filter_field=Bot&filter_op=is&filter_value=jade&filter_value=flora&filter_was=bot_id:eq:luna",
    );
    expect(withFilter(query, form)).toBe(
      "?timeframe=7d&filter=bot_id%3Ain%3Aflora%2Cjade&filter=type%3Aeq%3Alead_created&sort=score",
    );
  });

  test("what was written counts when nothing was ticked", () => {
    const form = new URLSearchParams("filter_field=data.source&filter_search=portal");
    expect(withFilter(QUERY, form)).toBe("?filter=data.source%3Aeq%3Aportal");
    form.append("filter_value", "ads");
    expect(withFilter(QUERY, form)).toBe("?filter=data.source%3Aeq%3Aads");
  });

  test("what makes no filter is refused by name", () => {
    const refused = (form: string): string | null => {
      try {
        withFilter(QUERY, new URLSearchParams(form));
        return null;
      } catch (error) {
        return error instanceof Problem ? (error.body.errors?.[0]?.field ?? null) : "?";
      }
    };
    expect(refused("filter_field=bot_id")).toBe("filter_value");
    expect(refused("filter_field=%25&filter_value=x")).toBe("filter_field");
    expect(refused("filter_field=bot_id&filter_op=like&filter_value=x")).toBe("filter_op");
    expect(refused("filter_field=bot_id&filter_value=a,b&filter_value=c")).toBe("filter_value");
    expect(refused("filter_field=data.source&filter_op=contains&filter_value=a&filter_value=c")).toBe("filter_value");
  });

  test("a field is known by its name, its label, or a key of data", () => {
    expect(KNOWN_FIELDS.map(fieldOf)).toEqual([...KNOWN_FIELDS]);
    expect(["Bot", "event type", "SOURCE", "data.zipcode", "zipcode", "$", ""].map(fieldOf)).toEqual([
      "bot_id",
      "type",
      "data.source",
      "data.zipcode",
      "data.zipcode",
      null,
      null,
    ]);
  });
});

test("chips say values as people do", () => {
  expect(
    chips(
      "bot_id:eq:seller-bot",
      "type:in:lead_created,deal_closed,lead_lost",
      "location_id:ne:main",
      "day_of_week:eq:1",
      "hour_of_day:gte:9",
      "success:eq:true",
      "data.source:exists:false",
      "data.url:contains:a:b",
    ),
  ).toEqual([
    "Bot is Seller bot",
    "Event type is Lead created, Deal closed or 1 more",
    "Location is not Office main",
    "Day of week is Monday",
    "Hour of day at least 09:00",
    "Success is Yes",
    "Source is not given",
    "Url contains a:b",
  ]);
});
