import { expect, test } from "bun:test";
import fc from "fast-check";
import { indented } from "../../views/parts/json.ts";

test("JSON over several lines says the same", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(JSON.parse(indented(text))).toEqual(JSON.parse(text));
    }),
  );
});

test("it is laid out as JSON.stringify does it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      // A number may be written in other ways; here it is the same one.
      expect(indented(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
    }),
  );
});

test("every digit of a number stays", () => {
  expect(indented('{"value":12345678901234567890.12340,"big":1e400}')).toBe(
    '{\n  "value": 12345678901234567890.12340,\n  "big": 1e400\n}',
  );
});

test("what is no JSON comes back as it is", () => {
  for (const text of ["", "{", "not json", '{"a":1}}']) expect(indented(text)).toBe(text);
});
