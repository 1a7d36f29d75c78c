// A chart taken away: as a vector picture, as pixels at twice its size, as rows.
import { csvOf, fileName } from "./chart-rows.js";
import { SIZE, svgOf } from "./chart-svg.js";

const SCALE = 2;
const TYPES = { svg: "image/svg+xml", csv: "text/csv;charset=utf-8", png: "image/png" };

export async function exportChart(chart, kind) {
  const name = fileName(chart.model, kind);
  if (kind === "csv") return save(new Blob([`\ufeff${csvOf(chart.model)}`], { type: TYPES.csv }), name);
  // A picture alone has no page to take its font from.
  const page = document.querySelector("[data-print]")?.dataset.print ?? "";
  const svg = svgOf(chart, { scope: chart.model.scope || page, style: await fontFace() });
  if (kind === "svg") return save(new Blob([svg], { type: TYPES.svg }), name);
  return save(await pixelsOf(svg), name);
}

async function pixelsOf(svg) {
  const image = new Image();
  // The page's policy lets images come from itself and from data: addresses.
  image.src = `data:${TYPES.svg};charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SIZE.width * SCALE;
  canvas.height = SIZE.height * SCALE;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, TYPES.png));
}

let face = null;

async function fontFace() {
  face ??= fetch(new URL("../fonts/geist-latin.woff2", import.meta.url))
    .then((answer) => answer.arrayBuffer())
    .then((buffer) => {
      const bytes = new Uint8Array(buffer);
      let binary = "";
      for (const byte of bytes) binary += String.fromCharCode(byte);
      return `@font-face{font-family:Geist;font-weight:100 900;src:url(data:font/woff2;base64,${btoa(binary)}) format("woff2")}`;
    })
    .catch(() => "");
  return face;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
