/** `/insights/top`: the few most urgent insights, for the panel of the overview. */
import { z } from "zod";
import { type TopInsight, topInsights, topInsightsFailed } from "../../../views/parts/insights-panel.ts";
import { attempted } from "../../report/overview.ts";
import { insightsFor } from "../bi/concierge.ts";
import { askedOf } from "../bi/input.ts";
import type { Parts } from "../parts.ts";
import { htmlResponse, queryOf } from "../request.ts";
import { type Route, route } from "../route.ts";
import { logOf, queryFor } from "./insights.ts";
import { conciergeItem } from "./words.ts";

const SHOWN = 3;

const topQuery = z.object({ location_id: z.string().min(1).max(64).optional() });

export function topInsightRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/insights/top",
      access: "read",
      tag: "Page",
      summary: "The most urgent insights: a part of the overview.",
      query: "own",
      answers: { 200: { description: "A part of a page.", type: "text/html" } },
      handle: async ({ request, caller }) => {
        const { location_id } = queryOf(request, topQuery);
        const asked = askedOf(parts, caller, { location_id }, [], request.signal);
        const query = queryFor("/insights", location_id);
        const found = await attempted(logOf(parts))("top insights", insightsFor(parts, caller, asked));
        if (!found.ok) return htmlResponse(topInsightsFailed(found.reason));
        const items = found.value.slice(0, SHOWN).map((insight): TopInsight => {
          const { id, kind, sentence, action, page } = conciergeItem(insight, undefined, query);
          const path = page?.href ?? "/insights";
          const here = location_id === undefined ? "" : `?location_id=${encodeURIComponent(location_id)}`;
          return { id, kind, sentence, action, href: path.startsWith("#") ? `/insights${here}${path}` : path };
        });
        return htmlResponse(topInsights(items, found.value.length));
      },
    }),
  ];
}
