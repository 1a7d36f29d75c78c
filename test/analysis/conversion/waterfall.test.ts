import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Prediction } from "../../../src/analysis/conversion/model.ts";
import { waterfallOf } from "../../../src/analysis/conversion/waterfall.ts";

const number = fc.double({ min: -4, max: 4, noNaN: true });

test("the steps go from the average contact to this one without a gap, and add up to its probability", () => {
  fc.assert(
    fc.property(
      number,
      fc.array(number, { maxLength: 12 }),
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      (base, phis, probability) => {
        const contributions = phis.map((phi, at) => ({ name: `f${at}`, label: `F${at}`, value: at, phi }));
        const logit = phis.reduce((sum, phi) => sum + phi, base);
        const prediction: Prediction = { probability, level: "low", base, logit, contributions };
        const steps = waterfallOf(prediction, 6);
        const [first, ...rest] = steps.slice(0, -1);
        const total = steps.at(-1);
        expect(first?.kind).toBe("base");
        expect(total).toMatchObject({ kind: "total", to: probability });
        let at = first?.to ?? 0;
        for (const { from, to } of rest) {
          expect(from).toBeCloseTo(at, 9);
          at = to;
        }
        expect(at).toBeCloseTo(probability, 12);
        // Every factor that counts stands in exactly one of them.
        expect(rest.reduce((sum, { factors }) => sum + factors, 0)).toBe(phis.filter((phi) => phi !== 0).length);
        expect(rest.filter(({ kind }) => kind === "factor").length).toBeLessThanOrEqual(7);
      },
    ),
  );
});
