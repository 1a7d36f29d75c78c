/** `/settings/kpis`: the team's own KPIs, as a page. */
import { z } from "zod";
import { exactText } from "../../views/format.ts";
import {
  type FormulaCheck,
  formulaCheck,
  type KpiListRow,
  type KpisPageProps,
  type KpiTyped,
  kpisPage,
} from "../../views/kpis.ts";
import { readsOf } from "../catalogue/formula/reads.ts";
import { expressionOf } from "../catalogue/formula.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Caller, CustomKpi } from "../control/types.ts";
import { kpiFigures } from "../report/kpis.ts";
import { requireCaller, seesLocation } from "./access.ts";
import { askedOf } from "./bi/input.ts";
import { unitShape } from "./bi/shapes.ts";
import { Problem } from "./errors.ts";
import { addKpi, changeKpi, changeSchema, newKpiSchema, removeKpi, visibleKpis } from "./kpi-definitions.ts";
import { previewKpi } from "./kpis.ts";
import type { Parts } from "./parts.ts";
import { formOf, htmlResponse, queryOf } from "./request.ts";
import { type Route, route } from "./route.ts";
import { shellUser } from "./shell-user.ts";

const pageQuery = z.object({
  edit: z.string().max(64).catch(""),
  location_id: z.string().max(64).catch(""),
  done: z.enum(["added", "changed", "removed"]).optional().catch(undefined),
});

const DONE = {
  added: "The KPI is in force.",
  changed: "The new version is in force; the old ones are kept.",
  removed: "The KPI is gone; its versions are kept.",
} as const;

/** The page and its forms. */
export function kpiPageRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/settings/kpis",
      access: "read",
      tag: "Page",
      summary: "The team's KPIs.",
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: async ({ request, caller }) => {
        const { edit, location_id, done } = queryOf(request, pageQuery);
        const editing = editable(parts, caller).find(
          (kpi) => kpi.key === edit && (kpi.location_id ?? "") === location_id,
        );
        const form = editing ? { typed: typedOf(editing), editing: editing.key } : {};
        return htmlResponse(pageOf(parts, request, { ...form, done: done ? DONE[done] : null }));
      },
    }),

    route({
      method: "POST",
      path: "/settings/kpis",
      access: "export",
      tag: "Page",
      summary: "Defines a KPI.",
      body: "own",
      answers: { 303: { description: "Done." } },
      handle: async ({ request, server, caller }) => {
        const { typed, checks } = await submitted(request);
        const save = (): void => void addKpi(parts, { request, server, caller }, newKpiSchema.parse(givenOf(typed)));
        return answered(parts, request, caller, { typed, checks, editing: null }, save, "added");
      },
    }),

    route({
      method: "POST",
      path: "/settings/kpis/:key",
      access: "export",
      tag: "Page",
      summary: "Changes a KPI.",
      params: { key: "The KPI's key." },
      body: "own",
      answers: { 303: { description: "Done." } },
      handle: async ({ request, server, caller, params: { key } }) => {
        const { typed, checks } = await submitted(request);
        const { key: _, ...change } = givenOf(typed);
        const save = (): void =>
          void changeKpi(parts, { request, server, caller }, { key, ...changeSchema.parse(change) });
        return answered(parts, request, caller, { typed, checks, editing: key }, save, "changed");
      },
    }),

    route({
      method: "POST",
      path: "/settings/kpis/:key/removal",
      access: "export",
      tag: "Page",
      summary: "Takes a KPI away.",
      params: { key: "The KPI's key." },
      body: "own",
      answers: { 303: { description: "Done." } },
      handle: async ({ request, server, caller, params: { key } }) => {
        const form = await formOf(request);
        removeKpi(parts, { request, server, caller }, key, form.get("location_id") || null);
        return seeOther("removed");
      },
    }),

    route({
      method: "POST",
      path: "/settings/kpis/check",
      access: "read",
      tag: "Page",
      summary: "Checks a formula while it is written.",
      body: "own",
      answers: { 200: { description: "A fragment.", type: "text/html" } },
      handle: async ({ request, caller }) => {
        const { typed } = await submitted(request);
        if (typed.formula.trim() === "") return htmlResponse(formulaCheck(null));
        return htmlResponse(formulaCheck(await checkOf(parts, caller, typed, request.signal)));
      },
    }),
  ];
}

/** Saves and goes on, or shows the form again with what was wrong, or with what the check found. */
async function answered(
  parts: Parts,
  request: Request,
  caller: Caller,
  { typed, checks, editing }: { typed: KpiTyped; checks: boolean; editing: string | null },
  save: () => void,
  done: keyof typeof DONE,
): Promise<Response> {
  if (checks) {
    const check = await checkOf(parts, caller, typed, request.signal);
    return htmlResponse(pageOf(parts, request, { typed, editing, check }));
  }
  try {
    save();
  } catch (error) {
    const errors = errorsOf(error);
    if (!errors) throw error;
    const check = "formula" in errors ? await checkOf(parts, caller, typed, request.signal) : null;
    // Where it is wrong stands under the formula, with the place.
    const { formula: _, ...rest } = errors;
    return htmlResponse(pageOf(parts, request, { typed, editing, errors: check ? rest : errors, check }), 422);
  }
  return seeOther(done);
}

