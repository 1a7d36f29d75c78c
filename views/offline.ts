import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";
import { setupShell } from "./layout.ts";

/** Kept by browsers for when the appliance cannot be reached: it holds no figure, and says since when there is none. */
export function offlinePage(): Html {
  return setupShell({
    title: "Offline",
    steps: html`<div></div>`,
    scripts: ["js/offline.js"],
    body: html`<div>
      <h1 class="bar-row">${icon("i-wifi-off")}You are offline</h1>
      <p class="lede">Bellwether cannot be reached from here. <span data-heard></span></p>
      <p>No figures are shown: they would be old ones. Your bots' events are not affected; what comes in meanwhile is there when this page comes back.</p>
      <p class="btn-group mt-3"><button class="btn btn-primary" type="button" data-try>${icon("i-refresh-cw")}Try again now</button></p>
      <p class="dim mt-2" role="status" data-tried></p>
    </div>`,
  });
}
