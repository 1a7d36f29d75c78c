import { afterEach, beforeEach, expect, test } from "bun:test";
import { type Control, openControl } from "../../src/control/control.ts";
import type { KpiDefinition } from "../../src/control/types.ts";
import { definedKpis, knownKpi } from "../../src/report/custom-kpis.ts";

let control: Control;

beforeEach(() => {
  control = openControl(":memory:");
  control.ensureLocation("north");
  control.ensureLocation("south");
});
afterEach(() => control.close());

const definition = (formula: string): KpiDefinition => ({
  label: "Own",
  unit: "count",
  better: "up",
  description: "",
  formula,
});

function put(key: string, location_id: string | null, formula: string | null, only: "new" | "there" = "new") {
  return control.putCustomKpi(
    { key, location_id, definition: formula === null ? null : definition(formula), changed_by: "Anna" },
    only,
  );
}

const formulaOf = (key: string, location_id: string | null, locations: readonly string[] | null = null) =>
  knownKpi(control, { location_id, locations }, key)?.formula ?? null;

test("every change is a version, and none is lost", () => {
  expect(put("own", null, "count()")?.version).toBe(1);
  expect(put("own", null, "count() * 2", "there")?.version).toBe(2);
  expect(put("own", null, null, "there")?.definition).toBeNull();
  expect(control.customKpis()).toEqual([]);
  expect(put("own", null, "count() * 3")?.version).toBe(4);
  const versions = control.customKpiVersions("own", null);
  expect(versions.map(({ version, definition }) => [version, definition?.formula ?? null])).toEqual([
    [4, "count() * 3"],
    [3, null],
    [2, "count() * 2"],
    [1, "count()"],
  ]);
  expect(control.customKpis().map(({ version }) => version)).toEqual([4]);
});

test("what is there is not made again, and what is not is not changed", () => {
  expect(put("own", null, "count()", "there")).toBeNull();
  put("own", null, "count()");
  expect(put("own", null, "count() + 1")).toBeNull();
  expect(put("own", "north", null, "there")).toBeNull();
  expect(control.customKpiVersions("own", null)).toHaveLength(1);
});

test("a location's own beats the one for all, and several locations have only that", () => {
  put("own", null, "count()");
  put("own", "north", "contacts()");
  put("lone", "south", "count() + 1");
  expect(formulaOf("own", "north")).toBe("contacts()");
  expect(formulaOf("own", "south")).toBe("count()");
  expect(formulaOf("own", null)).toBe("count()");
  expect(formulaOf("own", null, ["north"])).toBe("contacts()");
  expect(formulaOf("own", null, ["north", "south"])).toBe("count()");
  expect(formulaOf("lone", null)).toBeNull();
  expect(formulaOf("lone", "north")).toBeNull();
  expect(formulaOf("lone", "south")).toBe("count() + 1");
  const keys = definedKpis(control, { location_id: "south", locations: null }).map(({ key }) => key);
  expect(keys.sort()).toEqual(["lone", "own"]);
  put("own", "north", null, "there");
  expect(formulaOf("own", "north")).toBe("count()");
});

test("a built-in KPI is what its key means", () => {
  expect(formulaOf("events", null)).toBe("count()");
  put("events", null, "contacts()");
  expect(formulaOf("events", null)).toBe("count()");
});

test("a change makes what was computed from it before be computed anew", () => {
  const before = control.generation();
  put("own", null, "count()");
  expect(control.generation()).toBeGreaterThan(before);
});

test("a location takes its own with it", () => {
  put("own", "north", "count()");
  put("own", null, "contacts()");
  control.removeLocation("north");
  expect(control.customKpis().map(({ location_id }) => location_id)).toEqual([null]);
  expect(control.customKpiVersions("own", "north")).toEqual([]);
});
