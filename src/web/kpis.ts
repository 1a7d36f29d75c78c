/** `/api/bi/kpis`: KPIs as things of their own, those built in and those that a team defines. */
import { z } from "zod";
import { readsOf } from "../catalogue/formula/reads.ts";
import { expressionOf, FORMULA_CHARS_MAX, printFormula } from "../catalogue/formula.ts";
import { KPIS, kpiOf } from "../catalogue/kpis.ts";
import { formulaTellsPersonal } from "../catalogue/personal.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Kpi, Unit } from "../catalogue/types.ts";
import type { Caller, CustomKpi } from "../control/types.ts";
import { kpiFrom } from "../report/custom-kpis.ts";
import { kpiFigures } from "../report/kpis.ts";
import { locationsOf, seesPersonal } from "./access.ts";
import { biAnswer } from "./bi/answer.ts";
import { askedOf, commonBody } from "./bi/input.ts";
import { framedShape, instantShape, kpiShape, unitShape } from "./bi/shapes.ts";
import { Problem } from "./errors.ts";
import {
  addKpi,
  changeKpi,
  changeSchema,
  checkFormula,
  newKpiSchema,
  noSuchKpi,
  removeKpi,
  visibleKpis,
} from "./kpi-definitions.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";

const whereSchema = z.strictObject({ location_id: z.string().min(1).max(64).optional() });
const listSchema = whereSchema.extend({
  cursor: z.string().min(1).max(130).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
});
const checkSchema = commonBody.extend({
  formula: z.string().max(FORMULA_CHARS_MAX * 2),
  unit: unitShape.default("count"),
});

const kpiEntry = z.strictObject({
  key: z.string(),
  label: z.string(),
  unit: unitShape,
  better: z.enum(["up", "down"]).nullable(),
  description: z.string(),
  formula: z.string(),
  target: z.strictObject({ value: z.number(), met: z.enum(["gte", "lte"]) }).nullable(),
  dimensions: z.array(z.string()),
  group: z.string(),
  built_in: z.boolean(),
  location_id: z.string().nullable(),
  version: z.int().min(1).nullable(),
  changed_by: z.string().nullable(),
  changed_at: instantShape.nullable(),
});
const versionEntry = z.strictObject({
  version: z.int().min(1),
  removed: z.boolean(),
  label: z.string().nullable(),
  unit: unitShape.nullable(),
  better: z.enum(["up", "down"]).nullable(),
  description: z.string().nullable(),
  formula: z.string().nullable(),
  changed_by: z.string().nullable(),
  changed_at: instantShape,
});
const checkShape = framedShape.extend({
  formula: z.string(),
  fields: z.array(z.string()),
  types: z.array(z.string()),
  preview: kpiShape,
});

const KEY = "The KPI's key.";

