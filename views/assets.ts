/**
 * The files that pages load: what they are called, where their bytes lie, and the address that changes when any of them does.
 * It must never read a file that is not in this table.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import clientChannel from "../public/client/channel.js" with { type: "file" };
import client from "../public/client/client.js" with { type: "file" };
import clientLine from "../public/client/line.js" with { type: "file" };
import clientRest from "../public/client/rest.js" with { type: "file" };
import favicon from "../public/favicon.svg" with { type: "file" };
import geistLatin from "../public/fonts/geist-latin.woff2" with { type: "file" };
import geistLatinExt from "../public/fonts/geist-latin-ext.woff2" with { type: "file" };
import geistMono from "../public/fonts/geist-mono-latin.woff2" with { type: "file" };
import appleTouch from "../public/icons/apple-touch-180.png" with { type: "file" };
import icon192 from "../public/icons/icon-192.png" with { type: "file" };
import icon512 from "../public/icons/icon-512.png" with { type: "file" };
import maskable from "../public/icons/maskable-512.png" with { type: "file" };
import icons from "../public/icons.svg" with { type: "file" };
import app from "../public/js/app.js" with { type: "file" };
import chartExport from "../public/js/chart-export.js" with { type: "file" };
import chartFormat from "../public/js/chart-format.js" with { type: "file" };
import chartHands from "../public/js/chart-hands.js" with { type: "file" };
import chartMarks from "../public/js/chart-marks.js" with { type: "file" };
import chartModel from "../public/js/chart-model.js" with { type: "file" };
import chartPlot from "../public/js/chart-plot.js" with { type: "file" };
import chartRows from "../public/js/chart-rows.js" with { type: "file" };
import chartSvg from "../public/js/chart-svg.js" with { type: "file" };
import chartTip from "../public/js/chart-tip.js" with { type: "file" };
import charts from "../public/js/charts.js" with { type: "file" };
import clock from "../public/js/clock.js" with { type: "file" };
import copy from "../public/js/copy.js" with { type: "file" };
import dashboardEdit from "../public/js/dashboard-edit.js" with { type: "file" };
import dashboardSave from "../public/js/dashboard-save.js" with { type: "file" };
import docs from "../public/js/docs.js" with { type: "file" };
import feed from "../public/js/feed.js" with { type: "file" };
import filters from "../public/js/filters.js" with { type: "file" };
import firstEvent from "../public/js/first-event.js" with { type: "file" };
import inspector from "../public/js/inspector.js" with { type: "file" };
import install from "../public/js/install.js" with { type: "file" };
import keys from "../public/js/keys.js" with { type: "file" };
import leads from "../public/js/leads.js" with { type: "file" };
import live from "../public/js/live.js" with { type: "file" };
import menus from "../public/js/menus.js" with { type: "file" };
import offline from "../public/js/offline.js" with { type: "file" };
import palette from "../public/js/palette.js" with { type: "file" };
import push from "../public/js/push.js" with { type: "file" };
import serviceWorker from "../public/js/service-worker.js" with { type: "file" };
import session from "../public/js/session.js" with { type: "file" };
import setup from "../public/js/setup.js" with { type: "file" };
import standing from "../public/js/standing.js" with { type: "file" };
import theme from "../public/js/theme.js" with { type: "file" };
import toasts from "../public/js/toasts.js" with { type: "file" };
import manifest from "../public/manifest.webmanifest" with { type: "file" };
import alpine from "../public/vendor/alpine.min.js" with { type: "file" };
import grid from "../public/vendor/grid.js" with { type: "file" };
import htmx from "../public/vendor/htmx.min.js" with { type: "file" };
import uplot from "../public/vendor/uplot.min.js" with { type: "file" };
import { styleSheet } from "./styles.ts";

export interface Asset {
  path: string;
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

const CSS = "text/css; charset=utf-8";
const JS = "text/javascript; charset=utf-8";
const PNG = "image/png";
const SVG = "image/svg+xml";
const WOFF2 = "font/woff2";

const TABLE: readonly { path: string; type: string; file: string }[] = [
  { path: "favicon.svg", type: SVG, file: favicon },
  { path: "icons.svg", type: SVG, file: icons },
  { path: "icons/apple-touch-180.png", type: PNG, file: appleTouch },
  { path: "icons/icon-192.png", type: PNG, file: icon192 },
  { path: "icons/icon-512.png", type: PNG, file: icon512 },
  { path: "icons/maskable-512.png", type: PNG, file: maskable },
  { path: "manifest.webmanifest", type: "application/manifest+json", file: manifest },
  { path: "fonts/geist-latin.woff2", type: WOFF2, file: geistLatin },
  { path: "fonts/geist-latin-ext.woff2", type: WOFF2, file: geistLatinExt },
  { path: "fonts/geist-mono-latin.woff2", type: WOFF2, file: geistMono },
  { path: "client/index.js", type: JS, file: client },
  { path: "client/channel.js", type: JS, file: clientChannel },
  { path: "client/line.js", type: JS, file: clientLine },
  { path: "client/rest.js", type: JS, file: clientRest },
  { path: "js/app.js", type: JS, file: app },
  { path: "js/chart-export.js", type: JS, file: chartExport },
  { path: "js/chart-format.js", type: JS, file: chartFormat },
  { path: "js/chart-hands.js", type: JS, file: chartHands },
  { path: "js/chart-marks.js", type: JS, file: chartMarks },
  { path: "js/chart-model.js", type: JS, file: chartModel },
  { path: "js/chart-plot.js", type: JS, file: chartPlot },
  { path: "js/chart-rows.js", type: JS, file: chartRows },
  { path: "js/chart-svg.js", type: JS, file: chartSvg },
  { path: "js/chart-tip.js", type: JS, file: chartTip },
  { path: "js/charts.js", type: JS, file: charts },
  { path: "js/clock.js", type: JS, file: clock },
  { path: "js/copy.js", type: JS, file: copy },
  { path: "js/dashboard-edit.js", type: JS, file: dashboardEdit },
  { path: "js/dashboard-save.js", type: JS, file: dashboardSave },
  { path: "js/docs.js", type: JS, file: docs },
  { path: "js/feed.js", type: JS, file: feed },
  { path: "js/filters.js", type: JS, file: filters },
  { path: "js/first-event.js", type: JS, file: firstEvent },
  { path: "js/install.js", type: JS, file: install },
  { path: "js/keys.js", type: JS, file: keys },
  { path: "js/inspector.js", type: JS, file: inspector },
  { path: "js/leads.js", type: JS, file: leads },
  { path: "js/live.js", type: JS, file: live },
  { path: "js/menus.js", type: JS, file: menus },
  { path: "js/offline.js", type: JS, file: offline },
  { path: "js/palette.js", type: JS, file: palette },
  { path: "js/push.js", type: JS, file: push },
  { path: "js/service-worker.js", type: JS, file: serviceWorker },
  { path: "js/session.js", type: JS, file: session },
  { path: "js/setup.js", type: JS, file: setup },
  { path: "js/standing.js", type: JS, file: standing },
  { path: "js/theme.js", type: JS, file: theme },
  { path: "js/toasts.js", type: JS, file: toasts },
  { path: "vendor/alpine.min.js", type: JS, file: alpine },
  { path: "vendor/grid.js", type: JS, file: grid },
  { path: "vendor/htmx.min.js", type: JS, file: htmx },
  { path: "vendor/uplot.min.js", type: JS, file: uplot },
];

const FILES: readonly Asset[] = TABLE.map(({ path, type, file }) => ({
  path,
  type,
  bytes: new Uint8Array(readFileSync(file)),
}));

export const ASSETS: ReadonlyMap<string, Asset> = new Map(
  [{ path: "app.css", type: CSS, bytes: styleSheet() }, ...FILES].map((file) => [file.path, file]),
);

/** One name for all of them together: modules and fonts refer to each other by relative addresses, so they change as one. */
export const ASSETS_VERSION: string = versionOf(ASSETS.values());

/** The address of an asset, good to be cached for ever. */
export function asset(path: string): string {
  return `/assets/${ASSETS_VERSION}/${path}`;
}

/** The text of an asset that pages carry within themselves. */
export function assetText(path: string): string {
  return new TextDecoder().decode(ASSETS.get(path)?.bytes);
}

function versionOf(assets: Iterable<Asset>): string {
  const hash = createHash("sha256");
  for (const { path, bytes } of assets) hash.update(path).update("\0").update(bytes).update("\0");
  return hash.digest("hex").slice(0, 12);
}
