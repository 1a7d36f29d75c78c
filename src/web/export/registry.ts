/**
 * What can be exported: name, own parameters, and how its rows are asked for; one line each.
 * Page, API, command and menu derive from it.
 */
import { z } from "zod";
import { stepsOfText } from "../../../views/funnels/steps-text.ts";
import { isDimension } from "../../catalogue/dimensions.ts";
import { GRAINS } from "../../catalogue/period.ts";
import type { Caller } from "../../control/types.ts";
import { leadChances } from "../../report/chances.ts";
import type { Asked } from "../../report/common.ts";
import { exportContacts } from "../../report/exports/contacts.ts";
import { exportEvents } from "../../report/exports/events.ts";
import { exportAnomalies, exportDrillDown, exportFunnel, exportRetention } from "../../report/exports/figures.ts";
import { exportAlerts, exportAudit } from "../../report/exports/logs.ts";
import { exportQuery } from "../../report/exports/query.ts";
import type { ExportSource } from "../../report/exports/source.ts";
import { choiceFields, choiceOf } from "../bi/contact-choice.ts";
import { funnelSteps, typeName, windowLength } from "../bi/funnel.ts";
import { allowFilters, allowSplits, wantedKpis } from "../bi/input.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { paramsOf } from "../request.ts";

export interface Exported {
  /** What it is called where it is offered. */
  label: string;
  /** A sentence: what a row is. */
  summary: string;
  /** For those who administer. */
  admin?: true;
  /** Its parameters beside those of all. */
  own: z.ZodObject;
  /** `own`: its parameters as they were sent. Throws Problem, QuestionFault or TooManyRows. */
  source: (parts: Parts, asked: Asked, own: URLSearchParams) => Promise<ExportSource>;
}

const list = z
  .string()
  .min(1)
  .max(4_000)
  .transform((text) => text.split(","));
const names = z.union([list, z.array(z.string().max(256)).max(100)], {
  error: "Name them, parted by commas: revenue,leads.",
});
const kpi = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "Use a key such as revenue.");
const order = z.string().regex(/^[^:]{1,256}(:(asc|desc))?$/, "Write a column, or column:asc.");

/** What a form sends for a choice that was not made. */
const empty = <T>(value: T) => z.literal("").transform(() => value);

