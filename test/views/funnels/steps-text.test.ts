import { expect, test } from "bun:test";
import fc from "fast-check";
import { READY } from "../../../views/funnels/ready.ts";
import { stepsOfText, stepsText } from "../../../views/funnels/steps-text.ts";

const type = fc.stringMatching(/^[a-z][a-z0-9_.:-]{0,20}$/);
const step = fc.record({ type, filters: fc.array(fc.string({ maxLength: 30 }), { maxLength: 4 }) });

test("steps are the same after a way through the address, whatever their conditions hold", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 10 }), (steps) => {
      const params = new URLSearchParams({ steps: stepsText(steps) });
      expect(stepsOfText(new URLSearchParams(params.toString()).get("steps") ?? "")).toEqual(steps);
    }),
  );
});

test("any text gives steps, and their text is the same each time", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      const once = stepsText(stepsOfText(text));
      expect(stepsText(stepsOfText(once))).toBe(once);
    }),
  );
});

test("it reads as it is written", () => {
  expect(
    stepsText([
      { type: "lead_created", filters: ["data.source:eq:a>b"] },
      { type: "deal_closed", filters: [] },
    ]),
  ).toBe("lead_created|data.source:eq:a\\>b>deal_closed");
  for (const { steps } of READY) expect(stepsOfText(stepsText(steps))).toEqual([...steps]);
});
