/**
 * `bun run build [--target linux-x64|linux-arm64|darwin-x64|darwin-arm64] [--outfile FILE] [--duckdb VERSION]`:
 * the one executable.
 * Everything it needs is inside: pages, scripts, fonts, migrations and DuckDB's library.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { crc32 } from "node:zlib";
import type { BunPlugin } from "bun";
import { z } from "zod";
import { parseArguments, UsageError } from "../src/commands/arguments.ts";
import type { NativeFile } from "../src/store/native.ts";
import { versionOf } from "../src/version.ts";
import { browserModules } from "./browser-modules.ts";

const ROOT = resolve(import.meta.dir, "..");
const TARGETS = {
  "linux-x64": "bun-linux-x64-baseline",
  "linux-arm64": "bun-linux-arm64",
  "darwin-x64": "bun-darwin-x64",
  "darwin-arm64": "bun-darwin-arm64",
} as const;
type Target = keyof typeof TARGETS;

async function build(): Promise<void> {
  const args = parseArguments(Bun.argv.slice(2), [
    { name: "target", value: "PLATFORM", doc: "The platform to build for." },
    { name: "outfile", value: "FILE", doc: "Where to write it." },
    { name: "duckdb", value: "VERSION", doc: "DuckDB's packages in this version instead of the pinned one." },
  ]);
  const here = `${process.platform}-${process.arch}`;
  const target = targetOf(args.text("target") ?? here);
  const outfile = resolve(
    args.text("outfile") ?? join(ROOT, "dist", target === here ? "bellwether" : `bellwether-${target}`),
  );
  await run([process.execPath, join(ROOT, "scripts", "vendor.ts")], ROOT, "vendoring the browser scripts failed");
  const temp = mkdtempSync(join(tmpdir(), "bellwether-build-"));
  try {
    const duckdb = await duckdbOf(target, here, args.text("duckdb"), temp);
    await compile(target, here, outfile, duckdb);
    report(outfile, target, duckdb.version);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

function report(outfile: string, target: Target, duckdb: string): void {
  const { version, commit, bun } = versionOf();
  const size = (statSync(outfile).size / 1e6).toFixed(0);
  console.error(`${outfile}: ${size} MB, ${target}, bellwether ${version} (${commit}), Bun ${bun}, DuckDB ${duckdb}`);
}

function targetOf(name: string): Target {
  if (isTarget(name)) return name;
  throw new UsageError(`no build for ${name}; there are ${Object.keys(TARGETS).join(", ")}`);
}

function isTarget(name: string): name is Target {
  return name in TARGETS;
}

interface DuckDb {
  /** "1.5.6". */
  version: string;
  /** The folder of @duckdb/node-api, its JavaScript part. */
  api: string;
  native: readonly NativeFile[];
}

/** The installed packages, else those of the other platform or version, fetched into a temporary folder. */
async function duckdbOf(target: Target, here: string, asked: string | null, temp: string): Promise<DuckDb> {
  const pinned = versionIn(join(ROOT, "node_modules/@duckdb/node-bindings"));
  const version = asked ?? pinned;
  const name = `@duckdb/node-bindings-${target}`;
  const fetched = target !== here || version !== pinned;
  if (fetched) await fetchPackages(target, temp, [`${name}@${version}`, `@duckdb/node-api@${version}`]);
  const modules = join(fetched ? temp : ROOT, "node_modules");
  return {
    version: version.replace(/-r\.\d+$/, ""),
    api: join(modules, "@duckdb/node-api"),
    native: nativeFiles(join(modules, name)),
  };
}

async function fetchPackages(target: Target, temp: string, names: readonly string[]): Promise<void> {
  const [os, cpu] = target.split("-");
  await Bun.write(join(temp, "package.json"), "{}");
  const command = [
    process.execPath,
    "add",
    "--exact",
    "--ignore-scripts",
    "--os",
    `${os}`,
    "--cpu",
    `${cpu}`,
    ...names,
  ];
  const native = `@duckdb/node-bindings-${target}`;
  const newest = Bun.spawnSync([process.execPath, "info", native, "version"], { cwd: ROOT, stderr: "ignore" });
  await run(
    command,
    temp,
    `${names.join(" or ")} is not in the package registry, so there is no such DuckDB for a ${target} executable.\n` +
      `The newest that is published for ${target} is ${`${newest.stdout}`.trim() || "unknown"}: build with --duckdb VERSION.`,
  );
  if (!existsSync(join(temp, "node_modules", native))) throw new Error(`${native} was asked for, but not installed`);
}

