/** The pages for KPIs, quarantine and audit in a real browser: the live check, what axe finds, nothing beyond the edge. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";
import { CHROMIUM, launchBrowser, openPage, type Served, serveAppliance, signIn } from "../support/browser.ts";

describe.skipIf(!existsSync(CHROMIUM))("in a browser", () => {
  let browser: Browser;
  let served: Served;

  beforeAll(async () => {
    served = await serveAppliance();
    browser = await launchBrowser();
    const time = new Date(Date.now() - 86_400_000).toISOString();
    await served.post([
      { type: "deal_closed", location_id: "jorge_main", value: "450000", time },
      { type: "lead_created", location_id: "jorge_main", contact_id: "c1", time },
    ]);
    const { control } = served.appliance.parts;
    const definition = { label: "Per lead", unit: "money" as const, better: "up" as const, description: "" };
    control.putCustomKpi(
      {
        key: "per_lead",
        location_id: null,
        changed_by: "Jorge",
        definition: { ...definition, formula: `sum(value, type = "deal_closed") / count(type = "lead_created")` },
      },
      "new",
    );
    const reason = { index: 0, id: "b1", field: "type", code: "type_invalid" as const, detail: "A type is wrong." };
    const raw = JSON.stringify({ id: "b1", type: "BAD", data: { text: "x".repeat(300) } });
    control.quarantine([{ received_at: Date.now() * 1000, location_id: "jorge_main", reason, raw }]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  });

  test("a formula is checked while it is written, and an event is mended", async () => {
    const { page, context } = await openPage(browser, served.url, { width: 1440, height: 900, theme: "light" });
    await signIn(page, served.url);
    await page.goto(`${served.url}/settings/kpis`);
    await page.fill("#kpi-formula", `count(type = "deal_closed") / contact()`);
    await page.waitForSelector("#formula-check .err");
    expect(await page.textContent("#formula-check .err")).toContain("At position 30: expected one of count");
    expect(await page.textContent("#formula-check mark")).toBe("c");
    await page.fill("#kpi-formula", `count(type = "deal_closed") * 7 / contacts()`);
    await page.waitForSelector("#formula-check .ok");
    expect(await page.textContent("#formula-check .ok")).toContain("7");

    await page.goto(`${served.url}/settings/quarantine`);
    await page.click(".q-item > summary");
    await page.fill("textarea.q-raw", '{"id":"b1","type":"mended_now"}');
    await page.click("text=Save and replay");
    await page.waitForSelector(".outcome-ok");
    expect(await page.textContent(".outcome-ok")).toContain("The event is accepted.");
    expect(await page.textContent("main")).toContain("No refused events");
    await context.close();
  }, 60_000);
});
