/** What users can set, call, send and ask for is documented; the documents don't promise what is not there. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Glob } from "bun";
import { REFERENCE, reference } from "../scripts/reference.ts";
import { eventTypes } from "../src/catalogue/events.ts";
import { KPIS } from "../src/catalogue/kpis.ts";
import { VERBS } from "../src/commands/verbs.ts";
import { SETTINGS } from "../src/config.ts";

const ROOT = resolve(import.meta.dir, "..");
const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const written = existsSync(REFERENCE) ? readFileSync(REFERENCE, "utf8") : "";

test("docs/reference.md is what the program's own tables say (else: bun run reference)", async () => {
  expect(written).toBe(await reference());
}, 30_000);

test("every setting, event type and KPI is in the reference", () => {
  const names = [
    ...SETTINGS.map((setting) => setting.key),
    ...eventTypes.map((entry) => entry.type),
    ...KPIS.map((kpi) => kpi.key),
  ];
  expect(names.filter((name) => !written.includes(`\`${name}\``))).toEqual([]);
});

test("every verb is in the README", () => {
  const words = VERBS.map((verb) => verb.name);
  expect(words.filter((name) => !readme.includes(name))).toEqual([]);
});

test("every command that the README shows is a verb", () => {
  const shown = [...readme.matchAll(/^(?:\.\/)?bellwether ([a-z]+(?: [a-z]+)?)/gm)].map((match) => match[1] ?? "");
  const names = VERBS.map((verb) => verb.name);
  expect(shown.filter((name) => !names.includes(name) && !names.includes(name.split(" ")[0] ?? ""))).toEqual([]);
});

test("every setting in the README's own table exists, with its default", () => {
  const rows = [...readme.matchAll(/^\| `(--[a-z-]+)` \| `(BELLWETHER_\w+)` \| `?([^|`]*)`? \|/gm)];
  expect(rows.length).toBeGreaterThan(3);
  for (const [, flag, env, fallback] of rows) {
    const setting = SETTINGS.find((known) => known.env === env);
    expect(setting === undefined ? env : `--${setting.flag}`).toBe(flag ?? "");
    expect(String(setting?.default_text ?? setting?.default)).toBe((fallback ?? "").trim());
  }
});

test("every dependency has a line in the README that says what for", () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const names = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith("@types/"));
  expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});

test("every link to a file leads somewhere", () => {
  const documents = ["*.md", "docs/**/*.md", "src/*.md", "data/*.md"].flatMap((pattern) => [
    ...new Glob(pattern).scanSync({ cwd: ROOT }),
  ]);
  expect(documents).toContain("README.md");
  const broken = documents.flatMap((path) => {
    const text = readFileSync(join(ROOT, path), "utf8");
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) => match[1] ?? "");
    return links.filter((link) => !existsSync(join(ROOT, dirname(path), link))).map((link) => `${path}: ${link}`);
  });
  expect(broken).toEqual([]);
});
