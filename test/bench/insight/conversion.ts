/**
 * Conversion and churn on Telco Customer Churn (7,043 customers, 26.5% of them lost).
 * Each customer is judged by a model whose tables, averages, calibration and choice of kind were made without it: the
 * model is trained by its public function on the other four folds, which makes its own inner folds. Nothing is chosen here.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type FeatureSpec,
  type FeatureValue,
  type Model,
  predict,
  train,
} from "../../../src/analysis/conversion/model.ts";
import { aucOf, brierOf } from "../../../src/analysis/conversion/quality.ts";
import { foldsOf } from "../../../src/analysis/conversion/random.ts";
import { bruteForceShapley } from "../../analysis/conversion/brute-force.ts";
import { BENCH_DIR, type InsightRow } from "./row.ts";

const FILE = "telco/WA_Fn-UseC_-Telco-Customer-Churn.csv";
const NUMBERS: ReadonlySet<string> = new Set(["tenure", "MonthlyCharges", "TotalCharges"]);
const FOLDS = 5;
const SEEDS = [1, 2, 3];
/** Brute force doubles with each feature: the models it is tried on have these. */
const EXPLAINED_BY: readonly string[] = [
  "tenure",
  "SeniorCitizen",
  "InternetService",
  "OnlineSecurity",
  "Contract",
  "PaymentMethod",
  "MonthlyCharges",
];
/** So few customers make a logistic regression. */
const SCARCE_ROWS = 240;

interface Telco {
  specs: readonly FeatureSpec[];
  rows: readonly (readonly FeatureValue[])[];
  outcomes: readonly boolean[];
}

export async function conversionRows(): Promise<InsightRow[]> {
  if (BENCH_DIR === null) return [];
  const telco = telcoOf(readFileSync(join(BENCH_DIR, FILE), "utf8"));
  const tries = SEEDS.flatMap((seed) => tryOut(telco, seed));
  const [plenty, scarce] = [only(telco, telco.rows.length), only(telco, SCARCE_ROWS)];
  const published = "EBM 0.852, logistic 0.849, random forest 0.824";
  const row = (what: string, value: number, unit: string, gate: number, aim: number | null): InsightRow => {
    return { what: `Telco churn, ${what}`, value, unit, better: "down", gate, aim, published: "" };
  };
  return [
    { ...row("AUC, 5 folds x 3 seeds", mean(tries, "auc"), "", 0.847, 0.85), better: "up", published },
    row("Brier, 5 folds x 3 seeds", mean(tries, "brier"), "", 0.135, 0.133),
    row("explanation against brute force, stumps", bruteForceError(plenty, "stumps"), "", 1e-9, null),
    row("explanation against brute force, logistic", bruteForceError(scarce, "logistic"), "", 1e-9, null),
    row("explanation against prediction", additivityError(telco), "", 1e-9, null),
    row("CPU time of one model with its held-out quality", trainingTime(telco), "ms", 1500, null),
  ];
}

/** One try a fold. */
function tryOut({ specs, rows, outcomes }: Telco, seed: number): { auc: number; brier: number }[] {
  const fold = foldsOf(Uint8Array.from(outcomes, Number), FOLDS, seed);
  return Array.from({ length: FOLDS }, (_, held) => {
    const seen = (_: unknown, row: number) => fold[row] !== held;
    const unseen = (_: unknown, row: number) => fold[row] === held;
    const model = modelOf({ specs, rows: rows.filter(seen), outcomes: outcomes.filter(seen) });
    const probabilities = rows.filter(unseen).map((row) => predict(model, row).probability);
    const came = outcomes.filter(unseen).map(Number);
    return { auc: aucOf(probabilities, came), brier: brierOf(probabilities, came) };
  });
}

function mean(tries: readonly { auc: number; brier: number }[], key: "auc" | "brier"): number {
  return tries.reduce((sum, each) => sum + each[key], 0) / tries.length;
}

/** The largest difference over one customer who left and one who stayed. */
function bruteForceError(telco: Telco, kind: Model["kind"]): number {
  const model = modelOf(telco);
  if (model.kind !== kind) throw new Error(`a ${model.kind} model where ${kind} was to be tried`);
  const explained = [telco.outcomes.indexOf(true), telco.outcomes.indexOf(false)];
  const errors = explained.flatMap((at) => {
    const row = telco.rows[at] ?? [];
    const { contributions } = predict(model, row);
    const exact = bruteForceShapley(model, row, telco.rows);
    return contributions.map(({ phi }, j) => Math.abs(phi - (exact[j] ?? Number.NaN)));
  });
  return Math.max(...errors);
}

/** From the probability back to log-odds, through the calibration, against base and contributions. */
function additivityError(telco: Telco): number {
  const model = modelOf(telco);
  const { slope, intercept } = model.calibration;
  const errors = telco.rows.map((row) => {
    const { base, contributions, probability } = predict(model, row);
    const logit = (Math.log(probability / (1 - probability)) - intercept) / slope;
    return Math.abs(contributions.reduce((sum, { phi }) => sum + phi, base) - logit);
  });
  return Math.max(...errors);
}

/** Of the processor, the middle of three: other work on the machine is not counted. */
function trainingTime(telco: Telco): number {
  const times = SEEDS.map(() => {
    const before = process.cpuUsage();
    modelOf(telco);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return times.sort((one, other) => one - other)[1] ?? Number.NaN;
}

function modelOf(telco: Telco): Model {
  const trained = train({ ...telco, seed: 1 });
  if (trained.model === null) throw new Error(trained.reason);
  return trained.model;
}

function only({ specs, rows, outcomes }: Telco, first: number): Telco {
  const places = EXPLAINED_BY.map((name) => specs.findIndex((spec) => spec.name === name));
  return {
    specs: places.flatMap((place) => specs[place] ?? []),
    rows: rows.slice(0, first).map((row) => places.map((place) => row[place] ?? null)),
    outcomes: outcomes.slice(0, first),
  };
}

/** The first column is the customer's number, the last what became of it; eleven new customers have no total yet. */
function telcoOf(text: string): Telco {
  const [head = [], ...lines] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(","));
  const specs = head.slice(1, -1).map((name): FeatureSpec => {
    return { name, label: name, kind: NUMBERS.has(name) ? "number" : "category" };
  });
  const rows = lines.map((cells) =>
    cells.slice(1, -1).map((cell, j): FeatureValue => {
      if (cell.trim() === "") return null;
      return specs[j]?.kind === "number" ? Number(cell) : cell;
    }),
  );
  return { specs, rows, outcomes: lines.map((cells) => cells.at(-1) === "Yes") };
}
