/** `bun run pictures`: the README's pictures, of the real pages with the demo's data. Needs Chromium. */
import { join } from "node:path";
import { cardsOfTemplate } from "../src/report/dashboard/templates.ts";
import { launchBrowser, openPage, serveAppliance, signIn } from "../test/support/browser.ts";

const DOCS = join(import.meta.dir, "..", "docs");
const LOOK = { width: 1440, height: 1000, theme: "light" } as const;
/** Charts and panels that ask for themselves have come by then. */
const SETTLED_MS = 4_000;

const served = await serveAppliance(["--demo"]);
const browser = await launchBrowser();
const { control, store } = served.appliance.parts;
await filled(0);
const [owner] = control.users();
const [location] = control.locations();
const dashboard = control.addDashboard({
  name: "The team",
  description: "",
  owner_id: owner?.user_id ?? "",
  owner_name: owner?.name ?? "",
  visible: "everyone",
  roles: [],
  location_id: location?.location_id ?? null,
  cards: cardsOfTemplate("real-estate"),
});
// Forecasts and the watch have seen all of it by then.
await Bun.sleep(60_000);
const { page } = await openPage(browser, served.url, LOOK);
await signIn(page, served.url);
const first = await fetch(`${served.url}/api/bi/contacts?sort=conversion&limit=1`, {
  headers: {
    authorization: `Bearer ${control.addKey({ name: "pictures", scopes: ["admin", "read"], location_id: null }).key}`,
  },
});
const text = await first.text();
const { contacts } = JSON.parse(text);
if (!contacts?.[0]) throw new Error(text.slice(0, 500));
const pages = {
  overview: "/",
  bots: "/bots",
  leads: `/leads?open=${encodeURIComponent(contacts[0].contact_id)}`,
  explore: "/explore?kpi=leads&by=data.source",
  dashboard: `/dashboards/${dashboard?.dashboard_id}`,
};
for (const [name, path] of Object.entries(pages)) {
  await page.goto(served.url + path);
  await page.waitForTimeout(SETTLED_MS);
  await page.screenshot({ path: join(DOCS, `${name}.png`) });
}
await browser.close();
await served.stop();

/** Waits until the demo has written its history. */
async function filled(before: number): Promise<void> {
  await Bun.sleep(1_000);
  const { events } = store.state;
  if (events === 0 || events > before + 1_000) await filled(events);
}
