/** Made-up contacts whose outcome follows a rule that is known. */
import type { FeatureSpec, FeatureValue, Training } from "../../../src/analysis/conversion/model.ts";
import { createRandom } from "../../../src/analysis/conversion/random.ts";
import { sigmoid } from "../../../src/analysis/conversion/sigmoid.ts";

export const SPECS: readonly FeatureSpec[] = [
  { name: "silent_days", kind: "number", label: "Days of silence" },
  { name: "answers", kind: "number", label: "Questions answered" },
  { name: "temperature", kind: "category", label: "Temperature" },
  { name: "source", kind: "category", label: "Source" },
  { name: "shoe_size", kind: "number", label: "Shoe size" },
];

const HEAT: Readonly<Record<string, number>> = { hot: 1.5, warm: 0.3, cold: -1 };

/** Silence cools, answers warm up to three, some temperatures are missing; source and shoe size mean nothing. */
export function contactsOf(rows: number, seed: number, base = -0.5): Training & { chances: readonly number[] } {
  const random = createRandom(seed);
  const made = Array.from({ length: rows }, () => {
    const silent = -10 * Math.log(1 - random());
    const answers = Math.floor(random() * 5);
    const temperature = random() < 0.2 ? null : (["hot", "warm", "cold"][Math.floor(random() * 3)] ?? null);
    // One contact in fifty comes from a place of its own.
    const source = random() < 0.02 ? `friend ${Math.floor(random() * 1e6)}` : random() < 0.5 ? "web" : "phone";
    const row: FeatureValue[] = [silent, answers, temperature, source, 36 + Math.floor(random() * 10)];
    const chance = sigmoid(base - silent / 15 + 0.5 * Math.min(3, answers) + (HEAT[temperature ?? ""] ?? 0));
    return { row, chance, came: random() < chance };
  });
  return {
    specs: SPECS,
    rows: made.map(({ row }) => row),
    outcomes: made.map(({ came }) => came),
    chances: made.map(({ chance }) => chance),
    seed,
  };
}
