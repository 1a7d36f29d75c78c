import type { BotPageReport } from "../../../src/report/bots/bot.ts";
import { counted, day, nameOf, yearOf } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { ageText, ago } from "../../parts/age.ts";
import { botStatus } from "../../parts/bot-status.ts";
import { sparkColumns } from "../../parts/spark.ts";
import { botAvatar, tradeWords } from "../trade.ts";

/** Who it is, how it is right now, and its last day. */
export function headPanel(report: BotPageReport, locationName: ((location_id: string) => string) | null): Html {
  const { head, bot_id, now, framed, here } = report;
  const { timezone } = framed;
  const heard = head.quarters.filter((count) => count > 0).length;
  const events = head.quarters.reduce((sum, count) => sum + count, 0);
  return html`<section class="panel bot-head" id="bot-head" aria-label="The bot right now">
    <div class="bot-now">${botAvatar(head, bot_id, true)}<div class="bot-now-is">${botStatus(head.status)}<p class="bot-now-step">${head.step ?? "No step reported"}</p><p class="meta">${tradeWords(head)}${!here && " · at work in other locations only"}</p></div></div>
    <dl class="bot-facts">
      <div><dt>Last event</dt><dd>${ago(head.last_seen, now)}</dd></div>
      <div><dt>Usual silence</dt><dd title="Nine of ten of its silences in the last 14 days were no longer">${head.usual_gap === null ? "Not known" : `up to ${ageText(head.usual_gap / 1_000)}`}</dd></div>
      <div><dt>First seen</dt><dd>${day(head.first_seen, timezone, yearOf(now, timezone))}</dd></div>
      <div><dt>Known as</dt><dd><code>${bot_id}</code></dd></div>
      ${locationName && html`<div><dt>Works in</dt><dd>${head.location_ids.map(locationName).join(", ")}</dd></div>`}
    </dl>
    <div class="bot-beat">${sparkColumns(head.quarters)}<p class="bot-meta">Heard in ${heard} of the last 96 quarters of an hour, ${counted(events, "event")} in 24 h</p></div>
  </section>`;
}

/** "Seller bot": what its page is called. */
export function botTitle({ bot_id }: Pick<BotPageReport, "bot_id">): string {
  return nameOf(bot_id);
}
