/** Contrast of every pair of tokens that meet on a page, in the three themes (WCAG 2.2: text 4.5, parts of controls and charts 3). */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const CSS = readFileSync(join(import.meta.dir, "../../public/css/tokens.css"), "utf8");
const THEMES = ["light", "dark", "contrast"] as const;
type Theme = (typeof THEMES)[number];

const GROUNDS = ["bg", "surface", "sunken", "raised"];
const TEXT: readonly [string, readonly string[]][] = [
  ["ink", [...GROUNDS, "accent-soft", "ok-soft", "warn-soft", "bad-soft"]],
  ["ink-2", [...GROUNDS, "accent-soft", "warn-soft"]],
  ["ink-3", GROUNDS],
  ["accent", ["bg", "surface", "raised", "accent-soft"]],
  ["on-accent", ["accent"]],
  ["ok", ["bg", "surface", "raised", "ok-soft"]],
  ["warn", ["bg", "surface", "raised", "warn-soft"]],
  ["bad", ["bg", "surface", "raised", "bad-soft"]],
  ["c-axis", ["surface"]],
];
const PARTS: readonly [string, readonly string[]][] = [
  ["control", ["bg", "surface"]],
  ["focus", [...GROUNDS, "accent-soft"]],
  ...["c1", "c2", "c3", "c4", "c5", "c6", "c1-soft", "c-target", "c-alert"].map((name): [string, readonly string[]] => [
    name,
    ["surface"],
  ]),
];

for (const theme of THEMES) {
  describe(`in the ${theme} theme`, () => {
    const colours = coloursOf(theme);
    const weak = (pairs: readonly [string, readonly string[]][], least: number): string[] =>
      pairs.flatMap(([name, grounds]) =>
        grounds.flatMap((ground) => {
          const ratio = contrast(colours(name), colours(ground));
          return ratio < least ? [`${name} on ${ground}: ${ratio.toFixed(2)}`] : [];
        }),
      );
    test("words can be read", () => expect(weak(TEXT, 4.5)).toEqual([]));
    test("controls and charts can be made out", () => expect(weak(PARTS, 3)).toEqual([]));
  });
}

test("the frame of an installed app has the ground of its theme", () => {
  const script = readFileSync(join(import.meta.dir, "../../public/js/theme.js"), "utf8");
  const told = THEMES.map((theme) => new RegExp(`${theme}: "(#\\w+)"`).exec(script)?.[1] ?? "");
  expect(told.map(channels)).toEqual(THEMES.map((theme) => channels(coloursOf(theme)("bg"))));
});

/** A token's colour: `--name: light-dark(#…, #…)`, or what the high contrast puts in its place. */
function coloursOf(theme: Theme): (name: string) => string {
  const start = CSS.indexOf('[data-theme="contrast"] {');
  const contrasting = CSS.slice(start, CSS.indexOf("}", start));
  return (name) => {
    const own = theme === "contrast" ? new RegExp(`--${name}: (#[0-9a-f]+);`).exec(contrasting)?.[1] : undefined;
    const pair = new RegExp(`--${name}: light-dark\\((#[0-9a-f]+), (#[0-9a-f]+)\\);`).exec(CSS);
    const found = own ?? (theme === "light" ? pair?.[1] : pair?.[2]);
    if (found === undefined) throw new Error(`there is no token ${name} in the ${theme} theme`);
    return found;
  };
}

function channels(colour: string): number[] {
  const short = colour.length === 4;
  return [0, 1, 2].map((at) => {
    const text = short ? colour.charAt(at + 1).repeat(2) : colour.slice(1 + at * 2, 3 + at * 2);
    return Number.parseInt(text, 16);
  });
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const linear = channels(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [red = 0, green = 0, blue = 0] = linear;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
