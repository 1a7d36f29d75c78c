/**
 * Copies the browser's share of our packages into public/vendor/, where pages find them and the executable embeds them, and
 * what the server and the browser must do alike: one file of ours, made JavaScript.
 * Run as `bun scripts/vendor.ts`; start, check and build run it first.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");
const PACKAGES = join(ROOT, "node_modules");
const VENDOR = join(ROOT, "public", "vendor");

const COPIES: readonly { from: string; to: string }[] = [
  { from: "@alpinejs/csp/dist/cdn.min.js", to: "alpine.min.js" },
  { from: "uplot/dist/uPlot.iife.min.js", to: "uplot.min.js" },
  { from: "htmx.org/LICENSE", to: "HTMX-LICENSE.txt" },
  { from: "uplot/LICENSE", to: "UPLOT-LICENSE.txt" },
];

/** Ours: what a browser drags is what the server keeps. */
const SHARED = { from: "src/catalogue/grid.ts", to: "grid.js" };

/** In one file: htmx starts soon after it has run, and an extension that loads later would miss what is on the page. */
const HTMX = [
  "htmx.org/dist/htmx.min.js",
  "htmx.org/dist/ext/hx-ws.min.js",
  "htmx.org/dist/ext/hx-alpine-compat.min.js",
];

/** Does the copying. */
export function vendor(): void {
  mkdirSync(VENDOR, { recursive: true });
  for (const { from, to } of COPIES) copyFileSync(join(PACKAGES, from), join(VENDOR, to));
  const htmx = HTMX.map((from) =>
    readFileSync(join(PACKAGES, from), "utf8").replace(/\n?\/\/# sourceMappingURL=.*$/, ""),
  );
  writeFileSync(join(VENDOR, "htmx.min.js"), `${htmx.join(";\n")}\n`);
  const shared = readFileSync(join(ROOT, SHARED.from), "utf8");
  writeFileSync(join(VENDOR, SHARED.to), new Bun.Transpiler({ loader: "ts" }).transformSync(shared));
  // Alpine ships no licence file; its package says MIT.
  writeFileSync(
    join(VENDOR, "ALPINE-LICENSE.txt"),
    "Alpine.js, MIT License, Copyright Caleb Porzio and contributors\n",
  );
}

/** "htmx.org 4.0.1", for the log of a build. */
function versions(): readonly string[] {
  const names = new Set(
    [...COPIES.map(({ from }) => from), ...HTMX].map((from) => from.match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? from),
  );
  return [...names].map((name) => {
    const read: unknown = JSON.parse(readFileSync(join(PACKAGES, name, "package.json"), "utf8"));
    const version = typeof read === "object" && read !== null && "version" in read ? String(read.version) : "?";
    return `${name} ${version}`;
  });
}

if (import.meta.main) {
  vendor();
  console.log(`public/vendor: ${versions().join(", ")}`);
}
