import type { AnsweredCard } from "../../../src/report/dashboard.ts";
import type { KpiFigure } from "../../../src/report/kpis.ts";
import { previousName } from "../../figures.ts";
import { type Html, html } from "../../html.ts";
import { kpiBody } from "../../parts/kpi-card.ts";
import type { CardContext } from "../card.ts";

/** One figure, as on the overview: value, change, trend, target. */
export function kpiFigureCard(
  { figure }: { figure: KpiFigure },
  { framed, previous }: AnsweredCard,
  { now }: CardContext,
): Html {
  const { frame, scope } = framed;
  // A named timeframe begins and ends inside a bucket: a sparkline without those does not dip at its ends.
  const cut = frame.name !== "all";
  const partial = { first: cut, last: cut && scope.to > now - 1 };
  return html`<div class="kpi dcard-kpi-body">${kpiBody(figure, { previous: previousName(framed, previous !== null), partial })}</div>`;
}
