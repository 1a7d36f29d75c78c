/**
 * The one style sheet that pages load, from its files in the order of their layers.
 * Addresses in them are as from /assets/…/app.css, whatever folder they lie in.
 */
import { readFileSync } from "node:fs";
import alerts from "../public/css/alerts.css" with { type: "file" };
import base from "../public/css/base.css" with { type: "file" };
import bots from "../public/css/bots.css" with { type: "file" };
import charts from "../public/css/charts.css" with { type: "file" };
import controls from "../public/css/controls.css" with { type: "file" };
import dashboards from "../public/css/dashboards.css" with { type: "file" };
import docs from "../public/css/docs.css" with { type: "file" };
import explore from "../public/css/explore.css" with { type: "file" };
import figures from "../public/css/figures.css" with { type: "file" };
import filters from "../public/css/filters.css" with { type: "file" };
import firstRun from "../public/css/first-run.css" with { type: "file" };
import funnels from "../public/css/funnels.css" with { type: "file" };
import insights from "../public/css/insights.css" with { type: "file" };
import inspector from "../public/css/inspector.css" with { type: "file" };
import kiosk from "../public/css/kiosk.css" with { type: "file" };
import layout from "../public/css/layout.css" with { type: "file" };
import leads from "../public/css/leads.css" with { type: "file" };
import live from "../public/css/live.css" with { type: "file" };
import nav from "../public/css/nav.css" with { type: "file" };
import notices from "../public/css/notices.css" with { type: "file" };
import palette from "../public/css/palette.css" with { type: "file" };
import print from "../public/css/print.css" with { type: "file" };
import reports from "../public/css/reports.css" with { type: "file" };
import serverCharts from "../public/css/server-charts.css" with { type: "file" };
import settings from "../public/css/settings.css" with { type: "file" };
import states from "../public/css/states.css" with { type: "file" };
import system from "../public/css/system.css" with { type: "file" };
import tables from "../public/css/tables.css" with { type: "file" };
import tokens from "../public/css/tokens.css" with { type: "file" };
import utilities from "../public/css/utilities.css" with { type: "file" };

const FILES: readonly string[] = [
  tokens,
  base,
  layout,
  nav,
  controls,
  filters,
  palette,
  live,
  figures,
  charts,
  serverCharts,
  bots,
  tables,
  inspector,
  leads,
  funnels,
  states,
  firstRun,
  docs,
  settings,
  reports,
  alerts,
  insights,
  system,
  dashboards,
  kiosk,
  explore,
  notices,
  utilities,
  print,
];

/** Without comments and indentation: they are for those who read the files. */
export function styleSheet(): Uint8Array<ArrayBuffer> {
  const text = FILES.map((file) => readFileSync(file, "utf8")).join("\n");
  return new TextEncoder().encode(text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\s*\n\s*/g, "\n"));
}
