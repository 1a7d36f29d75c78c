import { type Html, html } from "../html.ts";
import { comingPanel, laterPart } from "../parts/states.ts";

/** Of the part of the page that is asked for by itself while it is being computed. */
export const BODY_ID = "insights-body";

/** Stands where forecasts, anomalies and what to see to will. */
export function waitingInsights(href: string): Html {
  const coming = html`<div class="stack span-8">
      <div class="grid">${["Bookings", "Revenue of the month"].map((title) => comingPanel({ title, height: 4, classes: "span-6" }))}</div>
      ${comingPanel({ title: "Anomalies", height: 4 })}
    </div>
    ${comingPanel({ title: "What to see to", height: 2, classes: "span-4 top concierge" })}`;
  return laterPart({ id: BODY_ID, href, coming, classes: "grid" });
}

/** Stands where the list of contacts and what is known of its models will. */
export function waitingContacts(href: string): Html {
  const coming = html`${comingPanel({ title: "Call these first", height: 4, classes: "span-8 top" })}
    <div class="stack span-4">${comingPanel({ title: "How good it is", height: 3 })}${comingPanel({ title: "Cohorts", height: 2 })}</div>`;
  return laterPart({ id: BODY_ID, href, coming, classes: "grid" });
}
