/** What the browser makes of data-chart: columns, ranges, addresses, readings, rows. The modules know no page, so they run here. */
import { beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";

interface Row {
  label: string;
  value: number;
}

interface Model {
  names: readonly string[];
}

interface Layer {
  draw: string;
}

interface ModelModule {
  modelOf(json: string): Model;
  shapeOf(model: Model): string;
  layersOf(model: Model): readonly Layer[];
  columnsOf(
    model: Model,
    layers: readonly Layer[],
    hidden: ReadonlySet<string>,
  ): readonly (readonly (number | null)[])[];
  rangeOf(model: Model, low: number | null, high: number | null): readonly [number, number];
  hrefOf(template: string, model: Model, first: number, last: number, series?: string): string;
  readingOf(
    model: Model,
    hidden: ReadonlySet<string>,
    at: number,
  ): { head: string; note: string; rows: readonly Row[]; remarks: readonly string[] };
}

interface RowsModule {
  csvOf(model: Model): string;
}

const SCRIPTS = join(import.meta.dir, "../../public/js");
const NONE: ReadonlySet<string> = new Set();
let js: ModelModule & RowsModule;

beforeAll(async () => {
  const [model, rows]: [ModelModule, RowsModule] = await Promise.all([
    import(`${SCRIPTS}/chart-model.js`),
    import(`${SCRIPTS}/chart-rows.js`),
  ]);
  js = { ...model, ...rows };
});

type Series = {
  key: string;
  label?: string;
  role?: string;
  colour?: number;
  values: readonly (string | number | null)[];
};

const wire = (series: readonly Series[], more: Record<string, unknown> = {}): string => {
  const count = series[0]?.values.length ?? 0;
  const days = Array.from({ length: count }, (_, at) => `2026-01-${String(at + 1).padStart(2, "0")}`);
  const whole = series.map((one) => ({ label: one.key, role: "segment", colour: 1, ...one }));
  const from = days.map((day) => `${day}T00:00:00Z`);
  return JSON.stringify({
    title: "T",
    kind: "stacked",
    unit: "count",
    currency: null,
    names: days,
    long: days,
    from,
    to: from,
    partial: [],
    series: whole,
    target: null,
    forecast: null,
    anomalies: [],
    annotations: [],
    sync: null,
    bare: false,
    ...more,
  });
};

describe("a stack", () => {
  const values = fc.array(fc.option(fc.nat(100)), { minLength: 4, maxLength: 4 });

  test("sums what is shown, the highest behind the others", () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 2, maxLength: 5 }), fc.nat(4), (columns, off) => {
        const model = js.modelOf(wire(columns.map((one, at) => ({ key: `s${at}`, values: one }))));
        const hidden = new Set([`s${off}`]);
        const [, ...drawn] = js.columnsOf(model, js.layersOf(model), hidden);
        const shown = columns.filter((_, at) => at !== off);
        for (let day = 0; day < 4; day++) {
          const sum = shown.reduce((all, one) => all + (one[day] ?? 0), 0);
          expect(Math.max(0, ...drawn.map((column) => column[day] ?? 0))).toBe(sum);
          const heights = drawn.map((column) => column[day]).filter((height) => height !== null);
          expect(heights).toEqual([...heights].sort((a, b) => (b ?? 0) - (a ?? 0)));
        }
      }),
    );
  });
});

describe("columns", () => {
  test("of one series are whole or cut, never both, and their axis begins at the ground", () => {
    const model = js.modelOf(
      wire([{ key: "v", role: "value", values: ["5.50", null, 3] }], { kind: "bars", partial: [2] }),
    );
    const [x, whole, cut] = js.columnsOf(model, js.layersOf(model), NONE);
    expect([x, whole, cut]).toEqual([
      [0, 1, 2],
      [5.5, null, null],
      [null, null, 3],
    ]);
    expect(js.rangeOf(model, 3, 5.5)[0]).toBe(0);
    expect(js.rangeOf(model, null, null)).toEqual([0, 1]);
    expect(js.rangeOf(model, -4, 5)[0]).toBeLessThan(-4);
  });

  test("leave room for the target and for what was odd", () => {
    const anomalies = [{ at: 0, value: "9.00", lower: 1, upper: 20, label: "odd", href: null }];
    const model = js.modelOf(wire([{ key: "v", values: [1] }], { target: { value: 15, label: "Target" }, anomalies }));
    expect(js.rangeOf(model, 0, 1)[1]).toBeGreaterThanOrEqual(20);
  });
});

test("data of the same shape goes into the same chart; another split needs another", () => {
  const shape = (series: readonly Series[]) => js.shapeOf(js.modelOf(wire(series)));
  expect(shape([{ key: "a", values: [1] }])).toBe(shape([{ key: "a", values: [1, 2, 3] }]));
  expect(shape([{ key: "a", values: [1] }])).not.toBe(shape([{ key: "b", values: [1] }]));
});

test("an address takes the stretch and the series, however they are written", () => {
  const model = js.modelOf(wire([{ key: "a", values: [1, 2, 3] }]));
  const filled = "/x?from=2026-01-02T00%3A00%3A00Z&to=2026-01-03T00%3A00%3A00Z&s=v%3Aa%26b";
  expect(js.hrefOf("/x?from=%7Bfrom%7D&to=%7Bto%7D&s=%7Bseries%7D", model, 1, 2, "v:a&b")).toBe(filled);
  expect(js.hrefOf("/x?from={from}&to={to}&s={series}", model, 1, 2, "v:a&b")).toBe(filled);
});

test("a reading tells what is shown, the largest first, with forecast and remarks", () => {
  const forecast = {
    from: 1,
    median: [null, "4"],
    lower: [null, 1],
    upper: [null, 9],
    label: "Forecast",
    band: "80% band",
  };
  const annotations = [{ at: 1, letter: "A", text: "Outage" }];
  const series = ["a", "b", "c"].map((key, at) => ({ key, values: [at, 10 + at] }));
  const model = js.modelOf(wire(series, { forecast, annotations, partial: [1] }));
  const reading = js.readingOf(model, new Set(["b"]), 1);
  expect(reading.rows.map(({ label, value }) => [label, value])).toEqual([
    ["c", 12],
    ["a", 10],
    ["Forecast", 4],
    ["80% band", 1],
  ]);
  expect([reading.note, reading.remarks]).toEqual(["partial", ["A: Outage"]]);
  expect(js.readingOf(model, new Set(["forecast"]), 1).rows.map(({ label }) => label)).not.toContain("Forecast");
});

test("rows hold every digit, and nothing that a spreadsheet would run", () => {
  const model = js.modelOf(wire([{ key: "v", label: '=HYPERLINK("x")', values: ["12345678901234567890.12", -5] }]));
  const [head, first, second] = js.csvOf(model).split("\r\n");
  expect(head).toBe(`from,to,period,partial,"'=HYPERLINK(""x"")"`);
  expect(first?.endsWith(",12345678901234567890.12")).toBe(true);
  expect(second?.endsWith(",-5")).toBe(true);
});
