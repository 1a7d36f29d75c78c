/** From the address of a page to the export of what it shows: for the command line, where people paste what they look at. */
import { OVERVIEW_KPIS } from "../../report/overview.ts";
import { choiceFields } from "../bi/contact-choice.ts";
import type { ExportName } from "./registry.ts";

interface ViewExport {
  what: ExportName;
  /** Of the export; those that all pages share, and pages' own, are left out. */
  own: Readonly<Record<string, string>>;
}

type View = (params: URLSearchParams) => ViewExport;

/** What each page of figures hands out first. */
const VIEWS: Readonly<Record<string, View>> = {
  "/": () => ({ what: "query", own: { kpi: OVERVIEW_KPIS.join(",") } }),
  "/revenue": () => ({ what: "query", own: { kpi: "revenue,commission,cost,margin", grain: "day" } }),
  "/explore": (params) => ({ what: "query", own: { kpi: "revenue", ...explored(params) } }),
  "/bots": () => ({ what: "query", own: { kpi: "bot_events,bot_success_rate,bot_error_rate", by: "bot_id" } }),
  "/leads": (params) => ({ what: "contacts", own: picked(params, Object.keys(choiceFields)) }),
  "/insights": () => ({ what: "anomalies", own: {} }),
  "/alerts": () => ({ what: "alerts", own: {} }),
  "/settings/audit": () => ({ what: "audit", own: {} }),
};
const SHARED = ["timeframe", "from", "to", "timezone", "location_id", "filter"];

/** Null for an address of no page that shows rows. */
export function exportOfView(address: string): { what: ExportName; search: URLSearchParams } | null {
  if (!address.startsWith("/") && !URL.canParse(address)) return null;
  const { pathname, searchParams } = new URL(address, "http://local");
  const view = VIEWS[pathname]?.(searchParams);
  if (!view) return null;
  const shared = [...searchParams].filter(([name]) => SHARED.includes(name));
  return { what: view.what, search: new URLSearchParams([...shared, ...Object.entries(view.own)]) };
}

/** The chart's series; the table's parts where the address names no grain. */
function explored(params: URLSearchParams): Record<string, string> {
  const own = picked(params, ["kpi", "by", "grain"]);
  return own.by || own.grain ? own : { ...own, grain: "day" };
}

function picked(params: URLSearchParams, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = params.get(name);
      return value ? [[name, value]] : [];
    }),
  );
}