/** `/api/bi/kpis` and what is under it. */
export function kpiRoutes(parts: Parts): readonly Route[] {
  const { control } = parts;
  return [
    route({
      method: "GET",
      path: "/api/bi/kpis",
      access: "read",
      tag: "BI",
      summary: "Every KPI: built in, and defined by the team.",
      description: "Without location_id: each definition that the caller may see; with it: those in force there.",
      query: listSchema,
      answers: {
        200: {
          description: "By key; next_cursor is null at the end.",
          schema: z.strictObject({ kpis: z.array(kpiEntry), next_cursor: z.string().nullable() }),
        },
      },
      handle: ({ caller, query: { location_id, cursor = "", limit } }) => {
        const own = visibleKpis(parts, caller, location_id).map(ownJson);
        const placed = [...KPIS.map(builtInJson), ...own].map((kpi) => ({ at: placeOf(kpi), kpi }));
        const rest = placed.sort((one, other) => (one.at < other.at ? -1 : 1)).filter(({ at }) => at > cursor);
        const page = rest.slice(0, limit);
        return {
          kpis: page.map(({ kpi }) => kpi),
          next_cursor: rest.length > limit ? (page.at(-1)?.at ?? null) : null,
        };
      },
    }),

    route({
      method: "GET",
      path: "/api/bi/kpis/:key",
      access: "read",
      tag: "BI",
      summary: "One KPI, as it is in force for a location or for all of them.",
      params: { key: KEY },
      query: whereSchema,
      answers: { 200: { description: "The KPI.", schema: kpiEntry } },
      handle: ({ caller, params, query }) => {
        const builtIn = kpiOf(params.key);
        if (builtIn) return builtInJson(builtIn);
        const own = visibleKpis(parts, caller, query.location_id).filter(({ key }) => key === params.key);
        const found = own.find(({ location_id }) => location_id === (query.location_id ?? null)) ?? own[0];
        if (!found) throw noSuchKpi();
        return ownJson(found);
      },
    }),

    route({
      method: "GET",
      path: "/api/bi/kpis/:key/versions",
      access: "read",
      tag: "BI",
      summary: "Every version of a KPI that the team defined, newest first.",
      params: { key: KEY },
      query: whereSchema,
      answers: {
        200: {
          description: "A removal is a version too.",
          schema: z.strictObject({
            key: z.string(),
            location_id: z.string().nullable(),
            versions: z.array(versionEntry),
          }),
        },
      },
      handle: ({ caller, params: { key }, query }) => {
        locationsOf(caller, query.location_id);
        const location_id = query.location_id ?? null;
        const versions = control.customKpiVersions(key, location_id);
        if (versions.length === 0) throw noSuchKpi();
        return { key, location_id, versions: versions.map(versionJson) };
      },
    }),

    route({
      method: "POST",
      path: "/api/bi/kpis",
      example: {
        body: {
          key: "docs_website_leads",
          label: "Leads from the website",
          unit: "count",
          formula: 'count(type = "lead_created" and data.source = "website")',
        },
      },
      access: "export",
      tag: "BI",
      summary: "Defines a KPI, for one location or for all.",
      body: newKpiSchema,
      answers: { 201: { description: "Its first version.", schema: kpiEntry } },
      handle: ({ request, server, caller, body }) => {
        const made = addKpi(parts, { request, server, caller }, body);
        return Response.json(ownJson(made), { status: 201, headers: { location: `/api/bi/kpis/${made.key}` } });
      },
    }),

    route({
      method: "PUT",
      path: "/api/bi/kpis/:key",
      access: "export",
      tag: "BI",
      summary: "Changes a KPI that the team defined: a new version, the old ones are kept.",
      params: { key: KEY },
      body: changeSchema,
      answers: { 200: { description: "The new version.", schema: kpiEntry } },
      handle: ({ request, server, caller, params, body }) =>
        ownJson(changeKpi(parts, { request, server, caller }, { key: params.key, ...body })),
    }),

    route({
      method: "DELETE",
      path: "/api/bi/kpis/:key",
      access: "export",
      tag: "BI",
      summary: "Takes a KPI away that the team defined; its versions are kept.",
      params: { key: KEY },
      query: whereSchema,
      answers: { 204: { description: "It is in force no more." } },
      handle: ({ request, server, caller, params, query }) => {
        removeKpi(parts, { request, server, caller }, params.key, query.location_id ?? null);
        return new Response(null, { status: 204 });
      },
    }),

    route({
      method: "POST",
      path: "/api/bi/kpis/check",
      example: { body: { formula: 'count(type = "lead_converted") / count(type = "lead_created")', unit: "percent" } },
      access: "read",
      tag: "BI",
      summary: "Checks a formula without keeping it: its parsed form, what it reads, and its value now.",
      body: checkSchema,
      answers: { 200: { description: "The formula as it was understood.", schema: checkShape } },
      handle: async ({ request, caller, body: { formula, unit, filters, ...given } }) => {
        const kpis = [previewKpi(caller, formula, unit)];
        const asked = askedOf(parts, caller, given, filters, request.signal);
        const about = { route: "kpis-check", of: [formula, unit], kpis };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const shown = { comparisons: true, trends: true };
          const { framed, kpis: figures } = await kpiFigures(parts, { ...asked, ...shown, kpis });
          const expression = expressionOf(formula);
          const understood = { formula: printFormula(expression), ...readsOf(expression) };
          return { framed, body: { ...understood, preview: figures.preview } };
        });
      },
    }),
  ];
}

/** What a question about nothing but this formula would be; refused where it would tell the asker what is personal. */
export function previewKpi(caller: Caller, formula: string, unit: Unit): Kpi {
  checkFormula(formula);
  if (!seesPersonal(caller) && formulaTellsPersonal(expressionOf(formula)))
    throw new Problem({
      status: 403,
      title: "Not allowed",
      detail: "Your role may not see what is personal, nor measure it.",
      errors: [
        { field: "formula", code: "personal", detail: "It reads names, addresses, phone numbers or free text." },
      ],
    });
  return kpiFrom("preview", { label: "Preview", unit, better: null, description: "", formula });
}

function builtInJson({ key, label, unit, better, description, formula, target, dimensions, group }: Kpi) {
  return {
    ...{ key, label, unit, better, description, formula, target: target ?? null, dimensions, group },
    ...{ built_in: true, location_id: null, version: null, changed_by: null, changed_at: null },
  };
}

function ownJson({ key, location_id, version, definition, changed_by, changed_at }: CustomKpi) {
  if (!definition) throw new Error("a KPI that is in force has a definition");
  return {
    ...builtInJson(kpiFrom(key, definition)),
    ...{ built_in: false, location_id, version, changed_by, changed_at: formatInstant(changed_at) },
  };
}

function versionJson({ version, definition, changed_by, changed_at }: CustomKpi) {
  const { label = null, unit = null, better = null, description = null, formula = null } = definition ?? {};
  const removed = definition === null;
  return {
    version,
    removed,
    label,
    unit,
    better,
    description,
    formula,
    changed_by,
    changed_at: formatInstant(changed_at),
  };
}

/** Where it stands in the list: unique, and the same while the list changes around it. */
function placeOf({ key, location_id }: { key: string; location_id: string | null }): string {
  return `${key}/${location_id ?? ""}`;
}