export const EXPORTS = {
  events: exported({
    label: "Events",
    summary: "One row for each event, newest first; its data as JSON or in columns.",
    own: z.strictObject({
      data: z.enum(["json", "columns"]).default("json").describe("One column of JSON, or one a field of data."),
      kpi: kpi.optional().describe("Only the events behind this figure."),
    }),
    source: (parts, asked, { data, kpi: key }) => {
      const [found] = key === undefined ? [] : wantedKpis(parts, asked, [key], "kpi");
      return exportEvents(parts, asked, { data, kpi: found ?? null });
    },
  }),
  query: exported({
    label: "Figures",
    summary: "Any KPIs by any dimensions and grain: what the explorer and every table show.",
    own: z.strictObject({
      kpi: names.describe("Keys, comma-separated."),
      by: names.or(empty([])).default([]).describe("Dimensions, comma-separated."),
      grain: z.enum(GRAINS).or(empty(null)).nullable().default(null),
      order: z.union([order.transform((one) => [one]), z.array(order).max(8)]).default([]),
      limit: z.coerce.number().int().min(1).max(100_000).nullable().default(null),
    }),
    source: (parts, asked, { kpi: kpis, by, grain, order: wanted, limit }) => {
      wantedKpis(parts, asked, kpis, "keys");
      allowSplits(asked, by);
      const sorting = wanted.map((text) => {
        const [, name = "", dir] = /^(.*?)(?::(asc|desc))?$/.exec(text) ?? [];
        return { by: name, dir: dir === "asc" ? ("asc" as const) : ("desc" as const) };
      });
      return exportQuery(parts, { ...asked, kpis, by, grain, order: sorting, limit });
    },
  }),
  contacts: exported({
    label: "Contacts",
    summary: "One row for each contact with an event in the timeframe: the whole list of the page of leads.",
    own: z.strictObject(choiceFields),
    source: async (parts, asked, given) => {
      const wanted = choiceOf(given, "last_seen");
      const chances = wanted.sort === "conversion" ? await leadChances(parts, asked) : null;
      return exportContacts(parts, asked, { ...wanted, chances });
    },
  }),
  "drill-down": exported({
    label: "Parts of a figure",
    summary: "The parts of a figure by a dimension: value, share, the period before, change.",
    own: z.strictObject({ kpi, by: z.string().min(1).max(256).refine(isDimension, "There is no such dimension.") }),
    source: (parts, asked, { kpi: key, by }) => {
      allowSplits(asked, by);
      const [found] = wantedKpis(parts, asked, [key], "kpi");
      if (!found) throw new Error("one KPI was asked for");
      return exportDrillDown(parts, { ...asked, kpi: found, by });
    },
  }),
  funnel: exported({
    label: "Funnel",
    summary: "One row for each step: how many came this far, and how long it took them.",
    own: z.strictObject({
      steps: z
        .string()
        .max(8_000)
        .transform(
          (text): z.input<typeof funnelSteps> =>
            /[>|]/.test(text)
              ? stepsOfText(text).map(({ type, filters }) => ({ type, filters: [...filters] }))
              : text.split(",").map((type) => ({ type, filters: [] })),
        )
        .pipe(funnelSteps)
        .describe("Event types, comma-separated; or as the page's address has them, with filters: a|data.x:eq:1>b."),
      by: z.enum(["contact_id", "conversation_id"]).default("contact_id"),
      window: windowLength.default(14 * 86_400_000),
      ordered: z
        .enum(["true", "false"])
        .default("true")
        .transform((text) => text === "true"),
    }),
    source: (parts, asked, { steps, by, window, ordered }) => {
      for (const [index, { filters }] of steps.entries()) allowFilters(asked, filters, `steps.${index}.filters`);
      return exportFunnel(parts, { ...asked, steps, by, window_ms: window, ordered });
    },
  }),
  retention: exported({
    label: "Retention",
    summary: "One row for each cohort and period: how many came back.",
    own: z.strictObject({ birth: typeName, return: typeName, grain: z.enum(GRAINS).default("week") }),
    source: (parts, asked, own) => exportRetention(parts, { ...asked, ...own }),
  }),
  anomalies: exported({
    label: "Anomalies",
    summary: "One row for each anomaly of the timeframe, with what was expected and its causes.",
    own: z.strictObject({ by: z.literal("bot_id").optional() }),
    source: (parts, asked, { by }) => exportAnomalies(parts, { ...asked, by_bot: by !== undefined }),
  }),
  alerts: exported({
    label: "Alerts",
    summary: "One row for each alert that began in the timeframe, newest first.",
    own: z.strictObject({}),
    source: (parts, asked) => exportAlerts(parts, asked),
  }),
  audit: exported({
    label: "Audit log",
    summary: "One row for each entry of the timeframe. Who administers some locations only gets those about them.",
    admin: true,
    own: z.strictObject({}),
    source: (parts, asked) => exportAudit(parts, asked),
  }),
} as const satisfies Readonly<Record<string, Exported>>;

export type ExportName = keyof typeof EXPORTS;
export const EXPORT_NAMES: readonly ExportName[] = Object.keys(EXPORTS).filter(isExportName);

export function isExportName(name: string): name is ExportName {
  return Object.hasOwn(EXPORTS, name);
}

/** The export of this name; throws Problem 404, or 403 for what only admins may take. */
export function exportedAs(name: string, caller: Caller): Exported {
  if (!isExportName(name))
    throw new Problem({
      status: 404,
      title: "Not found",
      detail: `There is no such export; there are ${EXPORT_NAMES.join(", ")}.`,
    });
  const found: Exported = EXPORTS[name];
  if (found.admin && !caller.scopes.includes("admin"))
    throw new Problem({
      status: 403,
      title: "Not allowed",
      detail: "Only who administers may take this: ask an admin.",
    });
  return found;
}

/** Ties what `source` is given to what `own` parses. */
function exported<Parsed>(
  spec: Omit<Exported, "own" | "source"> & {
    own: z.ZodObject & z.ZodType<Parsed>;
    source: (parts: Parts, asked: Asked, own: Parsed) => Promise<ExportSource>;
  },
): Exported {
  return { ...spec, source: (parts, asked, own) => spec.source(parts, asked, paramsOf<Parsed>(own, spec.own)) };
}
