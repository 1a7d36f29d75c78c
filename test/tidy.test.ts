/** How the code base is laid out: who may import whom, how long a file may be, what may not stand in it. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join, normalize, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Glob } from "bun";

const ROOT = resolve(fileURLToPath(import.meta.url), "../..");
const LINES_MAX = 400;

/** "" stands for the files right under src. Types may be imported from anywhere below: scanImports does not see them. */
const BELOW_REPORT = ["catalogue", "analysis", "store", "control"];
const BELOW_JOBS = [
  ...BELOW_REPORT,
  "observe",
  "journal",
  "ingest",
  "report",
  "live",
  "alerts",
  "insight",
  "export",
  "views",
];
const EVERYTHING = [...BELOW_JOBS, "jobs", "web", "commands", "public", "settings", ""];
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  catalogue: [],
  observe: [],
  analysis: [],
  live: [],
  journal: [],
  store: ["catalogue"],
  control: ["catalogue"],
  ingest: ["catalogue", "journal", "store", "control"],
  report: BELOW_REPORT,
  alerts: [...BELOW_REPORT, "report"],
  // The engines that run by themselves: what they found is kept where reports read it.
  insight: [...BELOW_REPORT, "report"],
  export: BELOW_REPORT,
  // Only to embed the browser's files and know their addresses.
  views: ["catalogue", "public"],
  // Only to say what a setting is.
  settings: [""],
  jobs: BELOW_JOBS,
  web: EVERYTHING.filter((folder) => folder !== "commands"),
  commands: EVERYTHING,
  "": EVERYTHING,
};

interface Source {
  /** From the root: "src/store/query.ts". */
  path: string;
  text: string;
}

const sources = [...files("src/**/*.ts"), ...files("views/**/*.ts")];
const everything = [...sources, ...files("scripts/**/*.ts"), ...files("test/**/*.ts"), ...files("public/*.js")];

test("imports follow the arrows of architecture.md", () => {
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  const against = sources.flatMap((source) =>
    transpiler
      .scanImports(source.text)
      .filter((found) => found.path.startsWith("."))
      .map((found) => normalize(join(dirname(source.path), found.path)))
      .filter((target) => target.startsWith("src/") || target.startsWith("views/") || target.startsWith("public/"))
      .filter((target) => !mayImport(folderOf(source.path), folderOf(target)))
      .map((target) => `${source.path} imports ${target}`),
  );
  expect(against).toEqual([]);
});

test("every folder has its row in the arrows", () => {
  const folders = new Set(sources.map((source) => folderOf(source.path)));
  expect([...folders].filter((folder) => ARROWS[folder] === undefined)).toEqual([]);
});

test(`no file is longer than ${LINES_MAX} lines`, () => {
  const long = everything.map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }));
  expect(long.filter(({ lines }) => lines > LINES_MAX)).toEqual([]);
});

const BANNED: readonly { what: string; pattern: RegExp; except: RegExp }[] = [
  { what: "unfinished work", pattern: /\b(TODO|FIXME|XXX|HACK)\b/, except: /^test\/tidy\.test\.ts$/ },
  // The first-event page and the API reference show examples, which print.
  {
    what: "printing",
    pattern: /\bconsole\.\w+\(/,
    except: /^(src\/main\.ts|views\/first-event\.ts|src\/web\/docs\/examples\.ts|scripts\/|test\/)/,
  },
  { what: "the any type", pattern: /(:\s*|<|\bas\s+|\|\s*)any\b(?=[\s,;)>[\]=|]|$)/, except: /^$/ },
  {
    what: "silencing the compiler or the linter",
    pattern: /@ts-(ignore|expect-error|nocheck)|biome-ignore/,
    except: /^test\/tidy\.test\.ts$/,
  },
  { what: "code from text", pattern: /\beval\(|new Function\(/, except: /^test\// },
  {
    // The examples of the API reference read theirs.
    what: "the environment",
    pattern: /\bprocess\.env\b/,
    except: /^(src\/main\.ts|src\/commands\/user\.ts|src\/web\/docs\/examples\.ts|scripts\/|test\/)/,
  },
  {
    what: "a place on somebody's machine",
    pattern: /\/(home|Users)\/\w+|\/work\/(main|shared)|localhost\.localdomain/,
    except: /^test\/tidy\.test\.ts$/,
  },
];
for (const { what, pattern, except } of BANNED) {
  test(`${what} is not in the code`, () => {
    const hits = everything
      .filter((source) => !except.test(source.path))
      .flatMap((source) =>
        withoutComments(source, what).flatMap((line, i) =>
          pattern.test(line) ? [`${source.path}:${i + 1}: ${line.trim()}`] : [],
        ),
      );
    expect(hits).toEqual([]);
  });
}

test("analysis, catalogue and views touch neither clock nor chance", () => {
  const pure = sources.filter((source) => ["analysis", "catalogue", "views"].includes(folderOf(source.path)));
  const hits = pure.filter((source) =>
    /\bDate\.now\(|new Date\(\)|performance\.now\(|Math\.random\(/.test(source.text),
  );
  expect(hits.map((source) => source.path)).toEqual([]);
});

test("each folder's own README line exists in src/README.md", () => {
  const map = readFileSync(join(ROOT, "src/README.md"), "utf8");
  const folders = [...new Set(sources.map((source) => folderOf(source.path)))].filter((folder) => folder !== "");
  expect(folders.filter((folder) => !map.includes(`\`${folder}/\``) && !map.includes(`${folder}/`))).toEqual([]);
});

test("nothing is exported, installed or kept that nobody uses", () => {
  const run = Bun.spawnSync(
    [process.execPath, join(ROOT, "node_modules/.bin/knip"), "--no-progress", "--no-config-hints"],
    { cwd: ROOT },
  );
  expect(`${run.stdout}${run.stderr}`.trim()).toBe("");
  expect(run.exitCode).toBe(0);
}, 60_000);

function files(pattern: string): readonly Source[] {
  return [...new Glob(pattern).scanSync({ cwd: ROOT })]
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

/** "src/store/query.ts" → "store", "views/parts/card.ts" → "views", "src/main.ts" → "". */
function folderOf(path: string): string {
  const [top = "", second = ""] = relative(".", path).split("/");
  if (top !== "src") return top;
  return second.includes(".") ? "" : second;
}

function mayImport(from: string, to: string): boolean {
  return from === to || (ARROWS[from] ?? []).includes(to);
}

/** Comments may name what code may not contain; unfinished work is found in comments above all. */
function withoutComments(source: Source, what: string): readonly string[] {
  const lines = source.text.split("\n");
  if (what === "unfinished work" || what.startsWith("silencing")) return lines;
  const code = lines.map((line) => (/^\s*(\/\/|\/?\*)/.test(line) ? "" : line.replace(/\s\/\/ .*$/, "")));
  return what === "the any type" ? code.map((line) => line.replace(/(["'`])(?:\\.|(?!\1).)*\1/g, "text")) : code;
}
