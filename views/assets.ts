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
import icons from "../public/icons.svg" with { type: "file" };
import app from "../public/js/app.js" with { type: "file" };
import chartMarks from "../public/js/chart-marks.js" with { type: "file" };
import chartTip from "../public/js/chart-tip.js" with { type: "file" };
import charts from "../public/js/charts.js" with { type: "file" };
import clock from "../public/js/clock.js" with { type: "file" };
import copy from "../public/js/copy.js" with { type: "file" };
import docs from "../public/js/docs.js" with { type: "file" };
import firstEvent from "../public/js/first-event.js" with { type: "file" };
import forecast from "../public/js/forecast.js" with { type: "file" };
import live from "../public/js/live.js" with { type: "file" };
import menus from "../public/js/menus.js" with { type: "file" };
import push from "../public/js/push.js" with { type: "file" };
import serviceWorker from "../public/js/service-worker.js" with { type: "file" };
import setup from "../public/js/setup.js" with { type: "file" };
import theme from "../public/js/theme.js" with { type: "file" };
import manifest from "../public/manifest.webmanifest" with { type: "file" };
import alpine from "../public/vendor/alpine.min.js" with { type: "file" };
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
const SVG = "image/svg+xml";
const WOFF2 = "font/woff2";

const TABLE: readonly { path: string; type: string; file: string }[] = [
  { path: "favicon.svg", type: SVG, file: favicon },
  { path: "icons.svg", type: SVG, file: icons },
  { path: "manifest.webmanifest", type: "application/manifest+json", file: manifest },
  { path: "fonts/geist-latin.woff2", type: WOFF2, file: geistLatin },
  { path: "fonts/geist-latin-ext.woff2", type: WOFF2, file: geistLatinExt },
  { path: "fonts/geist-mono-latin.woff2", type: WOFF2, file: geistMono },
  { path: "client/index.js", type: JS, file: client },
  { path: "client/channel.js", type: JS, file: clientChannel },
  { path: "client/line.js", type: JS, file: clientLine },
  { path: "client/rest.js", type: JS, file: clientRest },
  { path: "js/app.js", type: JS, file: app },
  { path: "js/chart-marks.js", type: JS, file: chartMarks },
  { path: "js/chart-tip.js", type: JS, file: chartTip },
  { path: "js/charts.js", type: JS, file: charts },
  { path: "js/clock.js", type: JS, file: clock },
  { path: "js/copy.js", type: JS, file: copy },
  { path: "js/docs.js", type: JS, file: docs },
  { path: "js/first-event.js", type: JS, file: firstEvent },
  { path: "js/forecast.js", type: JS, file: forecast },
  { path: "js/live.js", type: JS, file: live },
  { path: "js/menus.js", type: JS, file: menus },
  { path: "js/push.js", type: JS, file: push },
  { path: "js/service-worker.js", type: JS, file: serviceWorker },
  { path: "js/setup.js", type: JS, file: setup },
  { path: "js/theme.js", type: JS, file: theme },
  { path: "vendor/alpine.min.js", type: JS, file: alpine },
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
