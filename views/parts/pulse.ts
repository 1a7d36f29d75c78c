import type { Part } from "../../src/report/overview.ts";
import type { Pulse } from "../../src/report/pulse.ts";
import { decimal } from "../format.ts";
import { type Html, html } from "../html.ts";
import { sparkColumns } from "./spark.ts";

/** At the foot of the navigation: how busy it is. Carries when the newest event was, for the age in the top bar. */
export function pulseFoot(pulse: Part<Pulse>, now: number): Html {
  const last = pulse.ok ? pulse.value.last_event_at : null;
  return html`<div class="nav-foot" id="pulse" data-last-event="${last === null ? "" : Math.floor(last / 1000)}" data-as-of="${Math.floor(now / 1000)}">${
    pulse.ok
      ? html`<span><strong>${decimal(pulse.value.per_minute, pulse.value.per_minute < 10 && pulse.value.per_minute % 1 !== 0 ? 1 : 0)}</strong> events/min</span>${sparkColumns(pulse.value.recent)}<span>${decimal(pulse.value.last_24h, 0)} in 24 h</span>`
      : html`<span>Not available</span>`
  }</div>`;
}
