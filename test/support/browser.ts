/** A real browser over a real appliance, for the tests that look at pages. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { type Appliance, createAppliance } from "../../src/appliance.ts";
import { loadSettings } from "../../src/config.ts";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const EMAIL = "jorge@example.com";
const PASSWORD = "correct horse battery staple";

export const SHOTS = join(import.meta.dir, "..", "e2e", "shots");

export interface Served {
  appliance: Appliance;
  url: string;
  /** An API key that may do everything with events. */
  key: string;
  /** Posts events and waits until they are visible. */
  post(events: readonly Record<string, unknown>[]): Promise<void>;
  stop(): Promise<void>;
}

/** An appliance on a free port with an owner and a key; `flags` as on the command line. */
export async function serveAppliance(flags: readonly string[] = []): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "bellwether-e2e-"));
  const argv = ["--http", "127.0.0.1:0", "--data", folder, "--duckdb-memory-mb", "256", ...flags];
  const env = { BELLWETHER_ADMIN_EMAIL: EMAIL, BELLWETHER_ADMIN_PASSWORD: PASSWORD };
  const appliance = await createAppliance(loadSettings(argv, env, ""), () => {});
  const { url } = await appliance.listen();
  const { key } = appliance.parts.control.addKey({ name: "test", scopes: ["ingest", "read"], location_id: null });
  return {
    appliance,
    url,
    key,
    async post(events) {
      const answer = await fetch(`${url}/v1/events?wait=true`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify(events),
      });
      if (answer.status !== 200) throw new Error(`posting events: ${answer.status} ${await answer.text()}`);
    },
    async stop() {
      await appliance.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export interface Look {
  width: number;
  height: number;
  theme: "light" | "dark" | "contrast";
}

/** What a page did that it must not do. */
export interface Watched {
  page: Page;
  context: BrowserContext;
  console: string[];
  foreign: string[];
}

/** A page that is looked after: what it logs and whom it asks is kept. */
export async function openPage(browser: Browser, url: string, look: Look): Promise<Watched> {
  const { width, height, theme } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    reducedMotion: "reduce",
    colorScheme: theme === "dark" ? "dark" : "light",
  });
  await context.addCookies([{ name: "bw_theme", value: theme, url }]);
  const page = await context.newPage();
  const watched: Watched = { page, context, console: [], foreign: [] };
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") watched.console.push(message.text());
  });
  page.on("pageerror", (error) => watched.console.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) watched.foreign.push(request.url());
  });
  return watched;
}

/** As the owner, or as another who has the same password. */
export async function signIn(page: Page, url: string, email = EMAIL): Promise<void> {
  await page.goto(`${url}/login`);
  await page.fill("#email", email);
  await page.fill("#password", PASSWORD);
  await page.click("button[type=submit]:has-text('Sign in')");
  await page.waitForURL((at) => at.pathname !== "/login");
}

/** Clicks what sends a form, and waits for the page that answers: with script the session is looked at first. */
export async function send(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForEvent("domcontentloaded"), page.click(selector)]);
}

/** What axe finds, as short lines. */
export async function axeFindings(page: Page): Promise<string[]> {
  const source = await Bun.file(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir)).text();
  // Over the debugger's line, so that the page's own policy stays in force.
  await page.evaluate(source);
  const found: unknown = await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ') + ' ' + (n.any[0]?.message ?? n.all[0]?.message ?? '')).join(' | ')))",
  );
  return Array.isArray(found) ? found.map(String) : [String(found)];
}

/** Cells of stacked rows whose contents lie over one another, or that a long word has made a tower. */
export async function crampedCells(page: Page): Promise<string[]> {
  const found: unknown =
    await page.evaluate(`[...document.querySelectorAll(".table-stack :is(tbody, tfoot) tr")].flatMap((row) => {
    const cells = [...row.children].map((cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return { name: cell.textContent.trim().slice(0, 30), box: cell.getBoundingClientRect(), text: range.getBoundingClientRect() };
    });
    const over = (a, b) => a.left < b.right - 1 && a.right > b.left + 1 && a.top < b.bottom - 1 && a.bottom > b.top + 1;
    return cells.flatMap((cell) => [
      ...(cell.box.height > 220 ? ["tower: " + cell.name] : []),
      ...cells.filter((other) => other !== cell && over(cell.text, other.box)).map((other) => cell.name + " over " + other.name),
    ]);
  })`);
  return Array.isArray(found) ? found.map(String) : [String(found)];
}