/** By field; null for what is no mistake in the form. */
function errorsOf(error: unknown): Record<string, string> | null {
  if (error instanceof z.ZodError)
    return Object.fromEntries(error.issues.map(({ path, message }) => [String(path[0]), message]));
  if (!(error instanceof Problem)) return null;
  const { status, detail = "", errors = [] } = error.body;
  if (status === 409) return { key: detail };
  if (status !== 422) return null;
  return Object.fromEntries(errors.map(({ field, detail }) => [field ?? "formula", detail]));
}

async function checkOf(parts: Parts, caller: Caller, typed: KpiTyped, signal: AbortSignal): Promise<FormulaCheck> {
  const { formula, location_id } = typed;
  try {
    const unit = unitShape.catch("count").parse(typed.unit);
    const kpi = previewKpi(caller, formula, unit);
    const asked = askedOf(parts, caller, location_id === "" ? {} : { location_id }, [], signal);
    const shown = { comparisons: false, trends: false };
    const { preview } = (await kpiFigures(parts, { ...asked, ...shown, kpis: [kpi] })).kpis;
    const value = exactText(preview?.value ?? null, unit, preview?.currency);
    return { ok: true, value, ...readsOf(expressionOf(formula)) };
  } catch (error) {
    if (!(error instanceof Problem)) return { ok: false, detail: failed(parts, error), formula, position: null };
    const [wrong] = error.body.errors ?? [];
    const detail = wrong?.detail ?? error.body.detail ?? error.body.title;
    return { ok: false, detail, formula, position: wrong?.position ?? null };
  }
}

function failed(parts: Parts, error: unknown): string {
  parts.log("warn", "the preview of a formula failed", {
    error: error instanceof Error ? error.message : String(error),
  });
  return "The formula can be read, but its value could not be had just now.";
}

function pageOf(
  parts: Parts,
  request: Request,
  shown: {
    typed?: KpiTyped;
    editing?: string | null;
    errors?: Readonly<Record<string, string>>;
    check?: FormulaCheck | null;
    done?: string | null;
  },
) {
  const caller = requireCaller(parts, request, "read");
  const { typed = BLANK, editing = null, errors = {}, check = null, done = null } = shown;
  const locations = parts.control.locations().filter(({ location_id }) => seesLocation(caller, location_id));
  const names = new Map(locations.map(({ location_id, name }) => [location_id, name]));
  const mine = new Set(editable(parts, caller));
  const versions = editing === null ? [] : parts.control.customKpiVersions(editing, typed.location_id || null);
  const form: KpisPageProps["form"] = {
    typed,
    editing,
    errors,
    check,
    locations,
    any_location: caller.locations === null,
    versions: versions.map(({ version, definition, changed_by, changed_at }) => ({
      version,
      formula: definition?.formula ?? null,
      changed: minuteOf(changed_at),
      changed_by,
    })),
  };
  return kpisPage({
    user: shellUser(parts, request),
    kpis: visibleKpis(parts, caller).map((kpi) => listRow(kpi, names, mine.has(kpi))),
    form: caller.scopes.includes("export") ? form : null,
    done,
  });
}

const BLANK: KpiTyped = {
  key: "",
  label: "",
  unit: "count",
  better: "",
  description: "",
  formula: "",
  location_id: "",
};

function typedOf({ key, location_id, definition }: CustomKpi): KpiTyped {
  const { label = "", unit = "count", better = null, description = "", formula = "" } = definition ?? {};
  return { key, label, unit, better: better ?? "", description, formula, location_id: location_id ?? "" };
}

function listRow(kpi: CustomKpi, names: ReadonlyMap<string, string>, editable: boolean): KpiListRow {
  const { key, location_id, version, changed_by, changed_at } = kpi;
  const { label, unit, formula } = typedOf(kpi);
  const location = location_id === null ? "All locations" : (names.get(location_id) ?? location_id);
  const changed = minuteOf(changed_at);
  return { key, label, unit, formula, location_id, location, version, changed, changed_by, editable };
}

/** Those that the caller may change. */
function editable(parts: Parts, caller: Caller): readonly CustomKpi[] {
  if (!caller.scopes.includes("export")) return [];
  return visibleKpis(parts, caller).filter(({ location_id }) => location_id !== null || caller.locations === null);
}

async function submitted(request: Request): Promise<{ typed: KpiTyped; checks: boolean }> {
  const form = await formOf(request);
  const field = (name: string): string => form.get(name) ?? "";
  const typed: KpiTyped = {
    key: field("key").trim(),
    label: field("label"),
    unit: field("unit"),
    better: field("better"),
    description: field("description"),
    // Browsers send the lines of a text area with CR LF.
    formula: field("formula").replaceAll("\r\n", "\n").trim(),
    location_id: field("location_id"),
  };
  return { typed, checks: field("do") === "check" };
}

function givenOf(typed: KpiTyped) {
  return { ...typed, better: typed.better || null, location_id: typed.location_id || null };
}

function seeOther(done: keyof typeof DONE): Response {
  return new Response(null, { status: 303, headers: { location: `/settings/kpis?done=${done}` } });
}

function minuteOf(instant: number): string {
  return `${formatInstant(instant).slice(0, 16).replace("T", " ")} UTC`;
}
