import { expect, test } from "bun:test";
import { createRates } from "../../src/observe/rates.ts";

test("a rate is the rise over the last ten seconds, and unknown before there are two looks", () => {
  let now = 0;
  let accepted = 100;
  const rates = createRates(
    () => ({ accepted }),
    () => now,
  );
  expect(rates.per_s("accepted")).toBeNull();
  rates.beat();
  expect(rates.per_s("accepted")).toBeNull();
  for (let second = 1; second <= 30; second++) {
    now += 1_000_000;
    accepted += second <= 20 ? 7 : 50;
    rates.beat();
  }
  expect(rates.per_s("accepted")).toBe(50);
  expect(rates.per_s("unknown")).toBe(0);
});
