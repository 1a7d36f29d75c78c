/** What this program is: said by `bellwether version`, /health and the pages' footers. */
import packageJson from "../package.json" with { type: "json" };

export interface Version {
  version: string;
  commit: string;
  bun: string;
  duckdb: string;
}

/** Set by scripts/build.ts; not there when run from source. */
declare const BELLWETHER_COMMIT: string;
declare const BELLWETHER_DUCKDB: string;

export function versionOf(): Version {
  return {
    version: packageJson.version,
    commit: typeof BELLWETHER_COMMIT === "string" ? BELLWETHER_COMMIT : commitOfSource(),
    bun: Bun.version,
    duckdb:
      typeof BELLWETHER_DUCKDB === "string"
        ? BELLWETHER_DUCKDB
        : packageJson.dependencies["@duckdb/node-api"].replace(/-r\.\d+$/, ""),
  };
}

/** The short commit, with "+" when files differ from it. */
function commitOfSource(): string {
  const git = (...args: string[]) => {
    try {
      const run = Bun.spawnSync(["git", ...args], { cwd: import.meta.dir, stdout: "pipe", stderr: "ignore" });
      return run.exitCode === 0 ? run.stdout.toString().trim() : null;
    } catch {
      return null;
    }
  };
  const commit = git("rev-parse", "--short=12", "HEAD");
  if (commit === null) return "source";
  return git("status", "--porcelain", "--untracked-files=no") === "" ? commit : `${commit}+`;
}
