/** Alerts in a browser that no page is open in: its service worker, and the control on one's account. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";
import { pushPayload } from "../../src/alerts/delivery/push.ts";
import type { Notice } from "../../src/alerts/notice.ts";
import {
  axeFindings,
  CHROMIUM,
  launchBrowser,
  openPage,
  type Served,
  serveAppliance,
  signIn,
} from "../support/browser.ts";

const SLOW = 120_000;
const NOTICE: Notice = {
  notice_id: "01a21f52-bd1d-73f7-a7e0-1a10912f2bbf",
  kind: "firing",
  at: 1_764_280_000_000_000,
  severity: "critical",
  location_id: "jorge_main",
  rule_id: "rule-1",
  rule_name: "Stalls",
  alert_id: "alert-1",
  title: "Stalls: Jorge's team",
  text: "3 leads stalled in the last hour.",
  facts: { stalls: 3 },
  path: "/alerts?id=alert-1",
};

describe.skipIf(!existsSync(CHROMIUM))("alerts in a browser without a page", () => {
  let served: Served;
  let browser: Browser;

  beforeAll(async () => {
    served = await serveAppliance(["--public-url", "https://bi.example.com"]);
    browser = await launchBrowser();
  }, SLOW);

  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, SLOW);

  test(
    "the account page offers it, and the worker shows what the appliance would push",
    async () => {
      const {
        page,
        context,
        console: logged,
      } = await openPage(browser, served.url, {
        width: 1440,
        height: 900,
        theme: "light",
      });
      await signIn(page, served.url);
      await page.goto(`${served.url}/settings/account`);
      await page.waitForSelector("[data-push] button:visible");
      expect(await page.textContent("[data-push] button")).toBe("Send alerts to this browser");
      expect(await axeFindings(page)).toEqual([]);

      await context.grantPermissions(["notifications"], { origin: served.url });
      const devtools = await context.newCDPSession(page);
      const registered = new Promise<string>((resolve) => {
        devtools.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
          const active = versions.find(({ status }) => status === "activated");
          if (active) resolve(active.registrationId);
        });
      });
      await devtools.send("ServiceWorker.enable");
      await page.evaluate("navigator.serviceWorker.register('/service-worker.js', { scope: '/' }).then(() => null)");
      await devtools.send("ServiceWorker.deliverPushMessage", {
        origin: served.url,
        registrationId: await registered,
        data: new TextDecoder().decode(pushPayload(NOTICE, served.url)),
      });
      const shown = async () =>
        page.evaluate<unknown[]>(`navigator.serviceWorker.ready
          .then((worker) => worker.getNotifications())
          .then((all) => all.map(({ title, body, tag, data }) => ({ title, body, tag, url: data.url })))`);
      while ((await shown()).length === 0) await Bun.sleep(50);
      expect(await shown()).toEqual([
        {
          title: "Firing: Stalls: Jorge's team",
          body: "3 leads stalled in the last hour.",
          tag: NOTICE.notice_id,
          url: `${served.url}/alerts?id=alert-1`,
        },
      ]);
      expect(logged).toEqual([]);
    },
    SLOW,
  );
});
