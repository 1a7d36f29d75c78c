/** `/reports`: everything that can be taken away, with the filters in force, and what was. */
import { z } from "zod";
import { type Reports, reportsPage } from "../../../views/reports.ts";
import { dimensionLabel } from "../../catalogue/dimensions.ts";
import { KPIS } from "../../catalogue/kpis.ts";
import { framed } from "../../report/common.ts";
import { definedKpis } from "../../report/custom-kpis.ts";
import { recentExports } from "../../report/exports/recent.ts";
import { EXPORT_NAMES, EXPORTS } from "../export/registry.ts";
import { figuresPage } from "./page.ts";

export const REPORTS = figuresPage<Reports, object>({
  view: "reports",
  path: "/reports",
  summary: "Exports: what can be taken, and what was.",
  own: z.object({}),
  report: async (parts, asked, _own, caller) => {
    const admin = caller.scopes.includes("admin");
    const names = new Map(parts.control.locations().map(({ location_id, name }) => [location_id, name]));
    return {
      framed: await framed(parts, asked),
      offers: EXPORT_NAMES.filter((name) => admin || !EXPORTS[name].admin).map((name) => ({ name, ...EXPORTS[name] })),
      kpis: [...KPIS, ...definedKpis(parts.control, asked)].map(({ key, label }) => ({ key, label })),
      dimensions: [...new Set(KPIS.flatMap(({ dimensions }) => dimensions))].map((name) => ({
        name,
        label: dimensionLabel(name),
      })),
      all: admin,
      recent: recentExports(parts.control, admin ? null : caller, admin ? caller.locations : null).map((one) => ({
        ...one,
        label: labelOf(one.what),
        location: one.location_id === null ? null : (names.get(one.location_id) ?? one.location_id),
      })),
    };
  },
  page: reportsPage,
  // Whoever is told of a change here made it, or asks for the page again: nothing moves by itself.
  fragments: () => [],
});

function labelOf(what: string): string {
  return EXPORT_NAMES.flatMap((name) => (name === what ? [EXPORTS[name].label] : []))[0] ?? what;
}