function versionIn(folder: string): string {
  return packageSchema.parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))).version;
}

const packageSchema = z.object({ version: z.string() });

/** The library first, the addon that links to it last. */
function nativeFiles(folder: string): readonly NativeFile[] {
  const names = readdirSync(folder).filter((name) => /^libduckdb\.|\.node$/.test(name));
  names.sort((a, b) => Number(a.endsWith(".node")) - Number(b.endsWith(".node")));
  if (names.length !== 2) throw new Error(`${folder} holds ${names.join(", ")}; a library and an addon were expected`);
  return names.map((name) => {
    const bytes = readFileSync(join(folder, name));
    const sha256 = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
    return { name, embedded: join(folder, name), bytes: bytes.length, sha256, crc32: crc32(bytes) };
  });
}

async function compile(target: Target, here: string, outfile: string, duckdb: DuckDb): Promise<void> {
  mkdirSync(resolve(outfile, ".."), { recursive: true });
  const modules = await browserModules(join(ROOT, "public/js"));
  const built = await Bun.build({
    entrypoints: [join(ROOT, "src/main.ts")],
    target: "bun",
    minify: { whitespace: true, syntax: true, identifiers: false },
    sourcemap: "inline",
    define: {
      BELLWETHER_COMMIT: JSON.stringify(versionOf().commit),
      BELLWETHER_DUCKDB: JSON.stringify(duckdb.version),
    },
    plugins: [embedDuckDb(duckdb), embedModules(modules)],
    compile: {
      outfile,
      // The same platform is compiled with the Bun at hand: nothing needs to be fetched.
      ...(target === here ? {} : { target: TARGETS[target] }),
      autoloadDotenv: false,
      autoloadBunfig: false,
    },
  });
  for (const log of built.logs) console.error(log);
  // The map is inside; the copy that the bundler leaves beside the executable is of no use.
  rmSync(`${outfile}.map`, { force: true });
  if (!built.success) throw new Error("the bundle failed");
}

/** Instead of the package's search through node_modules: our loader with the files embedded. */
function embedDuckDb({ api, native: files }: DuckDb): BunPlugin {
  const imports = files.map(
    (file, i) => `import file${i} from ${JSON.stringify(file.embedded)} with { type: "file" };`,
  );
  const table = files.map((file, i) => `{ ...${JSON.stringify(file)}, embedded: file${i} }`);
  const contents = `${imports.join("\n")}
import { loadNative } from ${JSON.stringify(join(ROOT, "src/store/native.ts"))};
module.exports = loadNative([${table.join(", ")}]);`;
  return {
    name: "embed-native",
    setup(builder) {
      builder.onResolve({ filter: /^@duckdb\/node-api$/ }, () => ({ path: join(api, "lib/index.js") }));
      builder.onResolve({ filter: /^@duckdb\/node-bindings$/ }, () => ({ path: "bindings", namespace: "native" }));
      builder.onLoad({ filter: /.*/, namespace: "native" }, () => ({ contents, loader: "js" }));
    },
  };
}

/** Bundled beforehand: a build within a build waits for itself. What lies within another is left empty: no page asks for it. */
function embedModules(modules: ReadonlyMap<string, string>): BunPlugin {
  return {
    name: "embed-modules",
    setup(builder) {
      builder.onLoad({ filter: /[\\/]public[\\/]js[\\/][^\\/]+\.js$/ }, async ({ path }) => ({
        contents: modules.get(path) ?? (await Bun.file(path).text()),
        loader: "file",
      }));
    },
  };
}

async function run(command: readonly string[], cwd: string, failure: string): Promise<void> {
  const child = Bun.spawn([...command], { cwd, stdout: "inherit", stderr: "inherit" });
  if ((await child.exited) !== 0) throw new Error(failure);
}

try {
  await build();
} catch (error) {
  console.error(`build: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof AggregateError) for (const part of error.errors) console.error(part);
  process.exit(error instanceof UsageError ? 2 : 1);
}
