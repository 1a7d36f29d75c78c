/**
 * The browser's modules as the executable holds them: what one entry alone imports lies within it, minified, so that a page
 * asks for few files. What several entries import stays a file of its own: it must run once, and hold its state once.
 */
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";

/** They are no modules: a worker, and what runs before the first paint. */
const SCRIPTS: ReadonlySet<string> = new Set(["service-worker.js", "theme.js"]);

/** By path, the text of every file: of each module that is loaded by a page or by two others, "" of what lies within one. */
export async function browserModules(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".js") && !SCRIPTS.has(name));
  const imports = new Map<string, readonly string[]>();
  for (const name of names) imports.set(name, await importsOf(join(folder, name)));
  const imported = new Set([...imports.values()].flat());
  const entries = names.filter((name) => !imported.has(name));
  const users = new Map<string, Set<string>>();
  for (const entry of entries)
    for (const name of reached(entry, imports)) users.set(name, (users.get(name) ?? new Set()).add(entry));
  const shared = names.filter((name) => imported.has(name) && (users.get(name)?.size ?? 0) > 1);
  const apart = new Set(shared.map((name) => resolve(folder, name)));
  const built = [...entries, ...shared].map(async (name): Promise<[string, string]> => {
    const path = resolve(folder, name);
    return [path, await bundled(path, apart)];
  });
  const whole = new Map(names.map((name): [string, string] => [resolve(folder, name), ""]));
  for (const name of SCRIPTS) whole.set(resolve(folder, name), await scriptOf(join(folder, name)));
  for (const [path, text] of await Promise.all(built)) whole.set(path, text);
  return whole;
}

/** Names of files of the same folder. */
async function importsOf(path: string): Promise<readonly string[]> {
  const found = new Bun.Transpiler({ loader: "js" }).scanImports(await Bun.file(path).text());
  return found.map(({ path: named }) => named.replace(/^\.\//, ""));
}

function reached(name: string, imports: ReadonlyMap<string, readonly string[]>, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const next of imports.get(name) ?? []) reached(next, imports, seen);
  return seen;
}

/** Without its comments; its names stay: they are told to it from outside. */
async function scriptOf(path: string): Promise<string> {
  return new Bun.Transpiler({ loader: "js", minifyWhitespace: true }).transform(await Bun.file(path).text());
}

async function bundled(entry: string, apart: ReadonlySet<string>): Promise<string> {
  const built = await Bun.build({
    entrypoints: [entry],
    target: "browser",
    format: "esm",
    minify: true,
    plugins: [
      {
        name: "apart",
        setup(builder) {
          builder.onResolve({ filter: /^\.\// }, ({ path, importer }) => {
            const named = resolve(importer, "..", path);
            return named !== entry && apart.has(named) ? { path, external: true } : undefined;
          });
        },
      },
    ],
  });
  const [output] = built.outputs;
  if (!built.success || !output) throw new AggregateError(built.logs, `${entry} cannot be bundled`);
  return output.text();
}
