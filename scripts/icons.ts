/**
 * `bun scripts/icons.ts`: draws the icons of the installed app from the circles of public/favicon.svg, as PNG files of sixteen
 * colours. Run by hand when the mark changes; the files are kept in public/icons/.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";

const PUBLIC = join(import.meta.dir, "..", "public");
const ACCENT = [0x2a, 0x55, 0xd0] as const;
const WHITE = [0xff, 0xff, 0xff] as const;
/** Of the drawing that holds the mark: its middle, and its side. */
const BOX = { x: 12.1, y: 12.35, side: 20.4 };
/** Each pixel is looked at so many times in each direction. */
const LOOKS = 6;
/** Indices 0 to 10 lead from the ground to the mark, 11 to 15 from nothing to the ground. */
const MIXED = 10;
const CLEAR = 11;

type Colour = readonly [number, number, number];

interface Icon {
  name: string;
  side: number;
  /** Of the side that the mark takes; a maskable icon may lose all but a circle of 80%. */
  share: number;
  ground: Colour;
  mark: Colour;
  /** Of its corners, as a share of the side. */
  radius: number;
}

const ICONS: readonly Icon[] = [
  { name: "icon-192", side: 192, share: 0.66, ground: WHITE, mark: ACCENT, radius: 0.22 },
  { name: "icon-512", side: 512, share: 0.66, ground: WHITE, mark: ACCENT, radius: 0.22 },
  { name: "maskable-512", side: 512, share: 0.46, ground: ACCENT, mark: WHITE, radius: 0 },
  { name: "apple-touch-180", side: 180, share: 0.58, ground: ACCENT, mark: WHITE, radius: 0 },
];

const svg = readFileSync(join(PUBLIC, "favicon.svg"), "utf8");
const circles = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"/g)].map((found) => {
  const [x = 0, y = 0, r = 0] = found.slice(1).map(Number);
  return { x, y, r };
});
mkdirSync(join(PUBLIC, "icons"), { recursive: true });
for (const icon of ICONS) writeFileSync(join(PUBLIC, "icons", `${icon.name}.png`), png(icon, drawn(icon)));

/** Two pixels a byte, each row behind a zero: "no filter". */
function drawn(icon: Icon): Uint8Array {
  const width = Math.ceil(icon.side / 2);
  const rows = new Uint8Array((width + 1) * icon.side);
  for (let y = 0; y < icon.side; y++) {
    for (let x = 0; x < icon.side; x++) {
      const at = y * (width + 1) + 1 + (x >> 1);
      rows[at] = (rows[at] ?? 0) | (pixel(icon, x, y) << (x % 2 === 0 ? 4 : 0));
    }
  }
  return rows;
}

function pixel(icon: Icon, x: number, y: number): number {
  let marked = 0;
  let inside = 0;
  for (let look = 0; look < LOOKS * LOOKS; look++) {
    const px = x + ((look % LOOKS) + 0.5) / LOOKS;
    const py = y + (Math.floor(look / LOOKS) + 0.5) / LOOKS;
    if (isInside(icon, px, py)) inside++;
    if (isMarked(icon, px, py)) marked++;
  }
  const all = LOOKS * LOOKS;
  if (inside < all) return CLEAR + Math.round((inside / all) * (15 - CLEAR));
  return Math.round((marked / all) * MIXED);
}

function isInside({ side, radius }: Icon, x: number, y: number): boolean {
  const r = radius * side;
  const dx = Math.max(r - x, x - (side - r), 0);
  const dy = Math.max(r - y, y - (side - r), 0);
  return dx * dx + dy * dy <= r * r || r === 0;
}

function isMarked({ side, share }: Icon, x: number, y: number): boolean {
  const scale = BOX.side / (side * share);
  const [mx, my] = [BOX.x + (x - side / 2) * scale, BOX.y + (y - side / 2) * scale];
  return circles.some((circle) => (mx - circle.x) ** 2 + (my - circle.y) ** 2 <= circle.r ** 2);
}

/** https://www.w3.org/TR/png-3/ */
function png({ side, ground, mark }: Icon, rows: Uint8Array): Uint8Array {
  const colours: Colour[] = [];
  for (let index = 0; index < 16; index++) {
    const share = index > MIXED ? 0 : index / MIXED;
    const mix = (channel: 0 | 1 | 2): number => Math.round(ground[channel] + (mark[channel] - ground[channel]) * share);
    colours.push([mix(0), mix(1), mix(2)]);
  }
  const alphas = colours.map((_, index) => (index < CLEAR ? 255 : Math.round(((index - CLEAR) / (15 - CLEAR)) * 255)));
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  // Four bits a pixel, by palette.
  head.set([4, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    chunk("PLTE", Buffer.from(colours.flat())),
    chunk("tRNS", Buffer.from(alphas)),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
