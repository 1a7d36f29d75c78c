/** Styles, scripts, fonts and icons: from within the executable, compressed once, kept by browsers for ever. */
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { ASSETS, ASSETS_VERSION, type Asset, asset as assetAddress } from "../../views/assets.ts";
import { offlinePage } from "../../views/offline.ts";
import { Problem } from "./errors.ts";
import { htmlResponse } from "./request.ts";
import { type Route, route } from "./route.ts";

const FOR_EVER = "public, max-age=31536000, immutable";
/** Without the version in its address an asset may change under it: it is asked for again each time. */
const ASK_AGAIN = "no-cache";

/** A browser lets a worker act for all pages only when it comes from the top. */
const SERVICE_WORKER = "/service-worker.js";
/** What the page without a network is drawn with. */
const OFFLINE_SHELL = [
  "app.css",
  "js/theme.js",
  "js/app.js",
  "js/offline.js",
  "favicon.svg",
  "fonts/geist-latin.woff2",
];

/** `/assets/<version>/<path>`, and `/assets/<path>` for those who do not know the version; the service worker. */
export function assetRoutes(): readonly Route[] {
  const compressed = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

  async function answer(request: Request, asset: Asset, cache_control: string): Promise<Response> {
    const headers = {
      "content-type": asset.type,
      "cache-control": cache_control,
      etag: `"${ASSETS_VERSION}"`,
      vary: "accept-encoding",
    };
    if (request.headers.get("if-none-match") === headers.etag) return new Response(null, { status: 304, headers });
    const encoding = encodingFor(asset, request.headers.get("accept-encoding") ?? "");
    if (encoding === null) return new Response(asset.bytes, { headers });
    const key = `${encoding} ${asset.path}`;
    const body = compressed.get(key) ?? compress(asset.bytes, encoding);
    compressed.set(key, body);
    return new Response(await body, { headers: { ...headers, "content-encoding": encoding } });
  }

  const worker = (): Asset => {
    const asset = ASSETS.get(`js${SERVICE_WORKER}`);
    if (!asset) throw new Error("the service worker is in the table of assets");
    const known = `const BELLWETHER_VERSION = ${JSON.stringify(ASSETS_VERSION)}, BELLWETHER_SHELL = ${JSON.stringify(OFFLINE_SHELL.map(assetAddress))};\n`;
    return { ...asset, bytes: new TextEncoder().encode(known + new TextDecoder().decode(asset.bytes)) };
  };

  return [
    route({
      method: "GET",
      path: "/offline",
      access: "public",
      tag: "Page",
      summary: "What an installed app shows when the appliance cannot be reached.",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: () => htmlResponse(offlinePage()),
    }),

    route({
      method: "GET",
      path: "/assets/*",
      params: { "*": "The file." },
      access: "public",
      tag: "Page",
      summary: "Styles, scripts, fonts and icons.",
      query: "own",
      answers: { 200: { description: "Done." } },
      handle: ({ request, params }) => {
        const path = params["*"];
        const versioned = path.startsWith(`${ASSETS_VERSION}/`);
        const asset = ASSETS.get(versioned ? path.slice(ASSETS_VERSION.length + 1) : path);
        if (!asset) throw new Problem({ status: 404, title: "Not found", detail: "There is no such file." });
        return answer(request, asset, versioned ? FOR_EVER : ASK_AGAIN);
      },
    }),

    route({
      method: "GET",
      path: SERVICE_WORKER,
      access: "public",
      tag: "Page",
      summary: "The service worker: shows alerts that are pushed to a browser, and a page when there is no network.",
      query: "own",
      answers: { 200: { description: "Done." } },
      handle: ({ request }) => {
        return answer(request, worker(), ASK_AGAIN);
      },
    }),
  ];
}

type Encoding = "br" | "gzip";

/** Fonts and pictures are compressed already. */
function encodingFor({ type }: Asset, accepted: string): Encoding | null {
  if (type.startsWith("font/") || type === "image/png") return null;
  const names = accepted.split(",").map((part) => part.trim().split(";")[0]);
  return names.includes("br") ? "br" : names.includes("gzip") ? "gzip" : null;
}

/** At the first request, not at the start: a start must be quick, and most assets are asked for once a browser. */
async function compress(bytes: Uint8Array, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  const packed =
    encoding === "br"
      ? await promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
      : await promisify(gzip)(bytes, { level: 9 });
  return new Uint8Array(packed);
}
