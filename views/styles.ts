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
import docs from "../public/css/docs.css" with { type: "file" };
import figures from "../public/css/figures.css" with { type: "file" };
import firstRun from "../public/css/first-run.css" with { type: "file" };
import insights from "../public/css/insights.css" with { type: "file" };
import inspector from "../public/css/inspector.css" with { type: "file" };
import layout from "../public/css/layout.css" with { type: "file" };
import live from "../public/css/live.css" with { type: "file" };
import nav from "../public/css/nav.css" with { type: "file" };
import print from "../public/css/print.css" with { type: "file" };
import settings from "../public/css/settings.css" with { type: "file" };
import states from "../public/css/states.css" with { type: "file" };
import tables from "../public/css/tables.css" with { type: "file" };
import tokens from "../public/css/tokens.css" with { type: "file" };
import utilities from "../public/css/utilities.css" with { type: "file" };

const FILES: readonly string[] = [
  tokens,
  base,
  layout,
  nav,
  controls,
  live,
  figures,
  charts,
  bots,
  tables,
  inspector,
  states,
  firstRun,
  docs,
  settings,
  alerts,
  insights,
  utilities,
  print,
];

export function styleSheet(): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(FILES.map((file) => readFileSync(file, "utf8")).join("\n"));
}
