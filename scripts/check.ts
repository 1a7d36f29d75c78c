/**
 * `bun run check`: everything that must hold before a change is kept. Types, style, dead code, then all tests.
 * The last line counts from the test runner's own report: "N passed, N failed, N skipped".
 */
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { closingLine, type Report, readReport } from "./report.ts";

const ROOT = resolve(import.meta.dir, "..");
const BIN = join(ROOT, "node_modules/.bin");
const BROWSERS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
/** Longest that one test file's group may take; a hang must end in a report, not in silence. */
const TESTS_DEADLINE_MS = 30 * 60_000;

async function check(): Promise<number> {
  if (!(await step("install", [process.execPath, "install", "--frozen-lockfile"]))) {
    return finish([], ["install"], []);
  }
  const browser = await findBrowser();
  const notes = browser.path === null ? [`browser tests skipped: ${browser.why}`] : [];
  const broken: string[] = [];
  if (!(await step("vendor", [process.execPath, join(ROOT, "scripts/vendor.ts")]))) broken.push("vendor");
  if (!(await step("types", [join(BIN, "tsc"), "--noEmit"]))) broken.push("types");
  if (!(await step("style", [join(BIN, "biome"), "check", "--error-on-warnings", "."]))) broken.push("style");
  if (!(await step("build", [process.execPath, join(ROOT, "scripts/build.ts")]))) broken.push("build");
  const reports = await tests(browser.path);
  return finish(reports, broken, notes);
}

/** In two runs: browser tests are last and alone, as timing-dependent waits don't bear a machine full of other tests. */
async function tests(browser: string | null): Promise<readonly Report[]> {
  const env = {
    BELLWETHER_EXECUTABLE: join(ROOT, "dist/bellwether"),
    ...(browser === null ? {} : { CHROMIUM: browser }),
  };
  const apart = ["--path-ignore-patterns=**/e2e/**", "--path-ignore-patterns=**/executable.test.ts"];
  const first = await runTests("tests", ["--parallel=2", ...apart], env);
  const second = await runTests("executable and browser tests", ["executable.test.ts", "test/e2e"], env);
  return [first, second];
}

async function runTests(name: string, args: readonly string[], env: Record<string, string>): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "bellwether-check-"));
  const outfile = join(folder, "report.xml");
  try {
    const command = [
      process.execPath,
      "test",
      "--timeout=60000",
      "--reporter=junit",
      `--reporter-outfile=${outfile}`,
      ...args,
    ];
    const fine = await step(name, command, env, TESTS_DEADLINE_MS);
    return { ...readReport(existsSync(outfile) ? readFileSync(outfile, "utf8") : ""), name, fine };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function finish(reports: readonly Report[], broken: readonly string[], notes: readonly string[]): number {
  for (const report of reports) {
    for (const test of report.failures) console.log(`failed: ${test}`);
    for (const test of report.skips) console.log(`skipped: ${test}`);
  }
  const { line, fine } = closingLine(reports, broken, notes);
  console.log(line);
  return fine ? 0 : 1;
}

async function step(
  name: string,
  command: readonly string[],
  env: Record<string, string> = {},
  deadline_ms?: number,
): Promise<boolean> {
  console.log(`── ${name}`);
  const started = performance.now();
  const child = Bun.spawn([...command], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
    ...(deadline_ms === undefined ? {} : { timeout: deadline_ms, killSignal: "SIGKILL" }),
  });
  const code = await child.exited;
  console.log(
    `   ${name}: ${code === 0 ? "fine" : `failed (${code})`} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  return code === 0;
}

/** The browser already there; else Debian's, where this process may install it. */
async function findBrowser(): Promise<{ path: string; why: null } | { path: null; why: string }> {
  const there = installedBrowser();
  if (there !== null) return { path: there, why: null };
  if (process.platform !== "linux" || process.getuid?.() !== 0 || Bun.which("apt-get") === null) {
    return { path: null, why: "no Chromium on this machine, and it can only be installed by apt-get as root" };
  }
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await step("package lists", ["apt-get", "update", "-qq"], env);
  await step("Chromium", ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], env);
  const installed = installedBrowser();
  return installed === null
    ? { path: null, why: "apt-get could not install Chromium" }
    : { path: installed, why: null };
}

function installedBrowser(): string | null {
  const named = process.env.CHROMIUM;
  if (named !== undefined && isExecutable(named)) return named;
  for (const name of BROWSERS) {
    const path = Bun.which(name);
    if (path !== null) return path;
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

process.exit(await check());
