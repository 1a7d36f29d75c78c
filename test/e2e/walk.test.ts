/**
 * Every page of the appliance, in three themes and two widths: nothing that axe finds, nothing on the console, nobody else
 * asked, nothing to scroll sideways. The pages are read off the declared routes: one that is added is walked without a line
 * more here, unless its address holds something that varies.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { allRoutes } from "../../src/web/app.ts";
import {
  axeFindings,
  CHROMIUM,
  crampedCells,
  type Look,
  launchBrowser,
  openPage,
  type Served,
  SHOTS,
  serveAppliance,
  signIn,
  type Watched,
} from "../support/browser.ts";
import { type Furnished, furnish } from "../support/furnished.ts";

const WIDTHS = [
  { width: 1440, height: 1000 },
  { width: 390, height: 844 },
];
const THEMES = ["light", "dark", "contrast"] as const;
const LOOKS: readonly Look[] = WIDTHS.flatMap((width) => THEMES.map((theme) => ({ ...width, theme })));
const SLOW = 300_000;
/** Not for the eye, or for those who are not signed in: they have tests of their own. */
const NO_PAGES = [
  "/assets/*",
  "/service-worker.js",
  "/fragments",
  "/share/:token/fragments",
  "/funnels/steps",
  "/insights/top",
  "/setup",
  "/invitation",
  "/login",
];

describe.skipIf(!existsSync(CHROMIUM))("every page", () => {
  let served: Served;
  let browser: Browser;
  let furnished: Furnished;

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    [served, browser] = await Promise.all([serveAppliance(), launchBrowser()]);
    furnished = await furnish(served);
  }, SLOW);
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, SLOW);

  test("has an address to walk to", () => {
    expect(missing(served, furnished)).toEqual([]);
  });

  test.each(LOOKS)(
    "is sound in $theme at $width px",
    async (look) => {
      const addresses = addressesOf(served, furnished);
      // Two pages at once, as there are two cores almost everywhere.
      const lanes = [0, 1].map(async (lane) => {
        const watched = await openPage(browser, served.url, look);
        await signIn(watched.page, served.url);
        const wrong: string[] = [];
        for (const address of addresses.filter((_, at) => at % 2 === lane))
          wrong.push(...(await faultsOf(watched, address, look)));
        await watched.context.close();
        return wrong;
      });
      const wrong = (await Promise.all(lanes)).flat();
      expect(wrong).toEqual([]);
    },
    SLOW,
  );

  /** What is wrong with one page, each a line. */
  async function faultsOf({ page, console: logged, foreign }: Watched, address: string, look: Look): Promise<string[]> {
    const answer = await page.goto(served.url + address);
    await page.waitForLoadState("load");
    // What a panel asks for by itself belongs to the page.
    await page.waitForSelector("[aria-busy=true]", { state: "detached", timeout: 20_000 });
    const name =
      address
        .replace(/^\//, "")
        .replace(/[^\w-]+/g, "-")
        .slice(0, 60) || "overview";
    await page.screenshot({ path: join(SHOTS, `${name}-${look.theme}-${look.width}.png`), fullPage: true });
    const sideways = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    return [
      ...(answer?.status() === 200 ? [] : [`status ${answer?.status()}`]),
      ...(await axeFindings(page)),
      ...(await crampedCells(page)),
      ...(sideways === 0 ? [] : [`${sideways} px to scroll sideways`]),
      ...logged.splice(0).map((text) => `console: ${text}`),
      ...foreign.splice(0).map((url) => `asked ${url}`),
    ].map((fault) => `${address}: ${fault}`);
  }
});

/** Pages whose address varies are walked where the furniture says. */
function addressesOf(served: Served, furnished: Furnished): readonly string[] {
  return pagesOf(served).flatMap((path) => furnished.addresses[path] ?? (/[:*]/.test(path) ? [] : [path]));
}

function missing(served: Served, furnished: Furnished): readonly string[] {
  return pagesOf(served).filter((path) => /[:*]/.test(path) && furnished.addresses[path] === undefined);
}

function pagesOf({ appliance }: Served): readonly string[] {
  return allRoutes(appliance.parts)
    .filter(({ method, tag, path }) => method === "GET" && tag === "Page" && !NO_PAGES.includes(path))
    .map(({ path }) => path);
}
