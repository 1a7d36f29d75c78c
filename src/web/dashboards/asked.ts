/** From a dashboard and its reader to the figures on it: the one way for the page, a kiosk and a public link. */
import type { Dashboard } from "../../control/dashboards.ts";
import { type DashboardReport, dashboardReport } from "../../report/dashboard.ts";
import type { FiguresAsked } from "../figures/asked.ts";
import type { Parts } from "../parts.ts";
import { openedCards, type Reader } from "./rights.ts";

/** A dashboard that is locked to a location shows it, whatever else was asked. */
export function dashboardFigures(
  parts: Parts,
  dashboard: Dashboard,
  asked: FiguresAsked,
  reader: Reader,
): Promise<DashboardReport> {
  const { location_id: lock } = dashboard;
  // A card may be about another location than the page, but never about one that its reader does not see.
  const place = lock === null ? { locations: reader.locations } : { locations: [lock], location_id: lock };
  return dashboardReport(parts, { ...asked, ...place }, openedCards(dashboard.cards, reader), (what, error) =>
    parts.log("error", `dashboard: ${what} failed`, {
      error: error instanceof Error ? error.message : String(error),
    }),
  );
}
